/**
 * What becomes of evaluations, whoever judged: recorded, alerted of, committed. A sweep of a custom rule and
 * an import of a managed rule's results are both runs.
 */

import pMap from "p-map";
import { DigestBuilder } from "./digest";
import { alertAtOnce, alertOfRun, byResource, type Drift, type DriftDependencies } from "./drift";
import { asError } from "./errors";
import type { ComplianceType, EvaluationRow, Judgement, Resource, RunRow } from "./evaluation";
import { BATCH_SIZE, type History, runId } from "./history";
import type { Log } from "./log";
import { type AlertContext, digestMessage, failureMessage, placedAt } from "./messages";
import { type Past, readPast } from "./past";
import { closingRow, evaluationRow, type RowContext } from "./row";
import { driftBehind, recordSingle } from "./single";
import { Tally, totals } from "./tally";
import { AFTER_INSTANT, evaluationTimestamp, instantOf, justBefore } from "./timestamps";
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
    if (caught instanceof CommittedMeanwhile) return { run: caught.run, status: "already-complete" };
    await reportFailure(plan, asError(caught), dependencies);
    throw caught;
  }
}

/** Another delivery of the run's event has committed it. */
class CommittedMeanwhile extends Error {
  constructor(readonly run: RunRow) {
    super("another delivery was faster");
  }
}

/** A resource that is listed for the first time, and its state before as the index has it. */
interface FirstListed extends Judged {
  readonly indexed: PreviousState | undefined;
}

/** Records what a run sees, and remembers what its alerts need. */
class Recording {
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
    const batches = inBatches(this.firstListed(judged), BATCH_SIZE);
    await pMap(batches, (batch) => this.recordBatch(batch), { concurrency: CONCURRENT_BATCHES });
  }

  /** Closes the history of what the past knows and nothing listed. */
  async recordGone(): Promise<void> {
    const { resources, leftovers } = this.past;
    const missing = new Set<string>();
    for (const [arn, { gone }] of resources.unlisted()) if (!gone) missing.add(arn);
    for (const arn of leftovers.keys()) if (!resources.isListed(arn)) missing.add(arn);
    const batches = inBatches(missing, BATCH_SIZE);
    await pMap(batches, (batch) => this.closeBatch(batch), { concurrency: CONCURRENT_BATCHES });
  }

  async alert(): Promise<void> {
    this.leaveOutDrifts();
    const { claims, alerts } = this.dependencies;
    const { alert, context } = this.plan;
    const sender = `${runId(context.rule.name)}#${context.instant}`;
    if (context.trigger === "on-demand")
      await alertAtOnce(alert, this.drifts, this.dependencies, this.driftsLeftOut);
    else await alertOfRun(alert, this.drifts, sender, this.dependencies, this.driftsLeftOut);
    if (!this.plan.sendsDigest) return;
    const places = this.tally.ledger().map(({ account_id: account, region }) => ({ account, region }));
    const message = digestMessage(placedAt(alert, places), this.digest.digest(this.tally));
    if (!message) return;
    await claims.sendOnce("digest", context.rule.name, context.instant, () => alerts.publish(message));
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
  private async *firstListed(judged: AsyncIterable<Judged>): AsyncGenerator<FirstListed> {
    for await (const one of judged) {
      const known = this.past.resources.list(one.resource.arn);
      if (known) yield { ...one, indexed: known.previous };
    }
  }

  private async recordBatch(batch: readonly FirstListed[]): Promise<void> {
    await this.store(await pMap(batch, (one) => this.evaluate(one), { concurrency: CONCURRENT_LOOKUPS }));
  }

  private async closeBatch(arns: readonly string[]): Promise<void> {
    const rows = await pMap(arns, (arn) => this.close(arn), { concurrency: CONCURRENT_LOOKUPS });
    await this.store(rows.filter((row) => row !== undefined));
  }

  private async evaluate(listed: FirstListed): Promise<EvaluationRow> {
    const { context } = this.plan;
    const { resource, judgement, observedAt = this.dependencies.now().toISOString() } = listed;
    const isLive = listed.observedAt === undefined;
    const said = await this.saidBefore(resource.arn, judgement.complianceType);
    if (said) {
      this.keep((await this.recordAsOfNow(resource, judgement, true)).drift);
      return said;
    }
    const previous = await this.previousOf(listed);
    const since = !isLive && observedAt < context.instant ? observedAt : context.instant;
    const row = evaluationRow(context, resource, judgement, previous, observedAt, since);
    const isOvertaken = this.past.overtaken.has(resource.arn);
    const newest = isOvertaken ? await this.recordAsOfNow(resource, judgement, isLive) : undefined;
    // What opened before may be untold all the same, unless it is over by now.
    const goesOn = newest === undefined || newest.row.compliance_type === "NON_COMPLIANT";
    this.keep(newest?.drift ?? (goesOn ? await this.driftOf(row, previous) : undefined));
    return row;
  }

  /** The row that closes the history of a resource; undefined when somebody has closed it meanwhile. */
  private async close(arn: string): Promise<EvaluationRow | undefined> {
    const { context, targets } = this.plan;
    const { history, now } = this.dependencies;
    const { rule, instant } = context;
    const latest = await history.latest(arn, rule.name, instant + AFTER_INSTANT);
    if (!latest || !targets.some(({ accountId }) => accountId === latest.account_id)) return undefined;
    const resource = resourceOf(latest);
    const said = await this.saidBefore(arn, "NOT_APPLICABLE");
    if (said || this.past.overtaken.has(arn)) await this.recordAsOfNow(resource, undefined, true);
    if (said) return said;
    const isOwn = instantOf(latest.evaluation_timestamp) === instant;
    const previous = isOwn ? await history.latest(arn, rule.name, instant) : latest;
    if (!isOwn && latest.gone) return undefined;
    const before = previous && stateOf(previous, instantOf(previous.evaluation_timestamp));
    const annotation = "No longer listed: deleted, or outside the scope of the rule.";
    return closingRow(context, resource, before, now().toISOString(), annotation);
  }

  /**
   * What a crashed try of this run said of a resource that is otherwise now. It was observed, and may have been
   * told: it stays what this run says, and what is seen now is recorded as of now.
   */
  private async saidBefore(arn: string, now: ComplianceType): Promise<EvaluationRow | undefined> {
    const isOther = (said: ComplianceType | undefined) =>
      said !== undefined && said !== "ERROR" && said !== now;
    if (!isOther(this.past.leftovers.get(arn))) return undefined;
    const { rule, instant } = this.plan.context;
    const row = await this.dependencies.history.at(arn, rule.name, instant);
    return row && !row.gone && isOther(row.compliance_type) ? row : undefined;
  }

  /**
   * The state before, from the index. That may lag behind a change event of the last moments: where it says
   * that something changed, the table itself is asked, which does not lag. The first run asks nothing.
   */
  private async previousOf({
    resource,
    judgement,
    indexed,
  }: FirstListed): Promise<PreviousState | undefined> {
    const { context } = this.plan;
    const { transition } = evaluationRow(context, resource, judgement, indexed, context.instant);
    if (this.past.previousRun === undefined || transition === "ongoing") return indexed;
    const latest = await this.dependencies.history.latest(resource.arn, context.rule.name, context.instant);
    return latest && stateOf(latest, instantOf(latest.evaluation_timestamp));
  }

  /**
   * A change event evaluated the resource after this run's instant and before this run read it. The run's row is
   * older than the event's then, though what it says was seen later: if they differ, it is recorded as of now, too.
   */
  private recordAsOfNow(resource: Judged["resource"], judgement: Judgement | undefined, isLive: boolean) {
    return recordSingle(this.plan.context, { resource, judgement, isLive }, this.dependencies);
  }

  /**
   * Drift is what opens now, and also what opened since the last run, or could not be read by it: whoever saw that
   * may not have come to telling it. What was told is claimed, and is not told again.
   */
  private async driftOf(row: EvaluationRow, previous: PreviousState | undefined): Promise<Drift | undefined> {
    const { previousRun, sameStandard, driftSince, recoveredSince } = this.past;
    const { resource_id: arn, transition } = row;
    if (previousRun === undefined) return undefined;
    if (isDrift(row, sameStandard)) {
      return { row, openedAt: this.plan.context.instant, previousInstant: previous?.instant };
    }
    if (transition !== "ongoing" && transition !== "recovered") return undefined;
    if (row.compliance_type !== "NON_COMPLIANT" || row.exception_id !== undefined) return undefined;
    const openedAt = driftSince.get(arn);
    if (openedAt !== undefined) return { row, openedAt, previousInstant: justBefore(openedAt) };
    const wasUnreadable = transition === "recovered" || recoveredSince.has(arn);
    return wasUnreadable ? driftBehind(row, this.dependencies.history) : undefined;
  }

  /** The first in the order of their ARNs, so that a retry keeps the same. */
  private keep(drift: Drift | undefined): void {
    if (drift) this.drifts.push(drift);
    if (this.drifts.length >= 2 * DRIFTS_KEPT) this.leaveOutDrifts();
  }

  private leaveOutDrifts(): void {
    if (this.drifts.length <= DRIFTS_KEPT) return;
    this.drifts.sort(byResource);
    this.driftsLeftOut += this.drifts.splice(DRIFTS_KEPT).length;
  }

  private async store(rows: readonly EvaluationRow[]): Promise<void> {
    const { history } = this.dependencies;
    const { rule, instant } = this.plan.context;
    // Another delivery of the event was faster: what it saw and told stays.
    const committed = await history.run(rule.name, instant);
    if (committed) throw new CommittedMeanwhile(committed);
    await history.write(rows);
    for (const row of rows) {
      this.tally.add(row);
      this.digest.add(row);
    }
  }
}

function resourceOf(row: EvaluationRow): Omit<Resource, "tags"> {
  return {
    arn: row.resource_id,
    type: row.resource_type,
    name: row.resource_name,
    accountId: row.account_id,
    region: row.region,
  };
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
    await claims.sendOnce("failure", rule.name, instant, () =>
      alerts.publish(failureMessage(alert, instant, error)),
    );
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
