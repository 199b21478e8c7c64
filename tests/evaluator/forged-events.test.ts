/**
 * Whatever one changes in AWS Config's events: they are refused by name, or what is so is recorded, and nothing else.
 */

import { DescribeInstancesCommand, EC2Client, type Filter } from "@aws-sdk/client-ec2";
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { GetBucketEncryptionCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import * as fc from "fast-check";
import { configChangeEvent, type RecordedResource } from "../../emulator/account/events";
import { ACCOUNT_ID, REGION } from "../../emulator/account/moto";
import { instances } from "../../lambdas/ec2-tags/instances";
import { ec2RequiredTags } from "../../lambdas/ec2-tags/rule";
import { databases } from "../../lambdas/rds-backups/databases";
import { rdsAutomatedBackups } from "../../lambdas/rds-backups/rule";
import { buckets } from "../../lambdas/s3-encryption/buckets";
import { s3BucketEncryption } from "../../lambdas/s3-encryption/rule";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
  world.accounts = [ACCOUNT_ID];
});

const rdsArn = (kind: string, name: string) => `arn:aws:rds:${REGION}:${ACCOUNT_ID}:${kind}:${name}`;
const instance = (id: string): RecordedResource => ({
  resourceType: "AWS::EC2::Instance",
  resourceId: id,
  arn: `arn:aws:ec2:${REGION}:${ACCOUNT_ID}:instance/${id}`,
});
const bucket = (name: string): RecordedResource => ({
  resourceType: "AWS::S3::Bucket",
  resourceId: name,
  resourceName: name,
  arn: `arn:aws:s3:::${name}`,
});
const database = (name: string): RecordedResource => ({
  resourceType: "AWS::RDS::DBInstance",
  resourceId: `db-${name.toUpperCase()}`,
  resourceName: name,
  arn: rdsArn("db", name),
});
const cluster = (name: string): RecordedResource => ({
  resourceType: "AWS::RDS::DBCluster",
  resourceId: `cluster-${name.toUpperCase()}`,
  resourceName: name,
  arn: rdsArn("cluster", name),
});

/** Of each kind one that passes, one that fails, and one that failed and is gone. */
const TRUTH = new Map([
  [instance("i-1a"), "COMPLIANT"],
  [instance("i-2b"), "NON_COMPLIANT"],
  [instance("i-3c"), "gone"],
  [bucket("ledger"), "COMPLIANT"],
  [bucket("drafts"), "NON_COMPLIANT"],
  [bucket("former"), "gone"],
  [database("orders"), "COMPLIANT"],
  [database("bills"), "NON_COMPLIANT"],
  [database("former"), "gone"],
  [cluster("orders"), "NON_COMPLIANT"],
]);
const RECORDED = [...TRUTH.keys()];
const isLive = (resource: RecordedResource) => TRUTH.get(resource) !== "gone";

/** Of the types, those that exist, or those that did at first, as the API of their service finds them. */
function answerWith(exists: (resource: RecordedResource) => boolean): void {
  const ofType = (type: string) => RECORDED.filter((one) => one.resourceType === type && exists(one));
  const passes = (resource: RecordedResource) => TRUTH.get(resource) === "COMPLIANT";
  /** EC2's filters take wildcards, and RDS's take names and ARNs. */
  const matching = (resources: RecordedResource[], filters: Filter[] | undefined) => {
    const patterns = (filters?.[0]?.Values ?? []).map((value) => {
      const literal = value.replace(/[.+^${}()|[\]\\]/g, "\\$&");
      return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`);
    });
    const names = (one: RecordedResource) => [one.resourceName ?? one.resourceId, one.arn];
    return filters
      ? resources.filter((one) => names(one).some((name) => patterns.some((pattern) => pattern.test(name))))
      : resources;
  };

  ec2.on(DescribeInstancesCommand).callsFake(({ Filters }) => ({
    Reservations: [
      {
        OwnerId: ACCOUNT_ID,
        Instances: matching(ofType("AWS::EC2::Instance"), Filters).map((one) => ({
          InstanceId: one.resourceId,
          State: { Name: "running" },
          Tags: passes(one) ? [{ Key: "Owner", Value: "a" }] : [],
        })),
      },
    ],
  }));
  rds.on(DescribeDBInstancesCommand).callsFake(({ Filters }) => ({
    DBInstances: matching(ofType("AWS::RDS::DBInstance"), Filters).map((one) => ({
      DBInstanceIdentifier: one.resourceName,
      DBInstanceArn: one.arn,
      DBInstanceStatus: "available",
      BackupRetentionPeriod: passes(one) ? 7 : 0,
    })),
  }));
  rds.on(DescribeDBClustersCommand).callsFake(({ Filters }) => ({
    DBClusters: matching(ofType("AWS::RDS::DBCluster"), Filters).map((one) => ({
      DBClusterIdentifier: one.resourceName,
      DBClusterArn: one.arn,
      Status: "available",
      BackupRetentionPeriod: passes(one) ? 7 : 1,
    })),
  }));
  s3.on(ListBucketsCommand).callsFake(({ Prefix = "" }) => ({
    Buckets: ofType("AWS::S3::Bucket")
      .map((one) => ({ Name: one.resourceId, BucketRegion: REGION }))
      .filter(({ Name }) => Name.startsWith(Prefix)),
  }));
  s3.on(GetBucketEncryptionCommand).callsFake(({ Bucket }) => {
    const SSEAlgorithm = Bucket === "ledger" ? "aws:kms" : "AES256";
    return {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
      },
    };
  });
}

const ec2 = mockClient(EC2Client);
const rds = mockClient(RDSClient);
const s3 = mockClient(S3Client);

const RULES = ["ec2", "s3", "rds"] as const;
type Rule = (typeof RULES)[number];
function invoke(rule: Rule, event: unknown) {
  switch (rule) {
    case "ec2":
      return world.invokeRule(ec2RequiredTags, instances, { requiredTags: [{ key: "Owner" }] }, event);
    case "s3":
      return world.invokeRule(s3BucketEncryption, buckets, { minimumBucketEncryption: "aws:kms" }, event);
    case "rds": {
      const parameters = { minimumBackupRetentionDays: 7, checkReadReplicas: false };
      return world.invokeRule(rdsAutomatedBackups, databases, parameters, event);
    }
  }
}

const FIELDS = ["resourceType", "resourceId", "resourceName", "ARN", "awsAccountId", "awsRegion"] as const;
const TIMES = ["configurationItemCaptureTime", "notificationCreationTime"] as const;
const forged = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    "",
    " ",
    7,
    {},
    "*",
    "i-*",
    "i-?a",
    "run#ec2-required-tags",
    "alert#x",
  ),
  fc.constantFrom("arn:aws:s3:::", `${rdsArn("db", "orders")}#x`, rdsArn("cluster", "bills"), "999999999999"),
  fc.constantFrom("eu-west-1", "AWS::IAM::User", "constructor", "__proto__"),
  fc.constantFrom("2099-01-01T00:00:00Z", "1970-01-01"),
  fc.constantFrom(
    ...RECORDED.flatMap((one) => [one.arn, one.resourceId, one.resourceName, one.resourceType]),
  ),
  fc.string(),
);
interface Mutation {
  /** Asked in place of the rule that judges the resource's type. */
  readonly otherRule: Rule | undefined;
  readonly resource: RecordedResource;
  readonly status: string;
  readonly oversized: boolean;
  readonly changes: readonly (readonly [field: string, value: unknown])[];
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  otherRule: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(...RULES)),
  resource: fc.constantFrom(...RECORDED),
  status: fc.constantFrom("OK", "ResourceDeleted", "ResourceNotRecorded"),
  oversized: fc.boolean(),
  changes: fc.array(fc.tuple(fc.constantFrom(...FIELDS, ...TIMES), forged), { maxLength: 3 }),
});

function ruleOf({ resourceType }: RecordedResource): Rule {
  return RULES.find((rule) => resourceType.toLowerCase().includes(`::${rule}::`)) ?? "s3";
}

/** A real event in which some fields say something else. */
function mutated({ resource, status, oversized, changes }: Mutation) {
  const time = world.now.toISOString();
  const event = configChangeEvent({ configRuleName: "a-rule", resource, status, oversized, time });
  const invoking = JSON.parse(event.invokingEvent);
  const item = invoking[oversized ? "configurationItemSummary" : "configurationItem"];
  for (const [field, value] of changes) {
    const place = field === "notificationCreationTime" ? invoking : item;
    place[field] = value;
  }
  return { ...event, invokingEvent: JSON.stringify(invoking) };
}

/** The rows that events, not sweeps, have brought. */
async function recorded() {
  return (await world.items()).filter(({ trigger }) => trigger === "change");
}

/** Whether it tells of a resource that is or was what is so of it. */
function isTrue(row: Record<string, unknown>): boolean {
  const resource = RECORDED.find(({ arn }) => arn === row.resource_id);
  return (
    resource !== undefined &&
    row.resource_type === resource.resourceType &&
    row.resource_name === (resource.resourceName ?? resource.resourceId) &&
    row.account_id === ACCOUNT_ID &&
    row.region === REGION &&
    (row.gone ? "gone" : row.compliance_type) === TRUTH.get(resource)
  );
}

test("a mutated event is refused by a field's name, or tells what is so of a resource that is or was", async () => {
  answerWith(() => true);
  for (const rule of RULES) await invoke(rule, {});
  answerWith(isLive);
  const outcomes = { refused: 0, recorded: 0 };

  await fc.assert(
    fc.asyncProperty(mutation, async (one) => {
      world.pass(5);
      try {
        await invoke(one.otherRule ?? ruleOf(one.resource), mutated(one));
        outcomes.recorded++;
      } catch (error) {
        expect(error).toMatchObject({ name: "InvalidInputError" });
        expect(String(error)).toMatch(new RegExp([...FIELDS, ...TIMES].join("|")));
        outcomes.refused++;
      }
      for (const row of await recorded()) {
        if (!isTrue(row)) throw new Error(`recorded what is not so: ${JSON.stringify(row)}`);
      }
    }),
    { numRuns: 400 },
  );
  expect((await recorded()).filter(isTrue).length).toBeGreaterThan(80);
  expect(Math.min(outcomes.refused, outcomes.recorded)).toBeGreaterThan(80);
}, 120_000);
