import fc from "fast-check";
import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import {
  BUCKET_ENCRYPTIONS,
  type BucketEncryption,
  type BucketFacts,
  s3BucketEncryption,
} from "../../../lambdas/s3-encryption/rule";

const passing: BucketFacts = { algorithm: "aws:kms", kmsKeyId: "alias/payments", bucketKeyEnabled: true };

function judge(facts: BucketFacts, minimumBucketEncryption: BucketEncryption) {
  return s3BucketEncryption.judge(facts, { minimumBucketEncryption });
}

describe("the verdict on a bucket", () => {
  it.each<[string, BucketFacts, BucketEncryption, ComplianceType]>([
    ["AES256 where AES256 is the minimum", { algorithm: "AES256" }, "AES256", "COMPLIANT"],
    ["aws:kms where AES256 is the minimum", passing, "AES256", "COMPLIANT"],
    ["aws:kms:dsse where AES256 is the minimum", { algorithm: "aws:kms:dsse" }, "AES256", "COMPLIANT"],
    ["AES256 where aws:kms is the minimum", { algorithm: "AES256" }, "aws:kms", "NON_COMPLIANT"],
    ["aws:kms where aws:kms is the minimum", passing, "aws:kms", "COMPLIANT"],
    ["aws:kms:dsse where aws:kms is the minimum", { algorithm: "aws:kms:dsse" }, "aws:kms", "COMPLIANT"],
    ["AES256 where aws:kms:dsse is the minimum", { algorithm: "AES256" }, "aws:kms:dsse", "NON_COMPLIANT"],
    ["aws:kms where aws:kms:dsse is the minimum", passing, "aws:kms:dsse", "NON_COMPLIANT"],
    [
      "aws:kms:dsse where aws:kms:dsse is the minimum",
      { algorithm: "aws:kms:dsse" },
      "aws:kms:dsse",
      "COMPLIANT",
    ],
    ["aws:kms with the AWS-managed key", { algorithm: "aws:kms" }, "aws:kms", "COMPLIANT"],
    ["aws:kms without a bucket key", { ...passing, bucketKeyEnabled: false }, "aws:kms", "COMPLIANT"],
    ["no default encryption where the weakest is the minimum", {}, "AES256", "NON_COMPLIANT"],
    ["no default encryption where the strongest is the minimum", {}, "aws:kms:dsse", "NON_COMPLIANT"],
  ])("a bucket with %s", (_scenario, facts, minimum, complianceType) => {
    const judgement = judge(facts, minimum);
    expect(judgement.complianceType).toBe(complianceType);
    expect(judgement.annotation).toBe(
      facts.algorithm === undefined
        ? `No default encryption, at least ${minimum} is required.`
        : `Default encryption is ${facts.algorithm}, at least ${minimum} is required.`,
    );
    expect(judgement.errorCode).toBeUndefined();
  });

  it.each(["aws:fsx", "aws:backup", "aes256", "AWS:KMS", ""])(
    "an algorithm %j that nobody has ranked is neither a pass nor a failure",
    (algorithm) => {
      for (const minimum of BUCKET_ENCRYPTIONS) {
        expect(judge({ algorithm }, minimum)).toMatchObject({
          complianceType: "ERROR",
          errorCode: "UnknownEncryptionAlgorithm",
          annotation: `Default encryption is ${algorithm}, which this rule cannot rank.`,
          observed: { algorithm },
        });
      }
    },
  );

  it.each<[BucketEncryption, ComplianceType]>([
    ["AES256", "COMPLIANT"],
    ["aws:kms", "NON_COMPLIANT"],
    ["aws:kms:dsse", "NON_COMPLIANT"],
  ])("a bucket of which S3 names no default has AES256, and the verdict on %s says why", (minimum, type) => {
    const judgement = judge({ algorithm: "AES256", isImplied: true }, minimum);
    expect(judgement).toEqual({
      complianceType: type,
      annotation:
        `Default encryption is AES256, at least ${minimum} is required. ` +
        "S3 names none for the bucket, and every bucket has at least AES256.",
      observed: { algorithm: "AES256", algorithmImplied: true, kmsKeyId: null, bucketKeyEnabled: false },
    });
  });

  it("keeps algorithm, key and bucket key that it saw", () => {
    expect(judge(passing, "AES256").observed).toEqual({
      algorithm: "aws:kms",
      kmsKeyId: "alias/payments",
      bucketKeyEnabled: true,
    });
    expect(judge({}, "AES256").observed).toEqual({
      algorithm: null,
      kmsKeyId: null,
      bucketKeyEnabled: false,
    });
  });
});

describe("laws of the verdict", () => {
  const facts = fc.record({
    algorithm: fc.option(fc.oneof(fc.constantFrom<string>(...BUCKET_ENCRYPTIONS), fc.string()), {
      nil: undefined,
    }),
    kmsKeyId: fc.option(fc.string(), { nil: undefined }),
    bucketKeyEnabled: fc.option(fc.boolean(), { nil: undefined }),
  });
  const minimum = fc.constantFrom(...BUCKET_ENCRYPTIONS);

  it("a higher minimum never makes a failing bucket pass, nor an unknown algorithm known", () => {
    fc.assert(
      fc.property(facts, (bucket) => {
        const verdicts = BUCKET_ENCRYPTIONS.map((least) => judge(bucket, least).complianceType);
        const failsFrom = verdicts.findIndex((verdict) => verdict !== "COMPLIANT");
        if (failsFrom >= 0) expect(new Set(verdicts.slice(failsFrom)).size).toBe(1);
      }),
    );
  });

  it("neither the key nor the bucket key decides", () => {
    fc.assert(
      fc.property(facts, minimum, (bucket, least) => {
        const bare = judge({ algorithm: bucket.algorithm }, least);
        expect(judge(bucket, least).complianceType).toBe(bare.complianceType);
      }),
    );
  });
});

describe("parameters", () => {
  it.each(BUCKET_ENCRYPTIONS)("take %s as the minimum", (minimumBucketEncryption) => {
    expect(s3BucketEncryption.parseParameters({ minimumBucketEncryption })).toEqual({
      minimumBucketEncryption,
    });
  });

  it.each<[string, unknown, string]>([
    ["are missing", undefined, "parameters must be an object, not missing"],
    ["are null", null, "parameters must be an object, not null"],
    [
      "lack the minimum",
      {},
      "minimumBucketEncryption must be one of AES256, aws:kms, aws:kms:dsse, not missing",
    ],
    [
      "name an algorithm in another case",
      { minimumBucketEncryption: "aes256" },
      'minimumBucketEncryption must be one of AES256, aws:kms, aws:kms:dsse, not "aes256"',
    ],
    [
      "name an unknown algorithm",
      { minimumBucketEncryption: "aws:fsx" },
      'minimumBucketEncryption must be one of AES256, aws:kms, aws:kms:dsse, not "aws:fsx"',
    ],
    [
      "give a list",
      { minimumBucketEncryption: ["AES256"] },
      'minimumBucketEncryption must be one of AES256, aws:kms, aws:kms:dsse, not ["AES256"]',
    ],
    [
      "misspell the field",
      { minimumBucketEncryption: "AES256", minimumEncryption: "aws:kms" },
      "parameters has unknown minimumEncryption; allowed: minimumBucketEncryption",
    ],
  ])("that %s are refused with the field and what is allowed", (_scenario, input, message) => {
    expect(() => s3BucketEncryption.parseParameters(input)).toThrow(
      expect.objectContaining({ name: "InvalidInputError", message }),
    );
  });
});
