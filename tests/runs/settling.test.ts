/** What a sweep says, brought together with what change events saw while it was under way. */

import { changeWithoutAlert, crashBeforeRunRow } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

/** Minute and verdict of each row. */
async function historyOf(name: string): Promise<string[]> {
  return (await world.rowsOf(name)).map(
    ({ evaluation_timestamp: at, compliance_type: type, gone }) =>
      `${at.slice(11, 16)} ${gone ? "gone" : type}`,
  );
}

/** How often something was looked at again by name, from now on. */
function looksAgain(): () => number {
  let looks = 0;
  world.meanwhile = async (what) => {
    if (what === "find") looks++;
  };
  return () => looks;
}

describe("a failure of before a sweep's slot that an event records while the sweep is reading", () => {
  let before: Date;
  let slot: Date;
  beforeEach(async () => {
    await world.complianceBefore("a", "b");
    before = world.now;
    world.pass(1);
    slot = world.now;
  });

  it("is told by the sweep when the event's alert is lost, also of a resource that is new", async () => {
    world.beforeListing = async () => {
      world.things.set("new", "bad");
      await changeWithoutAlert(world, "new", before);
    };
    await world.sweep(slot);
    expect(world.drifts()).toMatchObject([{ data: { instant: before.toISOString() } }]);
    expect(world.toldNames()).toEqual(["new"]);
  });

  it.each([
    ["mended", () => world.things.set("a", "good")],
    ["deleted", () => world.things.delete("a")],
    ["unreadable", () => world.things.set("a", "unreadable")],
  ])("is not told by the sweep when it finds the resource %s", async (_, happens) => {
    world.beforeListing = async () => {
      world.things.set("a", "bad");
      await changeWithoutAlert(world, "a", before);
      happens();
    };
    await world.sweep(slot);
    expect(world.drifts()).toEqual([]);
  });

  it("is not told by the sweep when it no longer lists the resource, which was new", async () => {
    world.beforeListing = async () => {
      world.things.set("new", "bad");
      await changeWithoutAlert(world, "new", before);
      world.things.delete("new");
    };
    expect(await world.sweep(slot)).toMatchObject({ status: "complete", listed: 2 });
    expect(world.drifts()).toEqual([]);
  });

  it("is told once when the sweep has found it, too, before the event was recorded", async () => {
    world.things.set("a", "bad");
    world.interposed.set("BatchWriteCommand", () => changeWithoutAlert(world, "a", before));
    await world.sweep(slot);
    expect(await historyOf("a")).toEqual(["00:00 COMPLIANT", "00:30 NON_COMPLIANT", "00:31 NON_COMPLIANT"]);
    expect(world.toldNames()).toEqual(["a"]);
  });
});

describe("a sweep that a change event after its slot", () => {
  let slot: Date;
  beforeEach(async () => {
    await world.complianceBefore("a");
    slot = world.now;
  });

  it("tells of a resource which it did not list is complete without that", async () => {
    world.interposed.set("BatchWriteCommand", async () => {
      world.pass(1);
      world.things.set("new", "bad");
      await world.change("new");
    });
    expect(await world.sweep(slot)).toMatchObject({ status: "complete", listed: 1 });
    expect(await historyOf("new")).toEqual(["00:31 NON_COMPLIANT"]);
    expect(world.toldNames()).toEqual(["new"]);
  });

  it("contradicts believes neither: what is mended since it looked is recorded so, and not told", async () => {
    world.pass(1);
    await world.change("a");
    world.things.set("a", "bad");
    world.pass(1);
    world.interposed.set("BatchWriteCommand", async () => {
      world.things.set("a", "good");
    });
    await world.sweep(slot);
    expect(await historyOf("a")).toEqual(["00:00 COMPLIANT", "00:30 NON_COMPLIANT", "00:31 COMPLIANT"]);
    expect(world.toldNames()).toEqual([]);
  });

  it("agrees with looks at nothing again", async () => {
    world.things.set("b", "exempt").set("c", "bad");
    world.pass(1);
    for (const name of ["a", "b", "c"]) await world.change(name);
    world.pass(1);
    const looks = looksAgain();
    await world.sweep(slot);
    expect(looks()).toBe(0);
    expect(await historyOf("b")).toEqual(["00:30 NOT_APPLICABLE", "00:31 NOT_APPLICABLE"]);
  });

  it("agrees with that a resource is gone leaves it gone", async () => {
    world.pass(1);
    world.things.delete("a");
    await world.change("a", { gone: true });
    world.pass(1);
    await world.sweep(slot);
    expect(await historyOf("a")).toEqual(["00:00 COMPLIANT", "00:30 gone", "00:31 gone"]);
  });

  it("called gone what it lists as not applicable takes another look", async () => {
    world.pass(1);
    world.things.delete("a");
    await world.change("a", { gone: true });
    world.things.set("a", "exempt");
    world.pass(1);
    world.interposed.set("BatchWriteCommand", async () => {
      world.things.delete("a");
    });
    await world.sweep(slot);
    expect((await historyOf("a")).at(-1)).toBe("00:31 gone");
  });

  it("contradicts in many resources looks at 16 of them at a time at most", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `thing-${index}`);
    for (const name of names) world.things.set(name, "good");
    world.pass(1);
    for (const name of names) await world.change(name);
    for (const name of names) world.things.set(name, "bad");
    world.pass(1);
    let looking = 0;
    let most = 0;
    world.meanwhile = async (what) => {
      if (what !== "find") return;
      most = Math.max(most, ++looking);
      await new Promise((resolve) => setTimeout(resolve, 5));
      looking--;
    };
    await world.sweep(slot);
    expect(most).toBe(16);
  });
});

describe("the retry of a sweep that said otherwise of a resource", () => {
  let slot: Date;
  beforeEach(async () => {
    await world.complianceBefore("a");
    slot = world.now;
    world.things.set("a", "bad");
    await crashBeforeRunRow(world, slot);
    world.things.set("a", "good");
    world.pass(1);
  });

  /** An event reads that it fails, after the retry has read that it passes, and before the retry records that. */
  function eventSeesItFail(then: "good" | "bad" | "deleted"): void {
    world.beforeListing = async () => {
      world.interposed.set("GetCommand", async () => {
        world.things.set("a", "bad");
        world.pass(1);
        await world.change("a");
        if (then === "deleted") world.things.delete("a");
        else world.things.set("a", then);
        world.pass(1);
      });
    };
  }

  it("does not record what it read before an event saw something newer", async () => {
    eventSeesItFail("bad");
    await world.sweep(slot);
    expect(await historyOf("a")).toEqual(["00:00 COMPLIANT", "00:30 NON_COMPLIANT", "00:32 NON_COMPLIANT"]);
  });

  it.each([
    ["good", "00:33 COMPLIANT"],
    ["deleted", "00:33 gone"],
  ] as const)(
    "looks again when an event saw something newer, and records what is so now: %s",
    async (then, last) => {
      eventSeesItFail(then);
      await world.sweep(slot);
      expect((await historyOf("a")).at(-1)).toBe(last);
    },
  );
});
