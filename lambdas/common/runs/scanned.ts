/** What the reading of several accounts and Regions comes to, besides the resources themselves. */

import { type Judgement, type Resource, unreadable } from "../rule/judgement";
import { errorCode } from "../values/errors";

/** A resource and what was said of it. */
export interface Judged {
  readonly resource: Omit<Resource, "tags">;
  readonly judgement: Judgement;
  /** ISO-8601 instant at which somebody else observed it; it is being observed now if left out. */
  readonly observedAt?: string;
}

/** Yielded by a scan after the last resource of an account and Region, or of a whole account. */
export interface ScanEnd {
  /** Stands for whatever is there: its account and Region say where. */
  readonly everything: Omit<Resource, "tags">;
  /** What kept it from being read to its end. */
  readonly error?: Error;
  /**
   * With an error: what else it kept from being read. Left out, nothing; `account`, whatever a listing of the whole
   * account would have named; `regions`, every Region of the account, which nobody could look up.
   */
  readonly reach?: "account" | "regions";
  /** The Region is not enabled in the account: there is nothing. */
  readonly isNotEnabled?: true;
}

/** An end that came too early. */
export type FailedScan = ScanEnd & { readonly error: Error };

/** Stands in the record for all that is in an account and Region, as AWS writes it in policies. */
export function everythingIn(
  service: string,
  place: { readonly partition: string; readonly accountId: string; readonly region: string },
): ScanEnd["everything"] {
  const { partition, accountId, region } = place;
  return {
    arn: `arn:${partition}:${service}:${region}:${accountId}:*`,
    // AWS Config's name for what concerns an account as a whole.
    type: "AWS::::Account",
    name: region,
    accountId,
    region,
  };
}

/** The same for another Region of the account. */
export function elsewhere({ arn, accountId }: ScanEnd["everything"], region: string): ScanEnd["everything"] {
  const [, partition = "", service = ""] = arn.split(":");
  return everythingIn(service, { partition, accountId, region });
}

/** Whether an ARN stands for all that is in an account and Region. */
export function isEverything(arn: string): boolean {
  return arn.endsWith(":*");
}

/** Closes the record of a place that could not be read. */
export const READ_AGAIN = "It can be read again.";

/**
 * What AWS answers where a Region is not enabled in the account, with credentials that are good elsewhere
 * (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
 */
const NOT_ENABLED = ["AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException"];

/** What is said of all that is in a place that could not be read to its end, which nobody knows. */
export function unread({ everything, error }: FailedScan): Judged {
  const { accountId, region } = everything;
  const code = errorCode(error);
  const hint = NOT_ENABLED.includes(code) ? " AWS says so where a Region is not enabled in the account." : "";
  const judgement: Judgement = {
    ...unreadable(error),
    annotation: `${region} in ${accountId} could not be read to its end (${code}).${hint} ${error.message}`,
  };
  return { resource: everything, judgement };
}
