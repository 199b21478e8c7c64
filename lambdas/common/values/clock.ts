/** When it is, and how to wait. */
export interface Clock {
  readonly now: () => Date;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}
