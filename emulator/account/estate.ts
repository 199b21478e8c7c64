import {
  CreateTagsCommand,
  DeleteTagsCommand,
  EC2Client,
  RunInstancesCommand,
  type Tag,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketEncryptionCommand,
  S3Client,
  type ServerSideEncryption,
} from "@aws-sdk/client-s3";
import type { AwsCredentialIdentity } from "@aws-sdk/types";
import type { RecordedResource } from "./events";
import { ACCOUNT_ID, CREDENTIALS, emulatorClient, REGION } from "./moto";

export type Tags = Readonly<Record<string, string>>;

export interface Database {
  readonly engine: string;
  /** Days; RDS's own default of 1 unless given. */
  readonly backupRetention?: number;
  /** Cluster it becomes a member of; the cluster's retention counts then. */
  readonly cluster?: string;
}

/** Instances, buckets and databases in an emulated account, made and changed as their owners would. */
export class Estate {
  private readonly ec2: EC2Client;
  private readonly rds: RDSClient;

  /** @param credentials of the account's, if it is not the deployment's own. */
  constructor(
    private readonly endpoint: string,
    private readonly credentials: AwsCredentialIdentity = CREDENTIALS,
  ) {
    this.ec2 = new EC2Client(this.client());
    this.rds = new RDSClient(this.client());
  }

  /** Launches instances in one reservation. Returns their ids. */
  async launch(tags: Tags = {}, count = 1, region: string = REGION): Promise<string[]> {
    const ec2 = this.ec2In(region);
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-12345678",
        InstanceType: "t4g.small",
        MinCount: count,
        MaxCount: count,
        TagSpecifications:
          Object.keys(tags).length > 0 ? [{ ResourceType: "instance", Tags: tagList(tags) }] : undefined,
      }),
    );
    return Instances.map(({ InstanceId = "" }) => InstanceId);
  }

  async terminate(instanceId: string): Promise<void> {
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  }

  async tag(instanceId: string, tags: Tags): Promise<void> {
    await this.ec2.send(new CreateTagsCommand({ Resources: [instanceId], Tags: tagList(tags) }));
  }

  async untag(instanceId: string, key: string, region: string = REGION): Promise<void> {
    await this.ec2In(region).send(new DeleteTagsCommand({ Resources: [instanceId], Tags: [{ Key: key }] }));
  }

  /** Creates a bucket; without `encryption` it has none, which on AWS itself has been impossible since 2023. */
  async createBucket(
    name: string,
    encryption?: ServerSideEncryption,
    region: string = REGION,
  ): Promise<void> {
    await this.s3(region).send(
      new CreateBucketCommand({
        Bucket: name,
        ...(region !== "us-east-1" && {
          CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
        }),
      }),
    );
    if (encryption) await this.encryptBucket(name, encryption, region);
  }

  async encryptBucket(
    name: string,
    encryption: ServerSideEncryption,
    region: string = REGION,
  ): Promise<void> {
    await this.s3(region).send(
      new PutBucketEncryptionCommand({
        Bucket: name,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: encryption } }],
        },
      }),
    );
  }

  async deleteBucket(name: string): Promise<void> {
    await this.s3(REGION).send(new DeleteBucketCommand({ Bucket: name }));
  }

  async createCluster(name: string, engine: string, backupRetention: number): Promise<void> {
    await this.rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: name,
        Engine: engine,
        BackupRetentionPeriod: backupRetention,
        MasterUsername: "admin",
        MasterUserPassword: "not-a-secret",
      }),
    );
  }

  async createDatabase(name: string, { engine, backupRetention, cluster }: Database): Promise<void> {
    await this.rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: name,
        DBInstanceClass: "db.t4g.medium",
        Engine: engine,
        BackupRetentionPeriod: backupRetention,
        DBClusterIdentifier: cluster,
        ...(cluster === undefined && { AllocatedStorage: 20 }),
      }),
    );
  }

  async createReplica(name: string, source: string): Promise<void> {
    await this.rds.send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: name,
        SourceDBInstanceIdentifier: source,
      }),
    );
    // A replica has no backups of its own unless somebody turns them on; moto copies the source's.
    await this.setRetention(name, 0);
  }

  async setRetention(database: string, days: number): Promise<void> {
    await this.rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: database,
        BackupRetentionPeriod: days,
        ApplyImmediately: true,
      }),
    );
  }

  async deleteDatabase(name: string): Promise<void> {
    await this.rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: name, SkipFinalSnapshot: true }));
  }

  /** The database as AWS Config records it: by its DbiResourceId. */
  async recordedDatabase(name: string): Promise<RecordedResource> {
    const { DBInstances = [] } = await this.rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }),
    );
    const { DbiResourceId = "", DBInstanceArn = "" } = DBInstances[0] ?? {};
    return {
      resourceType: "AWS::RDS::DBInstance",
      resourceId: DbiResourceId,
      resourceName: name,
      arn: DBInstanceArn,
    };
  }

  private s3(region: string): S3Client {
    return new S3Client(this.client(region));
  }

  private ec2In(region: string): EC2Client {
    return region === REGION ? this.ec2 : new EC2Client(this.client(region));
  }

  private client(region: string = REGION) {
    return { ...emulatorClient(this.endpoint, region), credentials: this.credentials };
  }
}

/** An instance as AWS Config records it: it has no name there. */
export function recordedInstance(
  id: string,
  region: string = REGION,
  accountId: string = ACCOUNT_ID,
): RecordedResource {
  const arn = `arn:aws:ec2:${region}:${accountId}:instance/${id}`;
  return { resourceType: "AWS::EC2::Instance", resourceId: id, arn, region };
}

/** A bucket as AWS Config records it. */
export function recordedBucket(name: string, region: string = REGION): RecordedResource {
  return {
    resourceType: "AWS::S3::Bucket",
    resourceId: name,
    resourceName: name,
    arn: `arn:aws:s3:::${name}`,
    region,
  };
}

function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
