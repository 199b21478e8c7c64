/**
 * When DynamoDB may delete what only organises the work: leases, claims to alerts and windows of alerts. Evaluations
 * and runs are evidence and never expire
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).
 */

/** The table's TTL attribute: seconds since 1970. */
export const EXPIRY_ATTRIBUTE = "expires_at";

/** Longer than any run, retry or redelivery may still ask for such an item. */
const KEPT_DAYS = 90;

/** The value of the TTL attribute of an item that is written now. */
export function expiry(now: Date): number {
  return Math.floor(now.getTime() / 1000) + KEPT_DAYS * 24 * 3600;
}
