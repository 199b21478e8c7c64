/** Events as AWS sends them, for the functions of the stack. */

import { createHash, randomUUID } from "node:crypto";
import { ACCOUNT_ID, REGION } from "./moto";

/** An instant as EventBridge writes it: without milliseconds. */
function eventTime(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** A schedule's event (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html). */
export function scheduledEvent(time: string, scheduleName: string) {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: ACCOUNT_ID,
    time: eventTime(time),
    region: REGION,
    resources: [`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${scheduleName}`],
    detail: {},
  };
}

/** A resource as AWS Config knows it. */
export interface RecordedResource {
  readonly resourceType: string;
  /** For databases the DbiResourceId, for everything else here the name or id. */
  readonly resourceId: string;
  readonly resourceName?: string;
  readonly arn: string;
  readonly region?: string;
  readonly accountId?: string;
}

export interface ConfigChange {
  readonly configRuleName: string;
  readonly resource: RecordedResource;
  readonly time: string;
  /** `OK` unless given; `ResourceDeleted` for a resource that is gone. */
  readonly status?: string;
  /** The resource's type left the rule's scope. */
  readonly eventLeftScope?: boolean;
  /** Too large for the event: AWS Config sends a summary instead of the item. */
  readonly oversized?: boolean;
}

/**
 * AWS Config's event for a custom rule
 * (https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html).
 * Its result token is the one that AWS's sample rules answer in test mode: an emulator can store no evaluation.
 */
export function configChangeEvent(change: ConfigChange) {
  const { resource, status = "OK" } = change;
  const time = new Date(change.time).toISOString();
  const item = {
    version: "1.3",
    accountId: resource.accountId ?? ACCOUNT_ID,
    configurationItemCaptureTime: time,
    configurationItemStatus: status,
    configurationStateId: String(Date.parse(time)),
    resourceType: resource.resourceType,
    resourceId: resource.resourceId,
    resourceName: resource.resourceName ?? null,
    ARN: resource.arn,
    awsRegion: resource.region ?? REGION,
    awsAccountId: resource.accountId ?? ACCOUNT_ID,
    availabilityZone: "Not Applicable",
  };
  const details = {
    relatedEvents: [],
    relationships: [],
    configuration: null,
    supplementaryConfiguration: {},
    tags: {},
  };
  const invokingEvent = change.oversized
    ? { configurationItemSummary: { ...item, changeType: "UPDATE" } }
    : { configurationItem: { ...item, ...details }, configurationItemDiff: null };
  const messageType = `${change.oversized ? "Oversized" : ""}ConfigurationItemChangeNotification`;
  return {
    version: "1.0",
    invokingEvent: JSON.stringify({
      ...invokingEvent,
      notificationCreationTime: time,
      messageType,
      recordVersion: "1.3",
    }),
    ruleParameters: "{}",
    resultToken: "TESTMODE",
    eventLeftScope: change.eventLeftScope ?? false,
    executionRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/config`,
    configRuleArn: configRuleArn(change.configRuleName),
    configRuleName: change.configRuleName,
    configRuleId: configRuleId(change.configRuleName),
    accountId: ACCOUNT_ID,
  };
}

export interface ComplianceChange {
  readonly configRuleName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly time: string;
  readonly from?: "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE";
  readonly to: "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE";
  readonly annotation?: string;
}

/**
 * EventBridge's event for a changed verdict of an AWS Config rule
 * (https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html).
 */
export function complianceChangeEvent(change: ComplianceChange) {
  const time = new Date(change.time).toISOString();
  const { configRuleName, resourceType, resourceId } = change;
  const result = (complianceType: string) => ({
    evaluationResultIdentifier: {
      evaluationResultQualifier: { configRuleName, resourceType, resourceId, evaluationMode: "DETECTIVE" },
      orderingTimestamp: time,
    },
    complianceType,
    resultRecordedTime: time,
    configRuleInvokedTime: time,
    ...(change.annotation !== undefined && { annotation: change.annotation }),
  });
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Config Rules Compliance Change",
    source: "aws.config",
    account: ACCOUNT_ID,
    time: eventTime(time),
    region: REGION,
    resources: [],
    detail: {
      resourceId,
      awsRegion: REGION,
      awsAccountId: ACCOUNT_ID,
      configRuleName,
      recordVersion: "1.0",
      configRuleARN: configRuleArn(configRuleName),
      messageType: "ComplianceChangeNotification",
      newEvaluationResult: result(change.to),
      ...(change.from !== undefined && { oldEvaluationResult: result(change.from) }),
      notificationCreationTime: time,
      resourceType,
    },
  };
}

/** AWS Config names a rule's ARN by an id of its own making, not by the rule's name. */
function configRuleId(name: string): string {
  return `config-rule-${createHash("sha256").update(name).digest("hex").slice(0, 6)}`;
}

function configRuleArn(name: string): string {
  return `arn:aws:config:${REGION}:${ACCOUNT_ID}:config-rule/${configRuleId(name)}`;
}
