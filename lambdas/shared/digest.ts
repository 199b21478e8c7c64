import type { EvaluationRow } from "./evaluation";
import type { RuleExceptions } from "./exceptions";
import { type AlertEntries, type AlertEntry, type ExceptionUse, entryOf, type RunDigest } from "./messages";
import type { Tally } from "./tally";
import { totals } from "./tally";
import { isoInstant } from "./timestamps";

/** Resources kept of each kind; the others are counted. Keeps a run's memory flat however much fails. */
const ENTRIES_KEPT = 500;
const ENDS_SOON_MS = 14 * 24 * 3_600_000;

/** Gathers what a run's digest tells, row by row. */
export class DigestBuilder {
  private readonly newlyFailing = new Entries();
  private readonly stillFailing = new Entries();
  private readonly resolved = new Entries();
  private readonly errors = new Entries();
  private readonly covered = new Map<string, number>();

  constructor(
    private readonly instant: string,
    private readonly exceptions: RuleExceptions,
  ) {}

  add(row: EvaluationRow): void {
    // What an exception covers is accepted, failing or mended.
    if (row.transition === "resolved" && !this.exceptions.covering(row.resource_id, this.instant)) {
      this.resolved.add(row);
    }
    if (row.compliance_type === "ERROR") this.errors.add(row);
    if (row.compliance_type !== "NON_COMPLIANT") return;
    if (row.exception_id !== undefined) {
      this.covered.set(row.exception_id, (this.covered.get(row.exception_id) ?? 0) + 1);
    } else if (row.transition === "opened" || row.transition === "first-seen") {
      this.newlyFailing.add(row);
    } else {
      this.stillFailing.add(row);
    }
  }

  digest(tally: Tally): RunDigest {
    return {
      instant: this.instant,
      totals: totals(tally.ledger()),
      newlyFailing: this.newlyFailing,
      stillFailing: this.stillFailing,
      resolved: this.resolved,
      errors: this.errors,
      exceptions: this.exceptions.all.map((exception): ExceptionUse => {
        const left = Date.parse(isoInstant(exception.expires)) - Date.parse(this.instant);
        return {
          exception,
          covers: this.covered.get(exception.id) ?? 0,
          endsSoon: left > 0 && left <= ENDS_SOON_MS,
          expired: left <= 0,
        };
      }),
    };
  }
}

/** As many entries as a message may need, and how many there were. */
export class Entries implements AlertEntries {
  readonly entries: AlertEntry[] = [];
  count = 0;

  add(row: EvaluationRow): void {
    this.count++;
    if (this.entries.length < ENTRIES_KEPT) this.entries.push(entryOf(row));
  }
}
