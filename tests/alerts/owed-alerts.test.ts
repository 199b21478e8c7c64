import { EXCEPTION } from "../support/things";
import { newestRun, sweepWithoutAlerts, withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a sweep whose alerts SNS refuses", () => {
  it("commits what it observed, and says what it owes in its row, its log and its metrics", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    const instant = world.now.toISOString();
    expect(await world.sweep()).toMatchObject({ status: "complete", nonCompliant: 1 });
    expect(await newestRun(world)).toMatchObject({
      owed: { drifts: [{ resource_id: expect.stringContaining("thing/a"), opened_at: instant }], more: 0 },
      digest_until: "2026-11-24T00:00:00.000Z",
    });
    const errors = world.logged.filter(({ level }) => level === "ERROR").map(({ message }) => message);
    expect(errors).toEqual(["drift could not be alerted of", "the digest could not be sent"]);
    // The drift and the digest.
    expect(world.logged.at(-1)).toMatchObject({ message: "metrics", UndeliveredAlerts: 2 });
  });

  it("is made up for by the next one, once, with the instant at which the failure opened", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("a", "bad");
    const opened = world.now.toISOString();
    await sweepWithoutAlerts(world);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: opened } }]);
    expect(world.digests().at(-1)?.subject).toContain("1 failing (1 new)");
    expect((await newestRun(world)).owed).toBeUndefined();
    world.pass(360);
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
    expect(world.digests().at(-1)?.data).toMatchObject({
      newlyFailing: { count: 0 },
      stillFailing: { count: 1 },
    });
  });

  it("again and again is made up for by the first that can tell", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("a", "bad");
    await sweepWithoutAlerts(world);
    world.things.set("b", "bad");
    await sweepWithoutAlerts(world);
    await sweepWithoutAlerts(world);
    await world.sweep();
    expect(world.toldNames().sort()).toEqual(["a", "b"]);
    expect(world.digests().at(-1)?.subject).toContain("2 failing (2 new)");
  });

  it("of more drifts than one message names is made up for with their number", async () => {
    const names = Array.from({ length: 1_004 }, (_, index) => `thing-${index}`);
    await world.complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    await sweepWithoutAlerts(world);
    expect((await newestRun(world)).owed).toMatchObject({ drifts: { length: 1_000 }, more: 4 });
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 1004 resources fail good-things",
    ]);
  }, 120_000);

  it("after some were told leaves the others to the next one", async () => {
    await world.complianceBefore("a", "b", "c");
    for (const name of ["a", "b", "c"]) world.things.set(name, "bad");
    let published = 0;
    world.beforeEffect = (effect) => {
      if (effect === "Publish" && ++published > 1) throw new Error("SNS is away");
    };
    await world.sweep();
    expect(world.toldNames()).toEqual(["a"]);
    world.beforeEffect = () => {};
    world.pass(360);
    await world.sweep();
    expect(world.toldNames()).toEqual(["a", "b", "c"]);
  });

  it("is made up for by the sweep that can read the resource again", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const opened = world.now.toISOString();
    await sweepWithoutAlerts(world);
    world.things.set("a", "unreadable");
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    world.pass(360);
    world.things.set("a", "bad");
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: opened } }]);
  });

  it.each([
    ["is mended by then", () => world.things.set("a", "good")],
    ["is gone by then", () => world.things.delete("a")],
    [
      "is covered by an exception by then",
      () => {
        world.exceptions = [{ ...EXCEPTION, resource: "arn:aws:test:*:thing/a" }];
      },
    ],
  ])("owes nothing of a resource that %s", async (_, happens) => {
    await world.complianceBefore("a", "b");
    world.things.set("a", "bad");
    await sweepWithoutAlerts(world);
    happens();
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect((await newestRun(world)).owed).toBeUndefined();
  });

  it("leaves the drift to a change event that sees it mended and failing again, as a failure of its own", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await sweepWithoutAlerts(world);
    world.things.set("a", "good");
    await world.change("a");
    world.pass(1);
    world.things.set("a", "bad");
    const again = world.now.toISOString();
    await world.change("a");
    world.pass(1);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: again } }]);
  });

  it("tells a digest that SNS refused by the next one: what was resolved is named there", async () => {
    world.things.set("a", "bad").set("b", "good");
    await world.sweep();
    world.pass(360);
    world.things.set("a", "good");
    await sweepWithoutAlerts(world);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 1, entries: [{ name: "a" }] } });
    world.pass(360);
    world.things.set("b", "bad");
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 0 } });
  });
});

describe("a failure that a change event saw while a sweep was reading, and whose alert was lost", () => {
  it("is told by that sweep, though its time is before the sweep's", async () => {
    await world.complianceBefore("a");
    const before = world.now;
    world.pass(1);
    const slot = world.now;
    world.beforeListing = async () => {
      world.things.set("a", "bad");
      world.beforeEffect = withoutAlerts;
      await expect(world.change("a", { time: before })).rejects.toThrow("SNS is away");
      world.beforeEffect = () => {};
    };
    await world.sweep(slot);
    expect(world.toldNames()).toEqual(["a"]);
    world.pass(360);
    await world.sweep();
    expect(world.toldNames()).toEqual(["a"]);
  });
});

describe("after a change of parameters", () => {
  it("what passed by the new ones and then fails is drift at once", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("b", "exempt");
    world.strict = true;
    await world.change("b");
    world.pass(1);
    world.things.set("b", "bad");
    await world.change("b");
    expect(world.toldNames()).toEqual(["b"]);
    world.pass(360);
    await world.sweep();
    expect(world.toldNames()).toEqual(["b"]);
  });

  it("such a drift whose alert was lost is told by the next sweep", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("b", "exempt");
    world.strict = true;
    await world.change("b");
    world.pass(1);
    world.things.set("b", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("b")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(360);
    await world.sweep();
    expect(world.toldNames()).toEqual(["b"]);
  });

  it("what the new ones alone make fail is none", async () => {
    await world.complianceBefore("a", "b");
    world.strict = true;
    await world.change("a");
    world.pass(360);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
  });
});
