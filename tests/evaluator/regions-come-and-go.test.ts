/** Regions that are scanned from now on, or no more, or cannot be read for a while. */

import * as fc from "fast-check";
import { memoryDatabase } from "../support/dynamodb";
import { ASIA, EUROPE, itemChange, lastLedger, newestOf, put, refusing, scanning } from "../support/regions";
import { ACCOUNT, type Condition, REGION, thingArn } from "../support/things";
import { eachWorld, World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
  scanning(world, REGION, EUROPE);
});

describe("a Region that was taken out of the settings", () => {
  beforeEach(async () => {
    put(world, "home", "good", REGION);
    put(world, "away", "bad", EUROPE);
    await world.sweep();
    world.pass(360);
    scanning(world, REGION);
  });

  test("closes its resources with that reason", async () => {
    expect(await world.sweep()).toMatchObject({ listed: 1, coverage: 1, score: 1 });
    expect(await newestOf(world, thingArn("away", ACCOUNT, EUROPE))).toMatchObject({
      gone: true,
      annotation: `No longer evaluated: the Region ${EUROPE} is not among the setting regions.`,
    });
    expect(await lastLedger(world)).not.toHaveProperty(EUROPE);
  });

  test("is not enabled any more when all are scanned", async () => {
    world.scansAll = true;
    await world.sweep();
    expect(await newestOf(world, thingArn("away", ACCOUNT, EUROPE))).toMatchObject({
      annotation: `No longer evaluated: the Region ${EUROPE} is not enabled in the account.`,
    });
  });

  test("and is scanned again later is new again: no storm", async () => {
    await world.sweep();
    world.pass(360);
    scanning(world, REGION, EUROPE);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(await newestOf(world, thingArn("away", ACCOUNT, EUROPE))).toMatchObject({
      transition: "first-seen",
    });
  });
});

describe("a Region that is scanned for the first time", () => {
  beforeEach(async () => {
    scanning(world, REGION);
    put(world, "home", "good", REGION);
    await world.sweep();
    world.pass(360);
    scanning(world, REGION, EUROPE);
    for (let index = 0; index < 30; index++) put(world, `old-${index}`, "bad", EUROPE);
    put(world, "fine", "good", EUROPE);
  });

  test("is told of by one message with counts, and no drift", async () => {
    const before = world.alerts.length;
    await world.sweep();
    expect(world.alerts.slice(before).map(({ kind }) => kind)).toEqual(["digest"]);
    expect(world.alerts.at(-1)?.email).toContain(
      `Scanned for the first time: ${EUROPE} in ${ACCOUNT}, 31 listed, 30 failing.`,
    );
    expect(world.alerts.at(-1)?.data).toMatchObject({
      firstScanned: [{ account: ACCOUNT, region: EUROPE, listed: 31, failing: 30 }],
    });
  });

  test("stays so when AWS Config's new recorder tells of everything there before the first sweep", async () => {
    for (let index = 0; index < 30; index++) await world.invoke(itemChange(`old-${index}`, EUROPE, world));
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(
      (await world.rows()).filter(({ compliance_type }) => compliance_type === "NON_COMPLIANT"),
    ).not.toEqual([]);
  });

  test("stays so as long as it could not be read to its end", async () => {
    world.unreadableRegions.set(EUROPE, refusing("AccessDenied"));
    const hidden = [...world.things].filter(([name]) => name.startsWith("old-"));
    for (const [name] of hidden) world.things.delete(name);
    for (let run = 0; run < 2; run++) {
      await world.sweep();
      expect(await lastLedger(world)).toMatchObject({ [EUROPE]: { never_read: true } });
      world.pass(360);
    }
    for (const [name, condition] of hidden) world.things.set(name, condition);
    world.unreadableRegions.clear();
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect((await lastLedger(world))[EUROPE]).not.toHaveProperty("never_read");
  });

  test("rings for what begins to fail there afterwards, new or not", async () => {
    await world.sweep();
    world.pass(360);
    world.things.set("fine", "bad");
    put(world, "brand-new", "bad", EUROPE);
    await world.sweep();
    expect(world.toldNames().sort()).toEqual(["brand-new", "fine"]);
  });

  test("rings for what passed there before its first sweep and fails in it", async () => {
    await world.invoke(itemChange("fine", EUROPE, world));
    world.pass(5);
    world.things.set("fine", "bad");
    await world.sweep();
    expect(world.toldNames()).toEqual(["fine"]);
  });
});

test("whatever Regions come, go, and cannot be read: nothing passes, fails or goes that nobody looked at", async () => {
  const database = memoryDatabase();
  const REGIONS: readonly string[] = [REGION, EUROPE, ASIA];
  const step = fc.record({
    scanned: fc.subarray<string>([EUROPE, ASIA]),
    unreadable: fc.subarray([...REGIONS]),
    conditions: fc.tuple(...REGIONS.map(() => fc.constantFrom<Condition>("good", "bad"))),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const one = new World(database.client, await database.newTable());
      for (const { scanned, unreadable, conditions } of steps) {
        scanning(one, REGION, ...scanned);
        one.unreadableRegions.clear();
        for (const region of unreadable) one.unreadableRegions.set(region, refusing("AccessDenied"));
        one.things.clear();
        for (const [index, region] of REGIONS.entries()) {
          // What fails to be listed at once is not even named.
          if (!unreadable.includes(region)) put(one, `in-${region}`, conditions[index] as Condition, region);
        }
        const readable = one.regions.filter((region) => !unreadable.includes(region));
        const before = await one.rows();
        const done = await one.sweep().catch(() => undefined);
        expect(done !== undefined).toBe(readable.length > 0);
        if (!done) {
          one.pass(360);
          continue;
        }
        const instant = one.now.toISOString();
        const written = (await one.rows()).filter((row) => row.evaluation_timestamp.startsWith(instant));
        for (const region of REGIONS) {
          const here = written.filter((row) => row.region === region && row.resource_name === `in-${region}`);
          const known = before.filter((row) => row.resource_name === `in-${region}`).at(-1);
          const isScanned = one.regions.includes(region);
          const expected = !isScanned
            ? known && !known.gone
              ? ["gone"]
              : []
            : unreadable.includes(region)
              ? known && !known.gone
                ? ["ERROR"]
                : []
              : [conditions[REGIONS.indexOf(region)] === "good" ? "COMPLIANT" : "NON_COMPLIANT"];
          expect(here.map((row) => (row.gone ? "gone" : row.compliance_type))).toEqual(expected);
        }
        const ledger = await lastLedger(one);
        expect(Object.keys(ledger).sort()).toEqual([...one.regions].sort());
        for (const [region, { error }] of Object.entries(ledger)) {
          expect(error > 0).toBe(unreadable.includes(region));
        }
        one.pass(360);
      }
    }),
    { numRuns: 60 },
  );
});
