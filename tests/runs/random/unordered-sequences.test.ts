import * as fc from "fast-check";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import type { Condition } from "../../support/things";
import { World } from "../../support/world";
import { condition, database, driftsSent, NAMES, type Name, name } from "./steps";

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
