/** What becomes of the evaluation of one resource outside a run: recorded, and weighed whether it is drift. */

import type { Drift } from "./drift";
import type { EvaluationRow, Judgement, Resource } from "./evaluation";
import { closingRow, evaluationRow, type RowContext } from "./row";
import type { RunDependencies } from "./run";
import { instantOf, justAfter } from "./timestamps";
import { isDrift, type PreviousState, stateOf } from "./transition";

/** The row of one resource, and the drift that it shows, if it does. */
export interface SingleOutcome {
  readonly row: EvaluationRow;
  readonly drift?: Drift;
}

/** What was said of one resource, and by whom. */
export interface SingleEvaluation {
  readonly resource: Omit<Resource, "tags">;
  /** Undefined when the resource is gone or out of scope. */
  readonly judgement: Judgement | undefined;
  /** Whether it was read from the live API now, whatever the event's time; else the event itself says so. */
  readonly isLive: boolean;
}

type SingleDependencies = Pick<RunDependencies, "history" | "now">;

/**
 * Records what was said of one resource at the context's instant; doing so again writes the same row.
 * An event that comes late, after a newer evaluation, is no news when the verdict is still the same, or when it
 * only tells what was then; what was read now and differs is recorded as of now.
 * Of a resource that was never in scope nothing is recorded.
 */
export async function recordSingle(
  event: RowContext,
  evaluation: SingleEvaluation,
  dependencies: SingleDependencies,
): Promise<SingleOutcome> {
  const { history, now } = dependencies;
  const { resource, judgement, isLive } = evaluation;
  const newest = await history.latest(resource.arn, event.rule.name);
  const newestAt = newest ? instantOf(newest.evaluation_timestamp) : "";
  if (newest && newestAt > event.instant && (!isLive || isSame(newest, judgement))) {
    return withDrift(event, newest, await before(event, newest, newestAt, history), history);
  }

  const isLate = newestAt > event.instant;
  const context = isLate ? { ...event, instant: latestOf(now().toISOString(), justAfter(newestAt)) } : event;
  const previous = await before(context, newest, context.instant, history);
  const observedAt = now().toISOString();
  if (!judgement) {
    const annotation = "Deleted, or outside the scope of the rule.";
    const row = closingRow(context, resource, previous, observedAt, annotation);
    if (newest) await history.write([row]);
    return { row };
  }
  const row = evaluationRow(context, resource, judgement, previous, observedAt);
  await history.write([row]);
  return withDrift(context, row, previous, history);
}

/** The state before an instant, from the newest evaluation if that is older, else from the table. */
async function before(
  { rule }: RowContext,
  newest: EvaluationRow | undefined,
  instant: string,
  history: SingleDependencies["history"],
): Promise<PreviousState | undefined> {
  const isOlder = newest && instantOf(newest.evaluation_timestamp) < instant;
  const row = isOlder ? newest : newest && (await history.latest(newest.resource_id, rule.name, instant));
  return row && stateOf(row, instantOf(row.evaluation_timestamp));
}

/** Whether a row is drift; that it may have been told already is for the claims to find out. */
async function withDrift(
  { rule, parametersHash }: RowContext,
  row: EvaluationRow,
  previous: PreviousState | undefined,
  history: SingleDependencies["history"],
): Promise<SingleOutcome> {
  const openedAt = instantOf(row.evaluation_timestamp);
  const baseline = await history.lastRun(rule.name, openedAt, { strictlyBefore: true });
  const isSameStandard =
    baseline?.parameters_hash === parametersHash && baseline.rule_version === rule.version;
  return isDrift(row, isSameStandard)
    ? { row, drift: { row, openedAt, previousInstant: previous?.instant } }
    : { row };
}

function isSame(row: EvaluationRow, judgement: Judgement | undefined): boolean {
  return judgement ? !row.gone && row.compliance_type === judgement.complianceType : row.gone === true;
}

function latestOf(one: string, other: string): string {
  return one > other ? one : other;
}
