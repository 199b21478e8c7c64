import * as fc from "fast-check";
import type { Condition } from "../../support/things";
import { World } from "../../support/world";
import { database, driftsIn, driftsSent, NAMES, type Name, name } from "./steps";

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
