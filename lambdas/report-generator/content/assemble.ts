/** From the history to the report: reads one rule at a time and keeps only what the report shows. */

import { parametersHash } from "../../common/values/hash";
import { plus } from "../../common/values/instants";
import { compareText } from "../../common/values/text";
import { controlMapping } from "../figures/controls";
import { exceptionsInUse, expiredBy } from "../figures/exceptions";
import { resolutionTimes } from "../figures/intervals";
import { drawSample } from "../figures/sample";
import { type Attestation, GRACE_MS } from "../figures/schedule";
import { add, NOTHING, type TallyBy, tally } from "../figures/scores";
import { standardResults } from "../figures/standards";
import { overallTrend, rulesAdded, ruleTrend } from "../figures/trend";
import type { SampleRequest } from "../request/event";
import { byTime, gravestFirst, worstFirst } from "./entries";
import { findings } from "./findings";
import { Fleet } from "./fleet";
import { readRule, trendStart } from "./read-rule";
import { type GroupResult, type Report, type ResourceEntry, type SamplePack, SCHEMA_VERSION } from "./report";
import type { AssemblyDependencies, AssemblyRequest } from "./request";
import { sinceLastReport } from "./since-last-report";

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
      rulesAdded: rulesAdded(fleet.trendRuns, fleet.firstRuns),
      byRule: Object.fromEntries([...fleet.trendRuns].map(([rule, runs]) => [rule, ruleTrend(runs)])),
    },
    schedule: fleet.schedule,
    runs: fleet.runs,
    coverage: fleet.coverage.entries(),
    exceptions,
    standards: standardResults(settings.standards ?? [], (rule) => resultOf.get(rule)),
    controls: controlMapping(settings.rules, (rule) => resultOf.get(rule), settings.controlTitles),
    sample: request.sample === undefined ? null : samplePack(fleet.resources, request.sample),
    resources: fleet.resources,
    changes: fleet.changes,
    failures: fleet.failures,
  };
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

function groups(by: TallyBy): GroupResult[] {
  return by.entries().map(([name, result]) => ({ name, ...result }));
}
