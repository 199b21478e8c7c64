import { withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("a drift alert", () => {
  it("is sent at once when a passing resource begins to fail, and not again while it goes on", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    world.pass(10);
    await world.change("a");
    world.pass(320);
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual(['[HIGH] Drift: "a" fails good-things']);
    expect(world.drifts()[0]?.email).toContain("Make it good.");
  });

  it("is sent again after the resource was mended and failed anew", async () => {
    await world.complianceBefore("a");
    for (const condition of ["bad", "good", "bad"] as const) {
      world.things.set("a", condition);
      await world.change("a");
      world.pass(10);
    }
    expect(world.drifts()).toHaveLength(2);
  });

  it("is sent for a failing resource that appears after the first complete run", async () => {
    await world.complianceBefore("a");
    world.things.set("new", "bad");
    await world.change("new");
    expect(world.drifts()).toHaveLength(1);
  });

  it("is not sent before the first complete run, when Config evaluates all that exists", async () => {
    for (let i = 0; i < 20; i++) {
      world.things.set(`thing-${i}`, "bad");
      await world.change(`thing-${i}`);
    }
    expect(world.alerts).toEqual([]);
    world.pass(30);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()).toHaveLength(1);
  });

  it("is sent by the sweep when no change event told of it", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.sweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is sent once when its event is delivered twice", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    await world.change("a", { time: changed });
    world.pass(1);
    await world.change("a", { time: changed });
    expect(world.drifts()).toHaveLength(1);
    expect(await world.rowsOf("a")).toHaveLength(2);
  });

  it("is sent by the retry when the first try crashed before sending", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a", { time: changed })).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(1);
    await world.change("a", { time: changed });
    expect(world.drifts()).toHaveLength(1);
  });
});

describe("a change that is tried again because AWS Config did not take it", () => {
  it("leaves the row that was alerted of, and records what it sees now as of now", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const changed = world.now;
    world.beforeEffect = (effect) => {
      if (effect === "PutEvaluations") throw new Error("Config is away");
    };
    await expect(world.change("a", { time: changed })).rejects.toThrow("Config is away");
    expect(world.drifts()).toHaveLength(1);
    world.beforeEffect = () => {};
    world.things.set("a", "good");
    world.pass(1);
    await world.change("a", { time: changed });
    expect((await world.rowsOf("a")).slice(1)).toMatchObject([
      { evaluation_timestamp: "2026-11-24T00:30:00.000Z#good-things", transition: "opened" },
      { evaluation_timestamp: "2026-11-24T00:31:00.000Z#good-things", transition: "resolved" },
    ]);
    expect(world.reported[0]?.Evaluations?.[0]?.ComplianceType).toBe("COMPLIANT");
  });
});

describe("a failing resource that can be read again", () => {
  const unreadableForASweep = async () => {
    world.things.set("a", "unreadable");
    world.pass(330);
    await world.sweep();
    world.things.set("a", "bad");
    world.pass(360);
    await world.sweep();
  };

  it("is no drift when its failure was alerted of before", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    await unreadableForASweep();
    expect(world.drifts()).toHaveLength(1);
  });

  it("is no drift when it failed before the rule's first complete run", async () => {
    world.things.set("a", "bad");
    await world.sweep();
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is no drift when a change event saw it fail before the rule's first complete run", async () => {
    world.things.set("a", "bad");
    await world.change("a");
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is no drift when a change event saw only another standard make it fail", async () => {
    await world.complianceBefore("a");
    world.strict = true;
    await world.change("a");
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is no drift when only another standard made it fail", async () => {
    await world.complianceBefore("a");
    world.strict = true;
    world.pass(330);
    await world.sweep();
    await unreadableForASweep();
    expect(world.drifts()).toEqual([]);
  });
});
