/**
 * The words the whole product shares: verdicts, the rows of the history table, and the run that
 * commits them. Attribute names are the table's own, so a row in code is a row in DynamoDB.
 */

import type { ComplianceType, Observed, SettledType } from "../rule/judgement";

/** What made an evaluation happen: the schedule, a configuration change, or a person. */
export type Trigger = "sweep" | "change" | "on-demand";

/**
 * An evaluation against the previous one of the same resource and rule.
 * - `first-seen`: there is no previous one, or the resource had been declared gone
 * - `opened`: it fails now and did not before, or an exception stopped covering it
 * - `resolved`: it failed and does so no longer (it passes, stopped being applicable, or is gone)
 * - `errored` / `recovered`: it could not be evaluated any more / can be again, with the verdict it had
 * - `ongoing`: nothing changed
 */
export type Transition = "first-seen" | "opened" | "ongoing" | "resolved" | "errored" | "recovered";

/** One evaluation: a row of the history table. */
export interface EvaluationRow {
  /** Partition key: the resource's ARN. */
  readonly resource_id: string;
  /** Sort key: the event's time in ISO-8601 UTC with milliseconds, `#`, the rule's name. */
  readonly evaluation_timestamp: string;
  readonly rule: string;
  readonly rule_version: string;
  /** SHA-256 (hex) of the rule's parameters as canonical JSON. */
  readonly parameters_hash: string;
  /** Partition key of the index `by-rule`: `<rule>#<shard>`. */
  readonly rule_shard: string;
  /** Partition key of the sparse index `by-transition`; only on rows whose transition is not `ongoing`. */
  readonly transition_shard?: string;
  readonly resource_type: string;
  readonly resource_name: string;
  readonly account_id: string;
  readonly region: string;
  /** Value of the tag that the setting ownerTag names. */
  readonly owner?: string;
  readonly compliance_type: ComplianceType;
  readonly annotation: string;
  readonly observed: Observed;
  readonly error_code?: string;
  readonly trigger: Trigger;
  /**
   * When the resource was really read: later than the event by the time the run took to reach it, or, under a
   * managed rule, when AWS Config recorded its result.
   */
  readonly observed_at: string;
  readonly transition: Transition;
  /** The last verdict that was not ERROR; absent while there has been none. */
  readonly settled_type?: SettledType;
  /** Since when (ISO-8601) the resource has been failing; on ERROR rows the failure that is still open. */
  readonly open_since?: string;
  /** The exception that covers the failure; the verdict stays. On ERROR rows the one of the last verdict. */
  readonly exception_id?: string;
  /** The resource was in the previous run and is in the account no more. */
  readonly gone?: true;
}

/** What one run saw of one rule in one account and Region. listed = evaluated + not_applicable + error. */
export interface LedgerEntry {
  readonly account_id: string;
  readonly region: string;
  readonly listed: number;
  /** compliant + non_compliant. */
  readonly evaluated: number;
  readonly compliant: number;
  readonly non_compliant: number;
  readonly not_applicable: number;
  readonly error: number;
  /** Error name → how many resources. */
  readonly error_codes: Readonly<Record<string, number>>;
  /** Failing resources that an exception covers; part of non_compliant. */
  readonly excepted: number;
  /** Neither this run nor one before could read it to its end. */
  readonly never_read?: true;
}

/** The commit point of a run: written last, once everything it counts is stored. */
export interface RunRow {
  /** Partition key: `run#<rule>`. */
  readonly resource_id: string;
  /** Sort key, as in the run's evaluations: `<ISO time of the event>#<rule>`. */
  readonly evaluation_timestamp: string;
  readonly rule: string;
  readonly rule_version: string;
  readonly parameters_hash: string;
  readonly trigger: Trigger;
  /** The schedule's expression that was in force, so that the past is judged by what it promised. */
  readonly schedule: string;
  readonly started_at: string;
  readonly completed_at: string;
  readonly duration_ms: number;
  readonly ledger: readonly LedgerEntry[];
  readonly opened: number;
  readonly resolved: number;
  readonly gone: number;
  /** Drift that it found and could not tell; the next run tells what of it goes on. Absent when all was told. */
  readonly owed?: OwedAlerts;
  /**
   * ISO-8601 instant of the last run whose changes a digest told, `""` when none has; absent when this run's own
   * digest was sent, or had nothing to say.
   */
  readonly digest_until?: string;
}

/** Alerts of drift that a run leaves to the next one. */
export interface OwedAlerts {
  readonly drifts: readonly OwedDrift[];
  /** How many more there are, of which nothing else is kept. */
  readonly more: number;
}

/** A failure that is not told: the resource, when it opened, and the instant up to which claims are of the past. */
export interface OwedDrift {
  readonly resource_id: string;
  readonly opened_at: string;
  readonly previous_instant?: string;
}
