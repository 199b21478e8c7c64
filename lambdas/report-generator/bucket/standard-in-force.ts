/** What a report judges by: the settings that were in force at the end of its period, whatever they are now. */

import type { ReportSettings } from "../../common/deployment/settings";
import type { RemovedRule, Standard } from "../content/standard";
import type { Period } from "../request/period";
import type { Chain, Link } from "./chain";
import { keptSettings } from "./kept-settings";
import type { ReportStore } from "./storage";

/** What a standard is found with. */
interface StandardSources {
  readonly chain: Chain;
  readonly store: ReportStore;
  /** The last link of the chain. */
  readonly head: Link | undefined;
  /** The settings of the program that runs, and the time at which it does. */
  readonly own: ReportSettings;
  readonly now: string;
}

/** The program's own settings, as of now: those of a scheduled report, and of any while there is none. */
export function ownStandard({ head, own, now }: Pick<StandardSources, "head" | "own" | "now">): Standard {
  return {
    settings: own,
    knownAt: now,
    watchedSince: watchedSince(head),
    removed:
      head === undefined ? [] : missingIn(own, head).map((rule) => ({ rule, after: positionOf(head) })),
  };
}

/**
 * The settings of the scheduled report whose period holds the end of this one (the first report's when it ends
 * before all of them); after the last scheduled report the program's own.
 * @throws Error when those settings or a manifest are missing or were changed.
 */
export async function standardOf(period: Period, sources: StandardSources): Promise<Standard> {
  const { chain, store, head, own, now } = sources;
  if (head === undefined) return ownStandard(sources);
  const isPast = period.to <= head.manifest.period.to;
  const end = await chain.covering(head, period.to);
  const settings = isPast ? await keptSettings(store, end.manifest.parametersHash) : own;
  const start = await lastUpTo(chain, end, period.from);
  const removed: RemovedRule[] = [];
  for (const rule of missingIn(settings, start)) {
    removed.push({ rule, after: positionOf(await lastWith(chain, rule, start, end)) });
  }
  return {
    settings,
    knownAt: isPast ? end.manifest.period.to : now,
    watchedSince: watchedSince(end),
    removed,
  };
}

function watchedSince(link: Link | undefined): ReadonlyMap<string, string> {
  return new Map(link?.manifest.rules.map((rule) => [rule.name, rule.watchedSince]));
}

/** The rules of a link that the settings do not have. */
function missingIn({ rules }: ReportSettings, { manifest }: Link): string[] {
  const present = new Set(rules.map(({ name }) => name));
  return manifest.rules.map(({ name }) => name).filter((name) => !present.has(name));
}

/** The last link that ends at or before the instant tells what was in force then; without one the first must do. */
async function lastUpTo(chain: Chain, end: Link, instant: string): Promise<Link> {
  const covering = await chain.covering(end, instant);
  const { period, sequence } = covering.manifest;
  return period.to > instant && sequence > 1 ? chain.link(sequence - 1) : covering;
}

/** `end` when it has the rule; otherwise a link that has it, right before one that does not. */
async function lastWith(chain: Chain, rule: string, start: Link, end: Link): Promise<Link> {
  const hasIt = ({ manifest }: Link) => manifest.rules.some(({ name }) => name === rule);
  if (hasIt(end)) return end;
  let last = start;
  let without = end.manifest.sequence;
  while (without - last.manifest.sequence > 1) {
    const middle = await chain.link(Math.floor((last.manifest.sequence + without) / 2));
    if (hasIt(middle)) last = middle;
    else without = middle.manifest.sequence;
  }
  return last;
}

function positionOf({ manifest }: Link): RemovedRule["after"] {
  return { sequence: manifest.sequence, to: manifest.period.to };
}
