import { GetBucketEncryptionCommand, GetBucketTaggingCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { buckets } from "../../../lambdas/s3-encryption/buckets";
import { collect, errorOf, factsOf, serviceError, TARGET } from "../sources";
import { account, type Encryption, encryption, NO_TAGS, s3, WITH_TAGS } from "./s3-account";

beforeEach(() => s3.reset());

describe("what a bucket's encryption is", () => {
  const IMPLIED = { algorithm: "AES256", isImplied: true };

  it.each<[string, Encryption, object]>([
    ["has a rule", encryption("AES256"), { algorithm: "AES256", bucketKeyEnabled: true }],
    ["has no rules", { ServerSideEncryptionConfiguration: { Rules: [] } }, IMPLIED],
    ["has no configuration in the answer", {}, IMPLIED],
    [
      "has a rule that only says that there is a bucket key",
      { ServerSideEncryptionConfiguration: { Rules: [{ BucketKeyEnabled: true }] } },
      { ...IMPLIED, bucketKeyEnabled: true },
    ],
    [
      "has a rule that only blocks SSE-C",
      {
        ServerSideEncryptionConfiguration: {
          Rules: [{ BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] } }],
        },
      },
      IMPLIED,
    ],
    [
      "blocks SSE-C in one rule and encrypts in the next",
      {
        ServerSideEncryptionConfiguration: {
          Rules: [
            { BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] }, BucketKeyEnabled: false },
            { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" }, BucketKeyEnabled: true },
          ],
        },
      },
      { algorithm: "aws:kms", bucketKeyEnabled: true },
    ],
  ])("when it %s", async (_scenario, answer, facts) => {
    account("ledger");
    s3.on(GetBucketEncryptionCommand).resolves(answer);
    const [listed] = await collect(buckets.list(TARGET, NO_TAGS));
    expect(factsOf(listed)).toEqual(facts);
  });

  it("is none when S3 answers ServerSideEncryptionConfigurationNotFoundError", async () => {
    account("ledger");
    s3.on(GetBucketEncryptionCommand).rejects(
      serviceError("ServerSideEncryptionConfigurationNotFoundError", 404),
    );
    const [listed] = await collect(buckets.list(TARGET, NO_TAGS));
    expect(factsOf(listed)).toEqual({});
  });
});

describe("a bucket's tags", () => {
  it("are not asked for unless somebody needs them", async () => {
    account("ledger");
    const [listed] = await collect(buckets.list(TARGET, NO_TAGS));
    expect(s3.commandCalls(GetBucketTaggingCommand)).toHaveLength(0);
    expect(listed?.resource.tags).toEqual({});
  });

  it("are read when asked for", async () => {
    account("ledger");
    s3.on(GetBucketTaggingCommand).resolves({ TagSet: [{ Key: "Stage", Value: "prod" }] });
    const [listed] = await collect(buckets.list(TARGET, WITH_TAGS));
    expect(listed?.resource.tags).toEqual({ Stage: "prod" });
  });

  it("are none when S3 answers NoSuchTagSet", async () => {
    account("ledger");
    s3.on(GetBucketTaggingCommand).rejects(serviceError("NoSuchTagSet", 404));
    const [listed] = await collect(buckets.list(TARGET, WITH_TAGS));
    expect(factsOf(listed)).toEqual({ algorithm: "AES256", bucketKeyEnabled: true });
  });

  it("that are refused make an error of the bucket, not a bucket without tags", async () => {
    account("ledger");
    s3.on(GetBucketTaggingCommand).rejects(serviceError("AccessDenied", 403));
    const [listed] = await collect(buckets.list(TARGET, WITH_TAGS));
    expect(errorOf(listed)).toBe("AccessDenied");
  });
});

describe("finding buckets", () => {
  it("takes names and ARNs, and not what merely begins with the name", async () => {
    account("ledger", "ledger-archive", "other");
    const found = await collect(buckets.find(TARGET, ["ledger", "arn:aws:s3:::other"], NO_TAGS));
    expect(found.map(({ resource }) => resource.name)).toEqual(["ledger", "other"]);
    expect(s3.commandCalls(ListBucketsCommand).map(({ args }) => args[0].input.Prefix)).toEqual([
      "ledger",
      "other",
    ]);
    expect(s3.commandCalls(GetBucketEncryptionCommand)).toHaveLength(2);
  });

  it("finds a name on a later page", async () => {
    s3.on(GetBucketEncryptionCommand).resolves(encryption("AES256"));
    s3.on(ListBucketsCommand, { ContinuationToken: undefined })
      .resolves({ Buckets: [{ Name: "ledger-1" }], ContinuationToken: "second" })
      .on(ListBucketsCommand, { ContinuationToken: "second" })
      .resolves({ Buckets: [{ Name: "ledger" }] });
    const found = await collect(buckets.find(TARGET, ["ledger"], NO_TAGS));
    expect(found.map(({ resource }) => resource.name)).toEqual(["ledger"]);
  });

  it("finds nothing for a bucket that is no more, and reads nothing", async () => {
    account("other");
    expect(await collect(buckets.find(TARGET, ["ledger"], NO_TAGS))).toEqual([]);
    expect(s3.commandCalls(GetBucketEncryptionCommand)).toHaveLength(0);
  });
});
