import { byResource, type Drift } from "../alerts/drift";

/** Drifts of one run that are claimed and can be named; the others are counted. */
const DRIFTS_KEPT = 1_000;

/** The drifts that a run found: the first in the order of their ARNs, so that a retry keeps the same. */
export class KeptDrifts {
  private readonly drifts: Drift[] = [];
  private count = 0;

  keep(drift: Drift | undefined): void {
    if (drift) this.drifts.push(drift);
    if (this.drifts.length >= 2 * DRIFTS_KEPT) this.leaveOut();
  }

  /** Counts those that are too many to be named. */
  leaveOut(): void {
    if (this.drifts.length <= DRIFTS_KEPT) return;
    this.drifts.sort(byResource);
    this.count += this.drifts.splice(DRIFTS_KEPT).length;
  }

  has(arn: string): boolean {
    return this.drifts.some(({ row }) => row.resource_id === arn);
  }

  forget(arn: string): void {
    const known = this.drifts.findIndex(({ row }) => row.resource_id === arn);
    if (known >= 0) this.drifts.splice(known, 1);
  }

  get named(): readonly Drift[] {
    return this.drifts;
  }

  /** How many were left out. */
  get leftOut(): number {
    return this.count;
  }
}
