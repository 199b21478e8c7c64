import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { changeEvent, thingArn, World } from "../support/world";

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  world = new World(database.client, await database.newTable());
});

function withoutAlerts(effect: string): void {
  if (effect === "Publish") throw new Error("SNS is away");
}

const EXCEPTION = {
  rule: "good-things",
  resource: "arn:aws:test:*:thing/legacy-*",
  reason: "replaced in spring",
  owner: "payments",
  approver: "ciso",
  ticket: "SEC-1",
  expires: "2026-12-24",
};

async function complianceBefore(...names: string[]): Promise<void> {
  for (const name of names) world.things.set(name, "good");
  await world.sweep();
  world.pass(30);
}

describe("a configuration change", () => {
  it("is evaluated from the live API, recorded under the resource's ARN and reported under Config's id", async () => {
    await complianceBefore("a");
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
    await complianceBefore("a");
    world.things.delete("a");
    await world.change("a", { gone: true });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ compliance_type: "NOT_APPLICABLE", gone: true });
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("NOT_APPLICABLE");
  });

  it("of a resource that was deleted and made again, told late, is judged as it is now", async () => {
    await complianceBefore("a");
    const deleted = world.now;
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.change("a", { time: deleted, gone: true });
    expect((await world.rowsOf("a")).some((row) => row.gone)).toBe(false);
  });

  it("of a resource that is gone by the time it is read is answered the same", async () => {
    await complianceBefore("a");
    world.things.delete("a");
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ compliance_type: "NOT_APPLICABLE", gone: true });
  });

  it("of a resource that cannot be read is recorded as ERROR and not reported, since nobody saw a verdict", async () => {
    await complianceBefore("a");
    world.things.set("a", "unreadable");
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      compliance_type: "ERROR",
      error_code: "AccessDenied",
    });
    expect(world.reported).toEqual([]);
    expect(world.alerts).toEqual([]);
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

describe("a drift alert", () => {
  it("is sent at once when a passing resource begins to fail, and not again while it goes on", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    world.pass(10);
    await world.change("a");
    world.pass(320);
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual(["[HIGH] Drift: a fails good-things"]);
    expect(world.drifts()[0]?.email).toContain("Make it good.");
  });

  it("is sent again after the resource was mended and failed anew", async () => {
    await complianceBefore("a");
    for (const condition of ["bad", "good", "bad"] as const) {
      world.things.set("a", condition);
      await world.change("a");
      world.pass(10);
    }
    expect(world.drifts()).toHaveLength(2);
  });

  it("is sent for a failing resource that appears after the first complete run", async () => {
    await complianceBefore("a");
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
    await complianceBefore("a");
    world.things.set("a", "bad");
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is sent once when its event is delivered twice", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    await world.change("a", { time: changed });
    world.pass(1);
    await world.change("a", { time: changed });
    expect(world.drifts()).toHaveLength(1);
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("is sent by the retry when the first try crashed before sending", async () => {
    await complianceBefore("a");
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
    await complianceBefore("a");
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

describe("an alert that could not be sent", () => {
  it("for a change, however often it was tried, is sent by the next sweep, which calls it new", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:30:00.000Z" } }]);
    expect(world.digests()[0]?.subject).toContain("1 failing (1 new)");
    world.pass(360);
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("for a change is not sent by the next sweep when an exception covers it by then", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.exceptions = [{ ...EXCEPTION, resource: "arn:aws:test:*:thing/a" }];
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
  });

  it("because the sweep that saw the drift never completed is sent by the next one", async () => {
    await complianceBefore("a", "b");
    world.things.set("a", "bad");
    world.listingFailsAfter = 1;
    world.beforeEffect = withoutAlerts;
    await expect(world.sweep()).rejects.toThrow();
    world.listingFailsAfter = undefined;
    world.beforeEffect = () => {};
    world.pass(360);
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual(["[HIGH] Drift: a fails good-things"]);
  });
});

describe("an alert that could not be sent, of a resource that the next sweep could not read", () => {
  /** A failure whose alert was lost, and a sweep that cannot tell whether it goes on. */
  async function lostAndUnreadable(): Promise<void> {
    await complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.things.set("a", "unreadable");
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    world.things.set("a", "bad");
    world.pass(180);
  }

  it("is sent by the sweep that can read it again, and once", async () => {
    await lostAndUnreadable();
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:30:00.000Z" } }]);
    world.pass(360);
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is sent by the change event that can read it again, and not by the sweep after it", async () => {
    await lostAndUnreadable();
    await world.change("a");
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:30:00.000Z" } }]);
    world.pass(180);
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is sent by the sweep when the alert of that change event is lost, too", async () => {
    await lostAndUnreadable();
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(180);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:30:00.000Z" } }]);
  });

  it("is not sent when an exception covers it by then, whoever reads it first", async () => {
    await lostAndUnreadable();
    world.exceptions = [{ ...EXCEPTION, resource: "arn:aws:test:*:thing/a" }];
    await world.change("a");
    world.pass(180);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
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
    await complianceBefore("a");
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

  it("is no drift when only another standard made it fail", async () => {
    await complianceBefore("a");
    world.strict = true;
    world.pass(330);
    await world.sweep();
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });
});

describe("two deliveries at the very same moment", () => {
  it("of a change send one alert", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    const time = world.now;
    await Promise.all([world.change("a", { time }), world.change("a", { time })]);
    expect(world.drifts()).toHaveLength(1);
  });

  it("of a sweep send one alert of each drift and one digest", async () => {
    await complianceBefore("a", "b");
    world.things.set("a", "bad").set("b", "bad");
    const slot = world.now;
    await Promise.all([world.sweep(slot), world.sweep(slot)]);
    expect(world.drifts()).toHaveLength(2);
    expect(world.digests()).toHaveLength(1);
  });

  it("send the alert when the one that claimed it broke off and could not even say so", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    const time = world.now;
    let isClaimed = false;
    world.beforeEffect = (effect) => {
      if (effect === "Publish") isClaimed = true;
      if (isClaimed) throw new Error("the function is gone");
    };
    await expect(world.change("a", { time })).rejects.toThrow("the function is gone");
    world.beforeEffect = () => {};
    await world.change("a", { time });
    expect(world.drifts()).toHaveLength(1);
  });
});

describe("a folded message", () => {
  it("whose sender broke off while it waited is sent by the retry, for all that wait for it", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    for (const name of names.slice(0, 5)) await world.change(name);
    const time = world.now;
    world.whileSleeping = async () => {
      for (const name of names.slice(6)) await world.change(name);
      world.beforeEffect = () => {
        throw new Error("the function is gone");
      };
    };
    await expect(world.change("thing-5", { time })).rejects.toThrow("the function is gone");
    expect(world.drifts()).toHaveLength(5);

    world.beforeEffect = () => {};
    world.pass(1);
    await world.change("thing-5", { time });
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: ${name} fails good-things`),
      "[HIGH] Drift: 3 resources fail good-things",
    ]);
  });

  it("that SNS refused is sent by the retry, for all that it lists", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    for (const name of names.slice(0, 5)) await world.change(name);
    const time = world.now;
    world.whileSleeping = async () => {
      for (const name of names.slice(6)) await world.change(name);
      world.beforeEffect = withoutAlerts;
    };
    await expect(world.change("thing-5", { time })).rejects.toThrow("SNS is away");

    world.beforeEffect = () => {};
    world.pass(1);
    await world.change("thing-5", { time });
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: ${name} fails good-things`),
      "[HIGH] Drift: 3 resources fail good-things",
    ]);
  });

  it("whose sender is gone is sent by a sweep of the same minute, with what the sweep found", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    for (const name of names.slice(0, 5)) await world.change(name);
    world.whileSleeping = async () => {
      throw new Error("the function is gone");
    };
    await expect(world.change("thing-5")).rejects.toThrow("the function is gone");

    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: ${name} fails good-things`),
      "[HIGH] Drift: 3 resources fail good-things",
    ]);
  });
});

describe("an alert that SNS refused", () => {
  it("is sent by whoever comes next, without waiting for the one that could not", async () => {
    await complianceBefore("a", "b");
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a", { time: slot })).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    await world.change("a", { time: slot });
    expect(world.drifts()).toHaveLength(1);

    world.beforeEffect = withoutAlerts;
    await expect(world.sweep(slot)).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    await world.sweep(slot);
    expect(world.digests()).toHaveLength(1);
    expect(world.now).toEqual(slot);
  });
});

describe("a folded message that could never be sent", () => {
  it("is made up for by the next sweep, for all that it would have listed", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    for (const name of names.slice(0, 5)) await world.change(name);
    world.whileSleeping = async () => {
      for (const name of names.slice(6)) await world.change(name);
      world.beforeEffect = withoutAlerts;
    };
    await expect(world.change("thing-5")).rejects.toThrow("SNS is away");
    expect(world.drifts()).toHaveLength(5);

    world.beforeEffect = () => {};
    world.pass(330);
    await world.sweep();
    expect(
      world
        .drifts()
        .slice(5)
        .map(({ subject }) => subject),
    ).toEqual(names.slice(5).map((name) => `[HIGH] Drift: ${name} fails good-things`));
  });
});

describe("events out of their order", () => {
  it("a sweep that reads something newer than a change event after its slot records it as of now, too", async () => {
    await complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.change("a");
    world.things.set("a", "bad");
    world.pass(1);
    await world.sweep(slot);
    const rows = await world.rowsOf("a");
    expect(rows.map((row) => [row.evaluation_timestamp.slice(11, 16), row.compliance_type])).toEqual([
      ["00:00", "COMPLIANT"],
      ["00:30", "NON_COMPLIANT"],
      ["00:31", "COMPLIANT"],
      ["00:32", "NON_COMPLIANT"],
    ]);
    expect(world.drifts()).toHaveLength(1);
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("a failure that a change event saw while the sweep was under way is new in one digest", async () => {
    await complianceBefore("a");
    const slot = world.now;
    world.things.set("a", "bad");
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.sweep(slot);
    expect(world.digests().at(-1)?.subject).toContain("1 failing (1 new)");
    world.pass(358);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({
      newlyFailing: { count: 0 },
      stillFailing: { count: 1 },
    });
  });

  it("a failure that a change event saw while the first sweep of all was under way is never drift", async () => {
    world.things.set("a", "bad");
    const slot = world.now;
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.sweep(slot);
    world.pass(358);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
  });

  it("a failure that was mended and came back between two sweeps is new, and is told when its alert was lost", async () => {
    world.things.set("a", "bad");
    await world.sweep();
    world.pass(60);
    world.things.set("a", "good");
    await world.change("a");
    world.pass(60);
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(240);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T02:00:00.000Z" } }]);
    expect(world.digests().at(-1)?.subject).toContain("1 failing (1 new)");
  });

  it("a failure that a change event saw once the sweep had passed is new in the next digest", async () => {
    await complianceBefore("a", "b");
    const slot = world.now;
    world.things.set("b", "bad");
    world.beforeEffect = (effect) => {
      // The rows are stored now: what happens next is not in them.
      if (effect === "BatchWriteCommand") world.pass(1);
      if (effect === "PutCommand") world.pass(2);
    };
    await world.sweep(slot);
    world.beforeEffect = () => {};
    world.things.set("a", "bad");
    await world.change("a", { time: new Date(slot.getTime() + 90_000) });
    world.pass(355);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({
      newlyFailing: { count: 1, entries: [{ name: "a" }] },
      stillFailing: { count: 1, entries: [{ name: "b" }] },
    });
  });

  it("what a change event saw mended while the sweep was under way is resolved in one digest", async () => {
    world.things.set("a", "bad").set("b", "bad");
    await world.sweep();
    world.pass(30);
    const slot = world.now;
    world.things.set("a", "good");
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.sweep(slot);
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 1 } });
    world.pass(358);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 0 } });
  });

  it("a resource that a change event still saw after the slot, and the sweep no longer, is closed as of now", async () => {
    await complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.change("a");
    world.things.delete("a");
    world.pass(1);
    await world.sweep(slot);
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      evaluation_timestamp: "2026-11-24T00:32:00.000Z#good-things",
      gone: true,
    });
  });

  it("a change event that comes after a newer evaluation with the same verdict is no news, and no second alert", async () => {
    await complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    world.pass(2);
    await world.sweep();
    world.pass(1);
    await world.change("a", { time: changed });
    expect(await world.rowsOf("a")).toHaveLength(2);
    expect(world.reported).toHaveLength(1);
    expect(world.drifts()).toHaveLength(1);
  });

  it("a change event that comes late and sees something newer is recorded as of now", async () => {
    await complianceBefore("a");
    const changed = world.now;
    world.pass(2);
    await world.sweep();
    world.pass(1);
    world.things.set("a", "bad");
    await world.change("a", { time: changed });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      evaluation_timestamp: "2026-11-24T00:33:00.000Z#good-things",
      transition: "opened",
    });
    expect(world.drifts()).toHaveLength(1);
  });

  it("a sweep does nothing when a later run is complete already", async () => {
    await complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.invoke({});
    world.things.set("a", "bad");
    expect(await world.sweep(slot)).toMatchObject({
      status: "superseded",
      instant: "2026-11-24T00:31:00.000Z",
    });
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("a sweep of hours ago, or of a time to come, is refused: what is seen now is no evidence of then", async () => {
    const slot = world.now;
    world.pass(121);
    await expect(world.sweep(slot)).rejects.toThrow(
      /time must be at most two hours ago.*invoke the function with \{\}/,
    );
    await expect(world.sweep(new Date(world.now.getTime() + 600_000))).rejects.toThrow(/time must be/);
    expect(await world.runs()).toEqual([]);
  });
});

describe("another standard than in the run before", () => {
  it("is no drift: the digest says that the standard has changed", async () => {
    await complianceBefore("a", "b");
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
    await complianceBefore("a");
    world.strict = true;
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ transition: "opened" });
    expect(world.drifts()).toEqual([]);
  });

  it("does not hide a drift from before it whose alert was lost", async () => {
    await complianceBefore("a");
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
    await complianceBefore("a");
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
    await complianceBefore("a-test-thing");
    world.discoveryScope = "environment";
    world.things.set("a-test-thing", "bad");
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[0]?.email).toContain("The standard has changed");
  });
});

describe("many drifts in a short time", () => {
  it("are sent one by one up to five; the sixth waits and lists itself and all others", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    const started = world.now;
    for (const name of names.slice(0, 5)) await world.change(name, { time: started });
    // While the sixth waits for the end of the window, the others come in.
    world.whileSleeping = async () => {
      for (const name of names.slice(6)) await world.change(name, { time: started });
    };
    await world.change("thing-5", { time: started });

    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: ${name} fails good-things`),
      "[HIGH] Drift: 7 resources fail good-things",
    ]);
    for (const name of names.slice(5)) expect(world.drifts()[5]?.email).toContain(thingArn(name));
    // The window of a minute, and two seconds for what entered it at the very end.
    expect(world.now).toEqual(new Date("2026-11-24T00:31:02.000Z"));
  });

  it("found by a sweep are one message", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 8 resources fail good-things",
    ]);
  });

  it("found by changes and by a sweep share the window: what the sweep adds to five single alerts is folded", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    for (const name of names.slice(0, 5)) await world.change(name);
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: ${name} fails good-things`),
      "[HIGH] Drift: 3 resources fail good-things",
    ]);
  });

  it("found by a sweep are told together with what changes show until the window ends", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names.slice(0, 8)) world.things.set(name, "bad");
    world.whileSleeping = async () => {
      for (const name of names.slice(8)) {
        world.things.set(name, "bad");
        await world.change(name, { time: new Date(world.now.getTime() + 1_000) });
      }
    };
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 12 resources fail good-things",
    ]);
    for (const name of names) expect(world.drifts()[0]?.email).toContain(thingArn(name));
  });

  it("are told once by the retry of a sweep that broke off before the window's end", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    const slot = world.now;
    world.whileSleeping = async () => {
      world.beforeEffect = () => {
        throw new Error("the function is gone");
      };
    };
    await expect(world.sweep(slot)).rejects.toThrow("the function is gone");
    expect(world.drifts()).toEqual([]);
    world.beforeEffect = () => {};
    world.pass(1);
    await world.sweep(slot);
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 8 resources fail good-things",
    ]);
  });

  it("that came too late for a window begin the next one", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    await complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    for (const name of names.slice(0, 6)) await world.change(name);
    for (const name of names.slice(6)) await world.change(name);
    expect(world.drifts()).toHaveLength(5 + 1 + 2);
  });
});

describe("an exception", () => {
  const exception = { ...EXCEPTION, expires: "2026-11-25" };

  it("keeps the verdict, names itself in the row and keeps the resource out of alerts", async () => {
    world.exceptions = [exception];
    await complianceBefore("legacy-1");
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
