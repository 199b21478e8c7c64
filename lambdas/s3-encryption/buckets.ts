import {
  type Bucket,
  GetBucketEncryptionCommand,
  GetBucketTaggingCommand,
  paginateListBuckets,
  S3Client,
} from "@aws-sdk/client-s3";
import { pMapIterable } from "p-map";
import { clientOfTarget, readerConfig } from "../common/aws/clients";
import type { Target } from "../common/aws/target";
import type { Resource } from "../common/rule/judgement";
import type { Listed, ReadOptions, ResourceSource } from "../common/rule/rule";
import { tagRecord } from "../common/rule/tags";
import { asError } from "../common/values/errors";
import type { BucketFacts } from "./rule";

/** Buckets read at once: fast enough for thousands in minutes, far below S3's limits. */
const CONCURRENT_READS = 16;

const clientOf = clientOfTarget(
  (target) => new S3Client({ ...readerConfig(target), followRegionRedirects: true }),
);

/** The buckets of an account in every Region; each is read in its own Region. */
export const buckets: ResourceSource<BucketFacts> = {
  service: "s3",

  async *list(target, options) {
    const read = pMapIterable(listBuckets(target), (bucket) => readBucket(target, bucket, options), {
      concurrency: CONCURRENT_READS,
      backpressure: 4 * CONCURRENT_READS,
    });
    for await (const listed of read) if (listed) yield listed;
  },

  async *find(target, ids, options) {
    for (const id of ids) {
      const name = id.slice(id.lastIndexOf(":") + 1);
      for await (const bucket of listBuckets(target, name)) {
        if (bucket.Name !== name) continue;
        const listed = await readBucket(target, bucket, options);
        if (listed) yield listed;
      }
    }
  },

  // Names of before 2018 may be long and have capitals and underscores
  // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
  arnOf: (target, { resourceId }) =>
    /^[\w.-]{3,255}$/.test(resourceId) ? bucketArn(target, resourceId) : undefined,
};

/**
 * A page size is given because ListBuckets names each bucket's Region only when asked with a parameter, and
 * because accounts with more than 10,000 buckets are refused unpaged calls
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html).
 */
async function* listBuckets(target: Target, prefix?: string): AsyncGenerator<Bucket> {
  for await (const page of paginateListBuckets(
    { client: clientOf(target), pageSize: 1000 },
    { Prefix: prefix },
  )) {
    yield* page.Buckets ?? [];
  }
}

/** Undefined when the bucket was deleted since it was listed. */
async function readBucket(
  target: Target,
  { Name: name = "", BucketRegion }: Bucket,
  options: ReadOptions,
): Promise<Listed<BucketFacts> | undefined> {
  const region = BucketRegion ?? target.region;
  const client = clientOf({ ...target, region });
  const bucket = { Bucket: name, ExpectedBucketOwner: target.accountId };
  let resource: Resource = {
    arn: bucketArn(target, name),
    type: "AWS::S3::Bucket",
    name,
    accountId: target.accountId,
    region,
    tags: undefined,
  };
  try {
    resource = { ...resource, tags: options.tags ? await readTags(client, bucket, options.tags) : {} };
    return { resource, facts: await readEncryption(client, bucket) };
  } catch (caught) {
    const error = asError(caught);
    return error.name === "NoSuchBucket" ? undefined : { resource, error };
  }
}

interface OwnBucket {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

/**
 * A rule may say nothing but which encryption is blocked, or that there is a bucket key. Where S3 answers and names no
 * default, the bucket has SSE-S3, which since January 2023 every bucket has at least and none can be without
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html).
 */
async function readEncryption(client: S3Client, bucket: OwnBucket): Promise<BucketFacts> {
  try {
    const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand(bucket));
    const { Rules: rules = [] } = ServerSideEncryptionConfiguration ?? {};
    const rule = rules.find((one) => one.ApplyServerSideEncryptionByDefault?.SSEAlgorithm);
    if (!rule) {
      const { BucketKeyEnabled } = rules.find((one) => one.BucketKeyEnabled !== undefined) ?? {};
      return { algorithm: "AES256", isImplied: true, bucketKeyEnabled: BucketKeyEnabled };
    }
    return {
      algorithm: rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
      kmsKeyId: rule.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID,
      bucketKeyEnabled: rule.BucketKeyEnabled,
    };
  } catch (caught) {
    if (asError(caught).name === "ServerSideEncryptionConfigurationNotFoundError") return {};
    throw caught;
  }
}

async function readTags(
  client: S3Client,
  bucket: OwnBucket,
  isNeeded: true | "wanted",
): Promise<Record<string, string> | undefined> {
  try {
    const { TagSet } = await client.send(new GetBucketTaggingCommand(bucket));
    return tagRecord(TagSet);
  } catch (caught) {
    const { name } = asError(caught);
    if (name === "NoSuchTagSet") return {};
    if (isNeeded === "wanted" && name !== "NoSuchBucket") return undefined;
    throw caught;
  }
}

function bucketArn({ partition }: Target, name: string): string {
  return `arn:${partition}:s3:::${name}`;
}
