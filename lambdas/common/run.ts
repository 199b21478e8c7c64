/**
 * What becomes of evaluations, whoever judged: recorded, alerted of, committed. A sweep of a custom rule and
 * an import of a managed rule's results are both runs.
 */

import pMap from "p-map";
import { DigestBuilder } from "./digest";
import { alertTogether, type Drift, type DriftDependencies } from "./drift";
import { asError } from "./errors";
import type { EvaluationRow, Judgement, Resource, RunRow } from "./evaluation";
import { BATCH_SIZE, type History, runId } from "./history";
import type { Log } from "./log";
import { type AlertContext, digestMessage, failureMessage, placedAt } from "./messages";
import { type Past, readPast } from "./past";
import { closingRow, evaluationRow, type RowContext } from "./row";
import { recordSingle } from "./single";
import { Tally, totals } from "./tally";
import { evaluationTimestamp, instantOf, justBefore } from "./timestamps";
import { isDrift, type PreviousState, stateOf } from "./transition";

/** What runs and single evaluations are recorded and told of with. */
export interface RunDependencies extends DriftDependencies {
  readonly history: History;
  readonly log: Log;
}

/** A resource and what was said of it. */
export interface Judged {
  readonly resource: Omit<Resource, "tags">;
  readonly judgement: Judgement;
  /** ISO-8601 instant at which somebody else observed it; it is being observed now if left out. */
  readonly observedAt?: string;
}

/** What a run covers and what its alerts say of it. */
export interface RunPlan {
  readonly context: RowContext;
  readonly alert: AlertContext;
  /** The schedule's expression that is in force. */
  readonly schedule: string;
  readonly sendsDigest: boolean;
  /** The accounts and Regions that are listed. */
  readonly targets: readonly { readonly accountId: string; readonly region: string }[];
}

/** How a run ended, and the row of the run that counts. */
export interface RunOutcome {
  readonly run: RunRow;
  readonly status: "complete" | "already-complete" | "superseded";
}

const CONCURRENT_BATCHES = 8;
const CONCURRENT_LOOKUPS = 16;
/** Drifts of one run that are claimed and can be named; the others are counted. */
const DRIFTS_KEPT = 1_000;

/**
 * Carries out a run over everything that `judged` yields. What it keeps of a resource is one small record.
 * Committed once: a second delivery of a complete run does nothing.
 * A run for which a later one is complete already does nothing either: what is seen now must not be recorded
 * as the past of what is known.
 * @throws whatever kept the run from being complete; nothing is committed then, and the same run can be
 *   carried out again.
 */
export async function carryOutRun(
  plan: RunPlan,
  judged: AsyncIterable<Judged>,
  dependencies: RunDependencies,
): Promise<RunOutcome> {
  const { history, now, log } = dependencies;
  const { rule, instant } = plan.context;
  const committed = await history.run(rule.name, instant);
  if (committed) {
    log.info("run was complete already", { rule: rule.name, instant });
    return { run: committed, status: "already-complete" };
  }
  const newest = await history.lastRun(rule.name, now().toISOString());
  if (newest && instantOf(newest.evaluation_timestamp) > instant) {
    log.warn("a later run is complete already", {
      rule: rule.name,
      instant,
      newest: newest.evaluation_timestamp,
    });
    return { run: newest, status: "superseded" };
  }
  const startedAt = now();
  try {
    const baseline = await history.lastRun(rule.name, instant, { strictlyBefore: true });
    const past = await readPast(plan.context, baseline, history, startedAt.toISOString());
    const recording = new Recording(plan, past, dependencies);
    await recording.recordAll(judged);
    await recording.recordGone();
    await recording.alert();
    const run = recording.runRow(startedAt);
    const other = await history.commit(run);
    if (other) return { run: other, status: "already-complete" };
    logRun(run, log);
    return { run, status: "complete" };
  } catch (caught) {
    await reportFailure(plan, asError(caught), dependencies);
    throw caught;
  }
}

/** Records what a run sees, and remembers what its alerts need. */
class Recording {
  private readonly seen = new Set<string>();
  private readonly tally: Tally;
  private readonly digest: DigestBuilder;
  private readonly drifts: Drift[] = [];
  private driftsLeftOut = 0;

  constructor(
    private readonly plan: RunPlan,
    private readonly past: Past,
    private readonly dependencies: RunDependencies,
  ) {
    this.tally = new Tally(plan.targets);
    this.digest = new DigestBuilder(plan.context.instant, plan.context.exceptions, past);
  }

  async recordAll(judged: AsyncIterable<Judged>): Promise<void> {
    const batches = inBatches(this.unseen(judged), BATCH_SIZE);
    await pMap(batches, (batch) => this.recordBatch(batch), { concurrency: CONCURRENT_BATCHES });
  }

  /**
   * Closes the history of what the past knows and nothing listed. A row that a crashed try of this run left of
   * a resource which is gone since is overwritten: this run has not seen it.
   */
  async recordGone(): Promise<void> {
    const { context, targets } = this.plan;
    const { resources, leftovers } = this.past;
    const accounts = new Set(targets.map(({ accountId }) => accountId));
    const known = [...resources.values()].filter(({ state }) => !state.gone).map(({ resource }) => resource);
    const gone = new Map([...known, ...leftovers.values()].map((resource) => [resource.arn, resource]));
    for (const { arn, accountId } of gone.values()) {
      if (this.seen.has(arn) || !accounts.has(accountId)) gone.delete(arn);
    }
    const annotation = "No longer listed: deleted, or outside the scope of the rule.";
    const close = (resource: Omit<Resource, "tags">) => {
      const previous = resources.get(resource.arn)?.state;
      return closingRow(context, resource, previous, this.dependencies.now().toISOString(), annotation);
    };
    const batches = inBatches(gone.values(), BATCH_SIZE);
    await pMap(batches, (batch) => this.store(batch.map(close)), { concurrency: CONCURRENT_BATCHES });
  }

  async alert(): Promise<void> {
    const { claims, alerts } = this.dependencies;
    const { alert, context } = this.plan;
    await alertTogether(alert, this.drifts, this.dependencies, this.driftsLeftOut);
    if (!this.plan.sendsDigest) return;
    const places = this.tally.ledger().map(({ account_id: account, region }) => ({ account, region }));
    const message = digestMessage(placedAt(alert, places), this.digest.digest(this.tally));
    if (message && (await claims.claimMessage("digest", context.rule.name, context.instant))) {
      await alerts.publish(message);
      await claims.messageSent("digest", context.rule.name, context.instant);
    }
  }

  runRow(startedAt: Date): RunRow {
    const { rule, parametersHash, trigger, instant } = this.plan.context;
    const completedAt = this.dependencies.now();
    return {
      resource_id: runId(rule.name),
      evaluation_timestamp: evaluationTimestamp(instant, rule.name),
      rule: rule.name,
      rule_version: rule.version,
      parameters_hash: parametersHash,
      trigger,
      schedule: this.plan.schedule,
      started_at: startedAt.toISOString(),
      completed_at: completedAt.toISOString(),
      duration_ms: completedAt.getTime() - startedAt.getTime(),
      ledger: this.tally.ledger(),
      opened: this.tally.opened,
      resolved: this.tally.resolved,
      gone: this.tally.gone,
    };
  }

  /** A listing may name a resource twice when it changes between two pages; one row is one evaluation. */
  private async *unseen(judged: AsyncIterable<Judged>): AsyncGenerator<Judged> {
    for await (const one of judged) {
      if (this.seen.has(one.resource.arn)) continue;
      this.seen.add(one.resource.arn);
      yield one;
    }
  }

  private async recordBatch(batch: readonly Judged[]): Promise<void> {
    await this.store(await pMap(batch, (one) => this.evaluate(one), { concurrency: CONCURRENT_LOOKUPS }));
  }

  private async evaluate(judged: Judged): Promise<EvaluationRow> {
    const { context } = this.plan;
    const { resource, judgement, observedAt = this.dependencies.now().toISOString() } = judged;
    const previous = await this.previousOf(judged);
    const since =
      judged.observedAt !== undefined && observedAt < context.instant ? observedAt : context.instant;
    const row = evaluationRow(context, resource, judgement, previous, observedAt, since);
    const drift = this.past.overtaken.has(resource.arn)
      ? await this.recordOvertaken(judged)
      : this.driftOf(row, previous);
    if (drift && this.drifts.length < DRIFTS_KEPT) this.drifts.push(drift);
    else if (drift) this.driftsLeftOut++;
    return row;
  }

  /**
   * The state before, from the index. That may lag behind a change event of the last moments: where it says
   * that something changed, the table itself is asked, which does not lag. The first run asks nothing.
   */
  private async previousOf({ resource, judgement }: Judged): Promise<PreviousState | undefined> {
    const { context } = this.plan;
    const indexed = this.past.resources.get(resource.arn)?.state;
    const { transition } = evaluationRow(context, resource, judgement, indexed, context.instant);
    if (this.past.previousRun === undefined || transition === "ongoing") return indexed;
    const latest = await this.dependencies.history.latest(resource.arn, context.rule.name, context.instant);
    return latest && stateOf(latest, instantOf(latest.evaluation_timestamp));
  }

  /**
   * A change event evaluated the resource after this run's instant and before this run read it. The run's row is
   * older than the event's then, though what it says was seen later: if they differ, it is recorded as of now, too.
   */
  private async recordOvertaken({ resource, judgement, observedAt }: Judged): Promise<Drift | undefined> {
    const evaluation = { resource, judgement, isLive: observedAt === undefined };
    return (await recordSingle(this.plan.context, evaluation, this.dependencies)).drift;
  }

  /**
   * Drift is what opens now, and also what opened since the last run: whoever saw that may not have come to
   * telling it. What was told is claimed, and is not told again.
   */
  private driftOf(row: EvaluationRow, previous: PreviousState | undefined): Drift | undefined {
    const { previousRun, sameStandard, resources } = this.past;
    if (previousRun === undefined || !sameStandard) return undefined;
    if (isDrift(row, true)) {
      return { row, openedAt: this.plan.context.instant, previousInstant: previous?.instant };
    }
    const openedAt = resources.get(row.resource_id)?.openedAt;
    const stillFails = row.compliance_type === "NON_COMPLIANT" && row.exception_id === undefined;
    if (openedAt === undefined || !stillFails) return undefined;
    return { row, openedAt, previousInstant: justBefore(openedAt) };
  }

  private async store(rows: readonly EvaluationRow[]): Promise<void> {
    await this.dependencies.history.write(rows);
    for (const row of rows) {
      this.tally.add(row);
      this.digest.add(row);
    }
  }
}

function logRun(run: RunRow, log: Log): void {
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
    if (!(await claims.claimMessage("failure", rule.name, instant))) return;
    await alerts.publish(failureMessage(alert, instant, error));
    await claims.messageSent("failure", rule.name, instant);
  } catch (caught) {
    log.error("failure could not be alerted of", asError(caught), { rule: rule.name, instant });
  }
}

async function* inBatches<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  size: number,
): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
