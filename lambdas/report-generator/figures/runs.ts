/** The coverage ledger: per run, rule, account and Region what was listed and what became of it. */

import { instantOf } from "../../common/history/keys";
import type { RunRow } from "../../common/history/rows";
import { percentage } from "../../common/values/words";
import { countsOfLedger, type Tally, tally } from "./scores";

/** One account and Region of a run. listed = compliant + nonCompliant + notApplicable + error. */
export interface CoverageEntry {
  readonly accountId: string;
  readonly region: string;
  readonly listed: number;
  readonly evaluated: number;
  readonly compliant: number;
  readonly nonCompliant: number;
  readonly excepted: number;
  readonly notApplicable: number;
  readonly error: number;
  /** Error name → how many resources. */
  readonly errorCodes: Readonly<Record<string, number>>;
  readonly coverage: number | null;
}

/** One complete run. */
export interface RunEntry extends Tally {
  readonly rule: string;
  /** The instant the run is about: that of the event that started it. */
  readonly at: string;
  readonly trigger: RunRow["trigger"];
  readonly startedAt: string;
  readonly completedAt: string;
  readonly durationMs: number;
  readonly ruleVersion: string;
  readonly parametersHash: string;
  readonly opened: number;
  readonly resolved: number;
  readonly gone: number;
  /** It was of the time before the period, and became complete after the previous report had been made. */
  readonly arrivedLate: boolean;
  readonly ledger: readonly CoverageEntry[];
}

/** A run row in the report's words. */
export function runEntry(run: RunRow, arrivedLate: boolean): RunEntry {
  return {
    rule: run.rule,
    at: instantOf(run.evaluation_timestamp),
    trigger: run.trigger,
    startedAt: run.started_at,
    completedAt: run.completed_at,
    durationMs: run.duration_ms,
    ruleVersion: run.rule_version,
    parametersHash: run.parameters_hash,
    opened: run.opened,
    resolved: run.resolved,
    gone: run.gone,
    arrivedLate,
    ...tally(countsOfLedger(run.ledger)),
    ledger: run.ledger.map((entry) => ({
      accountId: entry.account_id,
      region: entry.region,
      listed: entry.listed,
      evaluated: entry.evaluated,
      compliant: entry.compliant,
      nonCompliant: entry.non_compliant,
      excepted: entry.excepted,
      notApplicable: entry.not_applicable,
      error: entry.error,
      errorCodes: entry.error_codes,
      coverage: percentage(entry.evaluated, entry.evaluated + entry.error),
    })),
  };
}
