import { RUN_LEASE_MS, type RunLease, RunLeases, RunTakenOver } from "../../lambdas/common/runs/leases";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { eachWorld, type World } from "../support/world";

const RULE = "good-things";
const INSTANT = "2026-11-24T06:00:00.000Z";
const STEP_MS = 50;

let database: TestDatabase;
let leases: RunLeases;
let milliseconds: number;
let slept: number;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  milliseconds = Date.parse(INSTANT);
  slept = 0;
  const clock = {
    now: () => new Date(milliseconds),
    sleep: async (wanted: number) => {
      milliseconds += wanted;
      slept += wanted;
    },
  };
  leases = new RunLeases(database.client, await database.newTable(), clock, STEP_MS);
});

const isNotOver = async () => false;

async function take(isOver = isNotOver): Promise<RunLease> {
  const lease = await leases.take(RULE, INSTANT, isOver);
  if (!lease) throw new Error("not taken");
  return lease;
}

describe("the lease of a run", () => {
  it("is one delivery's: the other waits until it is left", async () => {
    const first = await take();
    let asked = 0;
    const second = await take(async () => {
      if (++asked === 3) await first.release();
      return false;
    });
    expect(asked).toBe(3);
    await second.keep();
  });

  it("of a run that is over is not taken", async () => {
    await take();
    expect(await leases.take(RULE, INSTANT, async () => true)).toBeUndefined();
    expect(slept).toBe(0);
  });

  it("of a delivery that is silent runs out", async () => {
    await take();
    await take();
    expect(slept).toBeGreaterThanOrEqual(RUN_LEASE_MS);
    expect(slept).toBeLessThan(RUN_LEASE_MS + 5_000);
  });

  it("goes on as long as it is kept", async () => {
    const first = await take();
    let kept = 0;
    await leases.take(RULE, INSTANT, async () => {
      await first.keep();
      return ++kept === 60;
    });
    expect(kept).toBe(60);
  });

  it("that another has taken over is not kept, nor given back by the one that lost it", async () => {
    const first = await take();
    const second = await take();
    await expect(first.keep()).rejects.toThrow(RunTakenOver);
    await first.release();
    milliseconds += 12_000;
    await second.keep();
    await expect(first.keep()).rejects.toThrow("another delivery carries out the run of good-things");
  });

  it("is one of several that want it at the same moment", async () => {
    let wanted = 0;
    const holders = Array.from({ length: 8 }, () => leases.take(RULE, INSTANT, async () => ++wanted > 0));
    const taken = (await Promise.all(holders)).filter((lease) => lease !== undefined);
    expect(taken).toHaveLength(1);
  });

  it("ends a step that takes longer than it lasts, which is done again while it is kept", async () => {
    const lease = await take();
    const signals: AbortSignal[] = [];
    const done = await lease.whileKept(async (signal) => {
      signals.push(signal);
      if (signals.length === 1) await stalled(signal);
      return "done";
    });
    expect(done).toBe("done");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it("does not let a step be done again that another may have done by now", async () => {
    const lease = await take();
    let steps = 0;
    const step = lease.whileKept(async (signal) => {
      steps++;
      await take();
      await stalled(signal);
    });
    await expect(step).rejects.toThrow(RunTakenOver);
    expect(steps).toBe(1);
  });

  it("hides nothing of why a step failed", async () => {
    const lease = await take();
    await expect(lease.whileKept(() => Promise.reject(new Error("no such table")))).rejects.toThrow(
      "no such table",
    );
  });
});

function stalled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

describe("two deliveries of one sweep, with a resource that changes between their looks", () => {
  let world: World;
  eachWorld((next) => {
    world = next;
  });

  it("record one look, which is the one that was told, and what is so now", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const slot = world.now;
    let second: Promise<unknown> | undefined;
    world.interposed.set("BatchWriteCommand", async () => {
      world.things.set("a", "good");
      // The second one finds the lease taken, and waits.
      await new Promise<void>((waits) => {
        world.whileSleeping = async () => waits();
        second = world.sweep(slot);
      });
    });
    const [first, other] = [await world.sweep(slot), await second];
    expect([first, other]).toMatchObject([{ nonCompliant: 1 }, { nonCompliant: 1 }]);
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual([
      "COMPLIANT",
      "NON_COMPLIANT",
    ]);
    expect(world.toldNames()).toEqual(["a"]);
  });

  it("leave the row of the one that took over, when the first was silent for too long", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    const slot = world.now;
    world.beforeListing = async () => {
      // It has the lease, and is frozen for a minute.
      world.pass(1);
      await world.sweep(slot);
      world.things.set("a", "good");
    };
    expect(await world.sweep(slot)).toMatchObject({ status: "already-complete", nonCompliant: 1 });
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual([
      "COMPLIANT",
      "NON_COMPLIANT",
    ]);
    expect(world.toldNames()).toEqual(["a"]);
  });
});
