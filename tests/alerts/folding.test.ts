import { thingArn } from "../support/things";
import { goneFrom, withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("many drifts in a short time", () => {
  it("are sent one by one up to five; the sixth waits and lists itself and all others", async () => {
    const names = await world.manyBeginToFail(12);
    const started = world.now;
    for (const name of names.slice(0, 5)) await world.change(name, { time: started });
    // While the sixth waits for the end of the window, the others come in.
    world.whileSleeping = async () => {
      for (const name of names.slice(6)) await world.change(name, { time: started });
    };
    await world.change("thing-5", { time: started });

    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: "${name}" fails good-things`),
      "[HIGH] Drift: 7 resources fail good-things",
    ]);
    for (const name of names.slice(5)) expect(world.drifts()[5]?.email).toContain(thingArn(name));
    // The window of a minute, and two seconds for what entered it at the very end.
    expect(world.now).toEqual(new Date("2026-11-24T00:31:02.000Z"));
  });

  it("found by a sweep are one message, at once", async () => {
    await world.manyBeginToFail(8);
    const slot = world.now;
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 8 resources fail good-things",
    ]);
    expect(world.now).toEqual(slot);
  });

  it("found by a sweep wait for no window of changes: what they have not told is told at once", async () => {
    const names = await world.manyBeginToFail(8);
    for (const name of names.slice(0, 5)) await world.change(name);
    const slot = world.now;
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual(
      names.map((name) => `[HIGH] Drift: "${name}" fails good-things`),
    );
    expect(world.now).toEqual(slot);
  });

  it("are told once by the retry of a sweep that broke off before it told them", async () => {
    await world.manyBeginToFail(8);
    const slot = world.now;
    world.beforeEffect = goneFrom("Publish");
    await expect(world.sweep(slot)).rejects.toThrow("the function is gone");
    expect(world.drifts()).toEqual([]);
    world.beforeEffect = () => {};
    world.pass(1);
    await world.sweep(slot);
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 8 resources fail good-things",
    ]);
    expect(world.now.getTime() - slot.getTime()).toBeLessThan(2 * 60_000);
  });

  it("that came too late for a window begin the next one", async () => {
    const names = await world.manyBeginToFail(8);
    for (const name of names.slice(0, 6)) await world.change(name);
    for (const name of names.slice(6)) await world.change(name);
    expect(world.drifts()).toHaveLength(5 + 1 + 2);
  });
});

describe("a folded message", () => {
  it("whose sender broke off while it waited is sent by the retry, for all that wait for it", async () => {
    const names = await world.manyBeginToFail(8);
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
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: "${name}" fails good-things`),
      "[HIGH] Drift: 3 resources fail good-things",
    ]);
  });

  it("lists each once when all alerts of a minute fail and are tried again", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    await world.complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    const time = world.now;
    world.beforeEffect = withoutAlerts;
    for (const name of names) await expect(world.change(name, { time })).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(1);
    for (const name of names) await world.change(name, { time });
    expect(world.toldNames().sort()).toEqual(names);
  });

  it("whose sender is gone is sent by whatever is delivered again once the window has ended", async () => {
    const names = await world.manyBeginToFail(7);
    const time = world.now;
    for (const name of names.slice(0, 5)) await world.change(name, { time });
    world.whileSleeping = async () => {
      throw new Error("the function is gone");
    };
    await expect(world.change("thing-5", { time })).rejects.toThrow("the function is gone");
    await world.change("thing-6", { time });
    expect(world.toldNames()).toHaveLength(5);
    world.pass(5);
    await world.change("thing-6", { time });
    expect(world.toldNames().sort()).toEqual(names);
  });

  it("of a window whose sender is gone does not take up a failure of hours later", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    await world.complianceBefore(...names);
    for (const name of names) world.things.set(name, "bad");
    const time = world.now;
    for (const name of names.slice(0, 5)) await world.change(name, { time });
    world.whileSleeping = async () => {
      throw new Error("the function is gone");
    };
    await expect(world.change("f", { time })).rejects.toThrow("the function is gone");
    await world.change("g", { time });
    expect(world.toldNames()).not.toContain("g");
    world.pass(60);
    world.things.set("g", "good");
    await world.change("g");
    world.pass(60);
    world.things.set("g", "bad");
    await world.change("g");
    expect(world.toldNames()).toContain("g");
  });

  it("that SNS refused is sent by the retry, for all that it lists", async () => {
    const names = await world.manyBeginToFail(8);
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
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: "${name}" fails good-things`),
      "[HIGH] Drift: 3 resources fail good-things",
    ]);
  });

  it("whose sender broke off is told by a sweep of the same minute, with what the sweep found", async () => {
    const names = await world.manyBeginToFail(12);
    for (const name of names.slice(0, 5)) await world.change(name);
    world.whileSleeping = async () => {
      throw new Error("the function is gone");
    };
    await expect(world.change("thing-5")).rejects.toThrow("the function is gone");

    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      ...names.slice(0, 5).map((name) => `[HIGH] Drift: "${name}" fails good-things`),
      "[HIGH] Drift: 7 resources fail good-things",
    ]);
  });
});

describe("a folded message that could never be sent", () => {
  it("is made up for by the next sweep, for all that it would have listed", async () => {
    const names = await world.manyBeginToFail(8);
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
    ).toEqual(names.slice(5).map((name) => `[HIGH] Drift: "${name}" fails good-things`));
  });
});
