import { thingArn } from "../../support/things";
import { eachWorld, type World } from "../../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("the digest", () => {
  it("is not sent when nothing fails and nothing changed", async () => {
    world.things.set("a", "good");
    await world.sweep();
    world.pass(360);
    await world.sweep();
    expect(world.alerts).toEqual([]);
  });

  it("tells newly failing from still failing, with since when, and names what was resolved", async () => {
    world.things.set("a", "bad").set("b", "bad").set("c", "good");
    await world.sweep();
    world.pass(360);
    world.things.set("b", "good").set("c", "bad");
    await world.sweep();
    const digest = world.digests()[1];
    expect(digest?.subject).toBe("[HIGH] good-things: 2 failing (1 new), 1 resolved, 0 not evaluated");
    expect(digest?.data).toMatchObject({
      newlyFailing: { count: 1, entries: [{ resource: thingArn("c") }] },
      stillFailing: {
        count: 1,
        entries: [{ resource: thingArn("a"), openSince: "2026-11-24T00:00:00.000Z" }],
      },
      resolved: { count: 1, entries: [{ resource: thingArn("b") }] },
    });
  });

  it("names as resolved and as new what change events told of since the run before", async () => {
    world.things.set("mended", "bad").set("broken", "good").set("flapping", "bad");
    await world.sweep();
    world.pass(30);
    world.things.set("mended", "good").set("broken", "bad").set("flapping", "good");
    for (const name of ["mended", "broken", "flapping"]) await world.change(name);
    world.pass(30);
    world.things.set("flapping", "bad");
    await world.change("flapping");
    world.pass(300);
    await world.sweep();
    expect(world.digests()[1]?.subject).toBe(
      "[HIGH] good-things: 2 failing (2 new), 1 resolved, 0 not evaluated",
    );
    expect(world.digests()[1]?.data).toMatchObject({ resolved: { entries: [{ name: "mended" }] } });

    world.pass(360);
    await world.sweep();
    expect(world.digests()[2]?.subject).toContain("2 failing (0 new), 0 resolved");
  });
});
