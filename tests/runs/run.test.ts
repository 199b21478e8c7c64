/** How a run begins and ends beside other deliveries of its event, and what its log and its metrics say of it. */

import { withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

const RULE = "good-things";

let world: World;
eachWorld((next) => {
  world = next;
});

const lines = (message: string) => world.logged.filter((line) => line.message === message);

/** From the commit of a run on nothing can be written. */
function writesNothingAfterTheCommit(): void {
  let isCommitted = false;
  world.beforeEffect = (effect) => {
    if (isCommitted) throw new Error("the table is away");
    isCommitted = effect === "PutCommand";
  };
}

describe("a delivery of a run that another one completes", () => {
  let slot: Date;
  beforeEach(async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    slot = world.now;
    world.logged.length = 0;
  });

  it("while it waits for the lease, and lets go of that before it asks, adds nothing to it", async () => {
    let second: Promise<unknown> | undefined;
    let first: Promise<unknown> | undefined;
    world.interposed.set("BatchWriteCommand", async () => {
      world.things.set("a", "good");
      await new Promise<void>((waits) => {
        world.whileSleeping = async () => {
          waits();
          await first;
        };
        second = world.sweep(slot);
      });
    });
    first = world.sweep(slot);
    await first;
    expect(await second).toMatchObject({ status: "already-complete", nonCompliant: 1 });
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual([
      "COMPLIANT",
      "NON_COMPLIANT",
    ]);
    expect(lines("run was complete already")).toHaveLength(1);
  });

  it("between its two first questions is complete already, and not superseded by itself", async () => {
    world.interposed.set("QueryCommand", async () => {
      await world.sweep(slot);
    });
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete", nonCompliant: 1 });
    expect(lines("run complete")).toHaveLength(1);
  });

  it("just before it would itself says what that one recorded, and counts no second run", async () => {
    world.interposed.set("PutCommand", async () => {
      world.pass(1);
      await world.sweep(slot);
    });
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete", nonCompliant: 1 });
    expect(await world.runs()).toHaveLength(2);
    expect(lines("run complete")).toHaveLength(1);
    expect(lines("metrics")).toHaveLength(1);
  });

  it("and whose lease that one could not give back takes its result all the same", async () => {
    world.beforeListing = async () => {
      world.pass(1);
      writesNothingAfterTheCommit();
      await world.sweep(slot);
      world.beforeEffect = () => {};
    };
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete", nonCompliant: 1 });
  });

  it("says in its log that it had nothing to do", async () => {
    await world.sweep(slot);
    world.pass(1);
    await world.sweep(slot);
    expect(lines("run was complete already")).toMatchObject([
      { level: "INFO", rule: RULE, instant: slot.toISOString() },
    ]);
  });
});

it("a delivery whose run was taken over by one that fails is tried again, and alerts of nothing itself", async () => {
  await world.complianceBefore("a");
  const slot = world.now;
  world.beforeListing = async () => {
    world.pass(1);
    world.listingFailsAfter = 0;
    await expect(world.sweep(slot)).rejects.toThrow("the listing failed");
    world.listingFailsAfter = undefined;
  };
  await expect(world.sweep(slot)).rejects.toThrow(
    `another delivery carries out the run of ${RULE} at ${slot.toISOString()}`,
  );
  expect(world.alerts.map(({ email }) => email)).toEqual([expect.stringContaining("the listing failed")]);
  expect(await world.sweep(slot)).toMatchObject({ status: "complete" });
});

it("a run for which a later one is complete says so in its log, and which", async () => {
  await world.complianceBefore("a");
  const slot = world.now;
  world.pass(1);
  await world.sweep();
  await world.sweep(slot);
  expect(lines("a later run is complete already")).toMatchObject([
    {
      level: "WARN",
      rule: RULE,
      instant: "2026-11-24T00:30:00.000Z",
      newest: `2026-11-24T00:31:00.000Z#${RULE}`,
    },
  ]);
});

describe("the log of a complete run", () => {
  it("says which it was, how long it took, what it counted and what changed", async () => {
    await world.complianceBefore("a", "b", "c");
    world.things.set("a", "bad").set("b", "unreadable").delete("c");
    world.beforeListing = async () => world.pass(2);
    await world.sweep();
    expect(lines("run complete").at(-1)).toMatchObject({
      level: "INFO",
      rule: RULE,
      instant: "2026-11-24T00:30:00.000Z",
      trigger: "sweep",
      duration: 120_000,
      listed: 2,
      evaluated: 1,
      compliant: 0,
      nonCompliant: 1,
      error: 1,
      opened: 1,
      resolved: 0,
      gone: 1,
    });
  });

  it("has metrics of the share that passed and of the share that was read, in percent", async () => {
    world.things.set("a", "good").set("b", "good").set("c", "bad").set("d", "unreadable").set("e", "exempt");
    await world.sweep();
    const [metrics] = lines("metrics");
    expect(metrics).toMatchObject({
      Listed: 5,
      Compliant: 2,
      NonCompliant: 1,
      NotApplicable: 1,
      Errors: 1,
      Coverage: 75,
    });
    expect(metrics?.Score).toBeCloseTo(66.67, 2);
  });

  it("has no metric of a share where there is nothing to take it of", async () => {
    await world.sweep();
    world.things.set("a", "unreadable");
    world.pass(360);
    await world.sweep();
    const [ofNothing, ofUnread] = lines("metrics");
    expect(ofNothing).toMatchObject({ Listed: 0 });
    expect(ofNothing).not.toHaveProperty("Coverage");
    expect(ofNothing).not.toHaveProperty("Score");
    expect(ofUnread).toMatchObject({ Listed: 1, Coverage: 0 });
    expect(ofUnread).not.toHaveProperty("Score");
  });
});

describe("the log of a run that did not complete", () => {
  beforeEach(() => {
    world.things.set("a", "good");
    world.listingFailsAfter = 0;
  });

  it("says which it was and why, and is no completed run in the metrics", async () => {
    await expect(world.sweep()).rejects.toThrow("the listing failed");
    expect(world.logged).toMatchObject([
      {
        level: "ERROR",
        message: "run did not complete",
        errorMessage: "the listing failed",
        rule: RULE,
        instant: "2026-11-24T00:00:00.000Z",
      },
    ]);
  });

  it("says that the alert of it failed, too, and why; what is thrown is the cause itself", async () => {
    world.beforeEffect = withoutAlerts;
    await expect(world.sweep()).rejects.toThrow("the listing failed");
    expect(lines("failure could not be alerted of")).toMatchObject([
      { level: "ERROR", errorMessage: "SNS is away", rule: RULE, instant: "2026-11-24T00:00:00.000Z" },
    ]);
  });
});
