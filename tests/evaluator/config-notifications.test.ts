import { parseEvaluatorEvent } from "../../lambdas/common/evaluator/events";
import { refusal } from "./refusal";

const item = {
  resourceType: "AWS::RDS::DBInstance",
  resourceId: "db-ABCDEFGHIJKL",
  resourceName: "orders",
  ARN: "arn:aws:rds:us-east-1:111122223333:db:orders",
  awsAccountId: "111122223333",
  awsRegion: "us-east-1",
  configurationItemStatus: "OK",
  configurationItemCaptureTime: "2026-11-24T05:59:30Z",
  configuration: { backupRetentionPeriod: 7 },
};

const notification: Record<string, unknown> = {
  messageType: "ConfigurationItemChangeNotification",
  notificationCreationTime: "2026-11-24T06:00:00.5Z",
  recordVersion: "1.3",
  configurationItem: item,
};

function configEvent(invokingEvent: unknown, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: "1.0",
    accountId: "111122223333",
    configRuleName: "rds-automated-backups-prod",
    configRuleArn: "arn:aws:config:us-east-1:111122223333:config-rule/config-rule-abc",
    configRuleId: "config-rule-abc",
    executionRoleArn: "arn:aws:iam::111122223333:role/config",
    resultToken: "token",
    eventLeftScope: false,
    invokingEvent: JSON.stringify(invokingEvent),
    ...change,
  };
}

function withItem(change: Record<string, unknown>): Record<string, unknown> {
  return configEvent({ ...notification, configurationItem: { ...item, ...change } });
}

describe("AWS Config's notification of a change", () => {
  const expected = {
    kind: "change",
    instant: "2026-11-24T06:00:00.500Z",
    resultToken: "token",
    isDeleted: false,
    isOutOfScope: false,
    item: {
      resourceType: "AWS::RDS::DBInstance",
      resourceId: "db-ABCDEFGHIJKL",
      resourceName: "orders",
      arn: "arn:aws:rds:us-east-1:111122223333:db:orders",
      accountId: "111122223333",
      region: "us-east-1",
      captureTime: "2026-11-24T05:59:30.000Z",
    },
  };

  it("gives the item, the notification's instant and the capture time for Config's ordering", () => {
    expect(parseEvaluatorEvent(configEvent(notification))).toEqual(expected);
  });

  it("that is oversized gives the same from its summary", () => {
    const { configuration: _, ...summary } = item;
    const oversized = {
      messageType: "OversizedConfigurationItemChangeNotification",
      notificationCreationTime: notification.notificationCreationTime,
      configurationItemSummary: { ...summary, changeType: "UPDATE" },
    };
    expect(parseEvaluatorEvent(configEvent(oversized))).toEqual(expected);
  });

  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["an empty object", "{}"],
    ["no JSON", "{"],
  ])(
    "is understood with ruleParameters that are %s: the settings are in the archive",
    (_scenario, ruleParameters) => {
      expect(parseEvaluatorEvent(configEvent(notification, { ruleParameters }))).toEqual(expected);
    },
  );

  it("without its own time takes the item's, which a retry has too", () => {
    const event = configEvent({ ...notification, notificationCreationTime: undefined });
    expect(parseEvaluatorEvent(event)).toMatchObject({ instant: "2026-11-24T05:59:30.000Z" });
  });

  it.each([
    ["null, as EC2 instances have it", null],
    ["an empty text", ""],
    ["missing", undefined],
  ])("may have a name and an ARN that are %s", (_scenario, value) => {
    const request = parseEvaluatorEvent(withItem({ resourceName: value, ARN: value }));
    expect(request).toMatchObject({ item: { resourceName: undefined, arn: undefined } });
  });

  it.each([
    ["OK", false],
    ["ResourceDiscovered", false],
    ["ResourceDeleted", true],
    ["ResourceNotRecorded", false],
    ["ResourceDeletedNotRecorded", true],
  ])("of status %s: deleted is %s", (configurationItemStatus, isDeleted) => {
    const withoutSettings = withItem({ configurationItemStatus, configuration: null });
    expect(parseEvaluatorEvent(withoutSettings)).toMatchObject({ isDeleted });
  });

  it("of a resource that left the rule's scope, or is recorded no more, is out of scope and not deleted", () => {
    const outOfScope = { isDeleted: false, isOutOfScope: true };
    expect(parseEvaluatorEvent(configEvent(notification, { eventLeftScope: true }))).toMatchObject(
      outOfScope,
    );
    const notRecorded = withItem({ configurationItemStatus: "ResourceNotRecorded" });
    expect(parseEvaluatorEvent(notRecorded)).toMatchObject(outOfScope);
  });
});

describe("AWS Config's event that cannot be answered", () => {
  it.each([
    [
      "a periodic notification, which names no resource",
      {
        messageType: "ScheduledNotification",
        awsAccountId: "111122223333",
        notificationCreationTime: "2026-11-24T06:00:00Z",
      },
      "ScheduledNotification",
    ],
    [
      "a snapshot's delivery",
      { messageType: "ConfigurationSnapshotDeliveryCompleted" },
      "ConfigurationSnapshotDeliveryCompleted",
    ],
    ["a type that is a property of every object", { messageType: "constructor" }, "constructor"],
  ])("%s is refused", (_scenario, invokingEvent, messageType) => {
    expect(() => parseEvaluatorEvent(configEvent(invokingEvent))).toThrow(
      refusal(
        "invokingEvent.messageType must be one of ConfigurationItemChangeNotification, " +
          `OversizedConfigurationItemChangeNotification, not "${messageType}"`,
      ),
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "no result token",
      configEvent(notification, { resultToken: undefined }),
      "resultToken must be a non-empty text, not missing",
    ],
    [
      "an empty result token",
      configEvent(notification, { resultToken: "" }),
      'resultToken must be a non-empty text, not ""',
    ],
    [
      "an invoking event that is no text",
      configEvent(notification, { invokingEvent: notification }),
      "invokingEvent must be a non-empty text",
    ],
    [
      "an invoking event that is no JSON",
      configEvent(notification, { invokingEvent: "{" }),
      "invokingEvent must be JSON text",
    ],
    ["an invoking event that is null", configEvent(null), "invokingEvent must be an object, not null"],
    [
      "no message type",
      configEvent({ configurationItem: item }),
      "OversizedConfigurationItemChangeNotification, not missing",
    ],
    [
      "no item",
      configEvent({ ...notification, configurationItem: null }),
      "invokingEvent.configurationItem must be an object, not null",
    ],
    [
      "an oversized notification without summary",
      configEvent({ ...notification, messageType: "OversizedConfigurationItemChangeNotification" }),
      "invokingEvent.configurationItemSummary must be an object, not missing",
    ],
    [
      "no resource type",
      withItem({ resourceType: undefined }),
      "invokingEvent.configurationItem.resourceType must be a non-empty text, not missing",
    ],
    [
      "no resource id",
      withItem({ resourceId: undefined }),
      "invokingEvent.configurationItem.resourceId must be a non-empty text, not missing",
    ],
    [
      "no account",
      withItem({ awsAccountId: undefined }),
      "invokingEvent.configurationItem.awsAccountId must be a non-empty text, not missing",
    ],
    [
      "no Region",
      withItem({ awsRegion: undefined }),
      "invokingEvent.configurationItem.awsRegion must be a non-empty text, not missing",
    ],
    [
      "no status",
      withItem({ configurationItemStatus: undefined }),
      "invokingEvent.configurationItem.configurationItemStatus must be a non-empty text, not missing",
    ],
    [
      "no capture time",
      withItem({ configurationItemCaptureTime: undefined }),
      "invokingEvent.configurationItem.configurationItemCaptureTime must be an ISO-8601 date or instant",
    ],
    [
      "a number for the ARN",
      withItem({ ARN: 1 }),
      "invokingEvent.configurationItem.ARN must be a non-empty text, not 1",
    ],
    [
      "a bad notification time",
      configEvent({ ...notification, notificationCreationTime: "soon" }),
      "invokingEvent.notificationCreationTime must be an ISO-8601 date or instant",
    ],
  ])("with %s names the field", (_scenario, event, message) => {
    expect(() => parseEvaluatorEvent(event)).toThrow(refusal(message));
  });
});
