/**
 * The events an evaluator answers. Anything else is refused: an event that nobody understands must not
 * start a sweep.
 */

import { InvalidInputError } from "../values/errors";
import { asFields, asInstant, asList, asText, type Fields, parseJson, refuseOthers } from "../values/input";

/** A sweep over everything, from the schedule or asked for by a person. */
export interface SweepRequest {
  readonly kind: "sweep";
  readonly trigger: "sweep" | "on-demand";
  /** The event's own time, so that a second delivery is the same run; undefined when a person asks. */
  readonly instant?: string;
}

/** One resource that AWS Config saw change. */
export interface ChangeRequest {
  readonly kind: "change";
  readonly instant: string;
  readonly resultToken: string;
  readonly item: ConfigurationItem;
  /** The resource is deleted. */
  readonly isDeleted: boolean;
  /** The resource exists, but AWS Config no longer records it, or it left the rule's scope there. */
  readonly isOutOfScope: boolean;
}

/** What the evaluator needs of AWS Config's item; the settings themselves are read from the live API. */
export interface ConfigurationItem {
  readonly resourceType: string;
  /** The id that AWS Config expects back. */
  readonly resourceId: string;
  readonly resourceName?: string;
  readonly arn?: string;
  readonly accountId: string;
  readonly region: string;
  /** `configurationItemCaptureTime`: PutEvaluations' OrderingTimestamp. */
  readonly captureTime: string;
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

/** Everything that an evaluator can be asked. */
export type EvaluatorRequest = SweepRequest | ChangeRequest | ResourcesRequest | WhatIfRequest;

/** What one `resourceIds` request may name: the most that RDS takes in one filter with room to spare. */
export const RESOURCE_IDS_MOST = 100;

const ALLOWED =
  'an EventBridge "Scheduled Event", an AWS Config rule event, {}, {"resourceIds": [...]} or {"whatIf": {...}}';

/**
 * Narrows an evaluator's event.
 * @throws InvalidInputError naming the field and what is allowed.
 */
export function parseEvaluatorEvent(event: unknown): EvaluatorRequest {
  const fields = asFields(event, "event");
  if (fields.invokingEvent !== undefined) return parseConfigEvent(fields);
  if (fields["detail-type"] === "Scheduled Event") return parseScheduledEvent(fields);
  if (Object.keys(fields).length === 0) return { kind: "sweep", trigger: "on-demand" };
  if (fields.resourceIds !== undefined) {
    refuseOthers(fields, ["resourceIds"], "event");
    return { kind: "resources", resourceIds: parseResourceIds(fields.resourceIds) };
  }
  if (fields.whatIf !== undefined) {
    refuseOthers(fields, ["whatIf"], "event");
    return { kind: "what-if", parameters: asFields(fields.whatIf, "whatIf") };
  }
  throw new InvalidInputError(
    `event with ${Object.keys(fields).join(", ")} is not understood; allowed: ${ALLOWED}`,
  );
}

/** @throws InvalidInputError when the event has no valid time. */
export function parseScheduledEvent(event: Fields): SweepRequest & { readonly instant: string } {
  return { kind: "sweep", trigger: "sweep", instant: asInstant(event.time, "time") };
}

function parseResourceIds(value: unknown): string[] {
  const ids = asList(value, "resourceIds").map((id, index) => asText(id, `resourceIds[${index}]`));
  if (ids.length === 0 || ids.length > RESOURCE_IDS_MOST) {
    throw new InvalidInputError(
      `resourceIds must name 1 to ${RESOURCE_IDS_MOST} resources, not ${ids.length}`,
    );
  }
  return [...new Set(ids)];
}

/** https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html */
function parseConfigEvent(event: Fields): ChangeRequest {
  const resultToken = asText(event.resultToken, "resultToken");
  const invoking = asFields(
    parseJson(asText(event.invokingEvent, "invokingEvent"), "invokingEvent"),
    "invokingEvent",
  );
  // An oversized notification has a summary in the item's place; what it lacks is read from the live API anyway.
  const places = {
    ConfigurationItemChangeNotification: "configurationItem",
    OversizedConfigurationItemChangeNotification: "configurationItemSummary",
  } as const;
  const messageType = asText(invoking.messageType, "invokingEvent.messageType");
  if (!Object.hasOwn(places, messageType)) {
    throw new InvalidInputError(
      `invokingEvent.messageType must be one of ${Object.keys(places).join(", ")}, not ${messageType}`,
    );
  }
  const place = `invokingEvent.${places[messageType as keyof typeof places]}`;
  const item = asFields(invoking[places[messageType as keyof typeof places]], place);
  const status = asText(item.configurationItemStatus, `${place}.configurationItemStatus`);
  return {
    kind: "change",
    instant: asInstant(
      invoking.notificationCreationTime ?? item.configurationItemCaptureTime,
      "invokingEvent.notificationCreationTime",
    ),
    resultToken,
    isDeleted: ["ResourceDeleted", "ResourceDeletedNotRecorded"].includes(status),
    isOutOfScope: event.eventLeftScope === true || status === "ResourceNotRecorded",
    item: {
      resourceType: asText(item.resourceType, `${place}.resourceType`),
      resourceId: asText(item.resourceId, `${place}.resourceId`),
      resourceName: optionalText(item.resourceName, `${place}.resourceName`),
      arn: optionalText(item.ARN, `${place}.ARN`),
      accountId: asText(item.awsAccountId, `${place}.awsAccountId`),
      region: asText(item.awsRegion, `${place}.awsRegion`),
      captureTime: asInstant(item.configurationItemCaptureTime, `${place}.configurationItemCaptureTime`),
    },
  };
}

function optionalText(value: unknown, field: string): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : asText(value, field);
}
