import { createHash } from "node:crypto";

/** The index partition of a resource under a rule; the same on every path and in every run. */
export function shardOf(rule: string, resourceArn: string): string {
  const digest = createHash("sha256").update(resourceArn).digest();
  return `${rule}#${(digest[0] ?? 0) % INDEX_SHARDS}`;
}

/** The sort key of what `rule` said at `instant`. */
export function evaluationTimestamp(instant: string, rule: string): string {
  return `${instant}#${rule}`;
}

/** The instant of a sort key. */
export function instantOf(evaluationTimestamp: string): string {
  return evaluationTimestamp.slice(0, evaluationTimestamp.indexOf("#"));
}

/** Sorts after every sort key of its instant: `#` and every rule name are below it. */
export const AFTER_INSTANT = "~";

/** Index of the history table over a rule's evaluations in time order. */
export const RULE_INDEX = "by-rule";

/** Sparse index of the history table over a rule's changes of state in time order. */
export const TRANSITION_INDEX = "by-transition";

/**
 * Partitions each rule is spread over in the indexes. One index partition takes 1,000 writes a second
 * and throttles the table behind it
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-gsi-sharding.html).
 */
export const INDEX_SHARDS = 8;

/** The partition of a rule's runs. */
export function runId(rule: string): string {
  return `run#${rule}`;
}

/** DynamoDB refuses a range that ends before it begins. */
export function isEmpty(from: string, to: string): boolean {
  return from > to + AFTER_INSTANT;
}
