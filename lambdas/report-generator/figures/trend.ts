/** The score in time, from nothing but run rows: cheap however long the period is. */

import { instantOf } from "../../common/history/keys";
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
