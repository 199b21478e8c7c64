import type { EvaluationRow, LedgerEntry } from "./rows";

type Counts = { -readonly [K in keyof LedgerEntry]: LedgerEntry[K] } & {
  error_codes: Record<string, number>;
};

/** Counts a run's evaluations into its ledger, by account and Region. */
export class Tally {
  private readonly entries = new Map<string, Counts>();
  opened = 0;
  resolved = 0;
  gone = 0;

  /**
   * @param targets the accounts and Regions that are scanned, so that an empty one has its entry too.
   */
  constructor(targets: readonly { readonly accountId: string; readonly region: string }[]) {
    for (const { accountId, region } of targets) this.entry(accountId, region);
  }

  /** Counts an evaluation of a listed resource, or a closing row, which nothing listed. */
  add(row: EvaluationRow): void {
    if (row.transition === "resolved") this.resolved++;
    if (
      row.compliance_type === "NON_COMPLIANT" &&
      (row.transition === "opened" || row.transition === "first-seen")
    ) {
      this.opened++;
    }
    if (row.gone) {
      this.gone++;
      return;
    }
    const entry = this.entry(row.account_id, row.region);
    entry.listed++;
    if (row.compliance_type === "NOT_APPLICABLE") {
      entry.not_applicable++;
    } else if (row.compliance_type === "ERROR") {
      const code = row.error_code ?? "Unknown";
      entry.error++;
      entry.error_codes[code] = (entry.error_codes[code] ?? 0) + 1;
    } else {
      entry.evaluated++;
      if (row.compliance_type === "COMPLIANT") entry.compliant++;
      else entry.non_compliant++;
      if (row.exception_id) entry.excepted++;
    }
  }

  /** Notes an account and Region that has its entry though nothing may be there. */
  note({ accountId, region }: { readonly accountId: string; readonly region: string }): void {
    this.entry(accountId, region);
  }

  /** Notes that no run has read an account and Region to its end so far. */
  noteNeverRead({ accountId, region }: { readonly accountId: string; readonly region: string }): void {
    this.entry(accountId, region).never_read = true;
  }

  /** Sorted by account and Region. */
  ledger(): LedgerEntry[] {
    return [...this.entries.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }

  private entry(accountId: string, region: string): Counts {
    const key = `${accountId} ${region}`;
    let entry = this.entries.get(key);
    if (!entry) {
      entry = {
        account_id: accountId,
        region,
        listed: 0,
        evaluated: 0,
        compliant: 0,
        non_compliant: 0,
        not_applicable: 0,
        error: 0,
        error_codes: {},
        excepted: 0,
      };
      this.entries.set(key, entry);
    }
    return entry;
  }
}

/** Sums of a ledger over all its accounts and Regions. */
export function totals(ledger: readonly LedgerEntry[]) {
  const sum = (pick: (entry: LedgerEntry) => number) =>
    ledger.reduce((total, entry) => total + pick(entry), 0);
  const evaluated = sum((entry) => entry.evaluated);
  const error = sum((entry) => entry.error);
  const compliant = sum((entry) => entry.compliant);
  return {
    listed: sum((entry) => entry.listed),
    evaluated,
    compliant,
    nonCompliant: sum((entry) => entry.non_compliant),
    notApplicable: sum((entry) => entry.not_applicable),
    error,
    excepted: sum((entry) => entry.excepted),
    /** COMPLIANT of all that got a verdict, 0 to 1; undefined when nothing got one. */
    score: evaluated > 0 ? compliant / evaluated : undefined,
    /** How much of what can have a verdict got one, 0 to 1; undefined when nothing can have one. */
    coverage: evaluated + error > 0 ? evaluated / (evaluated + error) : undefined,
  };
}
