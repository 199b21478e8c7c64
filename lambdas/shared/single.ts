/** What becomes of the evaluation of one resource outside a run: recorded and, when it is drift, alerted of. */

import { alertChange } from "./drift";
import type { EvaluationRow, Judgement, Resource } from "./evaluation";
import type { AlertContext } from "./messages";
import { closingRow, evaluationRow, type RowContext } from "./row";
import type { RunDependencies } from "./run";
import { instantOf } from "./timestamps";
import { isDrift, stateOf } from "./transition";

export interface SinglePlan {
  readonly context: RowContext;
  readonly alert: AlertContext;
}

/**
 * Records what was said of one resource at the context's instant; doing so again writes the same row and
 * sends nothing more.
 * @param judgement undefined when the resource is gone or out of scope.
 */
export async function recordSingle(
  { context, alert }: SinglePlan,
  resource: Omit<Resource, "tags">,
  judgement: Judgement | undefined,
  dependencies: RunDependencies,
): Promise<EvaluationRow> {
  const { history, now } = dependencies;
  const { rule, instant } = context;
  const latest = await history.latest(resource.arn, rule.name, instant);
  const previous = latest && stateOf(latest, instantOf(latest.evaluation_timestamp));
  const observedAt = now().toISOString();
  const row = judgement
    ? evaluationRow(context, resource, judgement, previous, observedAt)
    : closingRow(context, resource, previous, observedAt, "Deleted, or outside the scope of the rule.");
  await history.write([row]);

  const baseline = await history.lastRun(rule.name, instant, { strictlyBefore: true });
  if (isDrift(row, baseline !== undefined)) {
    await alertChange(alert, { row, previousInstant: previous?.instant }, dependencies);
  }
  return row;
}
