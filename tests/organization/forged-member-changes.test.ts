/**
 * Whatever a member makes of AWS Config's events: EventBridge stamps who sent them, and nothing is read, recorded or
 * told of another account.
 */

import * as fc from "fast-check";
import { MEMBER, memberChange, Organization, OTHER_MEMBER } from "../support/organization";
import { ASIA, EUROPE } from "../support/regions";
import { ACCOUNT, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";

const EXCLUDED = "444444444444";
const STRANGER = "999999999999";
const PLANNED = [ACCOUNT, MEMBER, OTHER_MEMBER];

let world: World;
let organization: Organization;
eachWorld((one) => {
  world = one;
  world.regions = [REGION, EUROPE];
  organization = new Organization(world);
  organization.skipped = [{ id: EXCLUDED, reason: "excludeAccounts" }];
});

interface Thing {
  readonly name: string;
  readonly account: string;
  readonly region: string;
}
/** Of each account that is evaluated one that passes, one that fails, and one that failed and is gone. */
const THINGS: readonly Thing[] = PLANNED.flatMap((account) =>
  [REGION, EUROPE].flatMap((region) =>
    ["good", "bad", "gone"].map((kind) => ({
      name: `${kind}-${account.slice(0, 1)}-${region.slice(0, 2)}`,
      account,
      region,
    })),
  ),
);
const arnOf = ({ name, account, region }: Thing) => thingArn(name, account, region);

const FIELDS = ["resourceType", "resourceId", "resourceName", "ARN", "awsAccountId", "awsRegion"] as const;
const TIMES = ["configurationItemCaptureTime", "notificationCreationTime"] as const;
const NAMED = [...FIELDS, ...TIMES, "account", "region", "source", "messageType"];
const said = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, "", " ", 7, {}, "*", "arn:aws:test", "AWS::Test::Thing"),
  fc.constantFrom(...PLANNED, EXCLUDED, STRANGER, REGION, EUROPE, ASIA, "2099-01-01T00:00:00Z", "1970-01-01"),
  fc.constantFrom(...THINGS.flatMap((one) => [one.name, arnOf(one)])),
  fc.string(),
);
const forgery = fc.record({
  sender: fc.constantFrom(...PLANNED, EXCLUDED, STRANGER),
  region: fc.constantFrom(REGION, EUROPE, ASIA),
  of: fc.constantFrom(...THINGS),
  /** Whether sender and Region are those of what it tells of. */
  isHonest: fc.boolean(),
  status: fc.constantFrom("OK", "ResourceDeleted"),
  oversized: fc.boolean(),
  changes: fc.array(fc.tuple(fc.constantFrom(...FIELDS, ...TIMES), said), { maxLength: 2 }),
});
type Forgery = typeof forgery extends fc.Arbitrary<infer Value> ? Value : never;

function forged({ sender, region, of, isHonest, status, oversized, changes }: Forgery) {
  const { detail, ...event } = memberChange(of.name, of.account, world, {
    region: of.region,
    item: { configurationItemStatus: status },
  });
  const { configurationItem, ...others } = detail;
  const item: Record<string, unknown> = { ...configurationItem };
  const message: Record<string, unknown> = {
    ...others,
    messageType: oversized ? "OversizedConfigurationItemChangeNotification" : others.messageType,
    [oversized ? "configurationItemSummary" : "configurationItem"]: item,
  };
  for (const [field, value] of changes) {
    (field === "notificationCreationTime" ? message : item)[field] = value;
  }
  return { ...event, ...(!isHonest && { account: sender, region }), detail: message };
}

const changeRows = async () => (await world.rows()).filter(({ trigger }) => trigger === "change");

test("an event is refused by a field's name, left to the next run, or tells what is so of its sender's", async () => {
  const condition = ({ name }: Thing) => (name.startsWith("good") ? "good" : "bad");
  for (const one of THINGS) organization.put(one.account, one.name, condition(one), one.region);
  await organization.run();
  for (const { name } of THINGS) if (name.startsWith("gone")) organization.remove(name);
  const outcomes = { refused: 0, recorded: 0, left: 0 };

  await fc.assert(
    fc.asyncProperty(forgery, async (one) => {
      world.pass(5);
      organization.taken.length = 0;
      const before = new Set((await changeRows()).map((row) => JSON.stringify(row)));
      const event = forged(one);
      const outcome = await Promise.resolve()
        .then(() => world.invoke(event))
        .catch((error: Error) => error);
      const news = (await changeRows()).filter((row) => !before.has(JSON.stringify(row)));

      expect(organization.taken.filter((account) => account !== event.account)).toEqual([]);
      expect(organization.taken.filter((account) => !PLANNED.includes(account))).toEqual([]);
      for (const row of news) {
        const thing = THINGS.find((known) => arnOf(known) === row.resource_id);
        expect(row).toMatchObject({
          resource_name: thing?.name,
          account_id: event.account,
          region: event.region,
        });
        expect(thing?.account).toBe(event.account);
        expect(row.gone ? "gone" : row.observed?.condition).toBe(thing?.name.split("-")[0]);
      }
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ name: "InvalidInputError" });
        expect(NAMED.filter((field) => outcome.message.includes(field))).not.toEqual([]);
        expect(news).toEqual([]);
        outcomes.refused++;
      } else if ("status" in outcome && outcome.status === "not-planned") {
        expect([event.account, news]).toEqual([STRANGER, []]);
        outcomes.left++;
      } else {
        outcomes.recorded++;
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(outcomes.refused, outcomes.recorded)).toBeGreaterThan(60);
}, 120_000);
