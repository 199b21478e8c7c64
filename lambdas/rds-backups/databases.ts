import {
  type DBCluster,
  type DBInstance,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
} from "@aws-sdk/client-rds";
import { clientOfTarget, readerConfig } from "../common/aws/clients";
import { enabledRegions } from "../common/aws/regions";
import type { Target } from "../common/aws/target";
import type { Resource } from "../common/rule/judgement";
import type { Listed, ResourceSource } from "../common/rule/rule";
import { tagRecord } from "../common/rule/tags";
import { UnidentifiedResourceError } from "../common/values/errors";
import type { DatabaseFacts } from "./rule";

const PAGE_SIZE = 100;

const clientOf = clientOfTarget((target) => new RDSClient(readerConfig(target)));

/** RDS instances and clusters of an account and Region. */
export const databases: ResourceSource<DatabaseFacts> = {
  service: "rds",
  enabledRegions,

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

  // AWS Config's id of a database is not in its ARN, and RDS finds nothing by it: the name comes from the ARN itself.
  arnOf(target, { resourceType, resourceName, arn }) {
    const name = arn === undefined ? resourceName : arn.slice(arn.lastIndexOf(":") + 1);
    return name && /^[a-z][a-z0-9-]*$/i.test(name) ? databaseArn(target, resourceType, name) : undefined;
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
  const { DBInstanceArn: arn, DBInstanceIdentifier: id, DbiResourceId: resourceId } = instance;
  const named = { type: "AWS::RDS::DBInstance", arn, id, resourceId, tags: tagRecord(instance.TagList) };
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
  return listed(target, named, facts);
}

function listedCluster(target: Target, cluster: DBCluster): Listed<DatabaseFacts> {
  const { DBClusterArn: arn, DBClusterIdentifier: id, DbClusterResourceId: resourceId } = cluster;
  const named = { type: "AWS::RDS::DBCluster", arn, id, resourceId, tags: tagRecord(cluster.TagList) };
  const facts: DatabaseFacts = {
    kind: "cluster",
    backupRetentionDays: cluster.BackupRetentionPeriod,
    status: cluster.Status ?? "unknown",
    engine: cluster.Engine ?? "unknown",
    engineVersion: cluster.EngineVersion ?? "",
    pendingRetentionDays: cluster.PendingModifiedValues?.BackupRetentionPeriod,
  };
  return listed(target, named, facts);
}

/** How RDS named a database, of which its API promises nothing. */
interface Named {
  readonly type: string;
  readonly arn: string | undefined;
  readonly id: string | undefined;
  /** What AWS Config knows it by; RDS finds nothing by it. */
  readonly resourceId: string | undefined;
  readonly tags: Resource["tags"];
}

/** The history has no place for a resource without a key: one that nobody can name is told as such. */
function listed(
  target: Target,
  { type, arn, id, resourceId, tags }: Named,
  facts: DatabaseFacts,
): Listed<DatabaseFacts> {
  const name = id || arn?.slice(arn.lastIndexOf(":") + 1);
  const known = name || resourceId || "(unidentified)";
  const { accountId, region } = target;
  const resource = {
    arn: arn || databaseArn(target, type, known),
    type,
    name: known,
    accountId,
    region,
    tags,
  };
  if (name) return { resource, facts };
  return { resource, error: new UnidentifiedResourceError("RDS told neither its ARN nor its identifier") };
}

function databaseArn({ partition, region, accountId }: Target, resourceType: string, name: string): string {
  const kind = resourceType === "AWS::RDS::DBCluster" ? "cluster" : "db";
  return `arn:${partition}:rds:${region}:${accountId}:${kind}:${name}`;
}
