/** Any sequence of sweeps, changes, second deliveries, crashes and retries: the same rows, one alert a drift. */

import * as fc from "fast-check";
import type { EvaluationRow } from "../../lambdas/common/evaluation";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { type Condition, World } from "../support/world";

let database: TestDatabase;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];

/** One thing that happens; `crashAt` is the write or message at which the first try of it breaks off. */
type Step =
  | { readonly kind: "become"; readonly name: Name; readonly condition: Condition | "absent" }
  | { readonly kind: "sweep"; readonly crashAt: number | undefined; readonly twice: boolean }
  | {
      readonly kind: "change";
      readonly name: Name;
      readonly crashAt: number | undefined;
      readonly twice: boolean;
    };

const crashAt = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
const twice = fc.boolean();
const name = fc.constantFrom(...NAMES);
const condition = fc.constantFrom<Condition | "absent">(
  "good",
  "bad",
  "bad",
  "unreadable",
  "exempt",
  "absent",
);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("become" as const), name, condition }),
    fc.record({ kind: fc.constant("sweep" as const), crashAt, twice }),
    fc.record({ kind: fc.constant("change" as const), name, crashAt, twice }),
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
    const deliver = () =>
      step.kind === "sweep"
        ? world.sweep(time)
        : world.change(step.name, { time, gone: !world.things.has(step.name) });
    if (troubled && step.crashAt !== undefined) {
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

/** Which drifts the rows show: failing, and not failing in the row before, after the first complete run. */
function driftsIn(rows: readonly EvaluationRow[], firstRun: string | undefined): string[] {
  const settled = new Map<string, string>();
  const drifts: string[] = [];
  for (const row of rows) {
    const before = settled.get(row.resource_id);
    const hasBaseline = firstRun !== undefined && firstRun < row.evaluation_timestamp;
    if (row.compliance_type === "NON_COMPLIANT" && before !== "NON_COMPLIANT" && hasBaseline) {
      drifts.push(`${row.resource_id} ${row.evaluation_timestamp}`);
    }
    if (row.gone) settled.delete(row.resource_id);
    else if (row.compliance_type !== "ERROR") settled.set(row.resource_id, row.compliance_type);
  }
  return drifts.sort();
}

function driftsSent(world: World): string[] {
  return world.drifts().map(({ data }) => {
    const { resource } = data.resource as { resource: string };
    return `${resource} ${data.instant}#good-things`;
  });
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
      if (happened.every((step) => step.kind === "become" || step.crashAt === undefined)) {
        expect(driftsSent(troubled).sort()).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
}, 180_000);

/** One thing that happens where some events fail for good: nobody delivers them again. */
type RoughStep =
  | { readonly kind: "become"; readonly name: Name; readonly condition: Condition | "absent" }
  | { readonly kind: "event"; readonly of: Name | "everything"; readonly lostAt: number | undefined };

const roughSteps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("become" as const),
      name,
      condition: fc.constantFrom<Condition | "absent">("good", "bad", "bad", "exempt", "absent"),
    }),
    fc.record({
      kind: fc.constant("event" as const),
      of: fc.constantFrom<Name | "everything">(...NAMES, "everything"),
      lostAt: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    }),
  ),
  { minLength: 3, maxLength: 14 },
);

async function playRough(happened: readonly RoughStep[]): Promise<World> {
  const world = new World(database.client, await database.newTable());
  for (const step of happened) {
    if (step.kind === "become") {
      if (step.condition === "absent") world.things.delete(step.name);
      else world.things.set(step.name, step.condition);
      continue;
    }
    let effects = 0;
    world.beforeEffect = () => {
      if (step.lostAt !== undefined && effects++ >= step.lostAt) throw new Error("lost for good");
    };
    const answer =
      step.of === "everything" ? world.sweep() : world.change(step.of, { gone: !world.things.has(step.of) });
    await answer.catch(() => undefined);
    world.pass(10);
  }
  world.beforeEffect = () => {};
  await world.sweep();
  return world;
}

it("alerts of every failure that lasts, once, even when the events that saw it begin were lost", async () => {
  await fc.assert(
    fc.asyncProperty(roughSteps, async (happened) => {
      const world = await playRough(happened);
      const rows = await world.rows();
      const [firstRun = ""] = (await world.runs()).map((run) => run.evaluation_timestamp).sort();
      const last = new Map(rows.map((row) => [row.resource_id, row]));
      const lasting = [...last.values()]
        .filter((row) => row.compliance_type === "NON_COMPLIANT" && `${row.open_since}#` > firstRun)
        .map((row) => `${row.resource_id} ${row.open_since}#good-things`);

      const sent = driftsSent(world);
      expect(sent).toEqual(expect.arrayContaining(lasting));
      // A message that was sent and whose sending was not written down is sent again.
      const lostAfterSending = happened.filter(
        (step) => step.kind === "event" && step.lostAt !== undefined,
      ).length;
      expect(sent.length - new Set(sent).size).toBeLessThanOrEqual(lostAfterSending);
      expect(driftsIn(rows, firstRun)).toEqual(expect.arrayContaining([...new Set(sent)]));
    }),
    { numRuns: 60 },
  );
}, 180_000);
