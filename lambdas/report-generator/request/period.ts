/** Which stretch of time a report is about: everything after `from` up to and including `to`. */

import { InvalidInputError } from "../../common/values/errors";
import { DAY_MS, plus } from "../../common/values/instants";
import type { ReportRequest } from "./event";

/** Half-open, `from` excluded: contiguous periods share their borders and nothing is counted twice. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** A scheduled report begins where the previous one ended; the first one covers 24 hours. */
export function scheduledPeriod(time: string, previousEnd: string | undefined): Period {
  return { from: previousEnd ?? plus(time, -DAY_MS), to: time };
}

/**
 * On demand: as asked; without a question, since the last scheduled report (24 hours when there is none);
 * as of an instant, the 24 hours before it.
 * @throws InvalidInputError when the period ends in the future or is empty.
 */
export function onDemandPeriod(
  request: Extract<ReportRequest, { kind: "on-demand" }>,
  now: string,
  lastScheduledEnd: string | undefined,
): Period {
  if (request.asOf !== undefined) {
    if (request.asOf > now) throw new InvalidInputError(`"asOf" (${request.asOf}) is in the future`);
    return { from: plus(request.asOf, -DAY_MS), to: request.asOf };
  }
  const to = request.to ?? now;
  if (to > now) throw new InvalidInputError(`"to" (${to}) is in the future`);
  const sinceLast = lastScheduledEnd !== undefined && lastScheduledEnd < to ? lastScheduledEnd : undefined;
  const from = request.from ?? sinceLast ?? plus(to, -DAY_MS);
  if (from >= to) throw new InvalidInputError(`"from" (${from}) must be before the report's end (${to})`);
  return { from, to };
}
