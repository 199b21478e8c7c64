/** What a report judges by. */

import type { ReportSettings } from "../../common/deployment/settings";

/** A rule that was in force at the beginning of the period and is not at its end. */
export interface RemovedRule {
  readonly rule: string;
  /** A scheduled report that evaluated it, with none after it that does, or one right after it that does not. */
  readonly after: { readonly sequence: number; readonly to: string };
}

/** What a report judges by. */
export interface Standard {
  readonly settings: ReportSettings;
  /** When these settings were in force for certain: at the end of the period or soon after it. */
  readonly knownAt: string;
  /** Rule → since when scheduled reports watch it; one that none of them has named yet is not in it. */
  readonly watchedSince: ReadonlyMap<string, string>;
  readonly removed: readonly RemovedRule[];
}
