/** What the report generator can be asked, and the one place that tells the questions apart. */

import * as v from "valibot";
import { EVENTS_ALIAS } from "../../common/deployment/names";
import { parseScheduledEvent } from "../../common/evaluator/events";
import { parseStep, type StepRequest } from "../../common/evaluator/steps";
import {
  check,
  type Fields,
  fields,
  INSTANT,
  must,
  OBJECT,
  refuseFor,
  wholeNumber,
} from "../../common/values/check";
import { InvalidInputError } from "../../common/values/errors";

/** The detail-types of events that only EventBridge may bring. */
const SCHEDULED = "Scheduled Event";
const COMPLIANCE_CHANGE = "Config Rules Compliance Change";

const ALLOWED =
  'allowed are an object with nothing but "from" and "to", or "asOf" (ISO-8601 instants), and optionally "sample":' +
  ` {"size": 25, "seed": "…"}, and from EventBridge a ${SCHEDULED} and AWS Config's ${COMPLIANCE_CHANGE}`;
/** The most evaluations of one sample. */
export const MAXIMUM_SAMPLE = 1000;
const MAXIMUM_SEED = 128;

/** A seeded random sample of evaluations; the same seed over the same state picks the same ones. */
const SAMPLE = fields({
  size: wholeNumber(1, MAXIMUM_SAMPLE),
  seed: v.custom<string>(
    (seed) => typeof seed === "string" && seed.length >= 1 && seed.length <= MAXIMUM_SEED,
    must(`be a text of 1 to ${MAXIMUM_SEED} characters`),
  ),
});

/** What `SAMPLE` lets pass. */
export type SampleRequest = v.InferOutput<typeof SAMPLE>;

const ON_DEMAND = v.pipe(
  fields({
    from: v.optional(INSTANT),
    to: v.optional(INSTANT),
    asOf: v.optional(INSTANT),
    sample: v.optional(SAMPLE),
  }),
  refuseFor(({ from, to, asOf }) => {
    if (asOf !== undefined && (from !== undefined || to !== undefined)) {
      return ['is not understood: "asOf" stands alone, without "from" and "to"'];
    }
    if (to !== undefined && from === undefined) return ['is not understood: "to" needs a "from"'];
    return from !== undefined && to !== undefined && from >= to
      ? [`is not understood: "from" (${from}) must be before "to" (${to})`]
      : [];
  }),
);

/** A question to the report generator. Instants are ISO-8601 UTC with milliseconds. */
export type ReportRequest =
  | { readonly kind: "scheduled"; readonly time: string; readonly eventId: string }
  | ({ readonly kind: "on-demand" } & v.InferOutput<typeof ON_DEMAND>)
  | { readonly kind: "compliance-change"; readonly event: unknown }
  | StepRequest;

/** One that is answered with a report. */
export type ReportQuestion = Extract<ReportRequest, { kind: "scheduled" | "on-demand" }>;

/**
 * Whether EventBridge invoked the function, or the state machine that it starts: by an alias that nobody else has the
 * permission to invoke. Whoever may invoke the function itself cannot choose another qualifier
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html).
 */
export function isFromEventBridge(invokedFunctionArn: string): boolean {
  const [, , , , , , , qualifier] = invokedFunctionArn.split(":");
  return qualifier === EVENTS_ALIAS;
}

/**
 * Narrows an invocation's event. Scheduled events are those of an EventBridge rule
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html), compliance changes those of
 * AWS Config (https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html).
 * @param fromEventBridge only then it may be either, or a step of a run over an organization: a scheduled report is a
 * link
 *   of the chain, and a compliance change a verdict in the history.
 * @throws InvalidInputError naming the field at fault and what is allowed.
 */
export function parseEvent(event: unknown, fromEventBridge = false): ReportRequest {
  const given = check(OBJECT, event, "the event");
  const detailType = given["detail-type"];
  if (!fromEventBridge && (detailType === SCHEDULED || detailType === COMPLIANCE_CHANGE)) {
    throw new InvalidInputError(
      `detail-type must not be "${detailType}": such events are EventBridge's, which brings them by the function's` +
        ` alias "${EVENTS_ALIAS}"; ${ALLOWED}`,
    );
  }
  if (detailType === SCHEDULED) {
    const { instant: time } = parseScheduledEvent(given);
    return { kind: "scheduled", time, eventId: typeof given.id === "string" ? given.id : time };
  }
  if (given.source === "aws.config" && detailType === COMPLIANCE_CHANGE) {
    return { kind: "compliance-change", event };
  }
  const step = fromEventBridge ? parseStep(given) : undefined;
  if (step) return step;
  return { kind: "on-demand", ...onDemand(given) };
}

/** @throws InvalidInputError that tells, after what is wrong, what could have been asked. */
function onDemand(given: Fields): v.InferOutput<typeof ON_DEMAND> {
  try {
    return check(ON_DEMAND, given, "the event", { within: "" });
  } catch (error) {
    throw error instanceof InvalidInputError ? new InvalidInputError([...error.problems, ALLOWED]) : error;
  }
}
