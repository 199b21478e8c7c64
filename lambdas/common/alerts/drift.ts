/**
 * Drift: a failure that no exception covers and that was not there before. Told at once, and once, whichever
 * path finds it.
 */

import pMap from "p-map";
import type { EvaluationRow } from "../history/rows";
import type { Clock } from "../values/clock";
import { asError } from "../values/errors";
import type { AlertContext } from "./alert-message";
import type { Alerts } from "./alerts";
import type { Claims } from "./claims";
import { ENTRIES_KEPT } from "./entries";
import { driftMessage, entryOf, foldedDriftMessage } from "./messages";
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
  await withClaimed(drift, dependencies, async (claimed) => {
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

/** What could not be told, and why. */
export interface Untold {
  readonly drifts: readonly Drift[];
  /** How many more there are, of which nothing else is known. */
  readonly uncounted: number;
  /** What SNS or the table answered; undefined when somebody else is about to tell them. */
  readonly error?: Error;
}

/**
 * Alerts of drifts that were found together, without waiting for anybody: one by one, or of many in one message.
 * @param sender who found them, the same for every try: it takes up what an earlier try of it left.
 * @param uncounted how many there were besides those that are given.
 * @returns what is untold all the same: what could not be sent, and what somebody else has claimed and not sent.
 */
export async function alertAtOnce(
  context: AlertContext,
  drifts: readonly Drift[],
  sender: string,
  dependencies: DriftDependencies,
  uncounted = 0,
): Promise<Untold> {
  const { claims, alerts } = dependencies;
  const untold = new Set<Drift>();
  const claimed: Drift[] = [];
  try {
    await each(drifts, async (drift) => {
      const { row, openedAt, previousInstant } = drift;
      const claim = await claims.tryDrift(row.rule, row.resource_id, openedAt, previousInstant, sender);
      if (claim === "taken") untold.add(drift);
      else if (claim !== "sent") claimed.push({ ...drift, openedAt: claim.claimedFor });
    });
    claimed.sort(byResource);
    if (claimed.length + uncounted <= SINGLE_ALERTS_PER_WINDOW) {
      await sendSingly(context, claimed, dependencies);
    } else {
      const entries = claimed.slice(0, ENTRIES_KEPT).map(({ row }) => entryOf(row));
      await alerts.publish(foldedDriftMessage(context, { count: claimed.length + uncounted, entries }));
      await each(claimed, ({ row, openedAt }) => claims.driftSent(row.rule, row.resource_id, openedAt));
    }
    return { drifts: [...untold], uncounted: 0 };
  } catch (caught) {
    await each(claimed, ({ row, openedAt }) => claims.releaseDrift(row.rule, row.resource_id, openedAt));
    // Which of them were sent the claims know: whoever tells the others asks there.
    return { drifts, uncounted, error: asError(caught) };
  }
}

/** Claims what nobody has told, and leaves it to others when telling it fails. */
async function withClaimed(
  drift: Drift,
  { claims }: DriftDependencies,
  tell: (claimed: Drift) => Promise<void>,
): Promise<void> {
  const { row, openedAt, previousInstant } = drift;
  const claimedFor = await claims.claimDrift(row.rule, row.resource_id, openedAt, previousInstant);
  if (claimedFor === undefined) return;
  try {
    await tell({ ...drift, openedAt: claimedFor });
  } catch (error) {
    await claims.releaseDrift(row.rule, row.resource_id, claimedFor);
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
    const entries = await windows.close(rule, end);
    const untold = await pFilter(
      entries,
      async ({ entry, openedAt }) => !(await claims.isDriftSent(rule, entry.resource, openedAt)),
    );
    if (untold.length === 0) return;
    const listed = untold.slice(0, ENTRIES_KEPT).map(({ entry }) => entry);
    await alerts.publish(foldedDriftMessage(context, { count: untold.length, entries: listed }));
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
