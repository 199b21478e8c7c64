import { isDeepStrictEqual } from "node:util";
import { EC2Client, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { paginateDescribeDBClusters, paginateDescribeDBInstances, RDSClient } from "@aws-sdk/client-rds";
import { GetBucketEncryptionCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { recordedBucket, recordedInstance } from "./estate";
import type { RecordedResource } from "./events";
import { emulatorClient } from "./moto";

/** What AWS Config would report of a resource: its event's resource and status. */
export interface ResourceChange {
  readonly resource: RecordedResource;
  readonly status: "OK" | "ResourceDeleted" | "ResourceDiscovered";
}

interface Item {
  readonly resource: RecordedResource;
  /** What counts as its configuration; undefined for what is only left to be seen, such as a terminated instance. */
  readonly configuration: unknown;
}

/**
 * AWS Config's recorder: sees which instances, buckets and databases of an emulated account were made, changed or
 * deleted between two looks, whoever did it and by whatever call.
 */
export class Recorder {
  private readonly ec2: EC2Client;
  private readonly rds: RDSClient;
  private readonly s3: S3Client;
  private known: ReadonlyMap<string, Item> | undefined;

  constructor(endpoint: string) {
    const config = emulatorClient(endpoint);
    this.ec2 = new EC2Client(config);
    this.rds = new RDSClient(config);
    this.s3 = new S3Client({ ...config, followRegionRedirects: true });
  }

  /** What has changed since the last look; nothing at the first one. */
  async changes(): Promise<ResourceChange[]> {
    const before = this.known;
    const now = new Map<string, Item>();
    for (const item of await this.look()) {
      if (item.configuration !== undefined) now.set(item.resource.arn, item);
    }
    this.known = now;
    if (before === undefined) return [];
    const deleted = [...before.values()].filter(({ resource }) => !now.has(resource.arn));
    const changed = [...now.values()].filter(
      ({ resource, configuration }) =>
        !isDeepStrictEqual(before.get(resource.arn)?.configuration, configuration),
    );
    return [
      ...deleted.map(({ resource }) => ({ resource, status: "ResourceDeleted" as const })),
      ...changed.map(({ resource }) => ({
        resource,
        status: before.has(resource.arn) ? ("OK" as const) : ("ResourceDiscovered" as const),
      })),
    ];
  }

  private async look(): Promise<Item[]> {
    return (await Promise.all([this.instances(), this.buckets(), this.databases(), this.clusters()])).flat();
  }

  private async instances(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const { Reservations = [] } of paginateDescribeInstances({ client: this.ec2 }, {})) {
      for (const { InstanceId = "", State, Tags } of Reservations.flatMap(
        ({ Instances = [] }) => Instances,
      )) {
        const isThere = State?.Name !== "terminated";
        items.push({
          resource: recordedInstance(InstanceId),
          configuration: isThere ? { state: State?.Name, tags: Tags ?? [] } : undefined,
        });
      }
    }
    return items;
  }

  private async buckets(): Promise<Item[]> {
    const { Buckets = [] } = await this.s3.send(new ListBucketsCommand({}));
    return Promise.all(
      Buckets.map(async ({ Name = "", BucketRegion }) => ({
        resource: recordedBucket(Name, BucketRegion),
        configuration: await this.encryption(Name),
      })),
    );
  }

  private async encryption(bucket: string): Promise<unknown> {
    try {
      const answer = await this.s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
      return answer.ServerSideEncryptionConfiguration;
    } catch (error) {
      // It has none, or went while we looked: the next look tells.
      return (error as Error).name;
    }
  }

  private async databases(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const { DBInstances = [] } of paginateDescribeDBInstances({ client: this.rds }, {})) {
      for (const database of DBInstances) {
        const { DbiResourceId = "", DBInstanceIdentifier = "", DBInstanceArn = "" } = database;
        const { BackupRetentionPeriod, DBInstanceStatus, TagList } = database;
        items.push({
          resource: {
            resourceType: "AWS::RDS::DBInstance",
            resourceId: DbiResourceId,
            resourceName: DBInstanceIdentifier,
            arn: DBInstanceArn,
          },
          configuration: { BackupRetentionPeriod, DBInstanceStatus, TagList },
        });
      }
    }
    return items;
  }

  private async clusters(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const { DBClusters = [] } of paginateDescribeDBClusters({ client: this.rds }, {})) {
      for (const cluster of DBClusters) {
        const { DbClusterResourceId = "", DBClusterIdentifier = "", DBClusterArn = "" } = cluster;
        const { BackupRetentionPeriod, Status, TagList } = cluster;
        items.push({
          resource: {
            resourceType: "AWS::RDS::DBCluster",
            resourceId: DbClusterResourceId,
            resourceName: DBClusterIdentifier,
            arn: DBClusterArn,
          },
          configuration: { BackupRetentionPeriod, Status, TagList },
        });
      }
    }
    return items;
  }
}
