import {
  type DBCluster,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";
import { databases } from "../../lambdas/rds-backups/databases";
import { rdsAutomatedBackups } from "../../lambdas/rds-backups/rule";
import { collect, errorOf, factsOf, serviceError, TARGET } from "./sources";

const rds = mockClient(RDSClient);
const NO_TAGS = { tags: false };

function instanceArn(name: string): string {
  return `arn:aws:rds:us-east-1:111122223333:db:${name}`;
}

function clusterArn(name: string): string {
  return `arn:aws:rds:us-east-1:111122223333:cluster:${name}`;
}

function instance(name: string, change: Partial<DBInstance> = {}): DBInstance {
  return {
    DBInstanceIdentifier: name,
    DBInstanceArn: instanceArn(name),
    DbiResourceId: `db-${name.toUpperCase()}`,
    DBInstanceStatus: "available",
    Engine: "postgres",
    EngineVersion: "16.3",
    BackupRetentionPeriod: 7,
    ...change,
  };
}

function cluster(name: string, change: Partial<DBCluster> = {}): DBCluster {
  return {
    DBClusterIdentifier: name,
    DBClusterArn: clusterArn(name),
    DbClusterResourceId: `cluster-${name.toUpperCase()}`,
    Status: "available",
    Engine: "aurora-postgresql",
    EngineVersion: "16.4",
    BackupRetentionPeriod: 1,
    ...change,
  };
}

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

describe("a database that RDS does not fully name", () => {
  it("gets the ARN that it has, where the answer has none", async () => {
    rds.on(DescribeDBInstancesCommand).resolves({
      DBInstances: [
        instance("orders", { DBInstanceArn: undefined }),
        instance("bills", { DBInstanceArn: "" }),
      ],
    });
    rds
      .on(DescribeDBClustersCommand)
      .resolves({ DBClusters: [cluster("books", { DBClusterArn: undefined })] });
    const listed = await collect(databases.list(TARGET, NO_TAGS));
    expect(listed.map(({ resource }) => resource.arn)).toEqual([
      instanceArn("orders"),
      instanceArn("bills"),
      clusterArn("books"),
    ]);
    expect(listed.map((one) => factsOf(one).backupRetentionDays)).toEqual([7, 7, 1]);
  });

  it("gets the name in its ARN, where the answer has no identifier", async () => {
    rds.on(DescribeDBInstancesCommand).resolves({
      DBInstances: [instance("orders", { DBInstanceIdentifier: undefined })],
    });
    const [listed] = await collect(databases.list(TARGET, NO_TAGS));
    expect(listed?.resource).toMatchObject({ arn: instanceArn("orders"), name: "orders" });
  });

  it("cannot be evaluated when there is neither, and keeps nobody else from being", async () => {
    const nameless = { DBInstanceArn: undefined, DBInstanceIdentifier: undefined };
    rds.on(DescribeDBInstancesCommand).resolves({
      DBInstances: [
        instance("x", { ...nameless, DbiResourceId: "db-ABC" }),
        instance("y", { ...nameless, DbiResourceId: undefined }),
        instance("orders"),
      ],
    });
    rds.on(DescribeDBClustersCommand).resolves({
      DBClusters: [
        cluster("z", {
          DBClusterArn: undefined,
          DBClusterIdentifier: undefined,
          DbClusterResourceId: "cluster-ABC",
        }),
      ],
    });
    const listed = await collect(databases.list(TARGET, NO_TAGS));
    expect(listed.map((one) => [one.resource.arn, errorOf(one)])).toEqual([
      [instanceArn("db-ABC"), "UnidentifiedResource"],
      [instanceArn("(unidentified)"), "UnidentifiedResource"],
      [instanceArn("orders"), undefined],
      [clusterArn("cluster-ABC"), "UnidentifiedResource"],
    ]);
  });
});

describe("finding databases", () => {
  function filters() {
    return {
      instances: rds.commandCalls(DescribeDBInstancesCommand).map(({ args }) => args[0].input.Filters),
      clusters: rds.commandCalls(DescribeDBClustersCommand).map(({ args }) => args[0].input.Filters),
    };
  }

  it("looks for a plain name among instances and clusters", async () => {
    rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [instance("orders")] });
    rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [cluster("orders")] });
    const found = await collect(databases.find(TARGET, ["orders"], NO_TAGS));
    expect(filters()).toEqual({
      instances: [[{ Name: "db-instance-id", Values: ["orders"] }]],
      clusters: [[{ Name: "db-cluster-id", Values: ["orders"] }]],
    });
    expect(found.map(({ resource }) => resource.arn)).toEqual([instanceArn("orders"), clusterArn("orders")]);
  });

  it("looks for an instance's ARN among instances only", async () => {
    await collect(databases.find(TARGET, [instanceArn("orders")], NO_TAGS));
    expect(filters()).toEqual({
      instances: [[{ Name: "db-instance-id", Values: [instanceArn("orders")] }]],
      clusters: [],
    });
  });

  it("looks for a cluster's ARN among clusters only", async () => {
    await collect(databases.find(TARGET, [clusterArn("orders")], NO_TAGS));
    expect(filters()).toEqual({
      instances: [],
      clusters: [[{ Name: "db-cluster-id", Values: [clusterArn("orders")] }]],
    });
  });

  it("goes through every page of what it finds", async () => {
    rds
      .on(DescribeDBInstancesCommand, { Marker: undefined })
      .resolves({ DBInstances: [instance("one")], Marker: "second" })
      .on(DescribeDBInstancesCommand, { Marker: "second" })
      .resolves({ DBInstances: [instance("two")] });
    const found = await collect(databases.find(TARGET, [instanceArn("one"), instanceArn("two")], NO_TAGS));
    expect(found.map(({ resource }) => resource.name)).toEqual(["one", "two"]);
  });

  it("finds nothing, and throws nothing, for a name that does not exist", async () => {
    expect(await collect(databases.find(TARGET, ["gone"], NO_TAGS))).toEqual([]);
  });
});

describe("the ARN of a database that is no more", () => {
  const china = { ...TARGET, partition: "aws-cn", region: "cn-north-1" };

  it.each([
    ["AWS::RDS::DBInstance", "db-ABC", "arn:aws-cn:rds:cn-north-1:111122223333:db:orders"],
    ["AWS::RDS::DBCluster", "cluster-ABC", "arn:aws-cn:rds:cn-north-1:111122223333:cluster:orders"],
  ])("of type %s has its name, not AWS Config's id", (resourceType, resourceId, arn) => {
    expect(rdsAutomatedBackups.resourceTypes).toContain(resourceType);
    expect(databases.arnOf(china, { resourceType, resourceId, resourceName: "orders" })).toBe(arn);
    expect(databases.arnOf(china, { resourceType, resourceId, arn })).toBe(arn);
  });

  it("takes nothing but the name from the ARN that AWS Config tells", () => {
    const recorded = { resourceType: "AWS::RDS::DBInstance", resourceId: "db-ABC" };
    const arn = "arn:aws:rds:eu-west-1:999999999999:cluster:orders";
    expect(databases.arnOf(TARGET, { ...recorded, arn })).toBe(instanceArn("orders"));
  });

  it.each([
    ["neither name nor ARN", {}],
    ["an ARN without a name", { arn: "arn:aws:rds:us-east-1:111122223333:db:" }],
    ["a name that RDS allows nobody", { resourceName: "orders#1" }],
    ["the key of something else", { arn: "run#rds-automated-backups" }],
  ])("cannot be told from %s", (_what, named) => {
    const recorded = { resourceType: "AWS::RDS::DBInstance", resourceId: "db-ABC" };
    expect(databases.arnOf(TARGET, { ...recorded, ...named })).toBeUndefined();
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
