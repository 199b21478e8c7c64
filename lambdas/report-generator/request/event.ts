/** What the report generator can be asked, and the one place that tells the questions apart. */

import { EVENTS_ALIAS } from "../../common/deployment/names";
import { parseScheduledEvent } from "../../common/evaluator/events";
import { InvalidInputError } from "../../common/values/errors";
import { asFields, asInstant, asWholeNumber, type Fields, refuseOthers } from "../../common/values/input";

/** A seeded random sample of evaluations; the same seed over the same state picks the same ones. */
export interface SampleRequest {
  readonly size: number;
  readonly seed: string;
}

/** A question to the report generator. Instants are ISO-8601 UTC with milliseconds. */
export type ReportRequest =
  | { readonly kind: "scheduled"; readonly time: string; readonly eventId: string }
  | {
      readonly kind: "on-demand";
      readonly from?: string;
      readonly to?: string;
      readonly asOf?: string;
      readonly sample?: SampleRequest;
    }
  | { readonly kind: "compliance-change"; readonly event: unknown };

/** The detail-types of events that only EventBridge may bring. */
const SCHEDULED = "Scheduled Event";
const COMPLIANCE_CHANGE = "Config Rules Compliance Change";

const ALLOWED =
  'allowed are an object with nothing but "from" and "to", or "asOf" (ISO-8601 instants), and optionally "sample":' +
  ` {"size": 25, "seed": "…"}, and from EventBridge a ${SCHEDULED} and AWS Config's ${COMPLIANCE_CHANGE}`;
/** The most evaluations of one sample. */
export const MAXIMUM_SAMPLE = 1000;
const MAXIMUM_SEED = 128;

/**
 * Whether EventBridge invoked the function: by an alias that nobody else has the permission to invoke. Whoever may
 * invoke the function itself cannot choose another qualifier
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
 * @param fromEventBridge only then it may be either: a scheduled report is a link of the chain, and a compliance change a
 *   verdict in the history.
 * @throws InvalidInputError naming the field at fault and what is allowed.
 */
export function parseEvent(event: unknown, fromEventBridge = false): ReportRequest {
  const fields = asFields(event, "the event");
  const detailType = fields["detail-type"];
  if (!fromEventBridge && (detailType === SCHEDULED || detailType === COMPLIANCE_CHANGE)) {
    throw new InvalidInputError(
      `detail-type must not be "${detailType}": such events are EventBridge's, which brings them by the function's` +
        ` alias "${EVENTS_ALIAS}"; ${ALLOWED}`,
    );
  }
  if (detailType === SCHEDULED) {
    const { instant: time } = parseScheduledEvent(fields);
    return { kind: "scheduled", time, eventId: typeof fields.id === "string" ? fields.id : time };
  }
  if (fields.source === "aws.config" && detailType === COMPLIANCE_CHANGE) {
    return { kind: "compliance-change", event };
  }
  return parseOnDemand(fields);
}

function parseOnDemand(fields: Fields): ReportRequest {
  const unknown = Object.keys(fields).find((key) => !["from", "to", "asOf", "sample"].includes(key));
  if (unknown !== undefined)
    throw new InvalidInputError(`unknown field "${unknown}" in the event; ${ALLOWED}`);
  const from = optionalInstant(fields.from, "from");
  const to = optionalInstant(fields.to, "to");
  const asOf = optionalInstant(fields.asOf, "asOf");
  if (asOf !== undefined && (from !== undefined || to !== undefined)) {
    throw new InvalidInputError(`"asOf" stands alone, without "from" and "to"; ${ALLOWED}`);
  }
  if (to !== undefined && from === undefined) throw new InvalidInputError(`"to" needs a "from"; ${ALLOWED}`);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InvalidInputError(`"from" (${from}) must be before "to" (${to})`);
  }
  return {
    kind: "on-demand",
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(asOf !== undefined && { asOf }),
    ...(fields.sample !== undefined && { sample: parseSample(fields.sample) }),
  };
}

function parseSample(value: unknown): SampleRequest {
  const fields = asFields(value, "sample");
  refuseOthers(fields, ["size", "seed"], "sample");
  const size = asWholeNumber(fields.size, 1, MAXIMUM_SAMPLE, "sample.size");
  const { seed } = fields;
  if (typeof seed !== "string" || seed.length < 1 || seed.length > MAXIMUM_SEED) {
    throw new InvalidInputError(`sample.seed must be a text of 1 to ${MAXIMUM_SEED} characters`);
  }
  return { size, seed };
}

function optionalInstant(value: unknown, field: string): string | undefined {
  return value === undefined ? undefined : asInstant(value, field);
}
