import { changeEvent, EXCEPTION, eachWorld, thingArn, type World, withoutAlerts } from "../support/world";

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

describe("a drift alert", () => {
  it("is sent at once when a passing resource begins to fail, and not again while it goes on", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    world.pass(10);
    await world.change("a");
    world.pass(320);
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual(['[HIGH] Drift: "a" fails good-things']);
    expect(world.drifts()[0]?.email).toContain("Make it good.");
  });

  it("is sent again after the resource was mended and failed anew", async () => {
    await world.complianceBefore("a");
    for (const condition of ["bad", "good", "bad"] as const) {
      world.things.set("a", condition);
      await world.change("a");
      world.pass(10);
    }
    expect(world.drifts()).toHaveLength(2);
  });

  it("is sent for a failing resource that appears after the first complete run", async () => {
    await world.complianceBefore("a");
    world.things.set("new", "bad");
    await world.change("new");
    expect(world.drifts()).toHaveLength(1);
  });

  it("is not sent before the first complete run, when Config evaluates all that exists", async () => {
    for (let i = 0; i < 20; i++) {
      world.things.set(`thing-${i}`, "bad");
      await world.change(`thing-${i}`);
    }
    expect(world.alerts).toEqual([]);
    world.pass(30);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()).toHaveLength(1);
  });

  it("is sent by the sweep when no change event told of it", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is sent once when its event is delivered twice", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    await world.change("a", { time: changed });
    world.pass(1);
    await world.change("a", { time: changed });
    expect(world.drifts()).toHaveLength(1);
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("is sent by the retry when the first try crashed before sending", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a", { time: changed })).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(1);
    await world.change("a", { time: changed });
    expect(world.drifts()).toHaveLength(1);
  });
});

describe("a change that is tried again because AWS Config did not take it", () => {
  it("leaves the row that was alerted of, and records what it sees now as of now", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    world.beforeEffect = (effect) => {
      if (effect === "PutEvaluations") throw new Error("Config is away");
    };
    await expect(world.change("a", { time: changed })).rejects.toThrow("Config is away");
    expect(world.drifts()).toHaveLength(1);
    world.beforeEffect = () => {};
    world.things.set("a", "good");
    world.pass(1);
    await world.change("a", { time: changed });
    expect((await world.rowsOf("a")).slice(1)).toMatchObject([
      { evaluation_timestamp: "2026-11-24T00:30:00.000Z#good-things", transition: "opened" },
      { evaluation_timestamp: "2026-11-24T00:31:00.000Z#good-things", transition: "resolved" },
    ]);
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("COMPLIANT");
  });
});

describe("another standard than in the run before", () => {
  it("is no drift: the digest says that the standard has changed", async () => {
    await world.complianceBefore("a", "b");
    world.strict = true;
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[0]?.email).toContain("The standard has changed since the run before");
    expect(world.digests()[0]?.subject).toContain("2 failing (2 new)");
    world.pass(360);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[1]?.email).not.toContain("The standard has changed");
  });

  it("is no drift either when a change event is the first to judge by it", async () => {
    await world.complianceBefore("a");
    world.strict = true;
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ transition: "opened" });
    expect(world.drifts()).toEqual([]);
  });

  it("does not hide a drift from before it whose alert was lost", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.strict = true;
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:30:00.000Z" } }]);
  });

  it("does not bring back a drift that was mended before it", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(30);
    world.things.set("a", "good");
    await world.change("a");
    world.strict = true;
    world.pass(300);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is another discovery scope, too", async () => {
    await world.complianceBefore("a-test-thing");
    world.discoveryScope = "environment";
    world.things.set("a-test-thing", "bad");
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[0]?.email).toContain("The standard has changed");
  });
});

describe("an exception", () => {
  const exception = { ...EXCEPTION, expires: "2026-11-25" };

  it("keeps the verdict, names itself in the row and keeps the resource out of alerts", async () => {
    world.exceptions = [exception];
    await world.complianceBefore("legacy-1");
    world.things.set("legacy-1", "bad");
    await world.change("legacy-1");
    world.pass(330);
    await world.sweep();
    expect((await world.rowsOf("legacy-1")).at(-1)).toMatchObject({
      compliance_type: "NON_COMPLIANT",
      exception_id: expect.stringMatching(/^SEC-1#/),
    });
    expect(world.drifts()).toEqual([]);
    expect(world.digests()).toMatchObject([
      { data: { newlyFailing: { count: 0 }, stillFailing: { count: 0 } } },
    ]);
    expect((await world.runs()).at(-1)).toMatchObject({ ledger: [{ non_compliant: 1, excepted: 1 }] });
  });

  it("stops covering at its date: the resource is opened again, failing since it began to", async () => {
    world.exceptions = [exception];
    world.things.set("legacy-1", "bad");
    await world.sweep();
    world.pass(24 * 60);
    await world.sweep();
    const last = (await world.rowsOf("legacy-1")).at(-1);
    expect(last).toMatchObject({ transition: "opened", open_since: "2026-11-24T00:00:00.000Z" });
    expect(last?.exception_id).toBeUndefined();
    expect(world.drifts()).toHaveLength(1);
    expect(world.digests().at(-1)?.email).toContain("Expired exceptions");
  });

  it.each([
    ["a change event", () => world.change("legacy-1")],
    ["a sweep", () => world.sweep()],
  ])("that ends leaves a failure to be told again that was told before it, by %s", async (_, looks) => {
    await world.complianceBefore("legacy-1");
    world.things.set("legacy-1", "bad");
    await world.change("legacy-1");
    world.exceptions = [exception];
    world.pass(330);
    await world.sweep();
    world.exceptions = [];
    world.pass(30);
    await looks();
    expect(world.drifts()).toMatchObject([
      { data: { instant: "2026-11-24T00:30:00.000Z" } },
      { data: { instant: "2026-11-24T06:30:00.000Z" } },
    ]);
  });

  it("is named in the digest when it matches nothing, and when it ends within 14 days", async () => {
    world.exceptions = [
      exception,
      { ...exception, resource: "arn:aws:test:*:thing/unheard-of", ticket: "SEC-2" },
    ];
    world.things.set("legacy-1", "bad").set("b", "bad");
    await world.sweep();
    expect(world.digests()[0]?.email).toMatch(/Exceptions in use \(1\)\n {2}- SEC-1: .*ENDS WITHIN 14 DAYS/);
    expect(world.digests()[0]?.email).toMatch(/match no failing resource.*\n {2}- SEC-2: /);
  });
});

describe("a failing resource that can be read again", () => {
  const unreadableForASweep = async () => {
    world.things.set("a", "unreadable");
    world.pass(330);
    await world.sweep();
    world.things.set("a", "bad");
    world.pass(360);
    await world.sweep();
  };

  it("is no drift when its failure was alerted of before", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    await unreadableForASweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is no drift when it failed before the rule's first complete run", async () => {
    world.things.set("a", "bad");
    await world.sweep();
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is no drift when a change event saw it fail before the rule's first complete run", async () => {
    world.things.set("a", "bad");
    await world.change("a");
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is no drift when a change event saw only another standard make it fail", async () => {
    await world.complianceBefore("a");
    world.strict = true;
    await world.change("a");
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is no drift when only another standard made it fail", async () => {
    await world.complianceBefore("a");
    world.strict = true;
    world.pass(330);
    await world.sweep();
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });
});
