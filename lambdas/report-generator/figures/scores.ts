/** Scores and coverage: one tally for whatever the resources are grouped by. */

import type { LedgerEntry } from "../../common/history/rows";
import type { ComplianceType } from "../../common/rule/judgement";
import { percentage } from "../../common/values/words";

/**
 * Counts of evaluations and what follows from them. Percentages are cut, not rounded, to two decimals, so that
 * 100 means every single one; null when there was nothing to judge.
 */
export interface Tally {
  readonly listed: number;
  readonly compliant: number;
  readonly nonCompliant: number;
  /** Failures that an exception covers; part of nonCompliant. */
  readonly excepted: number;
  readonly notApplicable: number;
  readonly error: number;
  /** compliant / (compliant + nonCompliant). */
  readonly score: number | null;
  /** The same with excepted failures left out of the count: an accepted failure is neither pass nor failure. */
  readonly scoreWithExceptions: number | null;
  /** evaluated / (evaluated + error); resources the rule does not apply to have nothing to evaluate. */
  readonly coverage: number | null;
}

/** The counts of a tally, to be added up. */
export type Counts = Pick<
  Tally,
  "listed" | "compliant" | "nonCompliant" | "excepted" | "notApplicable" | "error"
>;

/** Counts of nothing. */
export const NOTHING: Counts = {
  listed: 0,
  compliant: 0,
  nonCompliant: 0,
  excepted: 0,
  notApplicable: 0,
  error: 0,
};

/** The tally of some counts. */
export function tally(counts: Counts): Tally {
  const { compliant, nonCompliant, excepted, error } = counts;
  const evaluated = compliant + nonCompliant;
  return {
    ...counts,
    score: percentage(compliant, evaluated),
    scoreWithExceptions: percentage(compliant, evaluated - excepted),
    coverage: percentage(evaluated, evaluated + error),
  };
}

/** The counts of a run's ledger, over all its accounts and Regions. */
export function countsOfLedger(ledger: readonly LedgerEntry[]): Counts {
  return ledger.reduce<Counts>(
    (sum, entry) =>
      add(sum, {
        listed: entry.listed,
        compliant: entry.compliant,
        nonCompliant: entry.non_compliant,
        excepted: entry.excepted,
        notApplicable: entry.not_applicable,
        error: entry.error,
      }),
    NOTHING,
  );
}

/** The sum of two counts. */
export function add(a: Counts, b: Counts): Counts {
  return {
    listed: a.listed + b.listed,
    compliant: a.compliant + b.compliant,
    nonCompliant: a.nonCompliant + b.nonCompliant,
    excepted: a.excepted + b.excepted,
    notApplicable: a.notApplicable + b.notApplicable,
    error: a.error + b.error,
  };
}

/** Tallies by a key, filled one evaluation at a time. */
export class TallyBy {
  private readonly groups = new Map<string, { -readonly [Name in keyof Counts]: Counts[Name] }>();

  /** Counts one evaluation under `key`. */
  count(key: string, complianceType: ComplianceType, isExcepted: boolean): void {
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { ...NOTHING };
      this.groups.set(key, group);
    }
    group.listed += 1;
    group[COLUMN[complianceType]] += 1;
    if (isExcepted && complianceType === "NON_COMPLIANT") group.excepted += 1;
  }

  /** The tally of one key; of nothing when it never came up. */
  of(key: string): Tally {
    return tally(this.groups.get(key) ?? NOTHING);
  }

  /** Every key with its tally, in the order of the keys. */
  entries(): [string, Tally][] {
    return [...this.groups.keys()].sort().map((key) => [key, this.of(key)]);
  }
}

const COLUMN = {
  COMPLIANT: "compliant",
  NON_COMPLIANT: "nonCompliant",
  NOT_APPLICABLE: "notApplicable",
  ERROR: "error",
} as const satisfies Record<ComplianceType, keyof Counts>;
