/** Schedule attestation: which sweeps the schedule expression promised, and which of them really happened. */

import { AFTER_INSTANT, instantOf } from "../../common/history/keys";
import type { RunRow } from "../../common/history/rows";
import { justBefore, plus } from "../../common/values/instants";
import type { Period } from "../request/period";
import { cronOf, nextSlot } from "./cron";

/** A sweep is on time when it is complete this long after its slot: the promised five minutes and one for the start. */
export const ON_TIME_MS = 6 * 60 * 1000;
/**
 * A slot is judged once it is this old: a sweep that times out at 300 seconds and is retried twice by Lambda,
 * after one and two minutes, has ended by then
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
 */
export const GRACE_MS = 20 * 60 * 1000;

export type SlotStatus = "on-time" | "late" | "missing" | "before-first-run";

/** One slot of the schedule under one rule. */
export interface Slot {
  readonly slot: string;
  readonly status: SlotStatus;
  readonly completedAt: string | null;
  /** For a missing slot: the complete runs on either side of it, of any trigger; null where there is none. */
  readonly gap: { readonly after: string | null; readonly before: string | null } | null;
}

/** How one rule kept its schedule. */
export interface Attestation {
  readonly rule: string;
  /** The expression in force at the end of the period. */
  readonly schedule: string;
  /** Others that were in force before it, oldest first. */
  readonly earlierSchedules: readonly string[];
  readonly expected: number;
  readonly onTime: number;
  readonly late: number;
  readonly missing: number;
  /**
   * Slots before the rule's first complete run ever, from a time at which no scheduled report watched it yet: nothing
   * had promised them, and they are not part of `expected`.
   */
  readonly beforeFirstRun: number;
  readonly slots: readonly Slot[];
}

const MAXIMUM_SLOTS = 100_000;
/** Later than every instant. */
const NEVER = AFTER_INSTANT;

/**
 * The slots of an EventBridge cron expression after `from` up to and including `to`, in UTC
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
 * @throws RangeError when the expression is no `cron(…)` of six fields or has more than 100,000 slots.
 */
export function slotsOf(expression: string, period: Period): string[] {
  const cron = parseExpression(expression);
  const slots: string[] = [];
  const end = new Date(period.to);
  let slot = nextSlot(cron, new Date(period.from));
  while (slot !== null && slot <= end) {
    if (slots.length === MAXIMUM_SLOTS)
      throw new RangeError(`more than ${MAXIMUM_SLOTS} slots of ${expression}`);
    slots.push(slot.toISOString());
    slot = nextSlot(cron, slot);
  }
  return slots;
}

/**
 * The slot that follows an instant; undefined when the expression has none any more.
 * @throws RangeError when the expression is no `cron(…)` of six fields.
 */
export function slotAfter(expression: string, instant: string): string | undefined {
  return nextSlot(parseExpression(expression), new Date(instant))?.toISOString();
}

function parseExpression(expression: string) {
  const fields = /^cron\((\S+(?: \S+){5})\)$/.exec(expression.trim())?.[1];
  if (fields === undefined) {
    throw new RangeError(`the schedule ${JSON.stringify(expression)} is no cron(…) expression of six fields`);
  }
  return cronOf(fields.split(" "));
}

/** What of a run says whether the schedule was kept. */
type ScheduledRun = Pick<RunRow, "evaluation_timestamp" | "trigger" | "schedule" | "completed_at">;

/**
 * Compares the slots that came due in the period with the rule's runs.
 * @param closing the expression in force at the end of the period
 * @param runs the rule's complete runs from one before the period to its end, oldest first
 * @param beginning what a slot must come after to be expected, either of the two: the rule's first complete run ever
 *   (or one before the period), and the scheduled report since which it is watched
 */
export function attest(
  rule: string,
  closing: string,
  period: Period,
  runs: readonly ScheduledRun[],
  beginning: { readonly firstRun?: string | undefined; readonly watchedSince?: string | undefined },
): Attestation {
  const due = { from: plus(period.from, -GRACE_MS), to: plus(period.to, -GRACE_MS) };
  // The slots too young to be judged are asked for too: a run that belongs to one of them is not an older one's.
  const promised = promisedSlots(runs, closing, { from: due.from, to: period.to });
  const { firstRun = NEVER, watchedSince = NEVER } = beginning;
  const instants = runs.map((run) => instantOf(run.evaluation_timestamp));
  const at = (index: number) => instants[index] ?? NEVER;
  const slots: Slot[] = [];
  // Slots and runs are both in order, so that one pass does.
  let passed = 0;
  for (const [index, slot] of promised.entries()) {
    if (slot > due.to) break;
    while (at(passed) < slot) passed += 1;
    const nextSlot = promised[index + 1] ?? NEVER;
    let own = passed;
    while (at(own) < nextSlot && runs[own]?.trigger !== "sweep") own += 1;
    const run = at(own) < nextSlot ? runs[own] : undefined;
    if (run !== undefined) {
      const onTime = Date.parse(run.completed_at) - Date.parse(slot) <= ON_TIME_MS;
      slots.push({ slot, status: onTime ? "on-time" : "late", completedAt: run.completed_at, gap: null });
    } else if (slot < firstRun && slot <= watchedSince) {
      slots.push({ slot, status: "before-first-run", completedAt: null, gap: null });
    } else {
      const gap = { after: instants[passed - 1] ?? null, before: instants[passed] ?? null };
      slots.push({ slot, status: "missing", completedAt: null, gap });
    }
  }
  const count = (status: SlotStatus) => slots.filter((slot) => slot.status === status).length;
  const earlier = runs
    .filter((run, index) => at(index) > due.from && run.schedule !== closing)
    .map(({ schedule }) => schedule);
  return {
    rule,
    schedule: closing,
    earlierSchedules: [...new Set(earlier)],
    expected: slots.length - count("before-first-run"),
    onTime: count("on-time"),
    late: count("late"),
    missing: count("missing"),
    beforeFirstRun: count("before-first-run"),
    slots,
  };
}

/**
 * The slots of the expressions that were in force. Between two runs with different expressions nobody knows when
 * the one took the other's place: the one that promised less there is held against the rule.
 */
function promisedSlots(runs: readonly ScheduledRun[], closing: string, { from, to }: Period): string[] {
  const marks = [
    ...runs.map((run) => ({ at: instantOf(run.evaluation_timestamp), expression: run.schedule })),
    { at: to, expression: closing },
  ];
  const slots: string[] = [];
  const add = (expressions: readonly string[], stretch: Period) => {
    const cut = { from: stretch.from > from ? stretch.from : from, to: stretch.to };
    if (cut.from >= cut.to) return;
    const candidates = expressions.map((expression) => slotsOf(expression, cut));
    const fewest = candidates.reduce((fewer, other) => (other.length < fewer.length ? other : fewer));
    for (const slot of fewest) slots.push(slot);
  };
  let inForce = marks[0]?.expression ?? closing;
  let since = from;
  let last = from;
  for (const { at, expression } of marks) {
    if (expression !== inForce) {
      add([inForce], { from: since, to: last });
      add([inForce, expression], { from: last, to: justBefore(at) });
      since = justBefore(at);
      inForce = expression;
    }
    last = at;
  }
  add([inForce], { from: since, to });
  return slots;
}
