/** What becomes of the evaluation of one resource outside a run: recorded, and weighed whether it is drift. */

import type { Drift } from "./drift";
import type { EvaluationRow, Judgement, Resource } from "./evaluation";
import { closingRow, evaluationRow, type RowContext } from "./row";
import type { RunDependencies } from "./run";
import { instantOf, justAfter } from "./timestamps";
import { isDrift, stateOf } from "./transition";

/** The row of one resource, and the drift that it shows, if it does. */
export interface SingleOutcome {
  readonly row: EvaluationRow;
  readonly drift?: Drift;
}

/**
 * Records what was said of one resource at the context's instant; doing so again writes the same row.
 * An event that comes late, after a newer evaluation, is no news when the verdict is still the same; else what
 * was seen is recorded as of now, since it was seen now.
 * @param judgement undefined when the resource is gone or out of scope; of one that was never in it, nothing
 *   is recorded.
 * @param recordedAt ISO-8601 instant at which somebody else observed it.
 */
export async function recordSingle(
  event: RowContext,
  resource: Omit<Resource, "tags">,
  judgement: Judgement | undefined,
  { history, now }: Pick<RunDependencies, "history" | "now">,
  recordedAt?: string,
): Promise<SingleOutcome> {
  const { name } = event.rule;
  const newest = await history.latest(resource.arn, name);
  const newestAt = newest && instantOf(newest.evaluation_timestamp);
  const isLate = newest !== undefined && newestAt !== undefined && newestAt > event.instant;
  if (isLate && isSame(newest, judgement)) return { row: newest };

  const context = isLate ? { ...event, instant: latestOf(now().toISOString(), justAfter(newestAt)) } : event;
  const { instant } = context;
  const before =
    newestAt !== undefined && newestAt < instant ? newest : await history.latest(resource.arn, name, instant);
  const previous = before && stateOf(before, instantOf(before.evaluation_timestamp));
  const observedAt = recordedAt ?? now().toISOString();
  if (!judgement) {
    const row = closingRow(
      context,
      resource,
      previous,
      observedAt,
      "Deleted, or outside the scope of the rule.",
    );
    if (newest) await history.write([row]);
    return { row };
  }
  const row = evaluationRow(context, resource, judgement, previous, observedAt);
  await history.write([row]);

  const baseline = await history.lastRun(name, instant, { strictlyBefore: true });
  const isSameStandard =
    baseline?.parameters_hash === context.parametersHash && baseline.rule_version === context.rule.version;
  return isDrift(row, isSameStandard)
    ? { row, drift: { row, openedAt: instant, previousInstant: previous?.instant } }
    : { row };
}

function isSame(row: EvaluationRow, judgement: Judgement | undefined): boolean {
  return judgement ? !row.gone && row.compliance_type === judgement.complianceType : row.gone === true;
}

function latestOf(one: string, other: string): string {
  return one > other ? one : other;
}
