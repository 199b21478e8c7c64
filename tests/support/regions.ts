/** Worlds of several Regions. */

import { ACCOUNT, type Condition, thingArn } from "./things";
import type { World } from "./world";

export const EUROPE = "eu-west-1";
export const ASIA = "ap-south-1";

/** The Regions that are scanned from now on; what lies elsewhere is not found. */
export function scanning(world: World, ...regions: [string, ...string[]]): void {
  world.isRegional = true;
  world.regions = regions;
}

export function put(world: World, name: string, condition: Condition, region: string): void {
  world.things.set(name, condition);
  world.liesIn.set(name, region);
}

/** What AWS throws under that name. */
export function refusing(name: string): Error {
  return Object.assign(new Error("no"), { name });
}

export async function newestOf(world: World, arn: string) {
  return (await world.rows()).filter(({ resource_id }) => resource_id === arn).at(-1);
}

/** The last run's ledger, by Region. */
export async function lastLedger(world: World) {
  const ledger = (await world.runs()).at(-1)?.ledger ?? [];
  return Object.fromEntries(ledger.map((entry) => [entry.region, entry]));
}

/** AWS Config's event on the default bus of the resource's Region, as that Region's rule forwards it. */
export function itemChange(name: string, region: string, { now }: World, item: Record<string, unknown> = {}) {
  const time = now.toISOString();
  return {
    version: "0",
    id: "12345678-1234-1234-1234-111122223333",
    "detail-type": "Config Configuration Item Change",
    source: "aws.config",
    account: ACCOUNT,
    time,
    region,
    resources: [thingArn(name, ACCOUNT, region)],
    detail: {
      recordVersion: "1.3",
      messageType: "ConfigurationItemChangeNotification",
      configurationItemDiff: null,
      notificationCreationTime: time,
      configurationItem: {
        resourceType: "AWS::Test::Thing",
        resourceId: `id-of-${name}`,
        resourceName: name,
        ARN: thingArn(name, ACCOUNT, region),
        awsAccountId: ACCOUNT,
        awsRegion: region,
        configurationItemStatus: "OK",
        configurationItemCaptureTime: time,
        ...item,
      },
    },
  };
}
