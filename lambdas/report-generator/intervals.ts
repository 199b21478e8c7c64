/** When each resource failed, for how long, and how fast failures were resolved. */

import type { EvaluationRow } from "../shared/evaluation";
import { instantOf } from "../shared/timestamps";
import type { Period } from "./period";

/** A stretch of time in which a resource failed a rule. Durations are milliseconds. */
export interface FailingInterval {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly resourceType: string;
  readonly rule: string;
  /** When the failure began, which may be before the period. */
  readonly since: string;
  /** When it ended; null while it is still open at the end of the period. */
  readonly until: string | null;
  /** How it ended. */
  readonly outcome: "open" | "compliant" | "not-applicable" | "gone";
  /** From beginning to end, or to the end of the period while open. */
  readonly durationMs: number;
  /** The part of it that lies in the period. */
  readonly durationInPeriodMs: number;
}

/** Times to resolve of the failures that ended in the period. Milliseconds; null when none ended. */
export interface ResolutionTimes {
  readonly resolved: number;
  readonly medianMs: number | null;
  readonly worstMs: number | null;
  readonly worst: { readonly resourceId: string; readonly rule: string } | null;
}

/**
 * The failing intervals that touch the period.
 * @param atStart one rule's failing (or unreadable, with a failure still open) resources at the period's start
 * @param transitions the same rule's changes of state in the period, in any order
 * @param atEnd its resources at the period's end: a failure whose beginning no row of the period or before its
 *   first complete run tells is known from there
 */
export function failingIntervals(
  atStart: Iterable<EvaluationRow>,
  transitions: Iterable<EvaluationRow>,
  atEnd: Iterable<EvaluationRow>,
  period: Period,
): FailingInterval[] {
  const open = new Map<string, { row: EvaluationRow; since: string }>();
  for (const row of atStart) {
    if (row.open_since !== undefined) open.set(row.resource_id, { row, since: row.open_since });
  }
  const intervals: FailingInterval[] = [];
  const inOrder = [...transitions].sort(byTime);
  for (const row of inOrder) {
    const current = open.get(row.resource_id);
    if (row.open_since !== undefined) {
      // A failure that is open goes on, whatever a row that crossed another says of its beginning.
      if (current === undefined) open.set(row.resource_id, { row, since: row.open_since });
    } else if (current !== undefined) {
      intervals.push(interval(current.row, current.since, row, period));
      open.delete(row.resource_id);
    }
  }
  for (const row of atEnd) {
    if (row.open_since !== undefined && !open.has(row.resource_id)) {
      open.set(row.resource_id, { row, since: row.open_since });
    }
  }
  for (const { row, since } of open.values()) intervals.push(interval(row, since, undefined, period));
  return intervals;
}

/** Median and worst time to resolve; an even number of them takes the mean of the middle two. */
export function resolutionTimes(intervals: Iterable<FailingInterval>): ResolutionTimes {
  const ended: FailingInterval[] = [];
  for (const interval of intervals) if (interval.until !== null) ended.push(interval);
  ended.sort((a, b) => a.durationMs - b.durationMs);
  const worst = ended.at(-1);
  const upper = ended[Math.floor(ended.length / 2)];
  const lower = ended[Math.floor((ended.length - 1) / 2)];
  if (worst === undefined || upper === undefined || lower === undefined) {
    return { resolved: 0, medianMs: null, worstMs: null, worst: null };
  }
  return {
    resolved: ended.length,
    medianMs: Math.round((lower.durationMs + upper.durationMs) / 2),
    worstMs: worst.durationMs,
    worst: { resourceId: worst.resourceId, rule: worst.rule },
  };
}

function interval(
  first: EvaluationRow,
  since: string,
  last: EvaluationRow | undefined,
  period: Period,
): FailingInterval {
  const until = last === undefined ? null : instantOf(last.evaluation_timestamp);
  const end = Date.parse(until ?? period.to);
  const begin = Date.parse(since);
  return {
    resourceId: first.resource_id,
    resourceName: first.resource_name,
    resourceType: first.resource_type,
    rule: first.rule,
    since,
    until,
    outcome: outcome(last),
    durationMs: Math.max(0, end - begin),
    durationInPeriodMs: Math.max(0, end - Math.max(begin, Date.parse(period.from))),
  };
}

function outcome(last: EvaluationRow | undefined): FailingInterval["outcome"] {
  if (last === undefined) return "open";
  if (last.gone) return "gone";
  return last.compliance_type === "NOT_APPLICABLE" ? "not-applicable" : "compliant";
}

function byTime(a: EvaluationRow, b: EvaluationRow): number {
  return a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1;
}
