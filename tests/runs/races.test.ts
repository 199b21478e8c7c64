/** Sweeps, their second deliveries and change events of one resource at the same time, in every order. */

import * as fc from "fast-check";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { memoryDatabase } from "../support/dynamodb";
import { World } from "../support/world";

const database = memoryDatabase();

type Actor =
  /** The thing changes, and AWS Config sends the event of it, at least once. */
  | { readonly kind: "become"; readonly condition: "good" | "bad"; readonly deliveries: number }
  | { readonly kind: "sweep"; readonly deliveries: number };

const deliveries = fc.integer({ min: 1, max: 2 });
const actors = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("become" as const),
      condition: fc.constantFrom("good" as const, "bad" as const, "bad" as const),
      deliveries,
    }),
    fc.record({ kind: fc.constant("sweep" as const), deliveries }),
  ),
  { minLength: 1, maxLength: 5 },
);

/** Which of the publishes SNS refuses, in their order; it takes what comes after them. */
const refusals = fc.array(fc.boolean(), { maxLength: 5 });

/** A run's own rows that count as few: the one that it has, or none. */
const sizes = fc.constantFrom(0, 1);

/** Lambda's own tries of an event that it invokes a function with asynchronously. */
const TRIES = 3;

interface Raced {
  readonly world: World;
  /** The rows before the quiet sweep at the end. */
  readonly rows: readonly EvaluationRow[];
  readonly refused: number;
  /** When the thing began to fail, each time. ISO-8601. */
  readonly failures: readonly string[];
}

async function race(
  happening: readonly Actor[],
  refuses: readonly boolean[],
  fewEvaluations: number,
  scheduler: fc.Scheduler,
): Promise<Raced> {
  const world = new World(database.client, await database.newTable());
  world.fewEvaluations = fewEvaluations;
  await world.complianceBefore("a");
  const slot = world.now;
  let published = 0;
  let refused = 0;
  world.beforeEffect = (effect) => {
    if (effect !== "Publish" || !refuses[published++]) return;
    refused++;
    throw new Error("SNS is away");
  };
  world.longestWait = 100;
  world.meanwhile = async (what) => {
    await scheduler.schedule(Promise.resolve(), what);
    world.pass(1 / 60_000);
  };
  const failures: string[] = [];
  const happen = (condition: "good" | "bad") => {
    if (condition === "bad" && world.things.get("a") === "good") failures.push(world.now.toISOString());
    world.things.set("a", condition);
  };
  const deliver = async (event: () => Promise<unknown>) => {
    await world.meanwhile("delivery");
    for (let tries = 1; tries <= TRIES; tries++) {
      try {
        await event();
        return;
      } catch (error) {
        if (!(error instanceof Error && error.message === "SNS is away")) throw error;
      }
    }
  };
  const act = async (actor: Actor) => {
    await world.meanwhile(actor.kind);
    if (actor.kind === "become") happen(actor.condition);
    const time = actor.kind === "sweep" ? slot : world.now;
    const event = () => (actor.kind === "sweep" ? world.sweep(slot) : world.change("a", { time }));
    await Promise.all(Array.from({ length: actor.deliveries }, () => deliver(event)));
  };
  await scheduler.waitFor(Promise.all(happening.map(act)));
  world.meanwhile = async () => {};
  world.beforeEffect = () => {};
  const rows = await world.rowsOf("a");
  world.pass(360);
  await world.sweep();
  return { world, rows, refused, failures };
}

it("ends with what is so, and each failure is told, once unless a publish failed", async () => {
  await fc.assert(
    fc.asyncProperty(actors, refusals, sizes, fc.scheduler(), async (happening, refuses, few, scheduler) => {
      const { world, rows, refused, failures } = await race(happening, refuses, few, scheduler);
      const isFailing = world.things.get("a") === "bad";
      const verdict = isFailing ? "NON_COMPLIANT" : "COMPLIANT";
      expect(rows.at(-1)?.compliance_type).toBe(verdict);
      expect((await world.rowsOf("a")).at(-1)?.compliance_type).toBe(verdict);

      expect(world.toldNames().length).toBeLessThanOrEqual(failures.length + refused);
      const lastFailure = failures.at(-1);
      if (!isFailing || lastFailure === undefined) return;
      expect(world.drifts().filter(({ sentAt }) => sentAt >= lastFailure)).not.toEqual([]);
    }),
    { numRuns: Number(process.env.RACES ?? 60) },
  );
}, 600_000);
