/** What a run owes, as its row, its log and its metrics say it, and what the next run makes of that. */

import { thingArn } from "../support/things";
import { goneFrom, newestRun, sweepWithoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

const RULE = "good-things";
/** Drifts of which nothing but their number is known. */
const OWED_BY_NUMBER = { drifts: [], more: 1 };

let world: World;
eachWorld((next) => {
  world = next;
});

const lines = (message: string) => world.logged.filter((line) => line.message === message);

/** So many things that passed in a first complete run, with names of this length. */
async function manyOfLength(count: number, length: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => String(index).padStart(length, "x"));
  await world.complianceBefore(...names);
  for (const name of names) world.things.set(name, "bad");
  return names;
}

describe("a sweep whose alerts SNS refuses", () => {
  it("says in its log which it was, and how many drifts it owes", async () => {
    await world.complianceBefore("a", "b");
    world.things.set("a", "bad").set("b", "bad");
    await sweepWithoutAlerts(world);
    const about = { level: "ERROR", errorMessage: "SNS is away", rule: RULE };
    expect(lines("drift could not be alerted of")).toMatchObject([
      { ...about, instant: "2026-11-24T00:30:00.000Z", owed: 2 },
    ]);
    expect(lines("the digest could not be sent")).toMatchObject([
      { ...about, instant: "2026-11-24T00:30:00.000Z" },
    ]);
  });

  it("counts what it owes without names, too", async () => {
    await world.complianceBefore("a");
    const run = await newestRun(world);
    const owing = { ...run, evaluation_timestamp: `2026-11-24T00:10:00.000Z#${RULE}`, owed: OWED_BY_NUMBER };
    await world.history().commit(owing);
    world.things.set("a", "bad");
    await sweepWithoutAlerts(world);
    expect(await newestRun(world)).toMatchObject({
      owed: { drifts: [{ resource_id: thingArn("a") }], more: 1 },
    });
    expect(lines("drift could not be alerted of")).toMatchObject([{ owed: 2 }]);
    // Two drifts and the digest.
    expect(lines("metrics").at(-1)).toMatchObject({ UndeliveredAlerts: 3 });
    await world.sweep();
    expect(world.toldNames()).toEqual(["a"]);
    expect((await newestRun(world)).owed).toBeUndefined();
  });

  it("names no more of what it owes than 250,000 bytes hold: the run's row has at most 400 KB", async () => {
    const previous = "2026-11-24T00:00:00.000Z";
    const bytesOf = (name: string) =>
      JSON.stringify({ resource_id: thingArn(name), opened_at: previous, previous_instant: previous }).length;
    const names = await manyOfLength(501, 500 - bytesOf(""));
    await sweepWithoutAlerts(world);
    const { owed } = await newestRun(world);
    expect(JSON.stringify(owed?.drifts[0])).toHaveLength(500);
    expect(owed).toMatchObject({ drifts: { length: 500 }, more: 1 });
    await world.sweep();
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      `[HIGH] Drift: ${names.length} resources fail good-things`,
    ]);
  });

  it("owes a failure whose resource had failed before and was told, as a failure of its own", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    await world.change("a");
    world.pass(10);
    world.things.set("a", "good");
    await world.change("a");
    world.pass(20);
    world.things.set("a", "bad");
    const again = world.now.toISOString();
    await sweepWithoutAlerts(world);
    await world.sweep();
    expect(world.drifts().map(({ data }) => data.instant)).toEqual(["2026-11-24T00:30:00.000Z", again]);
  });

  it("and that is the first of all has what fails by then new in the next one's digest", async () => {
    world.things.set("a", "bad");
    await sweepWithoutAlerts(world);
    expect((await newestRun(world)).digest_until).toBe("");
    await world.sweep();
    expect(world.digests().map(({ subject }) => subject)).toEqual([
      "[HIGH] good-things: 1 failing (1 new), 0 resolved, 0 not evaluated",
    ]);
  });
});

it("a sweep that ends as it sends its digest is made up for by its retry, which waits for nobody else", async () => {
  world.things.set("a", "bad");
  const slot = world.now;
  world.beforeEffect = goneFrom("Publish");
  await expect(world.sweep(slot)).rejects.toThrow("the function is gone");
  world.beforeEffect = () => {};
  world.pass(1);
  const retriedAt = world.now;
  await world.sweep(slot);
  expect(world.digests()).toHaveLength(1);
  expect(world.now).toEqual(retriedAt);
});
