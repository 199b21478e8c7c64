import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a change that a sweep under way does not know of", () => {
  it("is not told again by its retry when the sweep has told the failure and is not complete yet", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    world.things.set("a", "bad");
    let changed = slot;
    world.interposed.set("BatchWriteCommand", async () => {
      world.pass(0.5);
      changed = world.now;
      world.beforeEffect = (effect) => {
        if (effect === "UpdateCommand") throw new Error("the function is gone");
      };
      await expect(world.change("a")).rejects.toThrow("the function is gone");
      // Once the sweep has told everything, before it commits.
      world.beforeEffect = (effect) => {
        if (effect === "Publish") world.interposed.set("PutCommand", retry);
      };
    });
    const retry = async () => {
      world.pass(1);
      await world.change("a", { time: changed });
    };
    await world.sweep(slot);
    expect(world.reported).toHaveLength(1);
    expect(world.toldNames()).toEqual(["a"]);
  });
});

describe("two deliveries at the very same moment", () => {
  it("of a sweep do not wait for each other's alerts, whatever order their listings have", async () => {
    const names = ["a", "b", "c", "d", "e"];
    await world.complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    const slot = world.now;
    const list = world.list.bind(world);
    let isBackwards = false;
    world.list = async function* (target) {
      const listed = [];
      for await (const one of list(target)) listed.push(one);
      if (isBackwards) listed.reverse();
      isBackwards = true;
      yield* listed;
    };
    await Promise.all([world.sweep(slot), world.sweep(slot)]);
    expect(world.toldNames().sort()).toEqual(names);
    expect(world.now.getTime() - slot.getTime()).toBeLessThan(120_000);
  });

  it("of a sweep leave what the faster one saw and told", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeListing = async () => {
      await world.sweep(slot);
      world.things.set("a", "good");
    };
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete", nonCompliant: 1 });
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual([
      "COMPLIANT",
      "NON_COMPLIANT",
    ]);
  });

  it("of a change leave what the faster one saw and told, and record what the slower one saw as of now", async () => {
    await world.complianceBefore("a");
    const time = world.now;
    world.interposed.set("PutCommand", async () => {
      world.things.set("a", "bad");
      await world.change("a", { time });
    });
    await world.change("a", { time });
    expect(world.toldNames()).toEqual(["a"]);
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual([
      "COMPLIANT",
      "NON_COMPLIANT",
      "COMPLIANT",
    ]);
  });

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
