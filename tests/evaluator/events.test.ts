import { parseEvaluatorEvent, RESOURCE_IDS_MOST } from "../../lambdas/common/evaluator/events";
import { refusal } from "./refusal";

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
