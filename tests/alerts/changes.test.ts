import { changeEvent, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a configuration change", () => {
  it("is evaluated from the live API, recorded under the resource's ARN and reported under Config's id", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      resource_id: thingArn("a"),
      evaluation_timestamp: "2026-11-24T00:30:00.000Z#good-things",
      trigger: "change",
      transition: "opened",
    });
    expect(world.reported).toMatchObject([
      {
        ResultToken: "token",
        TestMode: false,
        Evaluations: [
          {
            ComplianceResourceType: "AWS::Test::Thing",
            ComplianceResourceId: "id-of-a",
            ComplianceType: "NON_COMPLIANT",
            OrderingTimestamp: new Date("2026-11-24T00:30:00.000Z"),
          },
        ],
      },
    ]);
  });

  it("of a resource that is deleted closes its history and is NOT_APPLICABLE to Config", async () => {
    await world.complianceBefore("a");
    world.things.delete("a");
    await world.change("a", { gone: true });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ compliance_type: "NOT_APPLICABLE", gone: true });
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("NOT_APPLICABLE");
  });

  it("of a resource that was deleted and made again, told late, is judged as it is now", async () => {
    await world.complianceBefore("a");
    const deleted = world.now;
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.change("a", { time: deleted, gone: true });
    expect((await world.rowsOf("a")).some((row) => row.gone)).toBe(false);
    // Of the one that was deleted; of the new one Config sends another event.
    expect(world.reported.at(-1)?.Evaluations?.[0]?.ComplianceType).toBe("NOT_APPLICABLE");
  });

  it("of a resource that is gone by the time it is read is answered the same", async () => {
    await world.complianceBefore("a");
    world.things.delete("a");
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ compliance_type: "NOT_APPLICABLE", gone: true });
  });

  it("of a resource that cannot be read for a moment fails, for Lambda to try again, and records nothing", async () => {
    await world.complianceBefore("a");
    const time = world.now;
    world.throttled.add("a");
    await expect(world.change("a", { time })).rejects.toThrow("not so fast");
    world.pass(1);
    await expect(world.change("a", { time })).rejects.toThrow("not so fast");
    expect(await world.rowsOf("a")).toHaveLength(1);
    expect(world.reported).toEqual([]);

    world.pass(2);
    world.throttled.clear();
    world.things.set("a", "bad");
    await world.change("a", { time });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      evaluation_timestamp: `${time.toISOString()}#good-things`,
      compliance_type: "NON_COMPLIANT",
      transition: "opened",
    });
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("of a resource that the last of Lambda's tries cannot read either is recorded as ERROR", async () => {
    await world.complianceBefore("a");
    const time = world.now;
    world.throttled.add("a");
    // The first try, one minute, the second, and two minutes, if no try takes any time.
    world.pass(3);
    await world.change("a", { time });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      compliance_type: "ERROR",
      error_code: "SlowDown",
      transition: "errored",
    });
    expect(world.reported).toEqual([]);
  });

  it("of a resource that cannot be read is recorded as ERROR and not reported: nobody saw a verdict", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "unreadable");
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      compliance_type: "ERROR",
      error_code: "AccessDenied",
    });
    expect(world.reported).toEqual([]);
    expect(world.alerts).toEqual([]);
  });

  it("that could not be evaluated is, when it is delivered again: an ERROR is replaced", async () => {
    await world.complianceBefore("a");
    const time = world.now;
    world.things.set("a", "unreadable");
    await world.change("a", { time });
    world.pass(1);
    world.things.set("a", "bad");
    await world.change("a", { time });
    expect((await world.rowsOf("a")).slice(1)).toMatchObject([
      {
        evaluation_timestamp: `${time.toISOString()}#good-things`,
        compliance_type: "NON_COMPLIANT",
        transition: "opened",
      },
    ]);
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("of a resource that Config no longer records is read all the same; Config is told NOT_APPLICABLE", async () => {
    world.things.set("a", "bad");
    await world.sweep();
    world.pass(30);
    const event = changeEvent("a", world.now);
    const notRecorded = String(event.invokingEvent).replace('"OK"', '"ResourceNotRecorded"');
    await world.invoke({ ...event, invokingEvent: notRecorded });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      compliance_type: "NON_COMPLIANT",
      transition: "ongoing",
    });
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("NOT_APPLICABLE");
  });

  it("of a resource that was never in scope leaves no row", async () => {
    await world.change("never-seen", { gone: true });
    expect(await world.rows()).toEqual([]);
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("NOT_APPLICABLE");
  });

  it("of another account than the scanned ones is refused by name", async () => {
    const event = {
      resultToken: "t",
      invokingEvent: JSON.stringify({
        messageType: "ConfigurationItemChangeNotification",
        configurationItem: {
          resourceType: "AWS::Test::Thing",
          resourceId: "x",
          awsAccountId: "999999999999",
          awsRegion: "us-east-1",
          configurationItemStatus: "OK",
          configurationItemCaptureTime: "2026-11-24T00:00:00Z",
        },
      }),
    };
    await expect(world.invoke(event)).rejects.toThrow(
      /awsAccountId must be one of .*111122223333, not 999999999999/,
    );
  });
});

describe("a change event that says two things of one resource, or something else's", () => {
  const itemWith = (change: Record<string, unknown>) => {
    const event = changeEvent("a", world.now);
    const invoking = JSON.parse(String(event.invokingEvent));
    const configurationItem = { ...invoking.configurationItem, ...change };
    return { ...event, invokingEvent: JSON.stringify({ ...invoking, configurationItem }) };
  };

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a run's key for an ARN",
      { ARN: "run#good-things" },
      /^ARN must be arn:.*thing\/a, by .* not run#good-things/,
    ],
    ["another thing's ARN", { ARN: thingArn("b") }, /^ARN must be .*thing\/a, by .* not .*thing\/b/],
    [
      "another type",
      { resourceType: "AWS::S3::Bucket" },
      /^resourceType must be one of AWS::Test::Thing, not AWS::S3/,
    ],
    ["another Region", { awsRegion: "eu-west-1" }, /^awsRegion must be one of .* us-east-1, not eu-west-1/],
    [
      "a name that no thing has",
      { resourceName: "a#b" },
      /^resourceId, resourceName and ARN must name a resource/,
    ],
  ])("is refused by name and records nothing: %s", async (_what, change, message) => {
    await world.complianceBefore("a", "b");
    await expect(world.invoke(itemWith(change))).rejects.toThrow(
      expect.objectContaining({ name: "InvalidInputError", message: expect.stringMatching(message) }),
    );
    expect(await world.rows()).toHaveLength(2);
    expect(world.reported).toEqual([]);
  });

  it.each([
    ["a day and a minute ago", -24 * 60 - 1],
    ["ten minutes from now", 10],
  ])("is refused when it is of %s, of which nothing can be seen now", async (_when, minutes) => {
    const time = new Date(world.now.getTime() + minutes * 60_000);
    await expect(world.change("a", { time })).rejects.toThrow(
      /^notificationCreationTime must be at most a day/,
    );
  });
});
