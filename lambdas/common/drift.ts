/**
 * Drift: a failure that no exception covers and that was not there before. Told at once, and once, whichever
 * path finds it.
 */

import type { Alerts } from "./alerts";
import type { Claims } from "./claims";
import { ENTRIES_KEPT, Entries } from "./entries";
import type { EvaluationRow } from "./evaluation";
import { type AlertContext, driftMessage, entryOf, foldedDriftMessage } from "./messages";
import { SINGLE_ALERTS_PER_WINDOW, type WindowPlace, type Windows, windowEnd } from "./windows";

/** A drift: the evaluation that shows it, when the failure opened, and what came before. */
export interface Drift {
  readonly row: EvaluationRow;
  /** ISO-8601 instant of the evaluation that opened the failure; this row's, or an earlier one's. */
  readonly openedAt: string;
  /** ISO-8601 instant of the evaluation before that one, if there was one. */
  readonly previousInstant?: string;
}

/** What alerts of drift are sent with. */
export interface DriftDependencies {
  readonly claims: Claims;
  readonly windows: Windows;
  readonly alerts: Alerts;
  readonly now: () => Date;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Lets alerts that entered a window at its very end be stored before it is closed. */
const GRACE_MS = 2_000;

/**
 * Alerts of one drift that a configuration change showed. Of many in a short time the first few are sent
 * one by one; one of the others waits for the window's end and sends a message that lists them all.
 */
export async function alertChange(
  context: AlertContext,
  drift: Drift,
  dependencies: DriftDependencies,
): Promise<void> {
  const { claims, windows, alerts, now, sleep } = dependencies;
  const { resource_id: arn, rule } = drift.row;
  if (!(await claims.claimDrift(rule, arn, drift.openedAt, drift.previousInstant))) return;

  const { end, place } = await enterOpenWindow(drift, dependencies);
  if (place === "single") {
    await alerts.publish(driftMessage(context, drift.row, drift.openedAt));
  } else if (place === "folder") {
    await sleep(Math.max(0, Date.parse(end) + GRACE_MS - now().getTime()));
    const folded = await windows.close(rule, end);
    const entries = folded.slice(0, ENTRIES_KEPT).map(({ entry }) => entry);
    await alerts.publish(foldedDriftMessage(context, { count: folded.length, entries }));
    for (const { entry, openedAt } of folded) await claims.driftSent(rule, entry.resource, openedAt);
  }
  // One that is folded is told, and so marked, by the one that folds; should that fail, the next sweep tells it.
  if (place === "single") await claims.driftSent(rule, arn, drift.openedAt);
}

async function enterOpenWindow(
  { row, openedAt }: Drift,
  { claims, windows, now }: DriftDependencies,
): Promise<{ end: string; place: Exclude<WindowPlace, "closed"> }> {
  const { resource_id: arn, rule } = row;
  for (;;) {
    const end = await claims.chooseWindow(rule, arn, windowEnd(now()));
    const place = await windows.enter(rule, end, { entry: entryOf(row), openedAt });
    if (place !== "closed") return { end, place };
    await claims.leaveWindow(rule, arn);
  }
}

/**
 * Alerts of drifts that were found together: one by one, or of many in one message.
 * @param uncounted how many there were besides those that are given.
 */
export async function alertTogether(
  context: AlertContext,
  drifts: readonly Drift[],
  { claims, alerts }: DriftDependencies,
  uncounted = 0,
): Promise<void> {
  const claimed: Drift[] = [];
  for (const drift of drifts) {
    const { resource_id: arn, rule } = drift.row;
    if (await claims.claimDrift(rule, arn, drift.openedAt, drift.previousInstant)) claimed.push(drift);
  }
  if (claimed.length > SINGLE_ALERTS_PER_WINDOW) {
    const folded = new Entries();
    for (const { row } of claimed) folded.add(row);
    const count = folded.count + uncounted;
    await alerts.publish(foldedDriftMessage(context, { count, entries: folded.entries }));
  }
  for (const { row, openedAt } of claimed) {
    if (claimed.length <= SINGLE_ALERTS_PER_WINDOW)
      await alerts.publish(driftMessage(context, row, openedAt));
    await claims.driftSent(row.rule, row.resource_id, openedAt);
  }
}
