/** Several Regions in one run, each of which may fail by itself. */

import { ASIA, EUROPE, itemChange, lastLedger, newestOf, put, refusing, scanning } from "../support/regions";
import { ACCOUNT, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";

const WHOLE_OF_EUROPE = `arn:aws:test:${EUROPE}:${ACCOUNT}:*`;

let world: World;
eachWorld((next) => {
  world = next;
  scanning(world, REGION, EUROPE);
});

describe("a sweep of several Regions", () => {
  test("evaluates what lies in each, and counts it there, an empty one too", async () => {
    scanning(world, REGION, EUROPE, ASIA);
    put(world, "home", "good", REGION);
    put(world, "away", "bad", EUROPE);
    expect(await world.sweep()).toMatchObject({ status: "complete", listed: 2, coverage: 1, score: 0.5 });
    expect(await lastLedger(world)).toMatchObject({
      [REGION]: { listed: 1, compliant: 1 },
      [EUROPE]: { listed: 1, non_compliant: 1 },
      [ASIA]: { listed: 0 },
    });
  });

  test("reads eight at once, and no more", async () => {
    const regions = Array.from({ length: 20 }, (_, index) => `eu-west-${index}`);
    scanning(world, REGION, ...regions);
    for (const region of regions) put(world, `in-${region}`, "good", region);
    expect(await world.sweep()).toMatchObject({ listed: 20, coverage: 1 });
    expect(world.mostListedAtOnce).toBe(8);
  });

  test("finds every Region that is enabled when all are to be scanned", async () => {
    world.scansAll = true;
    put(world, "away", "good", EUROPE);
    await world.sweep();
    expect(await lastLedger(world)).toMatchObject({ [REGION]: { listed: 0 }, [EUROPE]: { listed: 1 } });
  });
});

describe("a Region that cannot be read", () => {
  beforeEach(async () => {
    put(world, "home", "good", REGION);
    put(world, "failing", "bad", EUROPE);
    put(world, "passing", "good", EUROPE);
    await world.sweep();
    world.pass(360);
  });

  test.each(["ThrottlingException", "AccessDeniedException", "AuthFailure"])(
    "by %s leaves what is known there with an ERROR, and the run is complete",
    async (code) => {
      const before = await newestOf(world, thingArn("failing", ACCOUNT, EUROPE));
      world.unreadableRegions.set(EUROPE, refusing(code));
      world.things.delete("failing");
      world.things.delete("passing");
      expect(await world.sweep()).toMatchObject({ status: "complete", listed: 4, error: 3, coverage: 0.25 });
      const row = await newestOf(world, thingArn("failing", ACCOUNT, EUROPE));
      expect(row).toMatchObject({
        compliance_type: "ERROR",
        error_code: code,
        transition: "errored",
        settled_type: "NON_COMPLIANT",
        open_since: before?.open_since,
      });
      expect(row).not.toHaveProperty("gone");
      expect(await newestOf(world, thingArn("passing", ACCOUNT, EUROPE))).toMatchObject({
        compliance_type: "ERROR",
      });
      expect(await lastLedger(world)).toMatchObject({
        [REGION]: { error: 0 },
        [EUROPE]: { error: 3, error_codes: { [code]: 3 } },
      });
    },
  );

  test("that failed on a later page keeps the verdicts of what had been listed", async () => {
    put(world, "new", "good", EUROPE);
    world.unreadableRegions.set(EUROPE, refusing("ThrottlingException"));
    // The listing fails behind the things, which stands for a later page.
    expect(await world.sweep()).toMatchObject({ status: "complete", evaluated: 4, error: 1 });
    expect(await newestOf(world, thingArn("failing", ACCOUNT, EUROPE))).toMatchObject({
      compliance_type: "NON_COMPLIANT",
      transition: "ongoing",
    });
  });

  test("is told in the digest, with what AWS said of it", async () => {
    world.unreadableRegions.set(EUROPE, refusing("AuthFailure"));
    await world.sweep();
    expect(world.digests().at(-1)?.email).toContain(
      `${EUROPE} in ${ACCOUNT} could not be read to its end (AuthFailure). ` +
        "AWS says so where a Region is not enabled in the account.",
    );
    expect(world.drifts()).toEqual([]);
  });

  test("goes on where it was once it can be read again, and rings no bell for it", async () => {
    world.unreadableRegions.set(EUROPE, refusing("ThrottlingException"));
    const hidden = [...world.things].filter(([name]) => world.liesIn.get(name) === EUROPE);
    for (const [name] of hidden) world.things.delete(name);
    await world.sweep();
    world.pass(360);
    world.unreadableRegions.clear();
    for (const [name, condition] of hidden) world.things.set(name, condition);
    expect(await world.sweep()).toMatchObject({ listed: 3, error: 0, coverage: 1 });
    expect(await newestOf(world, thingArn("failing", ACCOUNT, EUROPE))).toMatchObject({
      compliance_type: "NON_COMPLIANT",
      transition: "recovered",
    });
    expect(await newestOf(world, WHOLE_OF_EUROPE)).toMatchObject({
      gone: true,
      annotation: "It can be read again.",
    });
    expect(world.drifts()).toEqual([]);
  });

  test("is an error even though nothing was ever known there", async () => {
    scanning(world, REGION, EUROPE, ASIA);
    world.unreadableRegions.set(ASIA, refusing("AccessDenied"));
    expect((await world.sweep()) as { coverage: number }).toMatchObject({ error: 1, coverage: 0.75 });
    expect(await newestOf(world, `arn:aws:test:${ASIA}:${ACCOUNT}:*`)).toMatchObject({
      compliance_type: "ERROR",
      error_code: "AccessDenied",
      resource_type: "AWS::::Account",
      account_id: ACCOUNT,
      region: ASIA,
    });
  });

  test("and is among others of which none can be read makes no complete run", async () => {
    for (const region of [REGION, EUROPE]) world.unreadableRegions.set(region, refusing("AccessDenied"));
    await expect(world.sweep()).rejects.toThrow("no");
    expect(await world.runs()).toHaveLength(1);
    expect(world.alerts.filter(({ kind }) => kind === "system")).toHaveLength(1);
  });

  test("and is the only one fails the run, so that it is tried again", async () => {
    scanning(world, REGION);
    world.unreadableRegions.set(REGION, refusing("ThrottlingException"));
    await expect(world.sweep()).rejects.toThrow("no");
    expect(await world.runs()).toHaveLength(1);
  });

  test("and may be one of many that cannot even be looked up fails the run, and is told", async () => {
    world.scansAll = true;
    world.lookUpFails = refusing("UnauthorizedOperation");
    await expect(world.sweep()).rejects.toThrow("no");
    expect(await world.runs()).toHaveLength(1);
    expect(world.alerts.at(-1)).toMatchObject({
      kind: "system",
      data: { error: { name: "UnauthorizedOperation" } },
    });
  });

  test("keeps a resource from being looked at again, and the run from nothing", async () => {
    world.beforeListing = async () => {
      world.pass(1);
      await world.invoke(itemChange("passing", EUROPE, world));
      world.things.set("passing", "bad");
      world.pass(1);
      await world.invoke(itemChange("passing", EUROPE, world));
      world.unreadableRegions.set(EUROPE, refusing("ThrottlingException"));
      world.things.delete("passing");
    };
    expect(await world.sweep()).toMatchObject({ status: "complete" });
    expect(world.toldNames()).toEqual(["passing"]);
  });
});
