import { eachWorld, type World } from "../../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a sweep", () => {
  it("does not close again what a change event closed while the index lags behind", async () => {
    world.things.set("a", "good");
    await world.sweep();
    world.pass(359);
    world.things.delete("a");
    await world.change("a", { gone: true });
    world.indexLacks = (row) => row.trigger === "change";
    world.pass(1);
    await world.sweep();
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("closes the history of a resource that is gone, once", async () => {
    world.things.set("a", "bad").set("b", "good");
    await world.sweep();
    world.things.delete("a");
    for (let sweeps = 0; sweeps < 2; sweeps++) {
      world.pass(360);
      await world.sweep();
    }
    const rows = await world.rowsOf("a");
    expect(rows.map((row) => [row.compliance_type, row.transition, row.gone])).toEqual([
      ["NON_COMPLIANT", "first-seen", undefined],
      ["NOT_APPLICABLE", "resolved", true],
    ]);
    expect(await world.runs()).toMatchObject([
      { gone: 0 },
      { gone: 1, ledger: [{ listed: 1 }] },
      { gone: 0 },
    ]);
  });

  it("sees a resource that comes back as new", async () => {
    world.things.set("a", "bad");
    await world.sweep();
    world.things.delete("a");
    world.pass(360);
    await world.sweep();
    world.things.set("a", "bad");
    world.pass(360);
    await world.sweep();
    expect((await world.rowsOf("a")).map(({ transition }) => transition)).toEqual([
      "first-seen",
      "resolved",
      "first-seen",
    ]);
    expect(world.drifts()).toHaveLength(1);
  });

  it("keeps a failure open while the resource cannot be read", async () => {
    world.things.set("a", "bad");
    await world.sweep();
    for (const condition of ["unreadable", "unreadable", "bad", "good"] as const) {
      world.pass(360);
      world.things.set("a", condition);
      await world.sweep();
    }
    const rows = await world.rowsOf("a");
    expect(rows.map(({ transition }) => transition)).toEqual([
      "first-seen",
      "errored",
      "ongoing",
      "recovered",
      "resolved",
    ]);
    expect(rows.map(({ open_since }) => open_since)).toEqual([
      ...Array(4).fill("2026-11-24T00:00:00.000Z"),
      undefined,
    ]);
    expect(world.drifts()).toEqual([]);
  });
});

describe("a discovery scope of the environment", () => {
  beforeEach(() => {
    world.discoveryScope = "environment";
    world.things.set("of-test-env", "bad").set("elsewhere", "bad");
  });

  it("is kept by sweeps, changes and named resources", async () => {
    await world.sweep();
    world.pass(30);
    await world.change("elsewhere");
    expect(await world.invoke({ resourceIds: ["elsewhere"] })).toMatchObject({ notFound: ["elsewhere"] });
    expect((await world.rows()).map(({ resource_name }) => resource_name)).toEqual(["of-test-env"]);
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("NOT_APPLICABLE");
  });
});

describe("what leaves the discovery scope", () => {
  const closings = async () => {
    const gone = (await world.rows()).filter((row) => row.gone);
    return Object.fromEntries(gone.map(({ resource_name, annotation }) => [resource_name, annotation]));
  };
  const OUTSIDE =
    "It exists, outside the discovery scope: neither its name nor a tag's value carries the environment.";

  beforeEach(async () => {
    for (const name of ["of-test-env", "deleted-test-env", "elsewhere"]) world.things.set(name, "bad");
    await world.sweep();
    world.discoveryScope = "environment";
    world.things.delete("deleted-test-env");
    world.pass(30);
  });

  it("is not told as deleted by a sweep", async () => {
    await world.sweep();
    expect(await closings()).toEqual({
      elsewhere: OUTSIDE,
      "deleted-test-env": "No longer found: deleted.",
    });
    expect(world.digests().at(-1)?.email).toContain(`elsewhere: ${OUTSIDE}`);
  });

  it("is not told as deleted by a change event", async () => {
    await world.change("elsewhere");
    await world.change("deleted-test-env");
    expect(await closings()).toEqual({
      elsewhere: OUTSIDE,
      "deleted-test-env": "No longer found: deleted.",
    });
  });
});
