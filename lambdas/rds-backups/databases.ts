import {
  type DBCluster,
  type DBInstance,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
} from "@aws-sdk/client-rds";
import { clientConfig, clientOfTarget } from "../common/clients";
import type { Resource, Target } from "../common/evaluation";
import type { Listed, ResourceSource } from "../common/rule";
import { tagRecord } from "../common/tags";
import type { DatabaseFacts } from "./rule";

const PAGE_SIZE = 100;

const clientOf = clientOfTarget((target) => new RDSClient(clientConfig(target)));

/** RDS instances and clusters of an account and Region. */
export const databases: ResourceSource<DatabaseFacts> = {
  async *list(target) {
    yield* describeInstances(target);
    yield* describeClusters(target);
  },

  async *find(target, ids) {
    // A plain name may be an instance or a cluster; an ARN says which.
    const instances = ids.filter((id) => !id.includes(":cluster:"));
    const clusters = ids.filter((id) => !id.includes(":db:"));
    if (instances.length > 0) yield* describeInstances(target, instances);
    if (clusters.length > 0) yield* describeClusters(target, clusters);
  },

  arnOf({ partition, region, accountId }, resourceType, name) {
    return `arn:${partition}:rds:${region}:${accountId}:${resourceType === "AWS::RDS::DBCluster" ? "cluster" : "db"}:${name}`;
  },
};

async function* describeInstances(target: Target, ids?: string[]): AsyncGenerator<Listed<DatabaseFacts>> {
  const filters = ids && [{ Name: "db-instance-id", Values: ids }];
  const pages = paginateDescribeDBInstances(
    { client: clientOf(target), pageSize: PAGE_SIZE },
    { Filters: filters },
  );
  for await (const { DBInstances = [] } of pages) {
    for (const instance of DBInstances) yield listedInstance(target, instance);
  }
}

async function* describeClusters(target: Target, ids?: string[]): AsyncGenerator<Listed<DatabaseFacts>> {
  const filters = ids && [{ Name: "db-cluster-id", Values: ids }];
  const pages = paginateDescribeDBClusters(
    { client: clientOf(target), pageSize: PAGE_SIZE },
    { Filters: filters },
  );
  for await (const { DBClusters = [] } of pages) {
    for (const cluster of DBClusters) yield listedCluster(target, cluster);
  }
}

function listedInstance(target: Target, instance: DBInstance): Listed<DatabaseFacts> {
  const resource: Resource = {
    arn: instance.DBInstanceArn ?? "",
    type: "AWS::RDS::DBInstance",
    name: instance.DBInstanceIdentifier ?? "",
    accountId: target.accountId,
    region: target.region,
    tags: tagRecord(instance.TagList),
  };
  const facts: DatabaseFacts = {
    kind: "instance",
    backupRetentionDays: instance.BackupRetentionPeriod,
    status: instance.DBInstanceStatus ?? "unknown",
    engine: instance.Engine ?? "unknown",
    engineVersion: instance.EngineVersion ?? "",
    pendingRetentionDays: instance.PendingModifiedValues?.BackupRetentionPeriod,
    clusterIdentifier: instance.DBClusterIdentifier,
    replicaOf:
      instance.ReadReplicaSourceDBInstanceIdentifier ?? instance.ReadReplicaSourceDBClusterIdentifier,
  };
  return { resource, facts };
}

function listedCluster(target: Target, cluster: DBCluster): Listed<DatabaseFacts> {
  const resource: Resource = {
    arn: cluster.DBClusterArn ?? "",
    type: "AWS::RDS::DBCluster",
    name: cluster.DBClusterIdentifier ?? "",
    accountId: target.accountId,
    region: target.region,
    tags: tagRecord(cluster.TagList),
  };
  const facts: DatabaseFacts = {
    kind: "cluster",
    backupRetentionDays: cluster.BackupRetentionPeriod,
    status: cluster.Status ?? "unknown",
    engine: cluster.Engine ?? "unknown",
    engineVersion: cluster.EngineVersion ?? "",
    pendingRetentionDays: cluster.PendingModifiedValues?.BackupRetentionPeriod,
  };
  return { resource, facts };
}
