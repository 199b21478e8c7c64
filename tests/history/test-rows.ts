/** Rows of a rule's evaluations over one day. */

import { shardOf } from "../../lambdas/common/history/keys";
import type { EvaluationRow } from "../../lambdas/common/history/rows";

/** A passing resource that nothing happened to, of the rule "rule" unless `changes` names another. */
export function row(resource: string, instant: string, changes: Partial<EvaluationRow> = {}): EvaluationRow {
  const rule = changes.rule ?? "rule";
  return {
    resource_id: resource,
    evaluation_timestamp: `${instant}#${rule}`,
    rule,
    rule_version: "1",
    parameters_hash: "0",
    rule_shard: shardOf(rule, resource),
    resource_type: "AWS::Test::Thing",
    resource_name: resource,
    account_id: "111122223333",
    region: "us-east-1",
    compliance_type: "COMPLIANT",
    annotation: "fine",
    observed: {},
    trigger: "sweep",
    observed_at: instant,
    transition: "ongoing",
    ...changes,
  };
}

/** An hour of the day, as an instant. */
export const at = (hour: number) => `2026-11-24T${String(hour).padStart(2, "0")}:00:00.000Z`;

/** Everything that comes, in the order in which it does. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
