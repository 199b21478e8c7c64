import {
  GetBucketEncryptionCommand,
  GetBucketTaggingCommand,
  ListBucketsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { buckets } from "../../../lambdas/s3-encryption/buckets";
import { collect, errorOf, serviceError, TARGET } from "../sources";
import { account, encryption, NO_TAGS, s3, WITH_TAGS } from "./s3-account";

beforeEach(() => s3.reset());

describe("the listing of buckets", () => {
  it("goes through every page", async () => {
    s3.on(GetBucketEncryptionCommand).resolves(encryption("AES256"));
    s3.on(ListBucketsCommand, { ContinuationToken: undefined })
      .resolves({ Buckets: [{ Name: "one" }, { Name: "two" }], ContinuationToken: "second" })
      .on(ListBucketsCommand, { ContinuationToken: "second" })
      .resolves({ Buckets: [], ContinuationToken: "third" })
      .on(ListBucketsCommand, { ContinuationToken: "third" })
      .resolves({ Buckets: [{ Name: "three" }] });
    const listed = await collect(buckets.list(TARGET, NO_TAGS));
    expect(listed.map(({ resource }) => resource.name)).toEqual(["one", "two", "three"]);
  });

  it("asks with a page size, without which S3 names no Region and refuses large accounts", async () => {
    account("one");
    await collect(buckets.list(TARGET, NO_TAGS));
    const { MaxBuckets } = s3.commandCalls(ListBucketsCommand)[0]?.args[0].input ?? {};
    expect(MaxBuckets).toBe(1000);
  });

  it("yields each bucket once even when there are many more than are read at once", async () => {
    const names = Array.from({ length: 150 }, (_, index) => `bucket-${index}`);
    account(...names);
    const listed = await collect(buckets.list(TARGET, NO_TAGS));
    expect(listed.map(({ resource }) => resource.name).sort()).toEqual([...names].sort());
  });

  it("gives each bucket its ARN, type, account and own Region", async () => {
    s3.on(ListBucketsCommand).resolves({ Buckets: [{ Name: "ledger", BucketRegion: "eu-central-1" }] });
    s3.on(GetBucketEncryptionCommand).resolves(encryption("aws:kms", "alias/ledger"));
    expect(await collect(buckets.list({ ...TARGET, partition: "aws-cn" }, NO_TAGS))).toEqual([
      {
        resource: {
          arn: "arn:aws-cn:s3:::ledger",
          type: "AWS::S3::Bucket",
          name: "ledger",
          accountId: TARGET.accountId,
          region: "eu-central-1",
          tags: {},
        },
        facts: { algorithm: "aws:kms", kmsKeyId: "alias/ledger", bucketKeyEnabled: true },
      },
    ]);
  });

  it("reads each bucket through a client of the bucket's Region, and as its owner's", async () => {
    s3.on(ListBucketsCommand).resolves({
      Buckets: [
        { Name: "near", BucketRegion: "us-east-1" },
        { Name: "far", BucketRegion: "me-south-1" },
        { Name: "unsaid" },
      ],
    });
    s3.on(GetBucketEncryptionCommand).resolves(encryption("AES256"));
    s3.on(GetBucketTaggingCommand).resolves({ TagSet: [] });
    await collect(buckets.list(TARGET, WITH_TAGS));
    for (const calls of [
      s3.commandCalls(GetBucketEncryptionCommand),
      s3.commandCalls(GetBucketTaggingCommand),
    ]) {
      const read = await Promise.all(
        calls.map(async ({ thisValue, args: [{ input }] }) => [
          input.Bucket,
          await (thisValue as S3Client).config.region(),
          input.ExpectedBucketOwner,
        ]),
      );
      expect(read.sort()).toEqual([
        ["far", "me-south-1", TARGET.accountId],
        ["near", "us-east-1", TARGET.accountId],
        ["unsaid", TARGET.region, TARGET.accountId],
      ]);
    }
  });

  it("throws what the second page throws", async () => {
    s3.on(GetBucketEncryptionCommand).resolves(encryption("AES256"));
    s3.on(ListBucketsCommand, { ContinuationToken: undefined })
      .resolves({ Buckets: [{ Name: "one" }], ContinuationToken: "second" })
      .on(ListBucketsCommand, { ContinuationToken: "second" })
      .rejects(serviceError("SlowDown", 503));
    await expect(collect(buckets.list(TARGET, NO_TAGS))).rejects.toThrow("SlowDown");
  });
});

describe("a bucket that cannot be read", () => {
  it.each(["AccessDenied", "IllegalLocationConstraintException", "SlowDown"])(
    "is yielded with its %s, and the others are read",
    async (name) => {
      account("one", "refusing", "three");
      s3.on(GetBucketEncryptionCommand, { Bucket: "refusing" }).rejects(serviceError(name, 403));
      const listed = await collect(buckets.list(TARGET, NO_TAGS));
      expect(listed.map((one) => [one.resource.name, errorOf(one)])).toEqual([
        ["one", undefined],
        ["refusing", name],
        ["three", undefined],
      ]);
    },
  );

  it.each<[string, () => void]>([
    [
      "its encryption",
      () =>
        s3.on(GetBucketEncryptionCommand, { Bucket: "deleted" }).rejects(serviceError("NoSuchBucket", 404)),
    ],
    [
      "its tags",
      () => s3.on(GetBucketTaggingCommand, { Bucket: "deleted" }).rejects(serviceError("NoSuchBucket", 404)),
    ],
  ])("is left out when it was deleted before %s could be read", async (_what, remove) => {
    account("one", "deleted");
    s3.on(GetBucketTaggingCommand).resolves({ TagSet: [] });
    remove();
    const listed = await collect(buckets.list(TARGET, WITH_TAGS));
    expect(listed.map(({ resource }) => resource.name)).toEqual(["one"]);
  });
});

it("the ARN of a bucket that is no more is the one it had while it was listed", async () => {
  account("ledger");
  const [listed] = await collect(buckets.list(TARGET, NO_TAGS));
  expect(buckets.arnOf(TARGET, { resourceType: "AWS::S3::Bucket", resourceId: "ledger" })).toBe(
    listed?.resource.arn,
  );
});
