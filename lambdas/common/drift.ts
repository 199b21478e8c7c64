/**
 * Drift: a failure that no exception covers and that was not there before. Told at once, and once, whichever
 * path finds it.
 */

import pMap from "p-map";
import type { Alerts } from "./alerts";
import type { Claims, Clock } from "./claims";
import { ENTRIES_KEPT } from "./entries";
import type { EvaluationRow } from "./evaluation";
import { type AlertContext, driftMessage, entryOf, foldedDriftMessage } from "./messages";
import { SINGLE_ALERTS_PER_WINDOW, type Windows, windowEnd } from "./windows";

/** A drift: the evaluation that shows it, when the failure opened, and what came before. */
export interface Drift {
  readonly row: EvaluationRow;
  /** ISO-8601 instant of the evaluation that opened the failure; this row's, or an earlier one's. */
  readonly openedAt: string;
  /** ISO-8601 instant of the evaluation before that one, if there was one. */
  readonly previousInstant?: string;
}

/** What alerts of drift are sent with. */
export interface DriftDependencies extends Clock {
  readonly claims: Claims;
  readonly windows: Windows;
  readonly alerts: Alerts;
}

/** Lets alerts that entered a window at its very end be stored before it is closed. */
const GRACE_MS = 2_000;
const CONCURRENT_WRITES = 16;

/**
 * Alerts of one drift that a configuration change showed. Of many in a short time the first few are sent
 * one by one; one of the others waits for the window's end and sends a message that lists them all.
 */
export async function alertChange(
  context: AlertContext,
  drift: Drift,
  dependencies: DriftDependencies,
): Promise<void> {
  const { claims, windows, now } = dependencies;
  await withClaimed([drift], dependencies, async ([claimed = drift]) => {
    const { row, openedAt } = claimed;
    const { resource_id: arn, rule } = row;
    for (let wanted = windowEnd(now()); ; ) {
      // The window of an earlier try, if there was one: what that one counted must not be counted elsewhere.
      const end = await claims.chooseWindow(rule, arn, wanted);
      const place = await windows.enter(rule, end, arn, [{ entry: entryOf(row), openedAt }]);
      if (place === "single") return sendSingly(context, [claimed], dependencies);
      // Told by the one that folds; should that fail, the next sweep tells it.
      if (place === "folded" && end > now().toISOString()) return;
      await sendFolded(context, end, dependencies);
      if (await claims.isDriftSent(rule, arn, openedAt)) return;
      await claims.leaveWindow(rule, arn);
      wanted = windowAfter(end, now());
    }
  });
}

/**
 * Alerts of drifts that the schedule's run found: one by one or, of many in a short time, in one message at the
 * window's end, which also lists what configuration changes showed.
 * @param sender who found them: the same for every try.
 * @param uncounted how many there were besides those that are given.
 */
export async function alertOfRun(
  context: AlertContext,
  drifts: readonly Drift[],
  sender: string,
  dependencies: DriftDependencies,
  uncounted = 0,
): Promise<void> {
  const { windows, claims, now } = dependencies;
  const { rule } = context;
  await withClaimed(drifts, dependencies, async (claimed) => {
    let left = claimed;
    for (let end = windowEnd(now()); left.length > 0; end = windowAfter(end, now())) {
      const entries = left.map(({ row, openedAt }) => ({ entry: entryOf(row), openedAt }));
      const place = await windows.enter(rule, end, sender, entries, uncounted);
      if (place === "single") return sendSingly(context, left, dependencies);
      // Whoever else may fold them: they must be told before the run counts as complete.
      await sendFolded(context, end, dependencies);
      left = await pFilter(
        left,
        async ({ row, openedAt }) => !(await claims.isDriftSent(rule, row.resource_id, openedAt)),
      );
    }
  });
}

/** Alerts of drifts that somebody's request found, who waits for the answer: one by one, or of many in one message. */
export async function alertAtOnce(
  context: AlertContext,
  drifts: readonly Drift[],
  dependencies: DriftDependencies,
  uncounted = 0,
): Promise<void> {
  const { claims, alerts } = dependencies;
  await withClaimed(drifts, dependencies, async (claimed) => {
    const count = claimed.length + uncounted;
    if (count <= SINGLE_ALERTS_PER_WINDOW) return sendSingly(context, claimed, dependencies);
    const entries = claimed.slice(0, ENTRIES_KEPT).map(({ row }) => entryOf(row));
    await alerts.publish(foldedDriftMessage(context, { count, entries }));
    await each(claimed, ({ row, openedAt }) => claims.driftSent(row.rule, row.resource_id, openedAt));
  });
}

/**
 * Claims what nobody has told, and leaves it to others when telling it fails. In one order, whoever found them: two that
 * wait for each other would wait until their claims run out.
 */
async function withClaimed(
  drifts: readonly Drift[],
  { claims }: DriftDependencies,
  tell: (claimed: readonly Drift[]) => Promise<void>,
): Promise<void> {
  const claimed: Drift[] = [];
  for (const drift of [...drifts].sort(byResource)) {
    const { row, openedAt, previousInstant } = drift;
    const claimedFor = await claims.claimDrift(row.rule, row.resource_id, openedAt, previousInstant);
    if (claimedFor !== undefined) claimed.push({ ...drift, openedAt: claimedFor });
  }
  if (claimed.length === 0) return;
  try {
    await tell(claimed);
  } catch (error) {
    await each(claimed, ({ row, openedAt }) => claims.releaseDrift(row.rule, row.resource_id, openedAt));
    throw error;
  }
}

async function sendSingly(
  context: AlertContext,
  drifts: readonly Drift[],
  { claims, alerts }: DriftDependencies,
): Promise<void> {
  for (const { row, openedAt } of drifts) {
    await alerts.publish(driftMessage(context, row, openedAt));
    await claims.driftSent(row.rule, row.resource_id, openedAt);
  }
}

/**
 * Waits for the end of a window and tells everything in it that nobody has told yet; nothing when its message was sent
 * before.
 */
async function sendFolded(
  context: AlertContext,
  end: string,
  { claims, windows, alerts, now, sleep }: DriftDependencies,
): Promise<void> {
  const { rule } = context;
  await sleep(Math.max(0, Date.parse(end) + GRACE_MS - now().getTime()));
  await claims.sendOnce("folded", rule, end, async () => {
    const { entries, uncounted } = await windows.close(rule, end);
    const untold = await pFilter(
      entries,
      async ({ entry, openedAt }) => !(await claims.isDriftSent(rule, entry.resource, openedAt)),
    );
    if (untold.length === 0) return;
    const listed = untold.slice(0, ENTRIES_KEPT).map(({ entry }) => entry);
    await alerts.publish(foldedDriftMessage(context, { count: untold.length + uncounted, entries: listed }));
    await each(untold, ({ entry, openedAt }) => claims.driftSent(rule, entry.resource, openedAt));
  });
}

/** Another clock may be ahead and have closed the window that this one is in. */
function windowAfter(closed: string, now: Date): string {
  const next = windowEnd(new Date(closed));
  const current = windowEnd(now);
  return next > current ? next : current;
}

/** The order in which drifts are claimed, and of which the first are kept where there are too many. */
export function byResource(a: Drift, b: Drift): number {
  return a.row.resource_id < b.row.resource_id ? -1 : 1;
}

function each<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>): Promise<unknown> {
  return pMap(items, act, { concurrency: CONCURRENT_WRITES });
}

async function pFilter<Item>(
  items: readonly Item[],
  isWanted: (item: Item) => Promise<boolean>,
): Promise<Item[]> {
  const wanted = await pMap(items, isWanted, { concurrency: CONCURRENT_WRITES });
  return items.filter((_, index) => wanted[index]);
}
