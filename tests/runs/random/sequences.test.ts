/** Any sequence of sweeps, changes, second deliveries, crashes and retries: the same rows, one alert a drift. */

import * as fc from "fast-check";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import type { Condition } from "../../support/things";
import { World } from "../../support/world";
import { condition, database, driftsIn, driftsSent, type Name, name } from "./steps";

/** So many that what they show at once is more than a window sends one by one. */
const CROWD = Array.from({ length: 8 }, (_, index) => `crowd-${index}`);

/** One thing that happens; `crashAt` is the write or message at which the first try of it breaks off. */
type Step =
  | { readonly kind: "become"; readonly name: Name; readonly condition: Condition | "absent" }
  | { readonly kind: "sweep"; readonly crashAt: number | undefined; readonly twice: boolean }
  | {
      readonly kind: "change";
      readonly name: Name;
      readonly crashAt: number | undefined;
      readonly twice: boolean;
    }
  | { readonly kind: "storm"; readonly condition: Condition; readonly twice: boolean };

const crashAt = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
const twice = fc.boolean();
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("become" as const), name, condition }),
    fc.record({ kind: fc.constant("sweep" as const), crashAt, twice }),
    fc.record({ kind: fc.constant("change" as const), name, crashAt, twice }),
    fc.record({
      kind: fc.constant("storm" as const),
      condition: fc.constantFrom<Condition>("good", "bad", "bad"),
      twice,
    }),
  ),
  { minLength: 3, maxLength: 12 },
);

async function play(happened: readonly Step[], { troubled }: { troubled: boolean }): Promise<World> {
  const world = new World(database.client, await database.newTable());
  for (const step of happened) {
    if (step.kind === "become") {
      if (step.condition === "absent") world.things.delete(step.name);
      else world.things.set(step.name, step.condition);
      continue;
    }
    const time = world.now;
    const deliver = async () => {
      if (step.kind === "sweep") await world.sweep(time);
      else if (step.kind === "change")
        await world.change(step.name, { time, gone: !world.things.has(step.name) });
      else for (const name of CROWD) await world.change(name, { time });
    };
    if (step.kind === "storm") for (const name of CROWD) world.things.set(name, step.condition);
    if (troubled && step.kind !== "storm" && step.crashAt !== undefined) {
      let effects = 0;
      world.beforeEffect = () => {
        if (effects++ >= (step.crashAt ?? 0)) throw new Error("crash");
      };
      await deliver().catch(() => undefined);
      world.beforeEffect = () => {};
      world.pass(1);
    }
    await deliver();
    world.pass(1);
    if (troubled && step.twice) await deliver();
    // Every step has the same length in both worlds, and its drifts a window of their own.
    world.pass(10 - (world.now.getTime() - time.getTime()) / 60_000);
  }
  return world;
}

/** What the rows must be but for the moments at which they were really observed. */
function withoutClock(rows: readonly EvaluationRow[]) {
  return rows.map(({ observed_at, ...row }) => row);
}

it("gives the rows of the untroubled sequence, and alerts of each drift exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (happened) => {
      const smooth = await play(happened, { troubled: false });
      const troubled = await play(happened, { troubled: true });
      const rows = await troubled.rows();

      expect(withoutClock(rows)).toEqual(withoutClock(await smooth.rows()));
      expect((await troubled.runs()).map(({ ledger }) => ledger)).toEqual(
        (await smooth.runs()).map(({ ledger }) => ledger),
      );

      const firstRun = (await troubled.runs()).map((run) => run.evaluation_timestamp).sort()[0];
      const expected = driftsIn(rows, firstRun);
      expect(driftsSent(smooth).sort()).toEqual(expected);
      // A crash after a message was sent and before that was written down sends it again, never less than once.
      expect([...new Set(driftsSent(troubled))].sort()).toEqual(expected);
      if (happened.every((step) => !("crashAt" in step) || step.crashAt === undefined)) {
        expect(driftsSent(troubled).sort()).toEqual(expected);
      }
      for (const world of [smooth, troubled]) expect(world.mostSinglesInAMinute()).toBeLessThanOrEqual(5);
    }),
    { numRuns: 30 },
  );
}, 180_000);
