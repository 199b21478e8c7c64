/** What is otherwise than the last scheduled report said. */

import type { FailingInterval } from "../figures/intervals";
import type { Period } from "../request/period";
import type { ResourceEntry, SinceLastReport, Summary } from "./report";

/** A scheduled report, as its manifest tells of it. */
export interface LastReport {
  readonly reportId: string;
  readonly sequence: number;
  readonly to: string;
  readonly summary: Pick<Summary, "score" | "nonCompliant" | "excepted">;
}

/**
 * The comparison with the last scheduled report; null when there is none.
 * @param state the resources at the end of the period, and the failing intervals that touch it
 */
export function sinceLastReport(
  last: LastReport | undefined,
  state: { readonly resources: readonly ResourceEntry[]; readonly failures: readonly FailingInterval[] },
  period: Period,
): SinceLastReport | null {
  if (last === undefined) return null;
  const { reportId, sequence, to, summary } = last;
  const isNew = ({ complianceType, failingSince = "" }: ResourceEntry) =>
    complianceType === "NON_COMPLIANT" && failingSince > to;
  return {
    reportId,
    sequence,
    to,
    score: summary.score,
    failing: summary.nonCompliant - summary.excepted,
    newlyFailing: state.resources.filter(isNew).length,
    // What ended before the period is in none of its intervals.
    resolved:
      to < period.from ? null : state.failures.filter(({ until }) => until !== null && until > to).length,
  };
}
