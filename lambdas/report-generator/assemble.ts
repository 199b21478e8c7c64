/** From the history to the report: reads one rule at a time and keeps only what the report shows. */

import type { EvaluationRow, RunRow } from "../shared/evaluation";
import type { HistoryReader } from "../shared/history";
import { parametersHash } from "../shared/row";
import type { ReportedRule, ReportSettings } from "../shared/settings";
import { instantOf } from "../shared/timestamps";
import { controlMapping } from "./controls";
import { type RunEntry, runEntry } from "./coverage";
import { byTime, changeEntry, compareText, Interner, resourceEntry, worstFirst } from "./entries";
import type { SampleRequest } from "./event";
import { exceptionsInUse } from "./exceptions-in-use";
import { findings } from "./findings";
import { type FailingInterval, failingIntervals, resolutionTimes } from "./intervals";
import { type Period, plus } from "./period";
import {
  type ChainPosition,
  type ChangeEntry,
  type GroupResult,
  type Report,
  type ResourceEntry,
  type RuleResult,
  type SamplePack,
  SCHEMA_VERSION,
} from "./report";
import { drawSample } from "./sample";
import { type Attestation, attest } from "./schedule";
import { add, NOTHING, TallyBy, tally } from "./scores";
import { type RuleState, stateAt } from "./state";
import { overallTrend, ruleTrend } from "./trend";

/** What a report is made from, all of it passed in. */
export interface AssemblyDependencies {
  readonly history: HistoryReader;
  readonly settings: ReportSettings;
  readonly source: {
    readonly environmentSuffix: string;
    readonly accountId: string;
    readonly region: string;
  };
  /** Waits that many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Which report to make. */
export interface AssemblyRequest {
  readonly reportId: string;
  readonly kind: Report["kind"];
  readonly generatedAt: string;
  readonly period: Period;
  readonly chain: ChainPosition;
  readonly sample?: SampleRequest;
  /** Why the managed rules' results could not be imported. */
  readonly importError?: Error;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The trend reaches back this far even when the period is shorter, for it is cheap and says more. */
const TREND_MS = 30 * DAY_MS;
const BEGINNING = "1970-01-01T00:00:00.000Z";
const INDEX_ATTEMPTS = 5;
const INDEX_WAIT_MS = 2_000;

/**
 * Makes the report of a period from the history.
 * @throws whatever the history throws.
 */
export async function assembleReport(
  dependencies: AssemblyDependencies,
  request: AssemblyRequest,
): Promise<Report> {
  const { settings } = dependencies;
  const { period, kind } = request;
  const fleet = new Fleet(kind === "scheduled" && request.chain.previous !== null);
  for (const rule of settings.rules) await readRule(dependencies, rule, period, fleet);

  fleet.resources.sort(worstFirst);
  fleet.changes.sort(byTime);
  fleet.failures.sort(
    (a, b) =>
      compareText(a.since, b.since) || compareText(a.rule, b.rule) || compareText(a.resourceId, b.resourceId),
  );
  fleet.runs.sort((a, b) => compareText(a.at, b.at) || compareText(a.rule, b.rule));

  const overall = tally(fleet.rules.map(({ result }) => result ?? NOTHING).reduce(add, NOTHING));
  const resultOf = new Map(fleet.rules.map(({ rule, result }) => [rule, result ?? undefined]));
  const exceptions = exceptionsInUse(settings.exceptions, fleet.covered, period.to);
  const sum = (count: (one: Attestation) => number) =>
    fleet.schedule.reduce((total, one) => total + count(one), 0);
  return {
    schemaVersion: SCHEMA_VERSION,
    reportId: request.reportId,
    kind,
    generatedAt: request.generatedAt,
    period,
    source: {
      ...dependencies.source,
      programVersion: settings.programVersion,
      parametersHash: parametersHash(settings),
    },
    chain: request.chain,
    findings: findings({
      summary: overall,
      rules: fleet.rules,
      missingRows: fleet.missingRows,
      importError: request.importError,
      schedule: fleet.schedule,
      runs: fleet.runs,
      exceptions,
      lateChanges: fleet.changes.filter(({ arrivedLate }) => arrivedLate).length,
    }),
    summary: {
      ...overall,
      resources: new Set(fleet.resources.map(({ resourceId }) => resourceId)).size,
      rules: fleet.rules.length,
      rulesNotEvaluated: fleet.rules.filter(({ result }) => result === null).length,
      opened: fleet.rules.reduce((total, { opened }) => total + opened, 0),
      timeToResolve: resolutionTimes(fleet.failures),
      sweeps: {
        expected: sum(({ expected }) => expected),
        onTime: sum(({ onTime }) => onTime),
        late: sum(({ late }) => late),
        missing: sum(({ missing }) => missing),
      },
    },
    rules: fleet.rules,
    byResourceType: groups(fleet.byResourceType),
    byAccount: groups(fleet.byAccount),
    byRegion: groups(fleet.byRegion),
    trend: {
      from: trendStart(period),
      overall: overallTrend(fleet.trendRuns),
      byRule: Object.fromEntries([...fleet.trendRuns].map(([rule, runs]) => [rule, ruleTrend(runs)])),
    },
    schedule: fleet.schedule,
    runs: fleet.runs,
    exceptions,
    controls: controlMapping(settings.rules, (rule) => resultOf.get(rule)),
    sample: request.sample === undefined ? null : samplePack(fleet.resources, request.sample),
    resources: fleet.resources,
    changes: fleet.changes,
    failures: fleet.failures,
  };
}

/** What the rules leave behind as they are read one after another. */
class Fleet {
  readonly interner = new Interner();
  readonly resources: ResourceEntry[] = [];
  readonly changes: ChangeEntry[] = [];
  readonly failures: FailingInterval[] = [];
  readonly rules: RuleResult[] = [];
  readonly runs: RunEntry[] = [];
  readonly schedule: Attestation[] = [];
  readonly trendRuns = new Map<string, RunRow[]>();
  readonly missingRows = new Map<string, number>();
  /** Exception id → failures covered. */
  readonly covered = new Map<string, number>();
  readonly byRule = new TallyBy();
  readonly byResourceType = new TallyBy();
  readonly byAccount = new TallyBy();
  readonly byRegion = new TallyBy();

  /** @param isContinuation whether a report of the time before has been made, for which things can be late */
  constructor(readonly isContinuation: boolean) {}

  add(entry: ResourceEntry): void {
    this.resources.push(entry);
    const { complianceType, exceptionId } = entry;
    const isExcepted = exceptionId !== undefined && complianceType === "NON_COMPLIANT";
    this.byRule.count(entry.rule, complianceType, isExcepted);
    this.byResourceType.count(entry.resourceType, complianceType, isExcepted);
    this.byAccount.count(entry.accountId, complianceType, isExcepted);
    this.byRegion.count(`${entry.accountId} ${entry.region}`, complianceType, isExcepted);
    if (isExcepted) this.covered.set(exceptionId, (this.covered.get(exceptionId) ?? 0) + 1);
  }
}

async function readRule(
  { history, settings, sleep }: AssemblyDependencies,
  rule: ReportedRule,
  period: Period,
  fleet: Fleet,
): Promise<void> {
  const { name, severity } = rule;
  const state = await settledStateAt(history, name, period.to, sleep);
  if (state.missingRows > 0) fleet.missingRows.set(name, state.missingRows);
  for (const row of state.rows) fleet.add(resourceEntry(row, severity, fleet.interner));

  const { inPeriod, late } = await readTransitions(history, name, period, fleet.isContinuation);
  for (const row of late) fleet.changes.push(changeEntry(row, true, fleet.interner));
  for (const row of inPeriod) fleet.changes.push(changeEntry(row, false, fleet.interner));

  const before = await stateAt(history, name, period.from, "failing");
  const intervals = failingIntervals(before.rows, inPeriod, state.rows, period);
  for (const interval of intervals) fleet.failures.push(interval);

  const runs = await collect(history.runs(name, plus(trendStart(period), -DAY_MS), period.to));
  fleet.trendRuns.set(
    name,
    runs.filter((run) => instantOf(run.evaluation_timestamp) > trendStart(period)),
  );
  for (const run of runs) {
    const isInPeriod = instantOf(run.evaluation_timestamp) > period.from;
    const isLate = !isInPeriod && fleet.isContinuation && run.completed_at > period.from;
    if (isInPeriod || isLate) fleet.runs.push(runEntry(run, isLate));
  }
  const schedule = rule.kind === "managed" ? settings.reportSchedule : settings.evaluationSchedule;
  fleet.schedule.push(attest(name, schedule, period, runs, await firstRun(history, name, period.to)));

  fleet.rules.push({
    rule: name,
    title: rule.title,
    kind: rule.kind,
    configRuleName: rule.configRuleName,
    severity,
    remediation: rule.remediation,
    result: state.run === undefined ? null : fleet.byRule.of(name),
    stateFrom:
      state.run === undefined
        ? null
        : { run: instantOf(state.run.evaluation_timestamp), laterEvaluations: state.laterEvaluations },
    opened: intervals.filter(({ since }) => since > period.from).length,
    timeToResolve: resolutionTimes(intervals),
  });
}

/** Reads again while the index has not caught up with the run that it belongs to. */
async function settledStateAt(
  history: HistoryReader,
  rule: string,
  at: string,
  sleep: AssemblyDependencies["sleep"],
): Promise<RuleState> {
  let state = await stateAt(history, rule, at);
  for (let attempt = 1; state.missingRows > 0 && attempt < INDEX_ATTEMPTS; attempt++) {
    await sleep(INDEX_WAIT_MS);
    state = await stateAt(history, rule, at);
  }
  return state;
}

/**
 * The rule's changes of state in the period and, when a report of the time before has been made, those of the
 * day before that were observed only after it.
 */
async function readTransitions(
  history: HistoryReader,
  rule: string,
  period: Period,
  isContinuation: boolean,
): Promise<{ inPeriod: EvaluationRow[]; late: EvaluationRow[] }> {
  const inPeriod: EvaluationRow[] = [];
  const late: EvaluationRow[] = [];
  const start = isContinuation ? plus(period.from, -DAY_MS) : plus(period.from, 1);
  for await (const row of history.transitions(rule, start, period.to)) {
    if (instantOf(row.evaluation_timestamp) > period.from) inPeriod.push(row);
    else if (row.observed_at > period.from) late.push(row);
  }
  return { inPeriod, late };
}

async function firstRun(history: HistoryReader, rule: string, to: string): Promise<string | undefined> {
  for await (const run of history.runs(rule, BEGINNING, to)) return instantOf(run.evaluation_timestamp);
  return undefined;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function samplePack(resources: readonly ResourceEntry[], request: SampleRequest): SamplePack {
  return {
    ...request,
    population: resources.length,
    method:
      "the evaluations whose SHA-256 of seed, newline, resourceId, newline, evaluatedAt, #, rule is smallest in hex",
    evaluations: drawSample(
      resources,
      request,
      ({ resourceId, evaluatedAt, rule }) => `${resourceId}\n${evaluatedAt}#${rule}`,
    ),
  };
}

function trendStart({ from, to }: Period): string {
  const earliest = plus(to, -TREND_MS);
  return from < earliest ? from : earliest;
}

function groups(by: TallyBy): GroupResult[] {
  return by.entries().map(([name, result]) => ({ name, ...result }));
}
