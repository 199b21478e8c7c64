/** When each resource failed, for how long, and how fast failures were resolved. */

import { instantOf } from "../../common/history/keys";
import type { EvaluationRow } from "../../common/history/rows";
import type { Period } from "../request/period";

/** What an evaluation says of when a failure began and ended. */
export type FailureRow = Pick<
  EvaluationRow,
  | "resource_id"
  | "resource_name"
  | "resource_type"
  | "rule"
  | "evaluation_timestamp"
  | "compliance_type"
  | "transition"
  | "open_since"
  | "gone"
>;

/** A stretch of time in which a resource failed a rule. Durations are milliseconds. */
export interface FailingInterval {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly resourceType: string;
  readonly rule: string;
  /** When the failure began, which may be before the period; null when only its end is known. */
  readonly since: string | null;
  /** When it ended; null while it is still open at the end of the period. */
  readonly until: string | null;
  /** How it ended. */
  readonly outcome: "open" | "compliant" | "not-applicable" | "gone";
  /** From beginning to end, or to the end of the period while open; null when the beginning is not known. */
  readonly durationMs: number | null;
  /** The part of it that lies in the period. */
  readonly durationInPeriodMs: number | null;
}

/**
 * Times to resolve of the failures that ended in the period (or that the period tells of, when that arrived late).
 * Milliseconds, of those whose beginning is known; null when there are none.
 */
export interface ResolutionTimes {
  readonly resolved: number;
  readonly medianMs: number | null;
  readonly worstMs: number | null;
  readonly worst: { readonly resourceId: string; readonly rule: string } | null;
}

/**
 * The failing intervals that touch the period.
 * @param atStart one rule's failing (or unreadable, with a failure still open) resources at the period's start
 * @param transitions the same rule's changes of state in the period, in any order, and those before it that the
 *   report of their time could not know
 * @param atEnd its resources at the period's end: a failure whose beginning no row of the period or before its
 *   first complete run tells is known from there
 */
export function failingIntervals(
  atStart: Iterable<FailureRow>,
  transitions: Iterable<FailureRow>,
  atEnd: Iterable<FailureRow>,
  period: Period,
): FailingInterval[] {
  const open = new Map<string, Opening>();
  const intervals: FailingInterval[] = [];
  const ended = new Set<string>();
  const follow = (row: FailureRow) => {
    const current = open.get(row.resource_id);
    if (row.open_since !== undefined) {
      // A failure that is open goes on, whatever a row that crossed another says of its beginning.
      if (current === undefined) open.set(row.resource_id, { row, since: row.open_since });
    } else if (current !== undefined) {
      intervals.push(interval(current.row, current.since, row, period));
      open.delete(row.resource_id);
      ended.add(row.resource_id);
    } else if (row.transition === "resolved" && !ended.has(row.resource_id)) {
      intervals.push(interval(row, null, row, period));
      ended.add(row.resource_id);
    }
  };
  const inOrder = [...transitions].sort(byTime);
  const isOfPeriod = (row: FailureRow) => instantOf(row.evaluation_timestamp) > period.from;
  for (const row of inOrder) if (!isOfPeriod(row)) follow(row);
  // The state at the start knows what arrived late.
  open.clear();
  ended.clear();
  for (const row of atStart) {
    if (row.open_since !== undefined) open.set(row.resource_id, { row, since: row.open_since });
  }
  for (const row of inOrder) if (isOfPeriod(row)) follow(row);
  for (const row of atEnd) {
    if (row.open_since !== undefined && !open.has(row.resource_id)) {
      open.set(row.resource_id, { row, since: row.open_since });
    }
  }
  for (const { row, since } of open.values()) intervals.push(interval(row, since, undefined, period));
  return intervals;
}

interface Opening {
  readonly row: FailureRow;
  readonly since: string;
}

/** Median and worst time to resolve; an even number of them takes the mean of the middle two. */
export function resolutionTimes(intervals: Iterable<FailingInterval>): ResolutionTimes {
  let resolved = 0;
  const measured: { interval: FailingInterval; durationMs: number }[] = [];
  for (const interval of intervals) {
    if (interval.until === null) continue;
    resolved += 1;
    if (interval.durationMs !== null) measured.push({ interval, durationMs: interval.durationMs });
  }
  measured.sort((a, b) => a.durationMs - b.durationMs);
  const worst = measured.at(-1);
  const upper = measured[Math.floor(measured.length / 2)];
  const lower = measured[Math.floor((measured.length - 1) / 2)];
  if (worst === undefined || upper === undefined || lower === undefined) {
    return { resolved, medianMs: null, worstMs: null, worst: null };
  }
  return {
    resolved,
    medianMs: Math.round((lower.durationMs + upper.durationMs) / 2),
    worstMs: worst.durationMs,
    worst: { resourceId: worst.interval.resourceId, rule: worst.interval.rule },
  };
}

function interval(
  first: FailureRow,
  since: string | null,
  last: FailureRow | undefined,
  period: Period,
): FailingInterval {
  const until = last === undefined ? null : instantOf(last.evaluation_timestamp);
  const end = Date.parse(until ?? period.to);
  const after = (begin: string) => Math.max(0, end - Date.parse(begin));
  return {
    resourceId: first.resource_id,
    resourceName: first.resource_name,
    resourceType: first.resource_type,
    rule: first.rule,
    since,
    until,
    outcome: outcome(last),
    durationMs: since === null ? null : after(since),
    durationInPeriodMs: since === null ? null : after(since > period.from ? since : period.from),
  };
}

function outcome(last: FailureRow | undefined): FailingInterval["outcome"] {
  if (last === undefined) return "open";
  if (last.gone) return "gone";
  return last.compliance_type === "NOT_APPLICABLE" ? "not-applicable" : "compliant";
}

function byTime(a: FailureRow, b: FailureRow): number {
  return a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1;
}
