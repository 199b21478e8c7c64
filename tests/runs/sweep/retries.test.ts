import { crashBeforeRunRow } from "../../support/troubles";
import { eachWorld, type World } from "../../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a sweep", () => {
  it("commits nothing when the listing fails halfway, and declares nothing gone", async () => {
    world.things.set("a", "good").set("b", "good");
    await world.sweep();
    world.pass(360);
    world.listingFailsAfter = 1;
    await expect(world.sweep()).rejects.toThrow("the listing failed");

    expect(await world.runs()).toHaveLength(1);
    expect((await world.rows()).some((row) => row.gone)).toBe(false);
    expect(world.alerts.filter(({ kind }) => kind === "system")).toMatchObject([
      {
        subject: expect.stringContaining("did not complete"),
        email: expect.stringContaining("the listing failed"),
      },
    ]);
  });

  it("says once that a run did not complete, however often it is tried", async () => {
    world.listingFailsAfter = 0;
    world.things.set("a", "good");
    const slot = world.now;
    await expect(world.sweep(slot)).rejects.toThrow();
    await expect(world.sweep(slot)).rejects.toThrow();
    expect(world.alerts).toHaveLength(1);
  });

  it("repeats the same rows when it crashed between rows and run, and does not take them for the past", async () => {
    world.things.set("a", "good");
    await world.sweep();
    world.pass(360);
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand") throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow("crash before the run row");
    expect(await world.runs()).toHaveLength(1);

    world.beforeEffect = () => {};
    world.pass(1);
    expect(await world.sweep(slot)).toMatchObject({ status: "complete" });
    expect((await world.rowsOf("a")).map(({ transition }) => transition)).toEqual(["first-seen", "opened"]);
    expect(world.drifts()).toHaveLength(1);
    expect(world.digests()).toHaveLength(1);
  });

  it("keeps what a crashed try saw of a resource that is gone by the next try, and closes it as of now", async () => {
    world.things.set("a", "good");
    await world.sweep();
    world.pass(360);
    world.things.set("short-lived", "bad");
    const slot = world.now;
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand") throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow();
    world.beforeEffect = () => {};
    world.things.delete("short-lived");
    world.pass(1);
    await world.sweep(slot);
    expect(await world.rowsOf("short-lived")).toMatchObject([
      { evaluation_timestamp: "2026-11-24T06:00:00.000Z#good-things", compliance_type: "NON_COMPLIANT" },
      { evaluation_timestamp: "2026-11-24T06:01:00.000Z#good-things", gone: true, transition: "resolved" },
    ]);
    expect((await world.runs()).at(-1)).toMatchObject({ ledger: [{ listed: 2, non_compliant: 1 }] });
  });

  it("leaves the row that was alerted of, when the retry finds the resource mended", async () => {
    world.things.set("a", "good");
    await world.sweep();
    world.pass(360);
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand" && world.digests().length > 0) throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow();
    expect(world.drifts()).toHaveLength(1);
    world.beforeEffect = () => {};
    world.things.set("a", "good");
    world.pass(1);
    await world.sweep(slot);
    expect((await world.rowsOf("a")).slice(1)).toMatchObject([
      { evaluation_timestamp: "2026-11-24T06:00:00.000Z#good-things", transition: "opened" },
      { evaluation_timestamp: "2026-11-24T06:01:00.000Z#good-things", transition: "resolved" },
    ]);
    expect((await world.runs()).at(-1)).toMatchObject({ ledger: [{ listed: 1, non_compliant: 1 }] });
    world.pass(359);
    await world.sweep();
    expect(world.digests().at(-1)?.data).toMatchObject({ resolved: { count: 1, entries: [{ name: "a" }] } });
  });

  it("replaces what a crashed try could not read by what the retry reads", async () => {
    world.things.set("a", "unreadable");
    const slot = world.now;
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand") throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow();
    world.beforeEffect = () => {};
    world.things.set("a", "good");
    world.pass(1);
    await world.sweep(slot);
    expect(await world.rowsOf("a")).toMatchObject([{ compliance_type: "COMPLIANT" }]);
  });

  it("closes what is gone the same way when it is tried again, and counts it", async () => {
    world.things.set("a", "bad").set("b", "good");
    await world.sweep();
    world.pass(360);
    world.things.delete("a");
    const slot = world.now;
    await crashBeforeRunRow(world, slot);
    world.pass(1);
    await world.sweep(slot);
    expect((await world.rowsOf("a")).slice(1)).toMatchObject([
      { evaluation_timestamp: "2026-11-24T06:00:00.000Z#good-things", transition: "resolved", gone: true },
    ]);
    expect((await world.runs()).at(-1)).toMatchObject({ resolved: 1, gone: 1 });
  });

  it("takes back that something is gone when the retry finds it: nobody has seen that it is not there", async () => {
    world.things.set("a", "bad").set("b", "good");
    await world.sweep();
    world.pass(360);
    world.things.delete("a");
    const slot = world.now;
    await crashBeforeRunRow(world, slot);
    world.things.set("a", "bad");
    world.pass(1);
    await world.sweep(slot);
    const rows = (await world.rowsOf("a")).slice(1);
    expect(rows).toMatchObject([
      { evaluation_timestamp: "2026-11-24T06:00:00.000Z#good-things", transition: "ongoing" },
    ]);
    expect(rows[0]).not.toHaveProperty("gone");
    expect((await world.runs()).at(-1)).toMatchObject({ gone: 0, ledger: [{ listed: 2 }] });
  });

  it("tells the failure that its retry sees of what a crashed try saw pass, while the index lags behind", async () => {
    await world.complianceBefore("a");
    const slot = world.now;
    await crashBeforeRunRow(world, slot);
    world.things.set("a", "bad");
    world.indexLacks = (row) => row.compliance_type === "NON_COMPLIANT";
    world.pass(1);
    await world.sweep(slot);
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:31:00.000Z" } }]);
  });
});
