import { isFromEventBridge, parseEvent } from "../../lambdas/report-generator/request/event";
import { onDemandPeriod, scheduledPeriod } from "../../lambdas/report-generator/request/period";

describe("the report generator's events", () => {
  it("takes an EventBridge scheduled event's own time, with milliseconds", () => {
    const event = {
      id: "e-1",
      source: "aws.events",
      "detail-type": "Scheduled Event",
      time: "2026-11-23T06:30:00Z",
      detail: {},
    };
    expect(parseEvent(event, true)).toEqual({
      kind: "scheduled",
      time: "2026-11-23T06:30:00.000Z",
      eventId: "e-1",
    });
  });

  it("passes on AWS Config's compliance changes as they are", () => {
    const event = { source: "aws.config", "detail-type": "Config Rules Compliance Change", detail: {} };
    expect(parseEvent(event, true)).toEqual({ kind: "compliance-change", event });
  });

  it.each([
    { "detail-type": "Scheduled Event", source: "aws.events", time: "2026-11-23T06:30:00Z" },
    { "detail-type": "Config Rules Compliance Change", source: "aws.config", detail: {} },
  ])("refuses what looks like an event of EventBridge's and does not come from there", (event) => {
    expect(() => parseEvent(event)).toThrow(
      `detail-type must not be "${event["detail-type"]}": such events are EventBridge's`,
    );
  });

  it.each([
    ["arn:aws:lambda:us-east-1:111122223333:function:report-generator-test:events", true],
    ["arn:aws:lambda:us-east-1:111122223333:function:report-generator-test", false],
    ["arn:aws:lambda:us-east-1:111122223333:function:report-generator-test:$LATEST", false],
    ["arn:aws:lambda:us-east-1:111122223333:function:events", false],
  ])("tells EventBridge by the alias that it invokes: %s", (invokedFunctionArn, expected) => {
    expect(isFromEventBridge(invokedFunctionArn)).toBe(expected);
  });

  it("refuses a scheduled event without a time", () => {
    expect(() => parseEvent({ "detail-type": "Scheduled Event" }, true)).toThrow(/time must be an ISO-8601/);
  });

  it("takes an empty object for a report on demand", () => {
    expect(parseEvent({})).toEqual({ kind: "on-demand" });
  });

  it("takes instants of any zone", () => {
    expect(parseEvent({ from: "2026-09-30", to: "2026-10-01T02:00:00+02:00" })).toEqual({
      kind: "on-demand",
      from: "2026-09-30T00:00:00.000Z",
      to: "2026-10-01T00:00:00.000Z",
    });
  });

  it.each([
    ["a field nobody knows", { asof: "2026-09-30T00:00:00Z" }, /has unknown asof;.*\nallowed are.*"asOf"/],
    [
      "another detail type",
      { source: "aws.s3", "detail-type": "Object Created" },
      /has unknown source, detail-type;.*\nallowed are.*Scheduled Event/,
    ],
    ["no object", "now", /the event must be an object/],
    [
      "an instant without its zone",
      { asOf: "2026-09-30T23:59:59" },
      /asOf must be an ISO-8601.*with its zone/,
    ],
    ["a day that does not exist", { asOf: "2026-13-30" }, /asOf must be/],
    ["as-of together with a period", { asOf: "2026-09-30", from: "2026-09-01" }, /"asOf" stands alone/],
    ["an end without a beginning", { to: "2026-09-30" }, /"to" needs a "from"/],
    [
      "a period that runs backwards",
      { from: "2026-09-30", to: "2026-09-01" },
      /"from" .* must be before "to"/,
    ],
    ["a sample of nothing", { sample: { size: 0, seed: "s" } }, /sample.size must be a whole number from 1/],
    ["a sample without a seed", { sample: { size: 5 } }, /sample.seed must be a text/],
  ])("refuses %s and says what is allowed", (_scenario, event, message) => {
    expect(() => parseEvent(event)).toThrow(message);
  });
});

describe("the period", () => {
  const now = "2026-11-23T12:00:00.000Z";

  it("of a scheduled report begins where the previous one ended", () => {
    expect(scheduledPeriod(now, "2026-11-23T06:30:00.000Z")).toEqual({
      from: "2026-11-23T06:30:00.000Z",
      to: now,
    });
  });

  it("of the very first scheduled report is a day", () => {
    expect(scheduledPeriod(now, undefined)).toEqual({ from: "2026-11-22T12:00:00.000Z", to: now });
  });

  it("on demand is the time since the last scheduled report", () => {
    expect(onDemandPeriod({ kind: "on-demand" }, now, "2026-11-23T06:30:00.000Z")).toEqual({
      from: "2026-11-23T06:30:00.000Z",
      to: now,
    });
  });

  it("on demand is a day while there is no scheduled report", () => {
    expect(onDemandPeriod({ kind: "on-demand" }, now, undefined).from).toBe("2026-11-22T12:00:00.000Z");
  });

  it.each([
    [{ kind: "on-demand", asOf: "2026-11-24T00:00:00.000Z" }, /"asOf" .* is in the future/],
    [
      { kind: "on-demand", from: "2026-11-01T00:00:00.000Z", to: "2026-11-24T00:00:00.000Z" },
      /"to" .* in the future/,
    ],
    [{ kind: "on-demand", from: "2026-11-24T00:00:00.000Z" }, /"from" .* must be before/],
  ] as const)("refuses the future: %j", (request, message) => {
    expect(() => onDemandPeriod(request, now, undefined)).toThrow(message);
  });
});
