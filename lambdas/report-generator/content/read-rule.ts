/** What the history says of one rule in a period. */

import type { ReportedRule } from "../../common/deployment/settings";
import { instantOf } from "../../common/history/keys";
import type { HistoryReader } from "../../common/history/reader";
import type { RunRow } from "../../common/history/rows";
import { DAY_MS, plus } from "../../common/values/instants";
import { type FailureRow, failingIntervals, resolutionTimes } from "../figures/intervals";
import { type RunSummary, runEntry, runSummary } from "../figures/runs";
import { attest, GRACE_MS, slotAfter } from "../figures/schedule";
import type { Period } from "../request/period";
import { changeEntry, failureRow } from "./entries";
import type { StaleState } from "./findings";
import type { Fleet } from "./fleet";
import { KnownAt } from "./known-at";
import { readOnce, spanOfFew } from "./read-once";
import type { AssemblyDependencies, AssemblyRequest } from "./request";
import { type RuleState, stateAt } from "./state";

/** The trend reaches back this far even when the period is shorter, for it is cheap and says more. */
const TREND_MS = 30 * DAY_MS;

const INDEX_ATTEMPTS = 5;

const INDEX_WAIT_MS = 2_000;

export async function readRule(
  dependencies: AssemblyDependencies,
  rule: ReportedRule,
  request: AssemblyRequest,
  fleet: Fleet,
): Promise<void> {
  const { sleep } = dependencies;
  const { period, asKnownThen, standard } = request;
  const { name, severity } = rule;
  const known = asKnownThen ? new KnownAt(dependencies.history, period.to) : dependencies.history;
  const { history, state, atEnd } = await readState(known, rule, request, sleep, fleet);
  if (state.missingRows > 0) fleet.missingRows.set(name, state.missingRows);

  fleet.scope.lookedAt(rule, state.run?.ledger ?? []);

  const transitions = await readTransitions(history, rule, request, fleet);
  const before = await stateAt(history, name, period.from, "failing");
  const intervals = failingIntervals(before.rows, transitions, atEnd, period);
  for (const interval of intervals) fleet.failures.push(interval);

  const runs: RunSummary[] = [];
  for await (const run of readRuns(history, name, period)) {
    const instant = instantOf(run.evaluation_timestamp);
    const isLate = arrivedLate(rule, instant, run.completed_at, request);
    if (instant > period.from || isLate) {
      fleet.runs.push(runEntry(run, isLate));
      fleet.coverage.add(run);
    }
    // A month of an organization's ledgers would not fit into the function's memory.
    const summary = runSummary(run);
    if (instant <= period.from) fleet.runsBefore.set(name, summary);
    runs.push(summary);
  }
  fleet.trendRuns.set(
    name,
    runs.filter((run) => instantOf(run.evaluation_timestamp) > trendStart(period)),
  );
  const { reportSchedule, evaluationSchedule } = standard.settings;
  const closing =
    (await firstRunAfter(dependencies.history, name, period.to, standard.knownAt))?.schedule ??
    (rule.kind === "managed" ? reportSchedule : evaluationSchedule);
  // Its first ever, or one from before all that the report asks of a first run.
  const [firstRun] = runs;
  if (firstRun !== undefined) fleet.firstRuns.set(name, instantOf(firstRun.evaluation_timestamp));
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
async function* readRuns(history: HistoryReader, rule: string, period: Period): AsyncGenerator<RunRow> {
  const start = plus(trendStart(period), -DAY_MS);
  const before = await history.lastRun(rule, start, { strictlyBefore: true });
  if (before !== undefined) yield before;
  yield* history.runs(rule, start, period.to);
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
export function arrivedLate(
  { kind }: ReportedRule,
  instant: string,
  knownSince: string,
  { period, previousReadAt }: AssemblyRequest,
): boolean {
  if (previousReadAt === undefined || instant > period.from || knownSince <= previousReadAt) return false;
  return !(kind === "managed" && instant === period.from);
}

/**
 * Adds the rule's state at the period's end to the fleet.
 * @returns of the rows only those of failures, which are few: whole rows take most of the memory; and the history to
 *   ask the rest of
 */
async function readState(
  known: HistoryReader,
  { name, severity }: ReportedRule,
  request: AssemblyRequest,
  sleep: AssemblyDependencies["sleep"],
  fleet: Fleet,
): Promise<{
  readonly history: HistoryReader;
  readonly state: Omit<RuleState, "rows">;
  readonly atEnd: readonly FailureRow[];
}> {
  const {
    history,
    state: { rows, ...state },
  } = await settledState(known, name, request, sleep);
  for (const row of rows) fleet.add(row, severity);
  const open = rows.filter(({ open_since }) => open_since !== undefined);
  return { history, state, atEnd: open.map((row) => failureRow(row, fleet.interner)) };
}

/** Reads again while the index has not caught up with the run that it belongs to. */
async function settledState(
  known: HistoryReader,
  rule: string,
  request: AssemblyRequest,
  sleep: AssemblyDependencies["sleep"],
): Promise<{ readonly history: HistoryReader; readonly state: RuleState }> {
  const { to } = request.period;
  for (let attempt = 1; ; attempt++) {
    const few = await spanOfFew(known, rule, { from: changesFrom(request), to });
    const history = few === undefined ? known : await readOnce(known, rule, few);
    const state = await stateAt(history, rule, to);
    if (state.missingRows === 0 || attempt === INDEX_ATTEMPTS) return { history, state };
    await sleep(INDEX_WAIT_MS);
  }
}

/** When the changes begin that a report has to look at: after a report of the time before, some may be late. */
function changesFrom({ period, previousReadAt }: AssemblyRequest): string {
  return plus(period.from, previousReadAt === undefined ? 1 : -DAY_MS);
}

/**
 * Adds the rule's changes of state in the period to the fleet and, when a report of the time before has been made,
 * those of the day before that became known only after it.
 */
async function readTransitions(
  history: HistoryReader,
  rule: ReportedRule,
  request: AssemblyRequest,
  { changes, interner }: Fleet,
): Promise<FailureRow[]> {
  const { period } = request;
  const rows: FailureRow[] = [];
  for await (const row of history.transitions(rule.name, changesFrom(request), period.to)) {
    const instant = instantOf(row.evaluation_timestamp);
    const isLate = arrivedLate(rule, instant, row.observed_at, request);
    if (instant <= period.from && !isLate) continue;
    changes.push(changeEntry(row, isLate, interner));
    rows.push(failureRow(row, interner));
  }
  return rows;
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

export function trendStart({ from, to }: Period): string {
  const earliest = plus(to, -TREND_MS);
  return from < earliest ? from : earliest;
}
