/** A fault that changes nothing that anybody can see. */
export interface Equivalent {
  readonly file: string;
  readonly was: string;
  readonly becomes: string;
  readonly reason: string;
}

/** Faults that no test can notice, and why. */
export const EQUIVALENT: readonly Equivalent[] = [];
