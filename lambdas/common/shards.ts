import { createHash } from "node:crypto";
import { INDEX_SHARDS } from "./names";

/** The index partition of a resource under a rule; the same on every path and in every run. */
export function shardOf(rule: string, resourceArn: string): string {
  const digest = createHash("sha256").update(resourceArn).digest();
  return `${rule}#${(digest[0] ?? 0) % INDEX_SHARDS}`;
}
