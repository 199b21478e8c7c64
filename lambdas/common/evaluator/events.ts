/**
 * The events an evaluator answers. Anything else is refused: an event that nobody understands must not
 * start a sweep.
 */

import * as v from "valibot";
import {
  check,
  type Fields,
  fields,
  fieldsAmongOthers,
  INSTANT,
  JSON_TEXT,
  list,
  must,
  OBJECT,
  oneOf,
  refuseFor,
  TEXT,
} from "../values/check";
import { InvalidInputError } from "../values/errors";
import { parseStep, type StepRequest } from "./steps";

/** A sweep over everything, from the schedule or asked for by a person. */
export interface SweepRequest {
  readonly kind: "sweep";
  readonly trigger: "sweep" | "on-demand";
  /** The event's own time, so that a second delivery is the same run; undefined when a person asks. */
  readonly instant?: string;
}

/** Resources that a person named, by id, name or ARN. */
export interface ResourcesRequest {
  readonly kind: "resources";
  readonly resourceIds: readonly string[];
}

/** What would other parameters change? */
export interface WhatIfRequest {
  readonly kind: "what-if";
  /** The rule's parameters to try, unchecked. */
  readonly parameters: Fields;
}

/** What one `resourceIds` request may name: the most that RDS takes in one filter with room to spare. */
export const RESOURCE_IDS_MOST = 100;

/** What EventBridge's schedule brings; the rest of it says nothing. */
const SCHEDULED_EVENT = fieldsAmongOthers({ time: INSTANT });

const RESOURCES = fields({
  resourceIds: v.pipe(
    list(TEXT),
    refuseFor(({ length }) =>
      length === 0 || length > RESOURCE_IDS_MOST
        ? [`must name 1 to ${RESOURCE_IDS_MOST} resources, not ${length}`]
        : [],
    ),
  ),
});

const WHAT_IF = fields({ whatIf: OBJECT });

/** AWS Config's ids for what a service gives no name or ARN: null, an empty text or nothing. */
const TEXT_OR_NONE = v.nullish(v.union([v.literal(""), TEXT], must("be a non-empty text")));

/** What the evaluator needs of AWS Config's item; the settings themselves are read from the live API. */
const ITEM = fieldsAmongOthers({
  configurationItemStatus: TEXT,
  resourceType: TEXT,
  resourceId: TEXT,
  resourceName: TEXT_OR_NONE,
  ARN: TEXT_OR_NONE,
  awsAccountId: TEXT,
  awsRegion: TEXT,
  configurationItemCaptureTime: INSTANT,
});

const ORDINARY = "ConfigurationItemChangeNotification";
const OVERSIZED = "OversizedConfigurationItemChangeNotification";
const MESSAGE = { messageType: oneOf([ORDINARY, OVERSIZED]), notificationCreationTime: v.nullish(INSTANT) };

/** An oversized notification has a summary in the item's place; what it lacks is read from the live API anyway. */
const NOTIFICATION = v.lazy((message) => {
  switch ((message as Partial<Fields> | null)?.messageType) {
    case ORDINARY:
      return fieldsAmongOthers({ ...MESSAGE, configurationItem: ITEM });
    case OVERSIZED:
      return v.pipe(
        fieldsAmongOthers({ ...MESSAGE, configurationItemSummary: ITEM }),
        v.transform(({ configurationItemSummary, ...others }) => ({
          ...others,
          configurationItem: configurationItemSummary,
        })),
      );
    default:
      // The type is refused, and what would follow from it is not looked at.
      return v.pipe(fieldsAmongOthers(MESSAGE), v.never());
  }
});

/** https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html */
const CHANGE = v.pipe(
  fieldsAmongOthers({
    resultToken: TEXT,
    invokingEvent: v.pipe(JSON_TEXT, NOTIFICATION),
    eventLeftScope: v.optional(v.unknown()),
  }),
  v.transform(({ resultToken, invokingEvent, eventLeftScope }) => ({
    ...changeOf(invokingEvent, eventLeftScope === true),
    resultToken,
  })),
);

/** EventBridge's `detail-type` of AWS Config's change events. */
export const CONFIGURATION_ITEM_CHANGE = "Config Configuration Item Change";

/**
 * AWS Config's event of a Region in which no rule of it invokes the function; it holds what a rule's event does
 * (https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html).
 */
const ITEM_CHANGE = v.pipe(
  fieldsAmongOthers({
    source: v.literal("aws.config", must("be aws.config")),
    account: TEXT,
    region: TEXT,
    detail: NOTIFICATION,
  }),
  refuseFor(({ account, region, detail: { configurationItem: item } }) => [
    ...(account === item.awsAccountId
      ? []
      : [{ key: "account", reason: must(`be the item's ${item.awsAccountId}`) }]),
    ...(region === item.awsRegion
      ? []
      : [{ key: "region", reason: must(`be the item's ${item.awsRegion}`) }]),
  ]),
  v.transform(({ detail }): ChangeRequest => changeOf(detail, false)),
);

/** What AWS Config says of a change, to its rules and to EventBridge. */
function changeOf(
  { notificationCreationTime, configurationItem: item }: v.InferOutput<typeof NOTIFICATION>,
  hasLeftScope: boolean,
) {
  const status = item.configurationItemStatus;
  return {
    kind: "change" as const,
    instant: notificationCreationTime ?? item.configurationItemCaptureTime,
    /** The resource is deleted. */
    isDeleted: ["ResourceDeleted", "ResourceDeletedNotRecorded"].includes(status),
    /** The resource exists, but AWS Config no longer records it, or it left the rule's scope there. */
    isOutOfScope: hasLeftScope || status === "ResourceNotRecorded",
    item: {
      resourceType: item.resourceType,
      /** The id that AWS Config expects back. */
      resourceId: item.resourceId,
      resourceName: item.resourceName || undefined,
      arn: item.ARN || undefined,
      accountId: item.awsAccountId,
      region: item.awsRegion,
      /** PutEvaluations' OrderingTimestamp. */
      captureTime: item.configurationItemCaptureTime,
    },
  };
}

/** One resource that AWS Config saw change. */
export type ChangeRequest = Readonly<ReturnType<typeof changeOf>> & {
  /** By which AWS Config wants to be answered; an event of EventBridge wants no answer. */
  readonly resultToken?: string;
};

/** Everything that an evaluator can be asked. */
export type EvaluatorRequest = SweepRequest | ChangeRequest | ResourcesRequest | WhatIfRequest | StepRequest;

const ALLOWED =
  'an EventBridge "Scheduled Event" or "Config Configuration Item Change", an AWS Config rule event, {}, ' +
  '{"resourceIds": [...]} or {"whatIf": {...}}, or of a state machine {"plan": {...}}, {"scan": {...}} or ' +
  '{"close": {...}}';

/**
 * Narrows an evaluator's event.
 * @throws InvalidInputError naming everything that is wrong and what is allowed.
 */
export function parseEvaluatorEvent(event: unknown): EvaluatorRequest {
  const given = check(OBJECT, event, "event");
  const parse = <Schema extends v.GenericSchema>(schema: Schema) =>
    check(schema, given, "event", { within: "" });
  if (given.invokingEvent !== undefined) return parse(CHANGE);
  if (given["detail-type"] === "Scheduled Event") return parseScheduledEvent(given);
  if (given["detail-type"] === CONFIGURATION_ITEM_CHANGE) return parse(ITEM_CHANGE);
  if (Object.keys(given).length === 0) return { kind: "sweep", trigger: "on-demand" };
  if (given.resourceIds !== undefined) {
    return { kind: "resources", resourceIds: [...new Set(parse(RESOURCES).resourceIds)] };
  }
  if (given.whatIf !== undefined) return { kind: "what-if", parameters: parse(WHAT_IF).whatIf };
  const step = parseStep(given);
  if (step) return step;
  throw new InvalidInputError(
    `event with ${Object.keys(given).join(", ")} is not understood; allowed: ${ALLOWED}`,
  );
}

/** @throws InvalidInputError when the event has no valid time. */
export function parseScheduledEvent(event: unknown): SweepRequest & { readonly instant: string } {
  const { time } = check(SCHEDULED_EVENT, event, "event", { within: "" });
  return { kind: "sweep", trigger: "sweep", instant: time };
}
