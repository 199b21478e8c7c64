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
import { ASIA, EUROPE, newestOf } from "../support/regions";
import { ACCOUNT, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";
import { runBefore } from "./member-change-support";

let world: World;
let organization: Organization;
eachWorld((one) => {
  world = one;
  world.regions = [REGION, EUROPE];
  organization = new Organization(world);
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
    await runBefore(world, organization);
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
    await runBefore(world, organization);
    await refused({ ...memberChange("b", MEMBER, world, { item }), ...event }, message);
  });

  it("of a Region that is not scanned", async () => {
    organization.put(MEMBER, "b", "bad", ASIA);
    await runBefore(world, organization);
    await refused(
      memberChange("b", MEMBER, world, { region: ASIA }),
      /awsRegion must be one of organization\.regions, us-east-1, eu-west-1, not ap-south-1/,
    );
  });

  it("that is older than a day", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore(world, organization);
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
