/** What a run sees is recorded, settled with what others saw meanwhile, and told. */

import pMap from "p-map";
import type { AlertContext } from "../alerts/alert-message";
import { alertAtOnce, byResource, type Drift, type Untold } from "../alerts/drift";
import { digestMessage, placedAt } from "../alerts/messages";
import { AFTER_INSTANT, evaluationTimestamp, instantOf, runId } from "../history/keys";
import { Tally } from "../history/ledger";
import { isFirstSight, wasRead } from "../history/places";
import { closingRow, evaluationRow, type RowContext, whyClosed } from "../history/row";
import type { EvaluationRow, OwedAlerts, OwedDrift, RunRow } from "../history/rows";
import { BATCH_SIZE } from "../history/table";
import { isDrift, isNewFailure, isOpenFailure, type PreviousState, stateOf } from "../history/transition";
import { type ComplianceType, type Judgement, type Resource, unreadable } from "../rule/judgement";
import { inBatches } from "../values/batches";
import { asError } from "../values/errors";
import { justAfter, justBefore } from "../values/instants";
import type { RunDependencies } from "./dependencies";
import { DigestBuilder } from "./digest";
import type { RunLease } from "./leases";
import { isDriftAfter, type Past } from "./past";
import {
  elsewhere,
  type FailedScan,
  isEverything,
  type Judged,
  READ_AGAIN,
  type ScanEnd,
  unread,
} from "./scanned";
import { driftBehind, recordSingle, type SingleOutcome } from "./single";

/** What a run covers and what its alerts say of it. */
export interface RunPlan {
  readonly context: RowContext;
  readonly alert: AlertContext;
  /** The schedule's expression that is in force. */
  readonly schedule: string;
  readonly sendsDigest: boolean;
  /** ISO-8601 instant before the first look at what is scanned; when the run itself begins unless given. */
  readonly lookedFrom?: string;
  /** The accounts and Regions that are listed; further Regions may be told by the ends of their reading. */
  readonly targets: readonly { readonly accountId: string; readonly region: string }[];
  /**
   * Judges a resource as it is now, undefined when it is gone; left out where somebody else observes, whose results
   * have their own times.
   */
  readonly readAgain?: (resource: Judged["resource"]) => Promise<Judgement | undefined>;
  /** Whether what is not listed exists all the same, outside the scope. */
  readonly leftTheScope?: (arn: string) => boolean;
  /**
   * Why nothing is listed any more where a resource lies, in a sentence; undefined where something is, and of accounts that
   * are not this plan's.
   */
  readonly notScanned?: (resource: Judged["resource"]) => string | undefined;
}

const CONCURRENT_BATCHES = 8;
const CONCURRENT_LOOKUPS = 16;
/** Drifts of one run that are claimed and can be named; the others are counted. */
const DRIFTS_KEPT = 1_000;
/** What a run row may hold of owed alerts: DynamoDB takes items of 400 KB, and the ledger needs room, too. */
const OWED_BYTES = 250_000;

/** Sorts after every instant: another clock may be ahead. */
const AFTER_ALL = "9999";

/** Who sends the alerts of a run, the same for every try of it. */
export function senderOf({ rule, instant }: Pick<RowContext, "rule" | "instant">): string {
  return `${runId(rule.name)}#${instant}`;
}

/** A resource that is listed for the first time, and its state before as the index has it. */
interface FirstListed extends Judged {
  readonly indexed: PreviousState | undefined;
}

/** Records what a run sees, and remembers what its alerts need. */
export class Recording {
  private readonly startedAt: string;
  private readonly tally: Tally;
  private readonly digest: DigestBuilder;
  private readonly drifts: Drift[] = [];
  private driftsLeftOut = 0;
  /** Alerts that the run before owes and that this one cannot tell yet, of resources that cannot be read. */
  private readonly stillOwed: OwedDrift[] = [];
  private untold: Untold = { drifts: [], uncounted: 0 };
  private isDigestUntold = false;
  /** By account and Region. */
  private readonly failedPlaces = new Map<string, FailedScan>();
  /** Where the whole account is concerned. */
  private readonly failedAccounts = new Map<string, FailedScan>();
  private hasRead = false;

  constructor(
    private readonly plan: RunPlan,
    private readonly past: Past,
    private readonly lease: RunLease,
    private readonly dependencies: RunDependencies,
  ) {
    this.startedAt = plan.lookedFrom ?? dependencies.now().toISOString();
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
    const failed = [...this.failedPlaces.values(), ...this.failedBefore()];
    const [first] = failed;
    if (first && !this.hasRead) throw first.error;
    for (const { everything } of failed) {
      if (!wasRead(everything, this.past.baseline)) this.tally.noteNeverRead(everything);
    }
    await this.recordAll(failed.map(unread));
  }

  /** Where there is something as far as the run before knows, in accounts whose Regions nobody could look up now. */
  private failedBefore(): FailedScan[] {
    const places = this.past.baseline?.ledger ?? [];
    return places.flatMap(({ account_id: accountId, region }) => {
      const end = this.failedAccounts.get(accountId);
      if (end?.reach !== "regions" || this.failedPlaces.has(placeKey({ accountId, region }))) return [];
      return [{ ...end, everything: elsewhere(end.everything, region) }];
    });
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

  /**
   * Brings together what this run says and what was recorded while it was under way. Its rows are of its instant,
   * though what they say was seen later: where a change event of a later instant says otherwise, what is so now is
   * recorded as of now. And a drift of before its instant may have been recorded too late for it to know.
   */
  async settle(): Promise<void> {
    const { history } = this.dependencies;
    const { rule, instant } = this.plan.context;
    const { baseline, driftSince } = this.past;
    this.leaveOutDrifts();
    if (baseline !== undefined) {
      const since = justAfter(instantOf(baseline.evaluation_timestamp));
      for await (const row of history.evaluations(rule.name, since, justBefore(instant))) {
        const openedAt = instantOf(row.evaluation_timestamp);
        if (!isNewFailure(row) || openedAt <= (driftSince.get(row.resource_id) ?? "")) continue;
        const before = await history.latest(row.resource_id, rule.name, openedAt);
        const state = before && stateOf(before, instantOf(before.evaluation_timestamp));
        if (isDriftAfter(row, state, baseline)) await this.keepLate(row, openedAt);
      }
    }
    const overtaken = new Set<string>();
    for await (const row of history.evaluations(rule.name, justAfter(instant), AFTER_ALL)) {
      overtaken.add(row.resource_id);
    }
    await pMap(overtaken, (arn) => this.settleOvertaken(arn), { concurrency: CONCURRENT_LOOKUPS });
  }

  /** Tells what it found; what cannot be told is owed. */
  async alert(): Promise<void> {
    await this.lease.keep();
    this.leaveOutDrifts();
    const { log } = this.dependencies;
    const { alert, context } = this.plan;
    const uncounted = this.driftsLeftOut + (this.past.baseline?.owed?.more ?? 0);
    const sender = senderOf(context);
    this.untold = await alertAtOnce(alert, this.drifts, sender, this.dependencies, uncounted);
    const about = { rule: context.rule.name, instant: context.instant };
    if (this.untold.error) {
      log.error("drift could not be alerted of", this.untold.error, { ...about, owed: this.undelivered });
    }
    if (!this.plan.sendsDigest) return;
    try {
      await this.sendDigest(sender);
    } catch (caught) {
      this.isDigestUntold = true;
      log.error("the digest could not be sent", asError(caught), about);
    }
  }

  /** How many alerts of this run are owed: those that could not be sent. */
  get undelivered(): number {
    const { drifts, uncounted, error } = this.untold;
    return (error ? drifts.length + uncounted : 0) + (this.isDigestUntold ? 1 : 0);
  }

  private async sendDigest(sender: string): Promise<void> {
    const { claims, alerts } = this.dependencies;
    const { alert, context } = this.plan;
    const places = this.tally.ledger().map(({ account_id: account, region }) => ({ account, region }));
    const message = digestMessage(placedAt(alert, places), this.digest.digest(this.tally));
    if (!message) return;
    const publish = () => alerts.publish(message);
    await claims.sendOnce("digest", context.rule.name, context.instant, publish, sender);
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
      ...this.owed(),
      ...((this.isDigestUntold || !this.plan.sendsDigest) && { digest_until: this.past.digestUntil ?? "" }),
    };
  }

  private owed(): { owed?: OwedAlerts } {
    const all = [...this.stillOwed, ...this.untold.drifts.map(owedDrift)];
    if (all.length + this.untold.uncounted === 0) return {};
    const drifts: OwedDrift[] = [];
    let bytes = 0;
    for (const drift of all) {
      bytes += Buffer.byteLength(JSON.stringify(drift));
      if (bytes > OWED_BYTES) break;
      drifts.push(drift);
    }
    return { owed: { drifts, more: all.length - drifts.length + this.untold.uncounted } };
  }

  /** A listing may name a resource twice when it changes between two pages; one row is one evaluation. */
  private async *firstListed(
    scanned: AsyncIterable<Judged | ScanEnd> | Iterable<Judged>,
  ): AsyncGenerator<FirstListed> {
    for await (const one of scanned) {
      if ("everything" in one) {
        this.noteEnd(one);
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
      this.keep((await this.recordAsOfNow(resource, judgement, this.lookedAt(observedAt))).drift);
      return said;
    }
    const since = !isLive && observedAt < context.instant ? observedAt : context.instant;
    const compared = (previous: PreviousState | undefined) =>
      evaluationRow(context, resource, judgement, previous, observedAt, since);
    const { row, previous } = await this.settled(resource.arn, listed.indexed, compared);
    this.keep(await this.driftOf(row, previous));
    const owed = this.past.owed.get(resource.arn);
    if (owed && row.compliance_type === "ERROR") this.stillOwed.push(owed);
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
    const failure = this.failureAt(resource);
    if (failure) {
      if (!isOwn && latest.gone) return undefined;
      const indexed = this.past.resources.state(arn);
      return this.evaluate({ resource, judgement: unreadable(failure.error), indexed });
    }
    const said = await this.saidBefore(arn, "NOT_APPLICABLE");
    if (said) {
      await this.recordAsOfNow(resource, undefined, this.lookedAt(now().toISOString()));
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

  private noteEnd(end: ScanEnd): void {
    const { everything, error, reach, isNotEnabled } = end;
    this.tally.note(everything);
    if (error) {
      this.failedPlaces.set(placeKey(everything), { ...end, error });
      if (reach) this.failedAccounts.set(everything.accountId, { ...end, error });
    } else if (!isNotEnabled) {
      this.hasRead = true;
    }
  }

  /** Of the account and Region in which a resource lies. */
  private failureAt(resource: Judged["resource"]): FailedScan | undefined {
    return this.failedPlaces.get(placeKey(resource)) ?? this.failedAccounts.get(resource.accountId);
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

  /** A drift from before this run's instant that was recorded while it was under way. */
  private async keepLate(row: EvaluationRow, openedAt: string): Promise<void> {
    const { rule, instant } = this.plan.context;
    const own = await this.dependencies.history.at(row.resource_id, rule.name, instant);
    if (!own || !isOpenFailure(own)) return;
    if (this.drifts.some((drift) => drift.row.resource_id === row.resource_id)) return;
    this.keep({ row: own, openedAt, previousInstant: justBefore(openedAt) });
  }

  private async settleOvertaken(arn: string): Promise<void> {
    const { history } = this.dependencies;
    const { rule, instant } = this.plan.context;
    const own = await history.at(arn, rule.name, instant);
    const newest = await history.latest(arn, rule.name);
    if (!own || !newest || newest.evaluation_timestamp === own.evaluation_timestamp) return;
    const outcome = await this.outcomeOf(own, newest);
    const known = this.drifts.findIndex((drift) => drift.row.resource_id === arn);
    // What opened before may be untold all the same, unless it is over by now.
    const goesOn = outcome.row.compliance_type === "NON_COMPLIANT" && outcome.drift === undefined;
    if (known >= 0 && !goesOn) this.drifts.splice(known, 1);
    this.keep(outcome.drift);
  }

  private async outcomeOf(own: EvaluationRow, newest: EvaluationRow) {
    const resource = resourceOf(own);
    const isLive = this.plan.readAgain !== undefined;
    if (!saysTheSame(own, newest) && isLive) return this.lookAgain(resource);
    const isNewer = own.observed_at > instantOf(newest.evaluation_timestamp);
    const lookedAt = this.lookedAt(own.observed_at);
    return this.recordAsOfNow(resource, judgementOf(own), lookedAt, isLive || isNewer);
  }

  /** When a look of this run began at the earliest: a page may have been read long before its resources are judged. */
  private lookedAt(observedAt: string): string {
    return this.plan.readAgain ? this.startedAt : observedAt;
  }

  private async lookAgain(resource: Judged["resource"], newer?: EvaluationRow): Promise<SingleOutcome> {
    const lookedAt = this.dependencies.now().toISOString();
    const judgement = await this.plan.readAgain?.(resource);
    return this.recordAsOfNow(resource, judgement, lookedAt, true, newer);
  }

  private async recordAsOfNow(
    resource: Judged["resource"],
    judgement: Judgement | undefined,
    lookedAt: string,
    isLive = true,
    newer?: EvaluationRow,
  ): Promise<SingleOutcome> {
    const leftTheScope = this.plan.leftTheScope?.(resource.arn);
    const evaluation = { resource, judgement, leftTheScope, isLive, lookedAt, newer };
    const outcome = await recordSingle(this.plan.context, evaluation, this.dependencies);
    if (!outcome.newer || !this.plan.readAgain) return outcome;
    this.keep(outcome.drift);
    return this.lookAgain(resource, outcome.newer);
  }

  /**
   * Drift is what opens now, and also what opened since the last run, or could not be read by it: whoever saw that
   * may not have come to telling it. What was told is claimed, and is not told again.
   */
  private async driftOf(row: EvaluationRow, previous: PreviousState | undefined): Promise<Drift | undefined> {
    const { previousRun, baseline, driftSince, owed, recoveredSince } = this.past;
    const { resource_id: arn, transition } = row;
    if (previousRun === undefined) return undefined;
    if (isDrift(row, previous, baseline) && !isFirstSight(row, baseline)) {
      return { row, openedAt: this.plan.context.instant, previousInstant: previous?.instant };
    }
    if (transition !== "ongoing" && transition !== "recovered") return undefined;
    if (!isOpenFailure(row)) return undefined;
    const openedAt = driftSince.get(arn);
    if (openedAt !== undefined) {
      const known = owed.get(arn);
      const previousInstant = known?.opened_at === openedAt ? known.previous_instant : justBefore(openedAt);
      return { row, openedAt, previousInstant };
    }
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
    await this.lease.whileKept((signal) => this.dependencies.history.write(rows, signal));
    for (const row of rows) {
      this.tally.add(row);
      this.digest.add(row);
    }
  }
}

function placeKey({ accountId, region }: Pick<Resource, "accountId" | "region">): string {
  return `${accountId} ${region}`;
}

function resourceOf(row: EvaluationRow): Omit<Resource, "tags"> {
  return {
    arn: row.resource_id,
    type: row.resource_type,
    name: row.resource_name,
    accountId: row.account_id,
    region: row.region,
    ...(row.owner !== undefined && { owner: row.owner }),
  };
}

function owedDrift({ row, openedAt, previousInstant }: Drift): OwedDrift {
  return {
    resource_id: row.resource_id,
    opened_at: openedAt,
    ...(previousInstant !== undefined && { previous_instant: previousInstant }),
  };
}

function judgementOf(row: EvaluationRow): Judgement | undefined {
  if (row.gone) return undefined;
  const { compliance_type: complianceType, annotation, observed, error_code: errorCode } = row;
  return { complianceType, annotation, observed, ...(errorCode && { errorCode }) };
}

function saysTheSame(one: EvaluationRow, other: EvaluationRow): boolean {
  return one.compliance_type === other.compliance_type && one.gone === other.gone;
}
