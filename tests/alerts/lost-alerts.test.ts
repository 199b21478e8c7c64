import { EXCEPTION } from "../support/things";
import { goneFrom, withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
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

  it("for a failure that came back is sent by the next sweep, though its first time was told", async () => {
    await world.complianceBefore("a");
    for (const condition of ["bad", "good"] as const) {
      world.things.set("a", condition);
      await world.change("a");
      world.pass(60);
    }
    world.things.set("a", "bad");
    // The row is stored, the alert not even claimed.
    world.beforeEffect = goneFrom("UpdateCommand");
    await expect(world.change("a")).rejects.toThrow("the function is gone");
    world.beforeEffect = () => {};
    world.pass(210);
    await world.sweep();
    expect(world.drifts()).toMatchObject([
      { data: { instant: "2026-11-24T00:30:00.000Z" } },
      { data: { instant: "2026-11-24T02:30:00.000Z" } },
    ]);
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
    expect(world.drifts().map(({ subject }) => subject)).toEqual([`[HIGH] Drift: "a" fails good-things`]);
  });
});

describe("an alert that could not be sent, while events cross", () => {
  it("is sent by the next sweep although a change event has seen the failure go on since its slot", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(330);
    const slot = world.now;
    world.pass(0.5);
    await world.change("a");
    world.pass(0.5);
    await world.sweep(slot);
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("is sent by the retry of the sweep although a change event has seen the failure in between", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeEffect = goneFrom("Publish");
    await expect(world.sweep(slot)).rejects.toThrow("the function is gone");
    world.beforeEffect = () => {};
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.sweep(slot);
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("of a change is sent by the sweep that is under way and sees the failure, too, and by nobody else", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    let changed = slot;
    world.beforeListing = async () => {
      world.pass(0.5);
      changed = world.now;
      world.things.set("a", "bad");
      world.beforeEffect = withoutAlerts;
      await expect(world.change("a")).rejects.toThrow("SNS is away");
      world.beforeEffect = () => {};
    };
    await world.sweep(slot);
    expect(world.toldNames()).toEqual(["a"]);
    world.pass(1);
    await world.change("a", { time: changed });
    world.pass(360);
    await world.sweep();
    expect(world.toldNames()).toEqual(["a"]);
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

  it("is sent by the sweep that can read it again when only a sweep that broke off had seen it", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = goneFrom("Publish");
    await expect(world.sweep()).rejects.toThrow("the function is gone");
    world.beforeEffect = () => {};
    for (const condition of ["unreadable", "bad"] as const) {
      world.things.set("a", condition);
      world.pass(360);
      await world.sweep();
    }
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

describe("an alert that SNS refused", () => {
  it("is sent by whoever comes next, without waiting for the one that could not", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a", { time: slot })).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    await world.change("a", { time: slot });
    expect(world.drifts()).toHaveLength(1);
    expect(world.now).toEqual(slot);
  });
});
