/** What becomes of the evaluation of one resource outside a run: recorded, and weighed whether it is drift. */

import type { Drift } from "../alerts/drift";
import type { History } from "../history/history";
import { instantOf } from "../history/keys";
import { isFirstSight } from "../history/places";
import { closingRow, evaluationRow, type RowContext, resourceOf, whyClosed } from "../history/row";
import type { EvaluationRow } from "../history/rows";
import { isDrift, isOpen, isOpenFailure, type PreviousState, stateOf } from "../history/transition";
import type { Judgement, Resource } from "../rule/judgement";
import { justAfter, justBefore } from "../values/instants";
import type { RunDependencies } from "./dependencies";

/** The row of one resource, and the drift that it shows, if it does. */
export interface SingleOutcome {
  readonly row: EvaluationRow;
  readonly drift?: Drift;
  /** What somebody else saw who looked later, if it is something else: what is so now takes another look. */
  readonly newer?: EvaluationRow;
}

/** What was said of one resource, and by whom. */
export interface SingleEvaluation {
  readonly resource: Omit<Resource, "tags">;
  /** Undefined when the resource is gone or out of scope. */
  readonly judgement: Judgement | undefined;
  /** Without a judgement: whether it exists, outside the scope. */
  readonly leftTheScope?: boolean;
  /** Whether it was read from the live API now, whatever the event's time; else the event itself says so. */
  readonly isLive: boolean;
  /** ISO-8601 instant before it was read; rows have the one after it, so that of two looks at once both are later. */
  readonly lookedAt: string;
  /** What made this another look: a failure that it saw goes on, whatever was recorded between. */
  readonly newer?: EvaluationRow;
}

type SingleDependencies = Pick<RunDependencies, "history" | "now">;

/**
 * Records what was said of one resource at the context's instant; doing so again leaves the same row. An event that
 * comes again, or late, after a newer evaluation or run, is no news when the verdict is still the same, or when it only
 * tells what was then; what was read now and differs is recorded as of now: a verdict that was recorded may have been
 * told, and stays. Only an ERROR is replaced, which is none. Of a resource that was never in scope nothing is recorded,
 * nor that one is gone which another account has by now.
 */
export async function recordSingle(
  event: RowContext,
  evaluation: SingleEvaluation,
  dependencies: SingleDependencies,
): Promise<SingleOutcome> {
  const { history, now } = dependencies;
  const { resource, judgement, isLive } = evaluation;
  const observedAt = now().toISOString();
  const newest = await history.latest(resource.arn, event.rule.name);
  if (newest && !judgement && newest.account_id !== resource.accountId) return { row: newest };
  const newestAt = newest ? instantOf(newest.evaluation_timestamp) : "";
  const isLate =
    newestAt > event.instant ||
    (newestAt === event.instant && newest?.compliance_type !== "ERROR") ||
    (isLive && (await isBeforeRun(event, dependencies)));
  if (newest && isLate && (!isLive || isSame(newest, judgement))) {
    return withDrift(newest, await before(event, newest, newestAt, history), history);
  }
  if (newest && isLive && sawOtherwise(newest, evaluation)) return { row: newest, newer: newest };

  const asOfNow = latestOf(now().toISOString(), newest ? justAfter(newestAt) : "");
  const context = isLate ? { ...event, instant: asOfNow } : event;
  const previous = stillFailing(evaluation) ?? (await before(context, newest, context.instant, history));
  if (!judgement) {
    const annotation = whyClosed(evaluation.leftTheScope);
    // What is gone is called what it was called when it was read last.
    const row = closingRow(context, newest ? resourceOf(newest) : resource, previous, observedAt, annotation);
    if (newest && !(await history.record(row))) return recordSingle(event, evaluation, dependencies);
    return { row, newer: await seenLater(row, evaluation, history) };
  }
  const row = evaluationRow(context, resource, judgement, previous, observedAt);
  // Another delivery of the event was faster, and what it saw stays.
  if (!(await history.record(row))) return recordSingle(event, evaluation, dependencies);
  const outcome = await withDrift(row, previous, history);
  return { ...outcome, newer: await seenLater(row, evaluation, history) };
}

/** The failure that somebody else saw meanwhile, if it goes on: what was recorded between was seen before it. */
function stillFailing({ judgement, newer }: SingleEvaluation): PreviousState | undefined {
  const goesOn = newer && isOpenFailure(newer) && judgement?.complianceType === "NON_COMPLIANT";
  return goesOn ? stateAt(newer) : undefined;
}

/**
 * The row before this one, if it was seen later: a run's rows are of its slot. The run looks for rows like this one
 * when all of its own are written, so that one of the two sees the other.
 */
async function seenLater(
  row: EvaluationRow,
  evaluation: SingleEvaluation,
  history: SingleDependencies["history"],
): Promise<EvaluationRow | undefined> {
  if (!evaluation.isLive) return undefined;
  const before = await history.latest(row.resource_id, row.rule, instantOf(row.evaluation_timestamp));
  return before && sawOtherwise(before, evaluation) ? before : undefined;
}

function sawOtherwise(row: EvaluationRow, { judgement, lookedAt }: SingleEvaluation): boolean {
  return row.observed_at > lookedAt && row.compliance_type !== "ERROR" && !isSame(row, judgement);
}

/**
 * Whether a complete run is as late as the event or later. What that run did not list would stay unknown if it were
 * recorded as of before: the state of all resources is what the last run says and what was said after it.
 */
async function isBeforeRun(
  { rule, instant }: RowContext,
  { history, now }: SingleDependencies,
): Promise<boolean> {
  const run = await history.lastRun(rule.name, now().toISOString());
  return run !== undefined && instantOf(run.evaluation_timestamp) >= instant;
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
  return row && stateAt(row);
}

/** Whether a row shows drift; that it may have been told already is for the claims to find out. */
async function withDrift(
  row: EvaluationRow,
  previous: PreviousState | undefined,
  history: SingleDependencies["history"],
): Promise<SingleOutcome> {
  if (row.transition === "recovered") return { row, drift: await driftBehind(row, history) };
  if (!(await wasDrift(row, previous, history))) return { row };
  const openedAt = instantOf(row.evaluation_timestamp);
  // Others who looked at the same moment say that it opened, too: it is one failure, which any of them may have told.
  const previousInstant = isOpen(previous) ? justBefore(await failingSince(row, history)) : previous?.instant;
  return { row, drift: { row, openedAt, previousInstant } };
}

/** The instant of the first of the rows up to this one that all show the failure, or could not read it. */
async function failingSince(row: EvaluationRow, history: Pick<History, "backwards">): Promise<string> {
  let since = instantOf(row.evaluation_timestamp);
  for await (const earlier of history.backwards(
    row.resource_id,
    row.rule,
    row.evaluation_timestamp,
    LONG_PAGE,
  )) {
    const instant = instantOf(earlier.evaluation_timestamp);
    if (!isOpen(stateOf(earlier, instant))) break;
    since = instant;
  }
  return since;
}

const LONG_PAGE = 100;

/**
 * The drift that a failure began with which could not be read for a while and is seen again: whoever saw it begin
 * may not have come to telling it. A complete run has told whatever it found, so that nobody has to look behind it.
 */
export async function driftBehind(
  row: EvaluationRow,
  history: Pick<History, "backwards" | "lastRun" | "latest" | "run">,
): Promise<Drift | undefined> {
  const { resource_id: arn, rule } = row;
  if (!isOpenFailure(row)) return undefined;
  for await (const earlier of history.backwards(arn, rule, row.evaluation_timestamp, LONG_PAGE)) {
    const openedAt = instantOf(earlier.evaluation_timestamp);
    if (earlier.compliance_type === "ERROR") continue;
    if (earlier.compliance_type !== "NON_COMPLIANT") return undefined;
    if (earlier.trigger !== "change" && (await history.run(rule, openedAt))) return undefined;
    if (earlier.transition !== "opened" && earlier.transition !== "first-seen") continue;
    const drift = { row, openedAt, previousInstant: justBefore(openedAt) };
    const before = await history.latest(arn, rule, openedAt);
    return (await wasDrift(earlier, before && stateAt(before), history)) ? drift : undefined;
  }
  return undefined;
}

/**
 * Whether an evaluation was drift by the standard of the run before it. A run that was under way may have found the
 * failure, too, and written so after this evaluation but of a time before it: then it was there.
 * @param previous the state before it as it is known now.
 */
async function wasDrift(
  row: EvaluationRow,
  previous: PreviousState | undefined,
  history: Pick<History, "lastRun">,
): Promise<boolean> {
  const openedAt = instantOf(row.evaluation_timestamp);
  const baseline = await history.lastRun(row.rule, openedAt, { strictlyBefore: true });
  const isOfRun = baseline !== undefined && previous?.instant === instantOf(baseline.evaluation_timestamp);
  return (
    isDrift(row, previous, baseline) && !isFirstSight(row, baseline) && !(isOfRun && isOpenFailure(previous))
  );
}

function stateAt(row: EvaluationRow): PreviousState {
  return stateOf(row, instantOf(row.evaluation_timestamp));
}

function isSame(row: EvaluationRow, judgement: Judgement | undefined): boolean {
  return judgement ? !row.gone && row.compliance_type === judgement.complianceType : row.gone === true;
}

function latestOf(one: string, other: string): string {
  return one > other ? one : other;
}
