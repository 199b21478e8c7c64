import type { Alerts } from "./alerts";
import { type Claims, SINGLE_ALERTS_PER_WINDOW, windowEnd } from "./claims";
import { Entries } from "./digest";
import type { EvaluationRow } from "./evaluation";
import { type AlertContext, type AlertEntry, driftMessage, entryOf, foldedDriftMessage } from "./messages";
import { instantOf } from "./timestamps";

/** A drift: the row that shows it, and when the resource was evaluated before. */
export interface Drift {
  readonly row: EvaluationRow;
  readonly previousInstant?: string;
}

export interface DriftDependencies {
  readonly claims: Claims;
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
  const { claims, alerts, now, sleep } = dependencies;
  const { resource_id: arn, rule, evaluation_timestamp } = drift.row;
  const instant = instantOf(evaluation_timestamp);
  if (!(await claims.claimDrift(rule, arn, instant, drift.previousInstant))) return;

  const { end, place } = await enterOpenWindow(drift.row, dependencies);
  if (place === "single") {
    await alerts.publish(driftMessage(context, drift.row, instant));
  } else if (place === "folder") {
    await sleep(Math.max(0, Date.parse(end) + GRACE_MS - now().getTime()));
    const { count, texts } = await claims.closeWindow(rule, end);
    const entries = texts.map((text) => JSON.parse(text) as AlertEntry);
    await alerts.publish(foldedDriftMessage(context, { count, entries }));
  }
  await claims.driftSent(rule, arn, instant);
}

async function enterOpenWindow(row: EvaluationRow, { claims, now }: DriftDependencies) {
  const { resource_id: arn, rule } = row;
  const text = JSON.stringify(entryOf(row));
  for (;;) {
    const end = await claims.chooseWindow(rule, arn, windowEnd(now()));
    const place = await claims.enterWindow(rule, end, arn, text);
    if (place !== "closed") return { end, place };
    await claims.leaveWindow(rule, arn);
  }
}

/** Alerts of the drifts that a sweep found and no change event had told of: singly, or of many at once. */
export async function alertSweep(
  context: AlertContext,
  drifts: readonly Drift[],
  { claims, alerts }: DriftDependencies,
): Promise<void> {
  const claimed: Drift[] = [];
  for (const drift of drifts) {
    const { resource_id: arn, rule, evaluation_timestamp } = drift.row;
    if (await claims.claimDrift(rule, arn, instantOf(evaluation_timestamp), drift.previousInstant))
      claimed.push(drift);
  }
  if (claimed.length > SINGLE_ALERTS_PER_WINDOW) {
    const folded = new Entries();
    for (const { row } of claimed) folded.add(row);
    await alerts.publish(foldedDriftMessage(context, folded));
  } else {
    for (const { row } of claimed)
      await alerts.publish(driftMessage(context, row, instantOf(row.evaluation_timestamp)));
  }
  for (const { row } of claimed) {
    await claims.driftSent(row.rule, row.resource_id, instantOf(row.evaluation_timestamp));
  }
}
