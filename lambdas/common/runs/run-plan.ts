import type { AlertContext } from "../alerts/alert-message";
import type { RowContext } from "../history/row";
import type { Judgement } from "../rule/judgement";
import type { Judged } from "./scanned";

/** What a run covers and what its alerts say of it. */
export interface RunPlan {
  readonly context: RowContext;
  readonly alert: AlertContext;
  /** The schedule's expression that is in force. */
  readonly schedule: string;
  readonly sendsDigest: boolean;
  /** ISO-8601 instant before the first look at what is scanned; when the run itself begins unless given. */
  readonly lookedFrom?: string;
  /** The accounts and Regions that are listed; further Regions may be told by the ends of their reading. */
  readonly targets: readonly { readonly accountId: string; readonly region: string }[];
  /**
   * Judges a resource as it is now, undefined when it is gone; left out where somebody else observes, whose results
   * have their own times.
   */
  readonly readAgain?: (resource: Judged["resource"]) => Promise<Judgement | undefined>;
  /** Whether what is not listed exists all the same, outside the scope. */
  readonly leftTheScope?: (arn: string) => boolean;
  /**
   * Why nothing is listed any more where a resource lies, in a sentence; undefined where something is, and of accounts
   * that are not this plan's.
   */
  readonly notScanned?: (resource: Judged["resource"]) => string | undefined;
}
