import { parseEvaluatorEvent, RESOURCE_IDS_MOST } from "../../lambdas/common/evaluator/events";

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

function refusal(message: string) {
  return expect.objectContaining({ name: "InvalidInputError", message: expect.stringContaining(message) });
}

describe("a scheduled event", () => {
  const scheduled = {
    version: "0",
    id: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "111122223333",
    time: "2026-11-24T06:00:00Z",
    region: "us-east-1",
    resources: ["arn:aws:events:us-east-1:111122223333:rule/evaluation-prod"],
    detail: {},
  };

  it("is a sweep at the event's own time, with milliseconds", () => {
    expect(parseEvaluatorEvent(scheduled)).toEqual({
      kind: "sweep",
      trigger: "sweep",
      instant: "2026-11-24T06:00:00.000Z",
    });
  });

  it.each([
    ["no time", undefined],
    ["an empty time", ""],
    ["a number for the time", 1_795_500_000],
    ["a time that is none", "yesterday"],
    ["a time that is not ISO-8601", "11/24/2026"],
    ["a time that is a word and a number", "slot 6"],
  ])("with %s is refused", (_scenario, time) => {
    expect(() => parseEvaluatorEvent({ ...scheduled, time })).toThrow(
      refusal("time must be an ISO-8601 date or instant with its zone, such as 2026-11-24T06:00:00Z"),
    );
  });
});

describe("what a person sends", () => {
  it("an empty event is a sweep without an instant of its own", () => {
    expect(parseEvaluatorEvent({})).toEqual({ kind: "sweep", trigger: "on-demand" });
  });

  it("resourceIds are the resources to evaluate, each once", () => {
    expect(parseEvaluatorEvent({ resourceIds: ["ledger", "orders", "ledger"] })).toEqual({
      kind: "resources",
      resourceIds: ["ledger", "orders"],
    });
  });

  it.each<[string, unknown, string]>([
    ["no list", "ledger", 'resourceIds must be a list, not "ledger"'],
    ["null", null, "resourceIds must be a list, not null"],
    ["an empty list", [], "resourceIds must name 1 to 100 resources, not 0"],
    [
      "too many",
      Array.from({ length: RESOURCE_IDS_MOST + 1 }, String),
      "resourceIds must name 1 to 100 resources, not 101",
    ],
    ["an empty id", ["ledger", " "], 'resourceIds[1] must be a non-empty text, not " "'],
    ["a number", [1], "resourceIds[0] must be a non-empty text, not 1"],
  ])("resourceIds that are %s are refused", (_scenario, resourceIds, message) => {
    expect(() => parseEvaluatorEvent({ resourceIds })).toThrow(refusal(message));
  });

  it(`resourceIds may be ${RESOURCE_IDS_MOST}`, () => {
    const resourceIds = Array.from({ length: RESOURCE_IDS_MOST }, (_, index) => `bucket-${index}`);
    expect(parseEvaluatorEvent({ resourceIds })).toEqual({ kind: "resources", resourceIds });
  });

  it("whatIf carries the parameters to try, for the rule to check", () => {
    const parameters = { minimumBucketEncryption: "aws:kms" };
    expect(parseEvaluatorEvent({ whatIf: parameters })).toEqual({ kind: "what-if", parameters });
  });

  it.each([
    ["a list", [], "whatIf must be an object, not []"],
    ["a text", "aws:kms", 'whatIf must be an object, not "aws:kms"'],
  ])("whatIf that is %s is refused", (_scenario, whatIf, message) => {
    expect(() => parseEvaluatorEvent({ whatIf })).toThrow(refusal(message));
  });

  it.each([
    [
      "resourceIds beside whatIf",
      { resourceIds: ["ledger"], whatIf: {} },
      "event has unknown whatIf; allowed: resourceIds",
    ],
    [
      "whatIf beside something unknown",
      { whatIf: {}, dryRun: true },
      "event has unknown dryRun; allowed: whatIf",
    ],
  ])("%s is refused", (_scenario, event, message) => {
    expect(() => parseEvaluatorEvent(event)).toThrow(refusal(message));
  });
});

describe("an event that nobody understands", () => {
  it.each<[string, unknown]>([
    ["an S3 notification", { Records: [{ eventSource: "aws:s3" }] }],
    [
      "another EventBridge event",
      {
        "detail-type": "EC2 Instance State-change Notification",
        source: "aws.ec2",
        time: "2026-11-24T06:00:00Z",
      },
    ],
    ["a misspelt request", { resourceIDs: ["ledger"] }],
    ["a report's request", { from: "2026-11-01T00:00:00Z" }],
  ])("such as %s starts no sweep", (_scenario, event) => {
    expect(() => parseEvaluatorEvent(event)).toThrow(
      refusal(
        'is not understood; allowed: an EventBridge "Scheduled Event" or "Config Configuration Item Change", an AWS ' +
          'Config rule event, {}, {"resourceIds": [...]} or {"whatIf": {...}}',
      ),
    );
  });

  it.each([undefined, null, "", "{}", 6, [], true])("%j is no event", (event) => {
    expect(() => parseEvaluatorEvent(event)).toThrow(refusal("event must be an object"));
  });
});

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
