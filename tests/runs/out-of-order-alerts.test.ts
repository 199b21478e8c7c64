import { EXCEPTION } from "../support/things";
import { withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("events out of their order", () => {
  it("a failure that a change event saw while the sweep was under way is new in one digest", async () => {
    await world.complianceBefore("a");
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

  it("nor when its event comes again after that sweep", async () => {
    world.things.set("a", "bad");
    const slot = world.now;
    world.pass(1);
    const time = world.now;
    await world.change("a", { time });
    world.pass(1);
    await world.sweep(slot);
    world.pass(1);
    await world.change("a", { time });
    expect(world.drifts()).toEqual([]);
  });

  it.each([
    ["of the very instant of a complete run", "2026-11-24T00:00:00.000Z"],
    ["of before a complete run", "2026-11-23T23:59:00.000Z"],
  ])(
    "a change %s that shows what the run did not list is recorded as of now, and is drift",
    async (_, time) => {
      await world.complianceBefore("a");
      world.things.set("new", "bad");
      await world.change("new", { time: new Date(time) });
      world.pass(1);
      await world.change("new", { time: new Date(time) });
      expect(await world.rowsOf("new")).toMatchObject([
        { evaluation_timestamp: "2026-11-24T00:30:00.000Z#good-things", compliance_type: "NON_COMPLIANT" },
      ]);
      expect(world.drifts()).toHaveLength(1);
    },
  );

  it("a failure that was mended and came back between two sweeps is new, told when its alert was lost", async () => {
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
    await world.complianceBefore("a", "b");
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

  it("a failure that an exception covered while the sweep was under way is new in the digest after it", async () => {
    world.exceptions = [{ ...EXCEPTION, resource: "arn:aws:test:*:thing/a" }];
    await world.complianceBefore("a");
    const slot = world.now;
    world.things.set("a", "bad");
    world.pass(1);
    await world.change("a");
    world.pass(1);
    await world.sweep(slot);
    world.exceptions = [];
    world.pass(60);
    await world.change("a");
    world.pass(300);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({
      newlyFailing: { count: 1 },
      stillFailing: { count: 0 },
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
});
