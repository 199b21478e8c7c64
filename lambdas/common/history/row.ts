import type { RuleExceptions } from "../rule/exceptions";
import type { Judgement, Resource } from "../rule/judgement";
import { cut } from "../values/text";
import { evaluationTimestamp, shardOf } from "./keys";
import type { EvaluationRow, Trigger } from "./rows";
import { type ComparedState, compare } from "./transition";

/** What every evaluation of one run or event has in common. */
export interface RowContext {
  readonly rule: { readonly name: string; readonly version: string };
  readonly parametersHash: string;
  readonly exceptions: RuleExceptions;
  readonly trigger: Trigger;
  /** ISO-8601 instant of the event. */
  readonly instant: string;
}

/**
 * AWS Config refuses longer annotations (https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html).
 */
const ANNOTATION_LENGTH = 256;

/**
 * The row of one evaluation.
 * @param observedAt when the resource was read, ISO-8601.
 * @param since since when it is known to be so, ISO-8601; the event's instant unless somebody observed it before.
 */
export function evaluationRow(
  context: RowContext,
  resource: Omit<Resource, "tags">,
  judgement: Judgement,
  previous: ComparedState | undefined,
  observedAt: string,
  since = context.instant,
): EvaluationRow {
  const { rule, instant } = context;
  const comparison = compare(previous, {
    complianceType: judgement.complianceType,
    instant: since,
    exceptionId: context.exceptions.covering(resource.arn, instant)?.id,
  });
  const shard = shardOf(rule.name, resource.arn);
  return {
    resource_id: resource.arn,
    evaluation_timestamp: evaluationTimestamp(instant, rule.name),
    rule: rule.name,
    rule_version: rule.version,
    parameters_hash: context.parametersHash,
    rule_shard: shard,
    ...(comparison.transition !== "ongoing" && { transition_shard: shard }),
    resource_type: resource.type,
    resource_name: resource.name,
    account_id: resource.accountId,
    region: resource.region,
    ...(resource.owner !== undefined && { owner: resource.owner }),
    compliance_type: judgement.complianceType,
    annotation: cut(judgement.annotation, ANNOTATION_LENGTH),
    observed: judgement.observed,
    ...(judgement.errorCode && { error_code: judgement.errorCode }),
    trigger: context.trigger,
    observed_at: observedAt,
    ...comparison,
  };
}

/**
 * Why a resource is evaluated no more, as the row says that closes its history.
 * @param leftTheScope whether it exists outside the scope, which a changed tag is enough for; undefined when nobody
 * knows.
 */
export function whyClosed(leftTheScope: boolean | undefined): string {
  if (leftTheScope === undefined) return "No longer found: deleted, or outside the scope of the rule.";
  return leftTheScope
    ? "It exists, outside the discovery scope: neither its name nor a tag's value carries the environment."
    : "No longer found: deleted.";
}

/** The row that closes the history of a resource which is in the account no more. */
export function closingRow(
  context: RowContext,
  resource: Omit<Resource, "tags">,
  previous: ComparedState | undefined,
  observedAt: string,
  annotation: string,
): EvaluationRow {
  const judgement: Judgement = { complianceType: "NOT_APPLICABLE", annotation, observed: {} };
  const { transition_shard, ...row } = evaluationRow(context, resource, judgement, previous, observedAt);
  // Told again that it is gone, a resource is not seen for the first time.
  if (previous?.gone) return { ...row, transition: "ongoing", gone: true };
  return { ...row, ...(transition_shard && { transition_shard }), gone: true };
}

/** The resource that a row is about. */
export function resourceOf(row: EvaluationRow): Omit<Resource, "tags"> {
  return {
    arn: row.resource_id,
    type: row.resource_type,
    name: row.resource_name,
    accountId: row.account_id,
    region: row.region,
    ...(row.owner !== undefined && { owner: row.owner }),
  };
}
