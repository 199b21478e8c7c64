/** How much of each account and Region could be evaluated, over all runs of a period. */

import type { LedgerEntry, RunRow } from "../../common/history/rows";
import { compareText } from "../../common/values/text";
import { percentage } from "../../common/values/words";

/** One account and Region under one rule. */
export interface PlaceCoverage {
  readonly rule: string;
  readonly accountId: string;
  readonly region: string;
  /** Runs that looked there. */
  readonly runs: number;
  /** Of those, the ones that could not evaluate everything there. */
  readonly incompleteRuns: number;
  /** Evaluations of all these runs. */
  readonly evaluated: number;
  readonly error: number;
  /** Error name → how many evaluations. */
  readonly errorCodes: Readonly<Record<string, number>>;
  readonly coverage: number | null;
}

type Sums = {
  -readonly [Name in keyof Omit<PlaceCoverage, "coverage" | "errorCodes">]: PlaceCoverage[Name];
} & { readonly errorCodes: Record<string, number> };

/** Sums up runs one at a time, so that no more than one ledger has to be held. */
export class CoverageBuilder {
  private readonly places = new Map<string, Sums>();

  /** Adds what a run saw of each account and Region. */
  add({ rule, ledger }: RunRow): void {
    for (const entry of ledger) {
      const sums = this.of(rule, entry);
      sums.runs += 1;
      if (entry.error > 0) sums.incompleteRuns += 1;
      sums.evaluated += entry.evaluated;
      sums.error += entry.error;
      for (const [code, count] of Object.entries(entry.error_codes)) {
        sums.errorCodes[code] = (sums.errorCodes[code] ?? 0) + count;
      }
    }
  }

  /** By rule, account and Region. */
  entries(): PlaceCoverage[] {
    return [...this.places.values()]
      .map((sums) => ({ ...sums, coverage: percentage(sums.evaluated, sums.evaluated + sums.error) }))
      .sort(
        (a, b) =>
          compareText(a.rule, b.rule) ||
          compareText(a.accountId, b.accountId) ||
          compareText(a.region, b.region),
      );
  }

  private of(rule: string, { account_id: accountId, region }: LedgerEntry): Sums {
    const key = `${rule} ${accountId} ${region}`;
    const known = this.places.get(key);
    if (known) return known;
    const made: Sums = {
      rule,
      accountId,
      region,
      runs: 0,
      incompleteRuns: 0,
      evaluated: 0,
      error: 0,
      errorCodes: {},
    };
    this.places.set(key, made);
    return made;
  }
}
