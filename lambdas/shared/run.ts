/**
 * What becomes of evaluations, whoever judged: recorded, alerted of, committed. A sweep of a custom rule and
 * an import of a managed rule's results are both runs.
 */

import pMap from "p-map";
import { DigestBuilder } from "./digest";
import { alertSweep, type Drift, type DriftDependencies } from "./drift";
import { asError } from "./errors";
import type { EvaluationRow, Judgement, Resource, RunRow } from "./evaluation";
import { type History, runId } from "./history";
import type { Log } from "./log";
import { type AlertContext, digestMessage, failureMessage } from "./messages";
import { closingRow, evaluationRow, type RowContext } from "./row";
import { Tally, totals } from "./tally";
import { evaluationTimestamp, instantOf, justBefore } from "./timestamps";
import { isDrift, type PreviousState, stateOf } from "./transition";

export interface RunDependencies extends DriftDependencies {
  readonly history: History;
  readonly log: Log;
}

/** A resource and what was said of it. */
export interface Judged {
  readonly resource: Omit<Resource, "tags">;
  readonly judgement: Judgement;
}

/** What a run covers and what its alerts say of it. */
export interface RunPlan {
  readonly context: RowContext;
  readonly alert: AlertContext;
  /** The accounts and Regions that are listed. */
  readonly targets: readonly { readonly accountId: string; readonly region: string }[];
}

const BATCH_SIZE = 25;
const CONCURRENT_BATCHES = 8;
const CONCURRENT_LOOKUPS = 16;
/** Drifts of one run that are alerted of by name; the digest counts them all. */
const DRIFTS_KEPT = 1_000;

/**
 * Carries out a run over everything that `judged` yields, in constant memory but for one small record a
 * resource. Committed once: a second delivery of a complete run does nothing.
 * @returns the run's row, and whether an earlier delivery had committed it.
 * @throws whatever kept the run from being complete; nothing is committed then, and the same run can be
 *   carried out again.
 */
export async function carryOutRun(
  plan: RunPlan,
  judged: AsyncIterable<Judged>,
  dependencies: RunDependencies,
): Promise<{ run: RunRow; alreadyComplete: boolean }> {
  const { history, now, log } = dependencies;
  const { rule, instant } = plan.context;
  const committed = await history.run(rule.name, instant);
  if (committed) {
    log.info("run was complete already", { rule: rule.name, instant });
    return { run: committed, alreadyComplete: true };
  }
  const startedAt = now();
  try {
    const baseline = await history.lastRun(rule.name, instant, { strictlyBefore: true });
    const recording = new Recording(
      plan,
      baseline,
      await previousStates(plan, baseline, history),
      dependencies,
    );
    await recording.recordAll(judged);
    await recording.recordGone();
    await recording.alert();
    const run = recording.runRow(startedAt);
    await history.commit(run);
    report(run, log);
    return { run, alreadyComplete: false };
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

  constructor(
    private readonly plan: RunPlan,
    private readonly baseline: RunRow | undefined,
    private readonly previous: ReadonlyMap<string, PreviousResource>,
    private readonly dependencies: RunDependencies,
  ) {
    this.tally = new Tally(plan.targets);
    this.digest = new DigestBuilder(plan.context.instant, plan.context.exceptions);
  }

  async recordAll(judged: AsyncIterable<Judged>): Promise<void> {
    const batches = inBatches(this.unseen(judged), BATCH_SIZE);
    await pMap(batches, (batch) => this.recordBatch(batch), { concurrency: CONCURRENT_BATCHES });
  }

  /** Closes the history of what the previous state knows and nothing listed. */
  async recordGone(): Promise<void> {
    const { context, targets } = this.plan;
    const accounts = new Set(targets.map(({ accountId }) => accountId));
    const gone = [...this.previous.values()].filter(
      ({ state, resource }) =>
        !state.gone && !this.seen.has(resource.arn) && accounts.has(resource.accountId),
    );
    const annotation = "No longer listed: deleted, or outside the scope of the rule.";
    await pMap(
      inBatches(gone, BATCH_SIZE),
      (batch) =>
        this.store(
          batch.map(({ resource, state }) =>
            closingRow(context, resource, state, this.dependencies.now().toISOString(), annotation),
          ),
        ),
      { concurrency: CONCURRENT_BATCHES },
    );
  }

  async alert(): Promise<void> {
    const { claims, alerts } = this.dependencies;
    const { alert, context } = this.plan;
    await alertSweep(alert, this.drifts, this.dependencies);
    const message = digestMessage(alert, this.digest.digest(this.tally));
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

  /**
   * The index may lag behind a change event of the last moments. Where it says that something changed, the
   * table itself is asked, which does not lag; that is rare, but for the first run, which changes nothing.
   */
  private async evaluate({ resource, judgement }: Judged): Promise<EvaluationRow> {
    const { context } = this.plan;
    const observedAt = this.dependencies.now().toISOString();
    const indexed = this.previous.get(resource.arn)?.state;
    const row = evaluationRow(context, resource, judgement, indexed, observedAt);
    if (!this.baseline || row.transition === "ongoing") return this.noteDrift(row, indexed);
    const latest = await this.dependencies.history.latest(resource.arn, context.rule.name, context.instant);
    const previous = latest && stateOf(latest, instantOf(latest.evaluation_timestamp));
    return this.noteDrift(evaluationRow(context, resource, judgement, previous, observedAt), previous);
  }

  private noteDrift(row: EvaluationRow, previous: PreviousState | undefined): EvaluationRow {
    if (isDrift(row, this.baseline !== undefined) && this.drifts.length < DRIFTS_KEPT) {
      this.drifts.push({ row, previousInstant: previous?.instant });
    }
    return row;
  }

  private async store(rows: readonly EvaluationRow[]): Promise<void> {
    await this.dependencies.history.write(rows);
    for (const row of rows) {
      this.tally.add(row);
      this.digest.add(row);
    }
  }
}

interface PreviousResource {
  readonly resource: Omit<Resource, "tags">;
  readonly state: PreviousState;
}

/**
 * The state before the run: the last complete run and what was seen after it, read in bulk. Rows at the
 * run's own instant are left out: a crashed try of this run may have written them.
 */
async function previousStates(
  { context: { rule, instant } }: RunPlan,
  baseline: RunRow | undefined,
  history: History,
): Promise<Map<string, PreviousResource>> {
  const since = baseline ? instantOf(baseline.evaluation_timestamp) : "0";
  const latest = new Map<string, PreviousResource>();
  for await (const row of history.evaluations(rule.name, since, justBefore(instant))) {
    const known = latest.get(row.resource_id);
    const at = instantOf(row.evaluation_timestamp);
    if (known && known.state.instant > at) continue;
    latest.set(row.resource_id, {
      resource: {
        arn: row.resource_id,
        type: row.resource_type,
        name: row.resource_name,
        accountId: row.account_id,
        region: row.region,
      },
      state: stateOf(row, at),
    });
  }
  return latest;
}

function report(run: RunRow, log: Log): void {
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
