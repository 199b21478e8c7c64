/** The score in time, from nothing but run rows: cheap however long the period is. */

import { instantOf } from "../../common/history/keys";
import { groupBy } from "../../common/values/group";
import { compareText } from "../../common/values/text";
import type { RunSummary } from "./runs";
import { add, type Counts, NOTHING, type Tally, tally } from "./scores";

/** What a run (or, overall, the newest run of every rule) counted at an instant. */
export interface TrendPoint extends Tally {
  readonly at: string;
}

/** The trend of one rule. */
export function ruleTrend(runs: readonly RunSummary[]): TrendPoint[] {
  return runs.map((run) => ({
    at: instantOf(run.evaluation_timestamp),
    ...tally(run.counts),
  }));
}

/**
 * The trend over all rules: a point at each instant at which a rule ran, in which every other rule counts with
 * its newest run until then.
 * @param runsByRule each rule's runs, oldest first
 */
export function overallTrend(runsByRule: ReadonlyMap<string, readonly RunSummary[]>): TrendPoint[] {
  const all = [...runsByRule.values()].flat();
  all.sort((a, b) => (a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1));
  const newest = new Map<string, Counts>();
  const points = new Map<string, TrendPoint>();
  for (const run of all) {
    newest.set(run.rule, run.counts);
    const at = instantOf(run.evaluation_timestamp);
    points.set(at, { at, ...tally([...newest.values()].reduce(add, NOTHING)) });
  }
  return [...points.values()];
}

/** Rules that ran for the first time at an instant of the trend, so that the score is of more checks from there on. */
export interface RulesAdded {
  readonly at: string;
  readonly rules: readonly string[];
  /** Over all rules, these among them. */
  readonly score: number | null;
  /** Of the rules that had run before, at the same instant: how far it moved for their own sake. */
  readonly scoreOfOthers: number | null;
}

/**
 * The instants of the overall trend, after its first, at which rules were added, oldest first.
 * @param runsByRule each rule's runs, oldest first
 * @param firstRuns rule → the instant of the first run it ever had, or of one before all of those
 */
export function rulesAdded(
  runsByRule: ReadonlyMap<string, readonly RunSummary[]>,
  firstRuns: ReadonlyMap<string, string>,
): RulesAdded[] {
  const instants = [...runsByRule.values()].flatMap(([first]) =>
    first === undefined ? [] : [instantOf(first.evaluation_timestamp)],
  );
  const beginning = instants.sort(compareText)[0] ?? "";
  const added = [...firstRuns].filter(([rule, at]) => at > beginning && runsByRule.has(rule));
  return [...groupBy(added, ([, at]) => at)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([at, of]) => {
      const rules = of.map(([rule]) => rule);
      const scoreOf = (isCounted: (rule: string) => boolean) =>
        tally(
          [...runsByRule]
            .filter(([rule]) => isCounted(rule))
            .flatMap(([, runs]) => runs.filter((run) => instantOf(run.evaluation_timestamp) <= at).slice(-1))
            .map(({ counts }) => counts)
            .reduce(add, NOTHING),
        ).score;
      return {
        at,
        rules: rules.sort(compareText),
        score: scoreOf(() => true),
        scoreOfOthers: scoreOf((rule) => !rules.includes(rule)),
      };
    });
}
