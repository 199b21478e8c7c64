import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { EXCEPTION, World, withoutAlerts } from "../support/world";

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  world = new World(database.client, await database.newTable());
});

describe("an alert that could not be sent", () => {
  it("for a change, however often it was tried, is sent by the next sweep, which calls it new", async () => {
    await world.complianceBefore("a");
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
    await world.complianceBefore("a");
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
    await world.complianceBefore("a", "b");
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
    await world.complianceBefore("a");
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

describe("two deliveries at the very same moment", () => {
  it("of a change send one alert", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const time = world.now;
    await Promise.all([world.change("a", { time }), world.change("a", { time })]);
    expect(world.drifts()).toHaveLength(1);
  });

  it("of a sweep send one alert of each drift and one digest", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("a", "bad").set("b", "bad");
    const slot = world.now;
    await Promise.all([world.sweep(slot), world.sweep(slot)]);
    expect(world.drifts()).toHaveLength(2);
    expect(world.digests()).toHaveLength(1);
  });

  it("send the alert when the one that claimed it broke off and could not even say so", async () => {
    await world.complianceBefore("a");
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

describe("an alert that SNS refused", () => {
  it("is sent by whoever comes next, without waiting for the one that could not", async () => {
    await world.complianceBefore("a", "b");
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
