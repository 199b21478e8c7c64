/** RDS of one account, as far as the listing of databases asks it. */

import { type DBCluster, type DBInstance, RDSClient } from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";

/** Answers as each test has it. */
export const rds = mockClient(RDSClient);

/** Where no owner tag needs them. */
export const NO_TAGS = { tags: false };

/** The ARN of an instance. */
export function instanceArn(name: string): string {
  return `arn:aws:rds:us-east-1:111122223333:db:${name}`;
}

/** The ARN of a cluster. */
export function clusterArn(name: string): string {
  return `arn:aws:rds:us-east-1:111122223333:cluster:${name}`;
}

/** RDS's description of an instance that passes. */
export function instance(name: string, change: Partial<DBInstance> = {}): DBInstance {
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

/** RDS's description of a cluster, whose backups are kept for a day. */
export function cluster(name: string, change: Partial<DBCluster> = {}): DBCluster {
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
