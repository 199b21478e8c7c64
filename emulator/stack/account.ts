import {
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  type ScalarAttributeType,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  S3Client,
  type ServerSideEncryption,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { emulatorClient } from "../account/moto";
import { type DeclaredResource, type Graph, ofType } from "./graph";

/**
 * Creates in the emulator what the functions work with, as index.ts declares it: history table, alert topic with
 * its subscriptions, buckets, dead-letter queue.
 */
export async function createDeclaredResources(graph: Graph, endpoint: string): Promise<void> {
  const config = emulatorClient(endpoint);
  const dynamodb = new DynamoDBClient(config);
  const sns = new SNSClient(config);
  const s3 = new S3Client(config);
  const sqs = new SQSClient(config);
  for (const table of ofType(graph, "aws:dynamodb/table:Table")) await createTable(dynamodb, table);
  for (const { id } of ofType(graph, "aws:sns/topic:Topic"))
    await sns.send(new CreateTopicCommand({ Name: id }));
  for (const { id } of ofType(graph, "aws:sqs/queue:Queue"))
    await sqs.send(new CreateQueueCommand({ QueueName: id }));
  for (const { id } of ofType(graph, "aws:s3/bucket:Bucket"))
    await s3.send(new CreateBucketCommand({ Bucket: id }));
  for (const subscription of ofType(graph, "aws:sns/topicSubscription:TopicSubscription")) {
    await subscribe(sns, subscription);
  }
  for (const versioning of ofType(graph, "aws:s3/bucketVersioning:BucketVersioning")) {
    await setVersioning(s3, versioning);
  }
  const encryptions =
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
  for (const encryption of ofType(graph, encryptions)) await setEncryption(s3, encryption);
}

interface DeclaredTable {
  readonly attributes: readonly { readonly name: string; readonly type: ScalarAttributeType }[];
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly globalSecondaryIndexes?: readonly DeclaredIndex[];
  readonly pointInTimeRecovery?: { readonly enabled: boolean };
}

interface DeclaredIndex {
  readonly name: string;
  readonly keySchemas: readonly { readonly attributeName: string; readonly keyType: "HASH" | "RANGE" }[];
  readonly projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly nonKeyAttributes?: string[];
}

async function createTable(dynamodb: DynamoDBClient, { id, inputs }: DeclaredResource): Promise<void> {
  const declared = inputs as unknown as DeclaredTable;
  await dynamodb.send(
    new CreateTableCommand({
      TableName: id,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: declared.attributes.map(({ name, type }) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      KeySchema: keySchema(declared),
      GlobalSecondaryIndexes: declared.globalSecondaryIndexes?.map(secondaryIndex),
    }),
  );
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: id,
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: declared.pointInTimeRecovery?.enabled ?? false,
      },
    }),
  );
}

function secondaryIndex(index: DeclaredIndex): GlobalSecondaryIndex {
  return {
    IndexName: index.name,
    KeySchema: index.keySchemas.map(({ attributeName, keyType }) => ({
      AttributeName: attributeName,
      KeyType: keyType,
    })),
    Projection: { ProjectionType: index.projectionType, NonKeyAttributes: index.nonKeyAttributes },
  };
}

function keySchema({ hashKey, rangeKey }: DeclaredTable): KeySchemaElement[] {
  const range: KeySchemaElement[] =
    rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" }];
  return [{ AttributeName: hashKey, KeyType: "HASH" }, ...range];
}

async function subscribe(sns: SNSClient, { inputs }: DeclaredResource): Promise<void> {
  const declared = inputs as { topic: string; protocol: string; endpoint: string; filterPolicy?: string };
  await sns.send(
    new SubscribeCommand({
      TopicArn: declared.topic,
      Protocol: declared.protocol,
      Endpoint: declared.endpoint,
      Attributes: declared.filterPolicy === undefined ? undefined : { FilterPolicy: declared.filterPolicy },
    }),
  );
}

async function setVersioning(s3: S3Client, { inputs }: DeclaredResource): Promise<void> {
  const declared = inputs as { bucket: string; versioningConfiguration: { status: "Enabled" | "Suspended" } };
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: declared.bucket,
      VersioningConfiguration: { Status: declared.versioningConfiguration.status },
    }),
  );
}

async function setEncryption(s3: S3Client, { inputs }: DeclaredResource): Promise<void> {
  const { bucket, rules } = inputs as unknown as DeclaredEncryption;
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket: bucket,
      ServerSideEncryptionConfiguration: {
        Rules: rules.map(({ applyServerSideEncryptionByDefault: by, bucketKeyEnabled }) => ({
          ApplyServerSideEncryptionByDefault: by && {
            SSEAlgorithm: by.sseAlgorithm,
            KMSMasterKeyID: by.kmsMasterKeyId,
          },
          BucketKeyEnabled: bucketKeyEnabled,
        })),
      },
    }),
  );
}

interface DeclaredEncryption {
  readonly bucket: string;
  readonly rules: readonly {
    readonly applyServerSideEncryptionByDefault?: {
      readonly sseAlgorithm: ServerSideEncryption;
      readonly kmsMasterKeyId?: string;
    };
    readonly bucketKeyEnabled?: boolean;
  }[];
}
