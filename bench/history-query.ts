/** The queries that the product sends to the history table, understood. */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { StoredRun } from "../lambdas/common/history/large-ledger";
import type { EvaluationRow } from "../lambdas/common/history/rows";

/** DynamoDB's Query as the product sends it. */
export interface QueryInput {
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeValues: Readonly<Record<string, { readonly S: string }>>;
  readonly ExclusiveStartKey?: { readonly position: { readonly N: string } };
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
}

/** An item as JSON has it: bytes in base64. */
export type Item = Record<string, AttributeValue | { readonly B: string }>;

/** A page of a query's answer. */
export interface QueryOutput {
  readonly Items: readonly Item[];
  readonly LastEvaluatedKey?: { readonly position: { readonly N: string } };
}

/** The partition that a query reads, and which of its sort keys. @throws Error on a condition that it does not know. */
export function keyCondition({
  KeyConditionExpression: expression,
  ExpressionAttributeValues: values,
}: QueryInput) {
  const [, id = "", from = "", to = "", before = ""] =
    /^\w+ = (:\w+)(?: AND evaluation_timestamp (?:BETWEEN (:\w+) AND (:\w+)|< (:\w+)))?$/.exec(expression) ??
    [];
  const partition = values[id]?.S;
  if (partition === undefined) throw new Error(`unknown condition: ${expression}`);
  const [first = "", last = "~", end = "~"] = [from, to, before].map((name) => values[name]?.S);
  return { partition, isWanted: (key: string) => key >= first && key <= last && key < end };
}

/** Which rows a query's filter lets through. @throws Error on a filter that it does not know. */
export function filter({ FilterExpression: expression, ExpressionAttributeValues: values }: QueryInput) {
  // Every rule here has resources of its own.
  if (expression === undefined || expression === "#rule = :rule") return () => true;
  const [, list] = /^compliance_type IN \((.*)\)$/.exec(expression) ?? [];
  if (list === undefined) throw new Error(`unknown filter: ${expression}`);
  const types = list.split(",").map((name) => values[name.trim()]?.S);
  return (row: EvaluationRow | StoredRun) => "compliance_type" in row && types.includes(row.compliance_type);
}
