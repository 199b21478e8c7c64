import { eachWorld, type World } from "../../support/world";

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

  it("is committed once when two deliveries run side by side", async () => {
    world.things.set("a", "good").set("b", "bad");
    const results = await Promise.all([world.sweep(), world.sweep()]);
    expect(results.map((result) => "status" in result && result.status).sort()).toEqual([
      "already-complete",
      "complete",
    ]);
    expect(await world.runs()).toHaveLength(1);
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
