/** What a run says is brought together with what others recorded while it was under way. */

import pMap from "p-map";
import { instantOf } from "../history/keys";
import { resourceOf } from "../history/row";
import type { EvaluationRow } from "../history/rows";
import { isNewFailure, isOpenFailure, stateOf } from "../history/transition";
import type { Judgement } from "../rule/judgement";
import { justAfter, justBefore } from "../values/instants";
import type { RunDependencies } from "./dependencies";
import type { KeptDrifts } from "./kept-drifts";
import { isDriftAfter, type Past } from "./past";
import type { RunPlan } from "./run-plan";
import type { Judged } from "./scanned";
import { recordSingle, type SingleOutcome } from "./single";

const CONCURRENT_LOOKUPS = 16;
/** Sorts after every instant: another clock may be ahead. */
const AFTER_ALL = "9999";

/** Settles one run with what change events saw. */
export class Settling {
  /** @param lookedFrom ISO-8601 instant before the run read anything. */
  constructor(
    private readonly plan: RunPlan,
    private readonly past: Past,
    private readonly drifts: KeptDrifts,
    private readonly lookedFrom: string,
    private readonly dependencies: RunDependencies,
  ) {}

  /**
   * Brings together what this run says and what was recorded while it was under way. Its rows are of its instant,
   * though what they say was seen later: where a change event of a later instant says otherwise, what is so now is
   * recorded as of now. And a drift of before its instant may have been recorded too late for it to know.
   * @param ownRows how many evaluations the run has recorded.
   */
  async settle(ownRows: number): Promise<void> {
    const { instant } = this.plan.context;
    this.drifts.leaveOut();
    const overtaken = new Set<string>();
    for await (const row of this.rowsOfOthers(ownRows)) {
      if (instantOf(row.evaluation_timestamp) > instant) overtaken.add(row.resource_id);
      else await this.keepLate(row);
    }
    await pMap(overtaken, (arn) => this.settleOvertaken(arn), { concurrency: CONCURRENT_LOOKUPS });
  }

  /**
   * What is recorded after the last run, but for this run's own rows: where those are few, they are read along, since
   * each question is a query of every shard.
   */
  private async *rowsOfOthers(ownRows: number): AsyncGenerator<EvaluationRow> {
    const { history, fewEvaluations } = this.dependencies;
    const { rule, instant } = this.plan.context;
    const { previousRun } = this.past;
    const afterOwn = justAfter(instant);
    const since = previousRun === undefined ? afterOwn : justAfter(previousRun);
    const isFew = ownRows <= fewEvaluations;
    const spans: readonly (readonly [string, string])[] = isFew
      ? [[since, AFTER_ALL]]
      : [
          [since, justBefore(instant)],
          [afterOwn, AFTER_ALL],
        ];
    for (const [from, to] of spans) {
      for await (const row of history.evaluations(rule.name, from, to)) {
        if (instantOf(row.evaluation_timestamp) !== instant) yield row;
      }
    }
  }

  /** A drift from before this run's instant that was recorded while it was under way. */
  private async keepLate(row: EvaluationRow): Promise<void> {
    const { history } = this.dependencies;
    const { rule, instant } = this.plan.context;
    const { baseline, driftSince } = this.past;
    const openedAt = instantOf(row.evaluation_timestamp);
    if (!isNewFailure(row) || openedAt <= (driftSince.get(row.resource_id) ?? "")) return;
    const before = await history.latest(row.resource_id, rule.name, openedAt);
    const state = before && stateOf(before, instantOf(before.evaluation_timestamp));
    if (!isDriftAfter(row, state, baseline)) return;
    const own = await history.at(row.resource_id, rule.name, instant);
    if (!own || !isOpenFailure(own)) return;
    if (this.drifts.has(row.resource_id)) return;
    this.drifts.keep({ row: own, openedAt, previousInstant: justBefore(openedAt) });
  }

  private async settleOvertaken(arn: string): Promise<void> {
    const { history } = this.dependencies;
    const { rule, instant } = this.plan.context;
    const own = await history.at(arn, rule.name, instant);
    const newest = await history.latest(arn, rule.name);
    if (!own || !newest) return;
    const outcome = await this.outcomeOf(own, newest);
    // What opened before may be untold all the same, unless it is over by now.
    const goesOn = outcome.row.compliance_type === "NON_COMPLIANT" && outcome.drift === undefined;
    if (!goesOn) this.drifts.forget(arn);
    this.drifts.keep(outcome.drift);
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
  lookedAt(observedAt: string): string {
    return this.plan.readAgain ? this.lookedFrom : observedAt;
  }

  private async lookAgain(resource: Judged["resource"], newer?: EvaluationRow): Promise<SingleOutcome> {
    const lookedAt = this.dependencies.now().toISOString();
    const judgement = await this.plan.readAgain?.(resource);
    return this.recordAsOfNow(resource, judgement, lookedAt, true, newer);
  }

  /** Records what a look of this run saw as of now, and looks again when somebody else saw something newer. */
  async recordAsOfNow(
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
    this.drifts.keep(outcome.drift);
    return this.lookAgain(resource, outcome.newer);
  }
}

function judgementOf(row: EvaluationRow): Judgement | undefined {
  if (row.gone) return undefined;
  const { compliance_type: complianceType, annotation, observed, error_code: errorCode } = row;
  return { complianceType, annotation, observed, errorCode };
}

function saysTheSame(one: EvaluationRow, other: EvaluationRow): boolean {
  return one.compliance_type === other.compliance_type && one.gone === other.gone;
}
