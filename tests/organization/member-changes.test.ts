/** Changes that AWS Config tells of in members of an organization. */

import {
  GetBucketEncryptionCommand,
  ListBucketsCommand,
  S3Client as S3,
  type S3Client,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { buckets } from "../../lambdas/s3-encryption/buckets";
import { s3BucketEncryption } from "../../lambdas/s3-encryption/rule";
import { MEMBER, memberChange, Organization, OTHER_MEMBER } from "../support/organization";
import { ASIA, EUROPE, itemChange, newestOf, refusing } from "../support/regions";
import { ACCOUNT, changeEvent, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";

const STRANGER = "999999999999";

let world: World;
let organization: Organization;
eachWorld((one) => {
  world = one;
  world.regions = [REGION, EUROPE];
  organization = new Organization(world);
});

/** A run over what there is, and half an hour in which something happens. */
async function runBefore(): Promise<void> {
  await organization.run();
  world.pass(30);
  organization.taken.length = 0;
}

describe("a change in a member", () => {
  it("is read by its role in the event's Region, recorded and alerted of, and answered to nobody", async () => {
    organization.put(MEMBER, "b", "good", EUROPE);
    await runBefore();
    organization.put(MEMBER, "b", "bad", EUROPE);
    await expect(world.invoke(memberChange("b", MEMBER, world, { region: EUROPE }))).resolves.toMatchObject({
      status: "evaluated",
      resources: [{ resource: thingArn("b", MEMBER, EUROPE), complianceType: "NON_COMPLIANT" }],
    });
    expect(await newestOf(world, thingArn("b", MEMBER, EUROPE))).toMatchObject({
      trigger: "change",
      account_id: MEMBER,
      region: EUROPE,
      transition: "opened",
    });
    expect(organization.taken).toEqual([MEMBER]);
    expect(world.toldNames()).toEqual(["b"]);
    expect(world.reported).toEqual([]);
  });

  it("that comes twice is recorded and told once", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore();
    organization.put(MEMBER, "b", "bad");
    const event = memberChange("b", MEMBER, world);
    await world.invoke(event);
    const items = await world.items();
    world.pass(1);
    await world.invoke(event);
    expect(await world.items()).toEqual(items);
    expect(world.toldNames()).toEqual(["b"]);
  });

  it("is not told again by the run after it", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore();
    organization.put(MEMBER, "b", "bad");
    await world.invoke(memberChange("b", MEMBER, world));
    world.pass(300);
    await organization.run();
    expect(world.toldNames()).toEqual(["b"]);
    expect(await newestOf(world, thingArn("b", MEMBER))).toMatchObject({ transition: "ongoing" });
  });

  it("may say that a resource is gone", async () => {
    organization.put(MEMBER, "b", "bad");
    await runBefore();
    organization.remove("b");
    await world.invoke(
      memberChange("b", MEMBER, world, { item: { configurationItemStatus: "ResourceDeleted" } }),
    );
    expect(await newestOf(world, thingArn("b", MEMBER))).toMatchObject({ gone: true, account_id: MEMBER });
  });

  it("is not evaluated by AWS Config's rules, which are of the deployment's own account", async () => {
    organization.put(MEMBER, "b", "bad");
    await runBefore();
    const event = changeEvent("b", world.now);
    const invokingEvent = String(event.invokingEvent).replaceAll(ACCOUNT, MEMBER);
    await expect(async () => world.invoke({ ...event, invokingEvent })).rejects.toThrow(
      `awsAccountId must be one of the scanned accounts ${ACCOUNT}`,
    );
    expect(organization.taken).toEqual([]);
  });

  it("in an account that refuses the role fails, to be tried again and kept, and leaves what is known", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore();
    const items = await world.items();
    organization.refusing.set(MEMBER, refusing("AccessDenied"));
    await expect(world.invoke(memberChange("b", MEMBER, world))).rejects.toThrow(
      expect.objectContaining({ name: "AccessDenied" }),
    );
    expect(await world.items()).toEqual(items);
  });

  it("of the deployment's own account needs no role", async () => {
    organization.put(ACCOUNT, "a", "good", EUROPE);
    await runBefore();
    organization.put(ACCOUNT, "a", "bad", EUROPE);
    await world.invoke(itemChange("a", EUROPE, world));
    expect(world.toldNames()).toEqual(["a"]);
    expect(organization.taken).toEqual([]);
  });
});

describe("a change is refused by the field's name, and leaves nothing,", () => {
  it.each([
    ["of an account that is excluded", "excludeAccounts", /awsAccountId .*organization\.excludeAccounts/],
    ["of an account in none of the units", "units", /awsAccountId .*organization\.units/],
    ["of an account that is suspended", "SUSPENDED", /awsAccountId .*is SUSPENDED/],
  ])("%s", async (_, reason, message) => {
    organization.accounts = [ACCOUNT, OTHER_MEMBER];
    organization.skipped = [{ id: MEMBER, reason }];
    organization.put(MEMBER, "b", "bad");
    await runBefore();
    await refused(memberChange("b", MEMBER, world), message);
  });

  it.each([
    ["whose sender is not the item's account", { account: OTHER_MEMBER }, {}, /^account must be the item's/],
    ["whose item is another account's", {}, { awsAccountId: OTHER_MEMBER }, /^account must be the item's/],
    ["whose Region is not the item's", { region: EUROPE }, {}, /^region must be the item's/],
    [
      "whose ARN is another account's",
      {},
      { ARN: thingArn("b", OTHER_MEMBER) },
      /^ARN must be arn:aws:test:us-east-1:222/,
    ],
    ["whose ARN lies in another Region", {}, { ARN: thingArn("b", MEMBER, EUROPE) }, /^ARN must be/],
    ["of another type", {}, { resourceType: "AWS::EC2::Instance" }, /^resourceType must be one of/],
    ["that somebody else sends", { source: "my.app" }, {}, /^source must be aws\.config/],
  ] as const)("%s", async (_, event, item, message) => {
    organization.put(MEMBER, "b", "bad");
    await runBefore();
    await refused({ ...memberChange("b", MEMBER, world, { item }), ...event }, message);
  });

  it("of a Region that is not scanned", async () => {
    organization.put(MEMBER, "b", "bad", ASIA);
    await runBefore();
    await refused(
      memberChange("b", MEMBER, world, { region: ASIA }),
      /awsRegion must be one of organization\.regions, us-east-1, eu-west-1, not ap-south-1/,
    );
  });

  it("that is older than a day", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore();
    const event = memberChange("b", MEMBER, world);
    world.pass(24 * 60 + 1);
    await refused(event, /notificationCreationTime must be at most a day ago/);
  });

  async function refused(event: unknown, message: RegExp): Promise<void> {
    const items = await world.items();
    await expect(async () => world.invoke(event)).rejects.toThrow(message);
    expect(await world.items()).toEqual(items);
    expect(world.drifts()).toEqual([]);
    expect(organization.taken).toEqual([]);
  }
});

describe("an account that no plan has", () => {
  it("has its changes left to the next run, which tells it as scanned for the first time", async () => {
    organization.accounts = [ACCOUNT];
    await runBefore();
    organization.put(MEMBER, "b", "bad");
    const answer = { status: "not-planned", rule: "good-things", account: MEMBER };
    await expect(world.invoke(memberChange("b", MEMBER, world))).resolves.toEqual(answer);
    expect(await world.rows()).toEqual([]);
    organization.accounts = [ACCOUNT, MEMBER];
    await organization.run();
    expect(world.drifts()).toEqual([]);
    expect(world.digests().at(-1)?.email).toContain(
      `Scanned for the first time: us-east-1 in ${MEMBER}, 1 listed, 1 failing.`,
    );
  });

  it("is none of the organization's, as far as anybody knows: nothing is read there", async () => {
    await runBefore();
    await expect(world.invoke(memberChange("b", STRANGER, world))).resolves.toMatchObject({
      status: "not-planned",
    });
    expect(organization.taken).toEqual([]);
  });

  it("is every one before the first run", async () => {
    organization.put(MEMBER, "b", "bad");
    await expect(world.invoke(memberChange("b", MEMBER, world))).resolves.toMatchObject({
      status: "not-planned",
    });
  });

  it("is none that the newest plan has, though its run is under way: then what fails there is no drift", async () => {
    organization.accounts = [ACCOUNT];
    await runBefore();
    organization.accounts = [ACCOUNT, MEMBER];
    organization.put(MEMBER, "b", "bad");
    await world.invoke({ plan: { instant: world.now.toISOString() } });
    await expect(world.invoke(memberChange("b", MEMBER, world))).resolves.toMatchObject({
      resources: [{ complianceType: "NON_COMPLIANT" }],
    });
    expect(world.drifts()).toEqual([]);
  });
});

describe("where all Regions are scanned", () => {
  beforeEach(() => {
    world.scansAll = true;
  });

  it("a change is evaluated in each that is enabled in the member", async () => {
    organization.put(MEMBER, "b", "good", EUROPE);
    await runBefore();
    organization.put(MEMBER, "b", "bad", EUROPE);
    await world.invoke(memberChange("b", MEMBER, world, { region: EUROPE }));
    expect(world.toldNames()).toEqual(["b"]);
  });

  it("a change in one that is not enabled there is refused", async () => {
    await runBefore();
    world.enabledIn.set(MEMBER, [REGION]);
    await expect(world.invoke(memberChange("b", MEMBER, world, { region: EUROPE }))).rejects.toThrow(
      `awsRegion must be one of the Regions that are enabled there, ${REGION}, not ${EUROPE}`,
    );
  });
});

describe("buckets, whose ARNs name no account,", () => {
  /** Bucket → the account that has it. */
  let owners: Map<string, string>;
  const BUCKET = "arn:aws:s3:::ledger";
  const invoke = (event: unknown) =>
    world.invokeRule(s3BucketEncryption, buckets, { minimumBucketEncryption: "aws:kms" }, event);

  beforeEach(() => {
    owners = new Map();
    const s3 = mockClient(S3);
    s3.on(ListBucketsCommand).callsFake(async (_, getClient: () => S3Client) => {
      const { accessKeyId } = await getClient().config.credentials();
      const own = [...owners].filter(([, owner]) => owner === accessKeyId);
      return { Buckets: own.map(([Name]) => ({ Name, BucketRegion: REGION })) };
    });
    s3.on(GetBucketEncryptionCommand).resolves({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    });
    organization.accounts = [MEMBER, OTHER_MEMBER];
  });

  async function run(): Promise<void> {
    const instant = world.now.toISOString();
    await invoke({ plan: { instant } });
    for (const account of organization.accounts) await invoke({ scan: { instant, account } });
    await invoke({ close: { instant } });
    world.pass(30);
  }

  function change(account: string, item: Record<string, unknown> = {}) {
    const bucket = {
      resourceType: "AWS::S3::Bucket",
      resourceId: "ledger",
      resourceName: "ledger",
      ARN: BUCKET,
    };
    return memberChange("ledger", account, world, { item: { ...bucket, ...item } });
  }

  it("are not taken for gone by what another account tells of one with that name", async () => {
    owners.set("ledger", MEMBER);
    await run();
    const items = await world.items();
    await invoke(change(OTHER_MEMBER, { configurationItemStatus: "ResourceDeleted" }));
    expect(await world.items()).toEqual(items);
  });

  it("are the account's that has them by now", async () => {
    owners.set("ledger", MEMBER);
    await run();
    owners.set("ledger", OTHER_MEMBER);
    await invoke(change(OTHER_MEMBER));
    expect(await newestOf(world, BUCKET)).toMatchObject({ account_id: OTHER_MEMBER });
  });

  it("are no drift in an account that is read for the first time", async () => {
    organization.accounts = [MEMBER];
    await run();
    organization.accounts = [MEMBER, OTHER_MEMBER];
    owners.set("ledger", OTHER_MEMBER);
    await run();
    expect(world.drifts()).toEqual([]);
    expect(world.digests().at(-1)?.email).toContain(
      `Scanned for the first time: ${REGION} in ${OTHER_MEMBER}, 1 listed, 1 failing.`,
    );
  });
});
