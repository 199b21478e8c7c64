import {
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { databases } from "../../../lambdas/rds-backups/databases";
import { collect, factsOf, serviceError, TARGET } from "../sources";
import { cluster, clusterArn, instance, instanceArn, NO_TAGS, rds } from "./rds-account";

beforeEach(() => {
  rds.reset();
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [] });
  rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [] });
});

describe("the listing of databases", () => {
  it("goes through every page of instances and of clusters", async () => {
    rds
      .on(DescribeDBInstancesCommand, { Marker: undefined })
      .resolves({ DBInstances: [instance("one"), instance("two")], Marker: "second" })
      .on(DescribeDBInstancesCommand, { Marker: "second" })
      .resolves({ DBInstances: [], Marker: "third" })
      .on(DescribeDBInstancesCommand, { Marker: "third" })
      .resolves({ DBInstances: [instance("three")] })
      .on(DescribeDBClustersCommand, { Marker: undefined })
      .resolves({ DBClusters: [cluster("four")], Marker: "second" })
      .on(DescribeDBClustersCommand, { Marker: "second" })
      .resolves({ DBClusters: [cluster("five")] });
    const listed = await collect(databases.list(TARGET, NO_TAGS));
    expect(listed.map(({ resource }) => resource.name)).toEqual(["one", "two", "three", "four", "five"]);
  });

  it("asks unfiltered, in RDS's largest pages", async () => {
    await collect(databases.list(TARGET, NO_TAGS));
    const expected = { MaxRecords: 100, Filters: undefined };
    expect(rds.commandCalls(DescribeDBInstancesCommand)[0]?.args[0].input).toMatchObject(expected);
    expect(rds.commandCalls(DescribeDBClustersCommand)[0]?.args[0].input).toMatchObject(expected);
  });

  it("gives an instance its ARN, not the id that AWS Config knows it by, and the facts of the rule", async () => {
    rds.on(DescribeDBInstancesCommand).resolves({
      DBInstances: [
        instance("orders", {
          TagList: [{ Key: "Stage", Value: "prod" }],
          PendingModifiedValues: { BackupRetentionPeriod: 14 },
        }),
      ],
    });
    expect(await collect(databases.list(TARGET, NO_TAGS))).toEqual([
      {
        resource: {
          arn: instanceArn("orders"),
          type: "AWS::RDS::DBInstance",
          name: "orders",
          accountId: TARGET.accountId,
          region: TARGET.region,
          tags: { Stage: "prod" },
        },
        facts: {
          kind: "instance",
          status: "available",
          engine: "postgres",
          engineVersion: "16.3",
          backupRetentionDays: 7,
          pendingRetentionDays: 14,
          clusterIdentifier: undefined,
          replicaOf: undefined,
        },
      },
    ]);
  });

  it("gives a cluster its ARN and the facts of the rule", async () => {
    rds.on(DescribeDBClustersCommand).resolves({
      DBClusters: [cluster("orders", { PendingModifiedValues: { BackupRetentionPeriod: 35 } })],
    });
    expect(await collect(databases.list(TARGET, NO_TAGS))).toEqual([
      {
        resource: {
          arn: clusterArn("orders"),
          type: "AWS::RDS::DBCluster",
          name: "orders",
          accountId: TARGET.accountId,
          region: TARGET.region,
          tags: {},
        },
        facts: {
          kind: "cluster",
          status: "available",
          engine: "aurora-postgresql",
          engineVersion: "16.4",
          backupRetentionDays: 1,
          pendingRetentionDays: 35,
        },
      },
    ]);
  });

  it.each<[string, Partial<DBInstance>, object]>([
    ["a cluster's member", { DBClusterIdentifier: "orders" }, { clusterIdentifier: "orders" }],
    [
      "a replica of an instance",
      { ReadReplicaSourceDBInstanceIdentifier: "source" },
      { replicaOf: "source" },
    ],
    ["a replica of a cluster", { ReadReplicaSourceDBClusterIdentifier: "source" }, { replicaOf: "source" }],
    ["backups off", { BackupRetentionPeriod: 0 }, { backupRetentionDays: 0 }],
    [
      "backups to be switched off",
      { PendingModifiedValues: { BackupRetentionPeriod: 0 } },
      { pendingRetentionDays: 0 },
    ],
  ])("recognises %s", async (_scenario, change, facts) => {
    rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [instance("orders-1", change)] });
    const [listed] = await collect(databases.list(TARGET, NO_TAGS));
    expect(factsOf(listed)).toMatchObject(facts);
  });

  it("throws what a later page of instances throws", async () => {
    rds
      .on(DescribeDBInstancesCommand, { Marker: undefined })
      .resolves({ DBInstances: [instance("one")], Marker: "second" })
      .on(DescribeDBInstancesCommand, { Marker: "second" })
      .rejects(serviceError("AccessDenied", 403));
    await expect(collect(databases.list(TARGET, NO_TAGS))).rejects.toThrow("AccessDenied");
  });

  it("throws what a later page of clusters throws", async () => {
    rds
      .on(DescribeDBClustersCommand, { Marker: undefined })
      .resolves({ DBClusters: [cluster("one")], Marker: "second" })
      .on(DescribeDBClustersCommand, { Marker: "second" })
      .rejects(serviceError("Throttling", 400));
    await expect(collect(databases.list(TARGET, NO_TAGS))).rejects.toThrow("Throttling");
  });
});

describe("a database without BackupRetentionPeriod", () => {
  it("is listed without one, and not with a made-up one", async () => {
    rds.on(DescribeDBInstancesCommand).resolves({
      DBInstances: [instance("odd", { BackupRetentionPeriod: undefined }), instance("even")],
    });
    rds.on(DescribeDBClustersCommand).resolves({
      DBClusters: [cluster("odd", { BackupRetentionPeriod: undefined })],
    });
    const listed = await collect(databases.list(TARGET, NO_TAGS));
    expect(
      listed.map((one) => [one.resource.arn, "facts" in one ? one.facts.backupRetentionDays : "error"]),
    ).toEqual([
      [instanceArn("odd"), undefined],
      [instanceArn("even"), 7],
      [clusterArn("odd"), undefined],
    ]);
  });
});

it("each Region is asked through a client of its own", async () => {
  await collect(databases.list(TARGET, NO_TAGS));
  await collect(databases.list({ ...TARGET, region: "eu-west-1" }, NO_TAGS));
  for (const Command of [DescribeDBInstancesCommand, DescribeDBClustersCommand] as const) {
    const regions = rds
      .commandCalls(Command)
      .map(({ thisValue }) => (thisValue as RDSClient).config.region());
    expect(await Promise.all(regions)).toEqual(["us-east-1", "eu-west-1"]);
  }
});
