/** Changes that AWS Config tells of in other Regions than that of the deployment, and what a person asks there. */

import { ASIA, EUROPE, itemChange, newestOf, put, refusing, scanning } from "../support/regions";
import { ACCOUNT, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
  scanning(world, REGION, EUROPE);
});

describe("a change event of another Region", () => {
  test("is evaluated as one of AWS Config's rules is, and answered to nobody", async () => {
    put(world, "away", "good", EUROPE);
    await world.sweep();
    world.pass(30);
    world.things.set("away", "bad");
    await world.invoke(itemChange("away", EUROPE, world));
    expect(world.toldNames()).toEqual(["away"]);
    expect(world.reported).toEqual([]);
    expect(await newestOf(world, thingArn("away", ACCOUNT, EUROPE))).toMatchObject({
      trigger: "change",
      region: EUROPE,
      transition: "opened",
    });
  });

  test("may say that a resource is gone", async () => {
    put(world, "away", "good", EUROPE);
    await world.sweep();
    world.pass(30);
    const event = itemChange("away", EUROPE, world, { configurationItemStatus: "ResourceDeleted" });
    world.things.delete("away");
    await world.invoke(event);
    expect(await newestOf(world, thingArn("away", ACCOUNT, EUROPE))).toMatchObject({ gone: true });
  });

  test.each([
    ["from a Region that is not scanned", ASIA, {}, {}, /awsRegion must be one of the scanned Regions/],
    [
      "of another account",
      EUROPE,
      { account: "999999999999" },
      { awsAccountId: "999999999999" },
      /awsAccountId/,
    ],
    [
      "whose account is not its item's",
      EUROPE,
      { account: "999999999999" },
      {},
      /^account must be the item's/,
    ],
    ["whose Region is not its item's", EUROPE, { region: ASIA }, {}, /^region must be the item's/],
    ["that somebody else sends", EUROPE, { source: "my.app" }, {}, /^source must be aws\.config/],
    ["of another type", EUROPE, {}, { resourceType: "AWS::EC2::Instance" }, /resourceType must be one of/],
    ["with another's ARN", EUROPE, {}, { ARN: thingArn("away", ACCOUNT, ASIA) }, /^ARN must be/],
    [
      "without an item",
      EUROPE,
      { detail: { messageType: "ConfigurationItemChangeNotification" } },
      {},
      /detail/,
    ],
    [
      "of another kind",
      EUROPE,
      { detail: { messageType: "ConfigRulesEvaluationStarted" } },
      {},
      /messageType/,
    ],
  ] as const)("is refused %s, and leaves nothing", async (_, region, event, item, message) => {
    put(world, "away", "bad", region);
    const forged = { ...itemChange("away", region, world, item), ...event };
    await expect(async () => world.invoke(forged)).rejects.toThrow(message);
    expect(await world.rows()).toEqual([]);
    expect(world.alerts).toEqual([]);
  });

  test("is refused where all Regions are scanned, which the deployment cannot name", async () => {
    world.scansAll = true;
    await expect(world.invoke(itemChange("away", EUROPE, world))).rejects.toThrow(
      /scanned Regions us-east-1/,
    );
  });
});

describe("what a person asks for", () => {
  test("is looked for in every Region that can be read, and the others are named", async () => {
    put(world, "away", "bad", EUROPE);
    await world.sweep();
    scanning(world, REGION, EUROPE, ASIA);
    world.unreadableRegions.set(ASIA, refusing("AccessDenied"));
    expect(await world.invoke({ resourceIds: ["away", "elsewhere"] })).toMatchObject({
      resources: [{ resource: thingArn("away", ACCOUNT, EUROPE), complianceType: "NON_COMPLIANT" }],
      notFound: ["elsewhere"],
      notSearched: [{ account: ACCOUNT, region: ASIA, error: "AccessDenied" }],
    });
    const arn = thingArn("away", ACCOUNT, EUROPE);
    expect(await world.invoke({ resourceIds: [arn] })).not.toHaveProperty("notSearched");
  });

  test("of other parameters counts a Region that cannot be read as such", async () => {
    put(world, "home", "good", REGION);
    world.unreadableRegions.set(EUROPE, refusing("AccessDenied"));
    expect(await world.invoke({ whatIf: { strict: true } })).toMatchObject({
      evaluated: 1,
      unreadable: 1,
      wouldFail: 1,
    });
  });
});
