/** What a run sees is recorded, settled with what others saw meanwhile, and told. */

import pMap from "p-map";
import { AFTER_INSTANT, evaluationTimestamp, instantOf, runId } from "../history/keys";
import { Tally } from "../history/ledger";
import { wasRead } from "../history/places";
import { closingRow, evaluationRow, resourceOf, whyClosed } from "../history/row";
import type { EvaluationRow, RunRow } from "../history/rows";
import { BATCH_SIZE } from "../history/table";
import { type PreviousState, stateOf } from "../history/transition";
import { type ComplianceType, unreadable } from "../rule/judgement";
import { inBatches } from "../values/batches";
import type { RunDependencies } from "./dependencies";
import { DigestBuilder } from "./digest";
import { driftOfRun } from "./drift-of-run";
import { KeptDrifts } from "./kept-drifts";
import type { RunLease } from "./leases";
import type { Past } from "./past";
import { RunAlerts } from "./run-alerts";
import type { RunPlan } from "./run-plan";
import { isEverything, type Judged, READ_AGAIN, type ScanEnd, unread } from "./scanned";
import { Settling } from "./settling";
import { UnreadPlaces } from "./unread-places";

const CONCURRENT_BATCHES = 8;
const CONCURRENT_LOOKUPS = 16;

/** A resource that is listed for the first time, and its state before as the index has it. */
interface FirstListed extends Judged {
  readonly indexed: PreviousState | undefined;
}

/** Records what a run sees, and remembers what its alerts need. */
export class Recording {
  private readonly tally: Tally;
  private readonly digest: DigestBuilder;
  private readonly drifts = new KeptDrifts();
  private readonly unreadPlaces: UnreadPlaces;
  private readonly alerts: RunAlerts;
  private readonly settling: Settling;
  private recorded = 0;

  constructor(
    private readonly plan: RunPlan,
    private readonly past: Past,
    private readonly lease: RunLease,
    private readonly dependencies: RunDependencies,
  ) {
    const lookedFrom = plan.lookedFrom ?? dependencies.now().toISOString();
    this.unreadPlaces = new UnreadPlaces(past.baseline);
    this.alerts = new RunAlerts(plan, past, dependencies);
    this.settling = new Settling(plan, past, this.drifts, lookedFrom, dependencies);
    this.tally = new Tally(plan.targets);
    this.digest = new DigestBuilder(plan.context.instant, plan.context.exceptions, past);
  }

  async recordAll(scanned: AsyncIterable<Judged | ScanEnd> | Iterable<Judged>): Promise<void> {
    const batches = inBatches(this.firstListed(scanned), BATCH_SIZE);
    await pMap(batches, (batch) => this.recordBatch(batch), { concurrency: CONCURRENT_BATCHES });
  }

  /**
   * Says where nothing is known of what there may be.
   * @throws what kept the first place from being read when none could be: such a run says nothing.
   */
  async recordUnread(): Promise<void> {
    const failed = this.unreadPlaces.all();
    for (const { everything } of failed) {
      if (!wasRead(everything, this.past.baseline)) this.tally.noteNeverRead(everything);
    }
    await this.recordAll(failed.map(unread));
  }

  /** Closes the history of what the past knows and nothing listed, unless it lies where not all could be read. */
  async recordGone(): Promise<void> {
    const { resources, leftovers } = this.past;
    const missing = new Set<string>();
    for (const [arn, { gone }] of resources.unlisted()) if (!gone) missing.add(arn);
    for (const arn of leftovers.keys()) if (!resources.isListed(arn)) missing.add(arn);
    const batches = inBatches(missing, BATCH_SIZE);
    await pMap(batches, (batch) => this.closeBatch(batch), { concurrency: CONCURRENT_BATCHES });
  }

  /** Brings together what this run says and what was recorded while it was under way. */
  settle(): Promise<void> {
    return this.settling.settle(this.recorded);
  }

  /** Tells what it found; what cannot be told is owed. */
  async alert(): Promise<void> {
    await this.lease.keep();
    await this.alerts.send(this.drifts, this.digest, this.tally);
  }

  /** How many alerts of this run are owed: those that could not be sent. */
  get undelivered(): number {
    return this.alerts.undelivered;
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
      ...this.alerts.owed(),
    };
  }

  /** A listing may name a resource twice when it changes between two pages; one row is one evaluation. */
  private async *firstListed(
    scanned: AsyncIterable<Judged | ScanEnd> | Iterable<Judged>,
  ): AsyncGenerator<FirstListed> {
    for await (const one of scanned) {
      if ("everything" in one) {
        this.tally.note(one.everything);
        this.unreadPlaces.note(one);
        continue;
      }
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
      const lookedAt = this.settling.lookedAt(observedAt);
      this.drifts.keep((await this.settling.recordAsOfNow(resource, judgement, lookedAt)).drift);
      return said;
    }
    const since = !isLive && observedAt < context.instant ? observedAt : context.instant;
    const compared = (previous: PreviousState | undefined) =>
      evaluationRow(context, resource, judgement, previous, observedAt, since);
    const { row, previous } = await this.settled(resource.arn, listed.indexed, compared);
    this.drifts.keep(await driftOfRun(row, previous, this.past, this.dependencies.history));
    const owed = this.past.owed.get(resource.arn);
    if (owed && row.compliance_type === "ERROR") this.alerts.stillOwed.push(owed);
    return row;
  }

  /** The row that closes the history of a resource; undefined when somebody has closed it meanwhile. */
  private async close(arn: string): Promise<EvaluationRow | undefined> {
    const { context, targets } = this.plan;
    const { history, now } = this.dependencies;
    const { rule, instant } = context;
    const latest = await history.latest(arn, rule.name, instant + AFTER_INSTANT);
    if (!latest) return undefined;
    const resource = resourceOf(latest);
    const isOurs = targets.some(({ accountId }) => accountId === latest.account_id);
    if (!isOurs && this.plan.notScanned?.(resource) === undefined) return undefined;
    const isOwn = instantOf(latest.evaluation_timestamp) === instant;
    const failure = this.unreadPlaces.at(resource);
    if (failure) {
      if (!isOwn && latest.gone) return undefined;
      const indexed = this.past.resources.state(arn);
      return this.evaluate({ resource, judgement: unreadable(failure.error), indexed });
    }
    const said = await this.saidBefore(arn, "NOT_APPLICABLE");
    if (said) {
      const lookedAt = this.settling.lookedAt(now().toISOString());
      await this.settling.recordAsOfNow(resource, undefined, lookedAt);
      return said;
    }
    const previous = isOwn ? await history.latest(arn, rule.name, instant) : latest;
    if (!isOwn && latest.gone) return undefined;
    const before = previous && stateOf(previous, instantOf(previous.evaluation_timestamp));
    return closingRow(context, resource, before, now().toISOString(), this.whyClosed(resource));
  }

  private whyClosed(resource: Judged["resource"]): string {
    const { notScanned, leftTheScope } = this.plan;
    const here = isEverything(resource.arn) ? READ_AGAIN : whyClosed(leftTheScope?.(resource.arn));
    return notScanned?.(resource) ?? here;
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
   * The row that is compared with the state before, as the index has that. It may lag behind a change event of the
   * last moments: where it says that something changed, the table itself is asked, which does not lag. The first run
   * asks nothing.
   */
  private async settled(
    arn: string,
    indexed: PreviousState | undefined,
    compared: (previous: PreviousState | undefined) => EvaluationRow,
  ): Promise<{ readonly row: EvaluationRow; readonly previous: PreviousState | undefined }> {
    const { rule, instant } = this.plan.context;
    const row = compared(indexed);
    if (this.past.previousRun === undefined || row.transition === "ongoing")
      return { row, previous: indexed };
    const latest = await this.dependencies.history.latest(arn, rule.name, instant);
    const previous = latest && stateOf(latest, instantOf(latest.evaluation_timestamp));
    return { row: compared(previous), previous };
  }

  private async store(rows: readonly EvaluationRow[]): Promise<void> {
    await this.lease.whileKept((signal) => this.dependencies.history.write(rows, signal));
    this.recorded += rows.length;
    for (const row of rows) {
      this.tally.add(row);
      this.digest.add(row);
    }
  }
}
