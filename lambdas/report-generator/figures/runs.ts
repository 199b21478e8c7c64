/** The coverage ledger: per run, rule, account and Region what was listed and what became of it. */

import { instantOf } from "../../common/history/keys";
import type { LedgerEntry, RunRow } from "../../common/history/rows";
import { groupBy } from "../../common/values/group";
import { percentage } from "../../common/values/words";
import { type Counts, countsOfLedger, type Tally, tally } from "./scores";

/**
 * Accounts and Regions of a run that are listed one by one. An organization has thousands, in each of a month's hundred
 * runs: no reader could open a report with all of them.
 */
export const LISTED_PLACES = 200;
/** Stands for all Regions of an account, as in the ARNs of those that could not be read. */
const ALL_REGIONS = "*";

/** One account and Region of a run. listed = compliant + nonCompliant + notApplicable + error. */
export interface CoverageEntry {
  readonly accountId: string;
  /** `*`: all of the account's. */
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
  /** How many accounts and Regions it looked at. */
  readonly places: number;
  /** Each of them; where they are more than 200, each account of which something could not be evaluated. */
  readonly ledger: readonly CoverageEntry[];
}

/** A run without its ledger, which is long in an organization. */
export type RunSummary = Omit<RunRow, "ledger"> & { readonly counts: Counts };

/** What stays of a run that only schedule and trend are about. */
export function runSummary({ ledger, ...run }: RunRow): RunSummary {
  return { ...run, counts: countsOfLedger(ledger) };
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
    places: run.ledger.length,
    ledger: (run.ledger.length > LISTED_PLACES ? incompleteAccounts(run.ledger) : run.ledger).map(
      coverageEntry,
    ),
  };
}

function coverageEntry(entry: LedgerEntry): CoverageEntry {
  return {
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
  };
}

function incompleteAccounts(ledger: readonly LedgerEntry[]): LedgerEntry[] {
  return [...groupBy(ledger, ({ account_id }) => account_id).values()]
    .filter((ofAccount) => ofAccount.some(({ error }) => error > 0))
    .map((ofAccount) => ofAccount.map((one) => ({ ...one, region: ALL_REGIONS })).reduce(sum));
}

function sum(a: LedgerEntry, b: LedgerEntry): LedgerEntry {
  const codes = { ...a.error_codes };
  for (const [code, count] of Object.entries(b.error_codes)) codes[code] = (codes[code] ?? 0) + count;
  return {
    ...a,
    listed: a.listed + b.listed,
    evaluated: a.evaluated + b.evaluated,
    compliant: a.compliant + b.compliant,
    non_compliant: a.non_compliant + b.non_compliant,
    not_applicable: a.not_applicable + b.not_applicable,
    error: a.error + b.error,
    error_codes: codes,
    excepted: a.excepted + b.excepted,
  };
}
