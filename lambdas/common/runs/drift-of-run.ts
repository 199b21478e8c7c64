import type { Drift } from "../alerts/drift";
import type { History } from "../history/history";
import { instantOf } from "../history/keys";
import { isFirstSight } from "../history/places";
import type { EvaluationRow } from "../history/rows";
import { isDrift, isOpenFailure, type PreviousState } from "../history/transition";
import { justBefore } from "../values/instants";
import type { Past } from "./past";
import { driftBehind } from "./single";

/**
 * Drift is what opens now, and also what opened since the last run, or could not be read by it: whoever saw that
 * may not have come to telling it. What was told is claimed, and is not told again.
 * @param row what the run says, of its instant.
 */
export async function driftOfRun(
  row: EvaluationRow,
  previous: PreviousState | undefined,
  past: Past,
  history: History,
): Promise<Drift | undefined> {
  const { previousRun, baseline, driftSince, owed, recoveredSince } = past;
  const { resource_id: arn, transition } = row;
  if (previousRun === undefined) return undefined;
  if (isDrift(row, previous, baseline) && !isFirstSight(row, baseline)) {
    return { row, openedAt: instantOf(row.evaluation_timestamp), previousInstant: previous?.instant };
  }
  if (transition !== "ongoing" && transition !== "recovered") return undefined;
  if (!isOpenFailure(row)) return undefined;
  const openedAt = driftSince.get(arn);
  if (openedAt !== undefined) {
    const known = owed.get(arn);
    const previousInstant = known?.opened_at === openedAt ? known.previous_instant : justBefore(openedAt);
    return { row, openedAt, previousInstant };
  }
  const wasUnreadable = transition === "recovered" || recoveredSince.has(arn);
  return wasUnreadable ? driftBehind(row, history) : undefined;
}
