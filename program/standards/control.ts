/** Parameters that a control asks of a rule, at the least. */
export type AskedParameters = Readonly<Record<string, string>>;

/** One control of a standard, and what is known here of checking it. */
export interface StandardControl {
  readonly number: string;
  readonly title: string;
  /** Of the CIS benchmarks. */
  readonly level?: 1 | 2;
  /** Rules that are deployed for it → what it asks of them; without parameters the catalogue's own will do. */
  readonly rules?: Readonly<Record<string, AskedParameters>>;
  /** Rules that support it when they are there for another reason → what it asks of them. */
  readonly alsoBy?: Readonly<Record<string, AskedParameters>>;
  /** Who says that these rules support it. */
  readonly source?: string;
  /** What the rules do not see of it. */
  readonly partly?: string;
  /** Why there are no rules for it. */
  readonly whyNotChecked?: string;
}

/** Rules of which nothing particular is asked. */
export function by(...names: readonly string[]): Readonly<Record<string, AskedParameters>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
