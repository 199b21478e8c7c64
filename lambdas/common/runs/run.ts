/**
 * What becomes of evaluations, whoever judged: recorded, alerted of, committed. A sweep of a custom rule and
 * an import of a managed rule's results are both runs.
 */

import { failureMessage } from "../alerts/messages";
import { instantOf } from "../history/keys";
import { totals } from "../history/ledger";
import type { RunRow } from "../history/rows";
import type { Log } from "../monitoring/log";
import { asError } from "../values/errors";
import type { RunDependencies } from "./dependencies";
import { RunTakenOver } from "./leases";
import { readPast } from "./past";
import { Recording } from "./recording";
import { senderOf } from "./run-alerts";
import type { RunPlan } from "./run-plan";
import type { Judged, ScanEnd } from "./scanned";

/** How a run ended, and the row of the run that counts. */
export interface RunOutcome {
  readonly run: RunRow;
  readonly status: "complete" | "already-complete" | "superseded";
}

/**
 * Carries out a run over everything that `scanned` yields, the last of the three steps of a run. What it keeps of a
 * resource is one small record.
 * Committed once: a second delivery of a complete run does nothing, and one that comes while the first is at it
 * waits for it.
 * A run for which a later one is complete already does nothing either: what is seen now must not be recorded
 * as the past of what is known.
 * An account or a Region that could not be read to its end keeps no other from counting: what is known to be there gets
 * an ERROR, and so does whatever else may be there. A run that could read none is not complete.
 * Alerts do not decide whether it counts: what could not be told is owed, says so in its row, its metrics and its
 * log, and is told by the next run.
 * @throws whatever kept the run from being complete; nothing is committed then, and the same run can be
 *   carried out again.
 */
export async function carryOutRun(
  plan: RunPlan,
  scanned: AsyncIterable<Judged | ScanEnd>,
  dependencies: RunDependencies,
): Promise<RunOutcome> {
  const { history, leases, now, log } = dependencies;
  const { rule, instant } = plan.context;
  const finished = await alreadyFinished(plan, dependencies);
  if (finished) return finished;
  const isOver = async () => (await history.run(rule.name, instant)) !== undefined;
  const lease = await leases.take(rule.name, instant, isOver);
  // Whoever held the lease may have committed just before it let go.
  const meanwhile = await alreadyFinished(plan, dependencies);
  if (meanwhile || !lease) {
    await lease?.release();
    return meanwhile ?? carryOutRun(plan, scanned, dependencies);
  }
  const startedAt = now();
  try {
    const baseline = await history.lastRun(rule.name, instant, { strictlyBefore: true });
    const past = await readPast(plan.context, baseline, history);
    const recording = new Recording(plan, past, lease, dependencies);
    await recording.recordAll(scanned);
    await recording.recordUnread();
    await recording.recordGone();
    await recording.settle();
    await recording.alert();
    const run = recording.runRow(plan.lookedFrom === undefined ? startedAt : new Date(plan.lookedFrom));
    const other = await history.commit(run);
    if (other) return { run: other, status: "already-complete" };
    logRun(run, recording.undelivered, log);
    return { run, status: "complete" };
  } catch (caught) {
    if (caught instanceof RunTakenOver) return afterTheOther(plan, caught, isOver, dependencies);
    await reportFailure(plan, asError(caught), dependencies);
    throw caught;
  } finally {
    await lease.release();
  }
}

/** The run that makes this one needless, if there is one. */
async function alreadyFinished(
  { context: { rule, instant } }: RunPlan,
  { history, now, log }: RunDependencies,
): Promise<RunOutcome | undefined> {
  const committed = await history.run(rule.name, instant);
  if (committed) {
    log.info("run was complete already", { rule: rule.name, instant });
    return { run: committed, status: "already-complete" };
  }
  const newest = await history.lastRun(rule.name, now().toISOString());
  if (!newest || instantOf(newest.evaluation_timestamp) <= instant) return undefined;
  log.warn("a later run is complete already", {
    rule: rule.name,
    instant,
    newest: newest.evaluation_timestamp,
  });
  return { run: newest, status: "superseded" };
}

/**
 * Waits for the delivery that took the run over.
 * @throws RunTakenOver when that one did not complete it either: the event must be tried again.
 */
async function afterTheOther(
  plan: RunPlan,
  taken: RunTakenOver,
  isOver: () => Promise<boolean>,
  dependencies: RunDependencies,
): Promise<RunOutcome> {
  const { rule, instant } = plan.context;
  const lease = await dependencies.leases.take(rule.name, instant, isOver);
  await lease?.release();
  const finished = await alreadyFinished(plan, dependencies);
  if (finished) return finished;
  throw taken;
}

function logRun(run: RunRow, undeliveredAlerts: number, log: Log): void {
  const counts = totals(run.ledger);
  const { rule, trigger, duration_ms: duration, opened, resolved, gone } = run;
  const instant = instantOf(run.evaluation_timestamp);
  log.info("run complete", { rule, instant, trigger, duration, ...counts, opened, resolved, gone });
  log.metrics(rule, {
    completedRuns: 1,
    listed: counts.listed,
    compliant: counts.compliant,
    nonCompliant: counts.nonCompliant,
    notApplicable: counts.notApplicable,
    errors: counts.error,
    score: counts.score === undefined ? undefined : counts.score * 100,
    coverage: counts.coverage === undefined ? undefined : counts.coverage * 100,
    duration,
    undeliveredAlerts,
  });
}

/** Says once for each run why it did not complete. That the alert itself may fail must not hide the cause. */
async function reportFailure(
  { context, alert }: RunPlan,
  error: Error,
  dependencies: RunDependencies,
): Promise<void> {
  const { claims, alerts, log } = dependencies;
  const { rule, instant } = context;
  log.error("run did not complete", error, { rule: rule.name, instant });
  try {
    const publish = () => alerts.publish(failureMessage(alert, instant, error));
    await claims.sendOnce("failure", rule.name, instant, publish, senderOf(context));
  } catch (caught) {
    log.error("failure could not be alerted of", asError(caught), { rule: rule.name, instant });
  }
}
