import type { WhatIfResult } from "../../lambdas/common/evaluator/what-if";
import { eachWorld, thingArn, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a sweep", () => {
  it("records every listed resource, whatever the verdict, and then the run", async () => {
    world.things.set("a", "good").set("b", "bad").set("c", "unreadable").set("d", "exempt");
    const result = await world.sweep();

    expect(result).toMatchObject({
      status: "complete",
      listed: 4,
      compliant: 1,
      nonCompliant: 1,
      error: 1,
      notApplicable: 1,
    });
    expect(
      (await world.rows()).map((row) => [row.resource_name, row.compliance_type, row.transition]),
    ).toEqual([
      ["a", "COMPLIANT", "first-seen"],
      ["b", "NON_COMPLIANT", "first-seen"],
      ["c", "ERROR", "first-seen"],
      ["d", "NOT_APPLICABLE", "first-seen"],
    ]);
    expect(await world.runs()).toMatchObject([
      {
        resource_id: "run#good-things",
        evaluation_timestamp: "2026-11-24T00:00:00.000Z#good-things",
        ledger: [
          {
            listed: 4,
            evaluated: 2,
            compliant: 1,
            non_compliant: 1,
            not_applicable: 1,
            error: 1,
            error_codes: { AccessDenied: 1 },
          },
        ],
      },
    ]);
  });

  it("records far more resources than one batch or one page holds", async () => {
    for (let i = 0; i < 333; i++) world.things.set(`thing-${i}`, i % 2 ? "good" : "bad");
    await world.sweep();
    expect(await world.rows()).toHaveLength(333);
  });

  it("records an account without resources as a run that listed nothing", async () => {
    await world.sweep();
    expect(await world.runs()).toMatchObject([
      { ledger: [{ account_id: "111122223333", region: "us-east-1", listed: 0 }] },
    ]);
    expect(world.alerts).toEqual([]);
  });

  it("does nothing on a second delivery of its event", async () => {
    world.things.set("a", "bad");
    const slot = world.now;
    await world.sweep(slot);
    world.pass(3);
    world.things.set("a", "good");
    world.beforeEffect = (effect) => {
      throw new Error(`unexpected ${effect}`);
    };
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete", nonCompliant: 1 });
  });

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
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand") throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow("crash before the run row");
    world.beforeEffect = () => {};
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
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand") throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow("crash before the run row");
    world.beforeEffect = () => {};
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
    world.beforeEffect = (effect) => {
      if (effect === "PutCommand") throw new Error("crash before the run row");
    };
    await expect(world.sweep(slot)).rejects.toThrow("crash before the run row");
    world.beforeEffect = () => {};
    world.things.set("a", "bad");
    world.indexLacks = (row) => row.compliance_type === "NON_COMPLIANT";
    world.pass(1);
    await world.sweep(slot);
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:31:00.000Z" } }]);
  });

  it("says how long it took", async () => {
    world.beforeListing = async () => world.pass(2);
    await world.sweep();
    expect(await world.runs()).toMatchObject([
      {
        started_at: "2026-11-24T00:00:00.000Z",
        completed_at: "2026-11-24T00:02:00.000Z",
        duration_ms: 120_000,
      },
    ]);
  });

  it("asks the table itself where the index lags behind a change event", async () => {
    world.things.set("a", "good");
    await world.sweep();
    world.pass(359);
    world.things.set("a", "bad");
    await world.change("a");
    world.indexLacks = (row) => row.trigger === "change";
    world.pass(1);
    await world.sweep();
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({
      transition: "ongoing",
      open_since: "2026-11-24T05:59:00.000Z",
    });
    expect(world.drifts()).toHaveLength(1);
  });

  it("counts a resource once that the listing names twice", async () => {
    world.things.set("a", "good").set("b", "bad");
    world.listedTwice = ["a", "b"];
    expect(await world.sweep()).toMatchObject({ listed: 2, compliant: 1, nonCompliant: 1 });
    world.pass(360);
    expect(await world.sweep()).toMatchObject({ listed: 2, compliant: 1, nonCompliant: 1 });
    expect((await world.rows()).map(({ transition }) => transition)).toEqual([
      "first-seen",
      "first-seen",
      "ongoing",
      "ongoing",
    ]);
  });

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

  it("is committed once when two deliveries run side by side", async () => {
    world.things.set("a", "good").set("b", "bad");
    const results = await Promise.all([world.sweep(), world.sweep()]);
    expect(results.map((result) => "status" in result && result.status).sort()).toEqual([
      "already-complete",
      "complete",
    ]);
    expect(await world.runs()).toHaveLength(1);
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

  it("leaves metrics and one line in the log once it is complete", async () => {
    world.things.set("a", "good").set("b", "bad").set("c", "unreadable");
    await world.sweep();
    expect(world.logged.map(({ message }) => message)).toEqual(["run complete", "metrics"]);
    expect(world.logged[1]).toMatchObject({
      Rule: "good-things",
      EnvironmentSuffix: "test",
      CompletedRuns: 1,
      Score: 50,
      Listed: 3,
    });
  });
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

describe("several accounts", () => {
  it("are evaluated in one run with a ledger entry each; what is no longer scanned is not declared gone", async () => {
    world.accounts = ["111122223333", "444455556666"];
    world.things.set("a", "bad");
    await world.sweep();
    expect(world.digests()[0]?.data).toMatchObject({ accounts: ["111122223333", "444455556666"] });
    expect(await world.runs()).toMatchObject([
      {
        ledger: [
          { account_id: "111122223333", listed: 1 },
          { account_id: "444455556666", listed: 1 },
        ],
      },
    ]);
    world.accounts = ["111122223333"];
    world.pass(360);
    await world.sweep();
    expect((await world.rows()).some((row) => row.gone)).toBe(false);
  });
});

describe("on demand", () => {
  it("sweeps when invoked with {}", async () => {
    world.things.set("a", "good");
    expect(await world.invoke({})).toMatchObject({ status: "complete", listed: 1 });
    expect(await world.rows()).toMatchObject([{ trigger: "on-demand" }]);
  });

  it("evaluates the named resources and names those that do not exist", async () => {
    world.things.set("a", "good").set("b", "bad");
    expect(await world.invoke({ resourceIds: ["b", "nowhere"] })).toMatchObject({
      status: "evaluated",
      resources: [{ resource: thingArn("b"), complianceType: "NON_COMPLIANT" }],
      notFound: ["nowhere"],
    });
    expect(await world.rows()).toHaveLength(1);
    expect(await world.runs()).toEqual([]);
  });

  it("alerts of many new failures among the named resources in one message, without waiting", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    for (const name of names) world.things.set(name, "good");
    await world.sweep();
    world.pass(30);
    for (const name of names) world.things.set(name, "bad");
    const before = world.now;
    await world.invoke({ resourceIds: names });
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 8 resources fail good-things",
    ]);
    expect(world.now).toEqual(before);
  });

  it("tells what other parameters would change, and writes and sends nothing", async () => {
    world.things.set("a", "good").set("b", "bad").set("c", "unreadable").set("d", "exempt");
    world.beforeEffect = (effect) => {
      throw new Error(`unexpected ${effect}`);
    };
    expect(await world.invoke({ whatIf: { strict: true } })).toMatchObject({
      status: "what-if",
      evaluated: 3,
      unreadable: 1,
      wouldFail: 1,
      wouldPass: 0,
      changes: [{ resource: thingArn("a"), from: "COMPLIANT", to: "NON_COMPLIANT" }],
    });
  });

  it("lists a thousand of the resources that would change, and counts the others", async () => {
    for (let index = 0; index < 1_003; index++) world.things.set(`thing-${index}`, "good");
    const { wouldFail, changes, changesLeftOut } = (await world.invoke({
      whatIf: { strict: true },
    })) as WhatIfResult;
    expect([wouldFail, changes.length, changesLeftOut]).toEqual([1_003, 1_000, 3]);
  });
});
