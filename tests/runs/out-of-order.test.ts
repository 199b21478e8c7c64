import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("events out of their order", () => {
  it("a sweep that reads something newer than a change event after its slot records it as of now, too", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.change("a");
    world.things.set("a", "bad");
    world.pass(1);
    await world.sweep(slot);
    const rows = await world.rowsOf("a");
    expect(rows.map((row) => [row.evaluation_timestamp.slice(11, 16), row.compliance_type])).toEqual([
      ["00:00", "COMPLIANT"],
      ["00:30", "NON_COMPLIANT"],
      ["00:31", "COMPLIANT"],
      ["00:32", "NON_COMPLIANT"],
    ]);
    expect(world.drifts()).toHaveLength(1);
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it.each([
    ["where it lies", ["us-east-1", "eu-west-1"]],
    ["by whom it was listed, where it lies in a Region that is not scanned", ["us-east-1"]],
  ])("a sweep that is contradicted takes another look at a resource %s", async (_, regions) => {
    world.regions = regions as typeof world.regions;
    world.liesIn.set("a", "eu-west-1");
    await world.complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.invoke({ resourceIds: ["a"] });
    world.things.set("a", "bad");
    world.pass(1);
    await world.sweep(slot);
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      evaluation_timestamp: "2026-11-24T00:32:00.000Z#good-things",
      compliance_type: "NON_COMPLIANT",
      region: "eu-west-1",
    });
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("a change event that read before the sweep did, and is slower to write, records what is so now", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    world.pass(0.5);
    const time = world.now;
    world.interposed.set("PutCommand", async () => {
      // It has read that a passes, and the sweep sees it fail.
      world.pass(0.5);
      world.things.set("a", "bad");
      await world.sweep(slot);
      world.pass(0.5);
    });
    await world.change("a", { time });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ compliance_type: "NON_COMPLIANT" });
    expect(world.reported.at(-1)?.Evaluations).toMatchObject([{ ComplianceType: "NON_COMPLIANT" }]);
    expect(world.toldNames()).toEqual(["a"]);
    world.pass(360);
    await world.sweep();
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("a resource that a change event saw after the slot, and the sweep no longer, is closed as of now", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.change("a");
    world.things.delete("a");
    world.pass(1);
    await world.sweep(slot);
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      evaluation_timestamp: "2026-11-24T00:32:00.000Z#good-things",
      gone: true,
    });
  });

  it("a change event after a newer evaluation with the same verdict is no news, and no second alert", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    world.pass(2);
    await world.sweep();
    world.pass(1);
    await world.change("a", { time: changed });
    expect(await world.rowsOf("a")).toHaveLength(2);
    expect(world.reported).toHaveLength(1);
    expect(world.drifts()).toHaveLength(1);
  });

  it("a change event that comes late and sees something newer is recorded as of now", async () => {
    await world.complianceBefore("a");
    const changed = world.now;
    world.pass(2);
    await world.sweep();
    world.pass(1);
    world.things.set("a", "bad");
    await world.change("a", { time: changed });
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      evaluation_timestamp: "2026-11-24T00:33:00.000Z#good-things",
      transition: "opened",
    });
    expect(world.drifts()).toHaveLength(1);
  });

  it("a sweep does nothing when a later run is complete already", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    world.pass(1);
    await world.invoke({});
    world.things.set("a", "bad");
    expect(await world.sweep(slot)).toMatchObject({
      status: "superseded",
      instant: "2026-11-24T00:31:00.000Z",
    });
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("a sweep of hours ago, or of a time to come, is refused: what is seen now is no evidence of then", async () => {
    const slot = world.now;
    world.pass(121);
    await expect(world.sweep(slot)).rejects.toThrow(
      /time must be at most two hours ago.*invoke the function with \{\}/,
    );
    await expect(world.sweep(new Date(world.now.getTime() + 600_000))).rejects.toThrow(/time must be/);
    expect(await world.runs()).toEqual([]);
  });
});
