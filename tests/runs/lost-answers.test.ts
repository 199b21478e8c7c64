import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("when DynamoDB did its work and every answer to a write is lost", () => {
  beforeEach(async () => {
    await world.complianceBefore("a", "b");
    world.losesAnswer = (command) => /^(Put|Update|BatchWrite)/.test(command);
  });

  it("a sweep completes at once, and says so in its metrics", async () => {
    world.things.set("a", "bad");
    const slot = world.now;
    world.logged.length = 0;
    expect(await world.sweep()).toMatchObject({ status: "complete", nonCompliant: 1 });
    expect(world.now).toEqual(slot);
    expect(world.toldNames()).toEqual(["a"]);
    expect(world.digests()).toHaveLength(1);
    expect(world.logged.at(-1)).toMatchObject({ message: "metrics", CompletedRuns: 1, UndeliveredAlerts: 0 });
    expect((await world.rows()).length).toBe(4);
  });

  it("a change event is recorded and told at once, and only once", async () => {
    world.things.set("a", "bad");
    const time = world.now;
    await world.change("a");
    expect(world.now).toEqual(time);
    expect(world.toldNames()).toEqual(["a"]);
    await world.change("a", { time });
    expect(world.toldNames()).toEqual(["a"]);
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("a second delivery finds the first one complete", async () => {
    const slot = world.now;
    await world.sweep(slot);
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete" });
    expect(await world.runs()).toHaveLength(2);
  });

  it("many drifts in a minute are each told", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `thing-${index}`);
    for (const name of names) world.things.set(name, "good");
    world.pass(1);
    await world.sweep();
    for (const name of names) world.things.set(name, "bad");
    for (const name of names) await world.change(name);
    expect(world.toldNames().sort()).toEqual(names);
  });
});
