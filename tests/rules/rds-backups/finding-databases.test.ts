import { DescribeDBClustersCommand, DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { databases } from "../../../lambdas/rds-backups/databases";
import { rdsAutomatedBackups } from "../../../lambdas/rds-backups/rule";
import { collect, errorOf, factsOf, TARGET } from "../sources";
import { cluster, clusterArn, instance, instanceArn, NO_TAGS, rds } from "./rds-account";

beforeEach(() => {
  rds.reset();
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [] });
  rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [] });
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
