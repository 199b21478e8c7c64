/** Any sequence of sweeps, changes, second deliveries, crashes and retries: the same rows, one alert a drift. */

import * as fc from "fast-check";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { memoryDatabase } from "../support/dynamodb";
import { type Condition, World } from "../support/world";

const database = memoryDatabase();

const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];
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

/** Every drift that was told, by itself or in a list. */
function driftsSent(world: World): string[] {
  return world.drifts().flatMap(({ data }) => {
    const list = data.drifts as { entries: { resource: string; openSince: string }[] } | undefined;
    if (list) return list.entries.map(({ resource, openSince }) => `${resource} ${openSince}#good-things`);
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
      if (happened.every((step) => !("crashAt" in step) || step.crashAt === undefined)) {
        expect(driftsSent(troubled).sort()).toEqual(expected);
      }
      for (const world of [smooth, troubled]) expect(world.mostSinglesInAMinute()).toBeLessThanOrEqual(5);
    }),
    { numRuns: 30 },
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

/** Something that happens at a minute; its event, if it has one, arrives so many minutes later. */
type Timed =
  | {
      readonly kind: "become";
      readonly minute: number;
      readonly name: Name;
      readonly condition: Condition | "absent";
    }
  | {
      readonly kind: "event";
      readonly minute: number;
      readonly delay: number;
      readonly of: Name | "everything";
    };

const MINUTES = 40;
/** In minutes. */
const A_MOMENT = 1 / 60;
const minute = fc.integer({ min: 0, max: MINUTES });
const timed = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("become" as const), minute, name, condition }),
    fc.record({
      kind: fc.constant("event" as const),
      minute,
      delay: fc.integer({ min: 0, max: 12 }),
      of: fc.constantFrom<Name | "everything">(...NAMES, "everything"),
    }),
  ),
  { minLength: 4, maxLength: 16 },
);

/** Plays events in the order in which they arrive, which is not that of their times. */
async function playOutOfOrder(happening: readonly Timed[]): Promise<World> {
  const world = new World(database.client, await database.newTable());
  const start = world.now;
  const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
  const arrival = (one: Timed) => one.minute + (one.kind === "event" ? one.delay : 0);
  for (const one of [...happening].sort((a, b) => arrival(a) - arrival(b))) {
    // A moment later than whatever else arrives in that minute.
    world.pass(Math.max(A_MOMENT, (at(arrival(one)).getTime() - world.now.getTime()) / 60_000));
    if (one.kind === "become") {
      if (one.condition === "absent") world.things.delete(one.name);
      else world.things.set(one.name, one.condition);
    } else if (one.of === "everything") {
      await world.sweep(at(one.minute));
    } else {
      await world.change(one.of, { time: at(one.minute), gone: !world.things.has(one.of) });
    }
  }
  world.pass((at(2 * MINUTES).getTime() - world.now.getTime()) / 60_000);
  await world.sweep();
  return world;
}

/** A stretch in which a resource was seen failing: its rows' keys, and when it was first seen. */
interface Stretch {
  readonly keys: Set<string>;
  readonly seenAt: string;
}

/** In the order in which it was seen: one look of a late sweep may be told by a row of its slot and one of now. */
function failingStretches(rows: readonly EvaluationRow[]): Stretch[] {
  const open = new Map<string, Stretch>();
  const stretches: Stretch[] = [];
  const seen = [...rows].sort((a, b) => a.observed_at.localeCompare(b.observed_at));
  for (const { resource_id: id, evaluation_timestamp: at, compliance_type: type, observed_at } of seen) {
    const stretch = open.get(id);
    if (type === "NON_COMPLIANT" && stretch) stretch.keys.add(`${id} ${at}`);
    else if (type === "NON_COMPLIANT") {
      const begun = { keys: new Set([`${id} ${at}`]), seenAt: observed_at };
      open.set(id, begun);
      stretches.push(begun);
    } else if (type !== "ERROR") open.delete(id);
  }
  return stretches;
}

it("tells each failure exactly once, and ends with what is so, whatever the order in which events arrive", async () => {
  await fc.assert(
    fc.asyncProperty(timed, async (happening) => {
      const world = await playOutOfOrder(happening);
      const rows = await world.rows();

      const verdicts = {
        good: "COMPLIANT",
        bad: "NON_COMPLIANT",
        exempt: "NOT_APPLICABLE",
        unreadable: "ERROR",
      };
      const last = new Map(
        rows.map((row) => [row.resource_name, row.gone ? undefined : row.compliance_type]),
      );
      for (const name of NAMES) {
        const now = world.things.get(name);
        expect(last.get(name)).toBe(now && verdicts[now]);
      }

      const [firstRunEnd = ""] = (await world.runs()).map((run) => run.completed_at).sort();
      const sent = driftsSent(world);
      const stretches = failingStretches(rows).map(({ keys, seenAt }) => {
        return { seenAt, alerts: sent.filter((drift) => keys.has(drift)).length };
      });
      // What is seen while the first run is under way may be drift from what that run says, or be there already.
      const told = stretches.filter(({ seenAt, alerts }) => seenAt > firstRunEnd || alerts > 0);
      expect(told.map(({ alerts }) => alerts)).toEqual(told.map(() => 1));
      expect(sent).toHaveLength(told.length);
    }),
    { numRuns: 100 },
  );
}, 180_000);
