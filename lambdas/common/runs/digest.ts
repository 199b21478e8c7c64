import type { ExceptionUse, FirstSight, RunDigest } from "../alerts/alert-message";
import { Entries } from "../alerts/entries";
import { type Tally, totals } from "../history/ledger";
import { isFirstSight } from "../history/places";
import type { EvaluationRow } from "../history/rows";
import { isOpenFailure } from "../history/transition";
import type { RuleExceptions } from "../rule/exceptions";
import { isoInstant } from "../values/instants";
import type { Past } from "./past";
import { isEverything } from "./scanned";

type Counts<Readonly> = { -readonly [Key in keyof Readonly]: Readonly[Key] };

const ENDS_SOON_MS = 14 * 24 * 3_600_000;

/** Gathers what a run's digest tells: what is so now, and what changed since the run before. */
export class DigestBuilder {
  private readonly newlyFailing = new Entries();
  private readonly stillFailing = new Entries();
  private readonly resolved = new Entries();
  private readonly errors = new Entries();
  private readonly covered = new Map<string, number>();
  private readonly firstSights = new Map<string, Counts<FirstSight>>();
  private readonly resolvedBefore: Map<string, EvaluationRow>;

  constructor(
    private readonly instant: string,
    private readonly exceptions: RuleExceptions,
    private readonly past: Pick<
      Past,
      "baseline" | "digestUntil" | "sameStandard" | "resolvedSince" | "foundByPreviousRun"
    >,
  ) {
    this.resolvedBefore = new Map(past.resolvedSince.map((row) => [row.resource_id, row]));
  }

  add(row: EvaluationRow): void {
    if (isFirstSight(row, this.past.baseline) && !isEverything(row.resource_id)) this.addFirstSight(row);
    if (row.transition === "resolved") this.addResolved(row);
    if (row.compliance_type === "ERROR") this.errors.add(row);
    if (row.transition === "resolved" || row.compliance_type === "NON_COMPLIANT") {
      this.resolvedBefore.delete(row.resource_id);
    }
    if (row.compliance_type !== "NON_COMPLIANT") return;
    if (row.exception_id !== undefined) {
      this.covered.set(row.exception_id, (this.covered.get(row.exception_id) ?? 0) + 1);
    } else if (this.isNew(row)) {
      this.newlyFailing.add(row);
    } else {
      this.stillFailing.add(row);
    }
  }

  digest(tally: Tally): RunDigest {
    for (const row of this.resolvedBefore.values()) this.addResolved(row);
    this.resolvedBefore.clear();
    return {
      instant: this.instant,
      standardChanged: this.past.digestUntil !== undefined && !this.past.sameStandard,
      totals: totals(tally.ledger()),
      newlyFailing: this.newlyFailing,
      stillFailing: this.stillFailing,
      resolved: this.resolved,
      errors: this.errors,
      firstSights: [...this.firstSights.values()],
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

  private addFirstSight(row: EvaluationRow): void {
    const { account_id: account, region } = row;
    const key = `${account} ${region}`;
    const counts = this.firstSights.get(key) ?? { account, region, listed: 0, failing: 0 };
    counts.listed++;
    if (isOpenFailure(row)) counts.failing++;
    this.firstSights.set(key, counts);
  }

  /** Found by this run, or since the last digest by a change event or a run without one. */
  private isNew({ resource_id: arn, transition, open_since = "" }: EvaluationRow): boolean {
    if (transition === "opened" || transition === "first-seen") return true;
    const { digestUntil, foundByPreviousRun } = this.past;
    return digestUntil !== undefined && open_since > digestUntil && !foundByPreviousRun.has(arn);
  }

  /** What an exception covers is accepted, failing or mended. */
  private addResolved(row: EvaluationRow): void {
    if (!this.exceptions.covering(row.resource_id, this.instant)) this.resolved.add(row);
  }
}
