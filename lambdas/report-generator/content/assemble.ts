/** From the history to the report: reads one rule at a time and keeps only what the report shows. */

import type { ReportedRule } from "../../common/deployment/settings";
import type { HistoryReader } from "../../common/history/history";
import { instantOf } from "../../common/history/keys";
import type { EvaluationRow, RunRow } from "../../common/history/rows";
import { collect } from "../../common/values/collect";
import { parametersHash } from "../../common/values/hash";
import { DAY_MS, plus } from "../../common/values/instants";
import { compareText } from "../../common/values/text";
import { controlMapping } from "../figures/controls";
import { exceptionsInUse, expiredBy } from "../figures/exceptions";
import { type FailingInterval, failingIntervals, resolutionTimes } from "../figures/intervals";
import { type RunEntry, runEntry } from "../figures/runs";
import { drawSample } from "../figures/sample";
import { type Attestation, attest, GRACE_MS, slotAfter } from "../figures/schedule";
import { add, NOTHING, TallyBy, tally } from "../figures/scores";
import { standardResults } from "../figures/standards";
import { overallTrend, ruleTrend } from "../figures/trend";
import type { SampleRequest } from "../request/event";
import type { Period } from "../request/period";
import { byTime, changeEntry, gravestFirst, resourceEntry, worstFirst } from "./entries";
import { findings, type StaleState } from "./findings";
import { Interner } from "./interner";
import { KnownAt } from "./known-at";
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
import { ScopeBuilder } from "./scope";
import { type LastReport, sinceLastReport } from "./since-last-report";
import type { Standard } from "./standard";
import { type RuleState, stateAt } from "./state";

/** What a report is made from, all of it passed in. */
export interface AssemblyDependencies {
  readonly history: HistoryReader;
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
  /** What was in force at the end of the period. */
  readonly standard: Standard;
  /** The version of the program that makes the report. */
  readonly programVersion: string;
  /** When the previous scheduled report had read the history: what became known later is late. */
  readonly previousReadAt?: string;
  /** The last scheduled report that ended by the end of the period. */
  readonly lastReport?: LastReport;
  /** Leave out what became known after the end of the period, as a report about the past must. */
  readonly asKnownThen: boolean;
  readonly sample?: SampleRequest;
  /** Why the managed rules' results could not be imported. */
  readonly importError?: Error;
}

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
  const { period, kind, standard } = request;
  const { settings } = standard;
  const fleet = new Fleet(expiredBy(settings.exceptions, period.to));
  for (const rule of settings.rules) await readRule(dependencies, rule, request, fleet);

  fleet.rules.sort(gravestFirst);
  fleet.resources.sort(worstFirst);
  fleet.changes.sort(byTime);
  fleet.failures.sort(
    (a, b) =>
      compareText(a.since ?? "", b.since ?? "") ||
      compareText(a.rule, b.rule) ||
      compareText(a.resourceId, b.resourceId),
  );
  fleet.runs.sort((a, b) => compareText(a.at, b.at) || compareText(a.rule, b.rule));

  const overall = tally(fleet.rules.map(({ result }) => result ?? NOTHING).reduce(add, NOTHING));
  const rulesNotEvaluated = fleet.rules.filter(({ result }) => result === null).length;
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
      programVersion: request.programVersion,
      parametersHash: parametersHash(settings),
    },
    chain: request.chain,
    findings: findings({
      summary: overall,
      lastSeenFailing: fleet.lastSeenFailing,
      rules: fleet.rules,
      removed: standard.removed,
      missingRows: fleet.missingRows,
      stale: fleet.stale,
      importError: request.importError,
      schedule: fleet.schedule,
      runs: fleet.runs,
      runsBefore: fleet.runsBefore,
      due: plus(period.from, -GRACE_MS),
      exceptions,
      lateChanges: fleet.changes.filter(({ arrivedLate }) => arrivedLate).length,
    }),
    summary: {
      ...overall,
      // Nobody knows how many resources a rule that never ran would have listed.
      coverage: rulesNotEvaluated > 0 ? null : overall.coverage,
      lastSeenFailing: fleet.lastSeenFailing,
      resources: new Set(fleet.resources.map(({ resourceId }) => resourceId)).size,
      rules: fleet.rules.length,
      rulesNotEvaluated,
      bySeverity: fleet.bySeverity,
      opened: fleet.rules.reduce((total, { opened }) => total + opened, 0),
      foundFailing: fleet.rules.reduce((total, { foundFailing }) => total + foundFailing, 0),
      timeToResolve: resolutionTimes(fleet.failures),
      sweeps: {
        expected: sum(({ expected }) => expected),
        onTime: sum(({ onTime }) => onTime),
        late: sum(({ late }) => late),
        missing: sum(({ missing }) => missing),
      },
    },
    sinceLastReport: sinceLastReport(request.lastReport, fleet, period),
    scope: fleet.scope.scope(settings),
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
    standards: standardResults(settings.standards ?? [], (rule) => resultOf.get(rule)),
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
  readonly stale: StaleState[] = [];
  /** Rule → its last run at or before the period's beginning. */
  readonly runsBefore = new Map<string, RunRow>();
  /** Resources that cannot be read and failed, unaccepted, when they last could. */
  lastSeenFailing = 0;
  readonly bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
  readonly scope = new ScopeBuilder();
  /** Exception id → failures covered. */
  readonly covered = new Map<string, number>();
  readonly byRule = new TallyBy();
  readonly byResourceType = new TallyBy();
  readonly byAccount = new TallyBy();
  readonly byRegion = new TallyBy();

  /** @param expired ids of exceptions that cover nothing any more at the end of the period */
  constructor(private readonly expired: ReadonlySet<string>) {}

  add(row: EvaluationRow, severity: ReportedRule["severity"]): void {
    const entry = resourceEntry(row, severity, this.interner, this.expired);
    this.resources.push(entry);
    const { complianceType, settledType, exceptionId } = entry;
    if (complianceType === "ERROR" && settledType === "NON_COMPLIANT" && exceptionId === undefined) {
      this.lastSeenFailing += 1;
    }
    const isExcepted = exceptionId !== undefined && complianceType === "NON_COMPLIANT";
    if (complianceType === "NON_COMPLIANT" && exceptionId === undefined) this.bySeverity[severity] += 1;
    this.scope.found(entry.rule, entry.resourceType);
    this.byRule.count(entry.rule, complianceType, isExcepted);
    this.byResourceType.count(entry.resourceType, complianceType, isExcepted);
    this.byAccount.count(entry.accountId, complianceType, isExcepted);
    this.byRegion.count(`${entry.accountId} ${entry.region}`, complianceType, isExcepted);
    if (isExcepted) this.covered.set(exceptionId, (this.covered.get(exceptionId) ?? 0) + 1);
  }
}

async function readRule(
  dependencies: AssemblyDependencies,
  rule: ReportedRule,
  request: AssemblyRequest,
  fleet: Fleet,
): Promise<void> {
  const { sleep } = dependencies;
  const { period, asKnownThen, standard } = request;
  const { name, severity } = rule;
  const history = asKnownThen ? new KnownAt(dependencies.history, period.to) : dependencies.history;
  const state = await settledStateAt(history, name, period.to, sleep);
  if (state.missingRows > 0) fleet.missingRows.set(name, state.missingRows);
  for (const row of state.rows) fleet.add(row, severity);

  fleet.scope.lookedAt(rule, state.run?.ledger ?? []);

  const { inPeriod, late } = await readTransitions(history, rule, request);
  for (const row of late) fleet.changes.push(changeEntry(row, true, fleet.interner));
  for (const row of inPeriod) fleet.changes.push(changeEntry(row, false, fleet.interner));

  const before = await stateAt(history, name, period.from, "failing");
  const intervals = failingIntervals(before.rows, [...late, ...inPeriod], state.rows, period);
  for (const interval of intervals) fleet.failures.push(interval);

  const runs = await readRuns(history, name, period);
  fleet.trendRuns.set(
    name,
    runs.filter((run) => instantOf(run.evaluation_timestamp) > trendStart(period)),
  );
  for (const run of runs) {
    const instant = instantOf(run.evaluation_timestamp);
    const isLate = arrivedLate(rule, instant, run.completed_at, request);
    if (instant > period.from || isLate) fleet.runs.push(runEntry(run, isLate));
    if (instant <= period.from) fleet.runsBefore.set(name, run);
  }
  const { reportSchedule, evaluationSchedule } = standard.settings;
  const closing =
    (await firstRunAfter(dependencies.history, name, period.to, standard.knownAt))?.schedule ??
    (rule.kind === "managed" ? reportSchedule : evaluationSchedule);
  const firstRun = await first(history.runs(name, BEGINNING, period.to));
  fleet.schedule.push(
    attest(name, closing, period, runs, {
      firstRun: firstRun && instantOf(firstRun.evaluation_timestamp),
      watchedSince: standard.watchedSince.get(name),
    }),
  );
  const stale = staleState(state.run, closing, period.to);
  if (stale !== undefined) fleet.stale.push(stale);

  const began = intervals.flatMap(({ since }) => (since !== null && since > period.from ? [since] : []));
  const isFound = (since: string) =>
    firstRun !== undefined && since <= instantOf(firstRun.evaluation_timestamp);
  const foundFailing = began.filter(isFound).length;
  fleet.rules.push({
    rule: name,
    title: rule.title,
    kind: rule.kind,
    configRuleName: rule.configRuleName,
    severity,
    remediation: rule.remediation,
    parameters: rule.parameters,
    resourceTypes: fleet.scope.typesOf(name),
    result: state.run === undefined ? null : fleet.byRule.of(name),
    stateFrom:
      state.run === undefined
        ? null
        : { run: instantOf(state.run.evaluation_timestamp), laterEvaluations: state.laterEvaluations },
    opened: began.length - foundFailing,
    foundFailing,
    timeToResolve: resolutionTimes(intervals),
  });
}

/** The runs of the trend and a day more, and the one before them, which says what was in force until then. */
async function readRuns(history: HistoryReader, rule: string, period: Period): Promise<RunRow[]> {
  const start = plus(trendStart(period), -DAY_MS);
  const before = await history.lastRun(rule, start, { strictlyBefore: true });
  const runs = await collect(history.runs(rule, start, period.to));
  return before === undefined ? runs : [before, ...runs];
}

/**
 * Tells when a run that should have replaced the state had been due for so long that it must have happened. Of two
 * expressions that were in force since, the one that promised the later run counts.
 */
function staleState(run: RunRow | undefined, closing: string, to: string): StaleState | undefined {
  if (run === undefined) return undefined;
  const instant = instantOf(run.evaluation_timestamp);
  const due = [run.schedule, closing].map((expression) => slotAfter(expression, instant));
  const isOverdue = due.every((slot) => slot !== undefined && slot <= plus(to, -GRACE_MS));
  return isOverdue ? { rule: run.rule, run: instant } : undefined;
}

/**
 * Whether something of the time before the period became known only after the previous report had been made. The
 * import of managed rules at the very border is part of making it.
 */
function arrivedLate(
  { kind }: ReportedRule,
  instant: string,
  knownSince: string,
  { period, previousReadAt }: AssemblyRequest,
): boolean {
  if (previousReadAt === undefined || instant > period.from || knownSince <= previousReadAt) return false;
  return !(kind === "managed" && instant === period.from);
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
 * day before that became known only after it.
 */
async function readTransitions(
  history: HistoryReader,
  rule: ReportedRule,
  request: AssemblyRequest,
): Promise<{ inPeriod: EvaluationRow[]; late: EvaluationRow[] }> {
  const { period, previousReadAt } = request;
  const inPeriod: EvaluationRow[] = [];
  const late: EvaluationRow[] = [];
  const start = plus(period.from, previousReadAt === undefined ? 1 : -DAY_MS);
  for await (const row of history.transitions(rule.name, start, period.to)) {
    const instant = instantOf(row.evaluation_timestamp);
    if (instant > period.from) inPeriod.push(row);
    else if (arrivedLate(rule, instant, row.observed_at, request)) late.push(row);
  }
  return { inPeriod, late };
}

/** A period that ends now has nothing after it, and DynamoDB refuses a BETWEEN whose end is before its beginning. */
async function firstRunAfter(
  history: HistoryReader,
  rule: string,
  after: string,
  to: string,
): Promise<RunRow | undefined> {
  return after < to ? first(history.runs(rule, plus(after, 1), to)) : undefined;
}

async function first<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
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
