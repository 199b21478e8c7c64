/** What a sweep takes from the history before it: what its alerts rest on, and how much it reads for that. */

import { goneFrom, sweepWithoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

/** How many single items are read before the listing of a sweep, and how many at a time. */
async function readBeforeListing(): Promise<{ count: number; atOnce: number }> {
  let isListing = false;
  let reading = 0;
  const read = { count: 0, atOnce: 0 };
  world.meanwhile = async (what) => {
    isListing ||= what === "list";
    if (isListing || what !== "GetCommand") return;
    read.count++;
    read.atOnce = Math.max(read.atOnce, ++reading);
    await new Promise((resolve) => setTimeout(resolve, 5));
    reading--;
  };
  await world.sweep();
  world.meanwhile = async () => {};
  return read;
}

describe("before the first sweep of all", () => {
  it("what change events saw fail is never drift, though the first digest was refused", async () => {
    world.things.set("a", "bad");
    await world.change("a");
    world.pass(30);
    await sweepWithoutAlerts(world);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
  });

  it("what an event of that sweep's own instant saw fail is no drift when the event comes again", async () => {
    world.things.set("a", "good");
    const slot = world.now;
    world.interposed.set("BatchWriteCommand", async () => {
      world.things.set("late", "bad");
      await world.change("late");
    });
    await world.sweep();
    world.pass(1);
    await world.change("late", { time: slot });
    expect(await world.rowsOf("late")).toHaveLength(1);
    expect(world.drifts()).toEqual([]);
  });

  it("what change events saw mended is resolved in the first digest", async () => {
    for (const condition of ["bad", "good"] as const) {
      world.things.set("a", condition);
      await world.change("a");
      world.pass(10);
    }
    await world.sweep();
    expect(world.digests()[0]?.data).toMatchObject({ resolved: { count: 1, entries: [{ name: "a" }] } });
  });
});

describe("what a sweep and a change event both saw while the sweep was under way", () => {
  let slot: Date;
  const happens = async (condition: "good" | "bad") => {
    world.things.set("a", condition);
    world.pass(1);
    await world.change("a");
  };
  beforeEach(async () => {
    await world.complianceBefore("a", "b");
    slot = world.now;
  });

  it("is new in the next digest when the sweep's own was refused", async () => {
    await happens("bad");
    await sweepWithoutAlerts(world, slot);
    await world.sweep();
    expect(world.digests().at(-1)?.subject).toContain("1 failing (1 new)");
  });

  it("is resolved in the next digest when the sweep's own was refused", async () => {
    world.things.set("a", "bad");
    await world.sweep(slot);
    world.pass(30);
    const next = world.now;
    await happens("good");
    await sweepWithoutAlerts(world, next);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 1 } });
  });

  it("is new once, when the event is of the very moment at which the sweep ended", async () => {
    await happens("bad");
    await world.sweep(slot);
    world.pass(358);
    await world.sweep();
    expect(world.digests().map(({ subject }) => subject)).toEqual([
      expect.stringContaining("1 failing (1 new)"),
      expect.stringContaining("1 failing (0 new)"),
    ]);
  });

  it("is resolved again when it failed again and was mended after the sweep", async () => {
    world.things.set("a", "bad");
    await world.sweep(slot);
    world.pass(60);
    world.things.set("a", "good");
    await world.sweep();
    world.pass(1);
    await happens("bad");
    await happens("good");
    world.pass(60);
    await world.sweep();
    expect(world.digests()).toHaveLength(3);
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 1 } });
  });

  it("is told of a resource that came too late for the sweep to list", async () => {
    world.interposed.set("BatchWriteCommand", async () => {
      for (const condition of ["bad", "good"] as const) {
        world.things.set("late", condition);
        world.pass(1);
        await world.change("late");
      }
    });
    await world.sweep(slot);
    world.pass(358);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({
      resolved: { count: 1, entries: [{ name: "late" }] },
    });
  });
});

it("a failure that is owed, and was mended and came back since, is told as of when it came back", async () => {
  await world.complianceBefore("a");
  world.things.set("a", "bad");
  await sweepWithoutAlerts(world);
  world.pass(1);
  world.things.set("a", "good");
  await world.change("a");
  world.pass(1);
  const again = world.now.toISOString();
  world.things.set("a", "bad");
  world.beforeEffect = goneFrom("UpdateCommand");
  await expect(world.change("a")).rejects.toThrow("the function is gone");
  world.beforeEffect = () => {};
  world.pass(358);
  await world.sweep();
  expect(world.drifts().map(({ data }) => data.instant)).toEqual([again]);
});

describe("how much a sweep reads of the past", () => {
  const names = Array.from({ length: 40 }, (_, index) => `thing-${index}`);

  it("is no item for a failure that the sweep before has found by itself", async () => {
    await world.complianceBefore(...names);
    const { count: ofNone } = await readBeforeListing();
    world.pass(30);
    for (const name of names) world.things.set(name, "bad");
    await world.sweep();
    world.pass(30);
    expect(await readBeforeListing()).toMatchObject({ count: ofNone });
  });

  it.each(["bad", "good"] as const)(
    "is an item for each that an event saw %s while the sweep before was under way, 16 at a time at most",
    async (condition) => {
      await world.complianceBefore(...names);
      const { count: ofNone } = await readBeforeListing();
      world.pass(30);
      if (condition === "good") {
        for (const name of names) world.things.set(name, "bad");
        await world.sweep();
        world.pass(30);
      }
      const slot = world.now;
      world.pass(1);
      for (const name of names) {
        world.things.set(name, condition);
        await world.change(name);
      }
      world.pass(2);
      await world.sweep(slot);
      world.pass(60);
      expect(await readBeforeListing()).toEqual({ count: ofNone + names.length, atOnce: 16 });
    },
  );

  it("begins with the last digest", async () => {
    await world.complianceBefore("a");
    world.pass(30);
    await world.sweep();
    world.pass(30);
    const begins: unknown[] = [];
    world.queried = ({ ":shard": shard, ":from": from }) => shard && begins.push(from);
    await world.sweep();
    expect(begins[0]).toBe("2026-11-24T01:00:00.000Z");
    expect(begins).not.toContain("0");
  });
});
