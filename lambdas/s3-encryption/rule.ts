/**
 * s3-bucket-encryption: what a bucket does with objects that come without a word on encryption.
 *
 * Parameters: `minimumBucketEncryption`, one of AES256 < aws:kms < aws:kms:dsse. Since January 2023 every
 * bucket has at least AES256 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html),
 * so that "is encrypted" is no question any more, and "how strongly" is.
 *
 * 1. Default encryption at least as strong as the minimum     COMPLIANT
 * 2. Weaker default encryption                                NON_COMPLIANT
 * 3. S3 answers and names no default encryption               as AES256, with a remark
 * 4. S3 says that there is none (no more, but it can)         NON_COMPLIANT
 * 5. An algorithm this rule does not know                     ERROR: neither strong nor weak
 */

import type { InferOutput } from "valibot";
import type { Judgement } from "../common/rule/judgement";
import type { Rule } from "../common/rule/rule";
import { check, fields, oneOf } from "../common/values/check";

/** What the rule needs to know of a bucket. */
export interface BucketFacts {
  /** S3's `SSEAlgorithm`; undefined when S3 says that the bucket has no default encryption. */
  readonly algorithm?: string;
  /** S3 named no algorithm: it is the one that every bucket has. */
  readonly isImplied?: boolean;
  /** Key id, alias or ARN, not validated by S3; undefined means the AWS-managed key. */
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
}

/** The rule; the scenarios above are its whole judgement. */
export const s3BucketEncryption: Rule<BucketFacts, S3EncryptionParameters> = {
  name: "s3-bucket-encryption",
  version: "2",
  title: "S3 buckets encrypt new objects strongly enough",
  severity: "high",
  remediation:
    "Set the bucket's default encryption to the required algorithm; objects stored before keep theirs.",
  resourceTypes: ["AWS::S3::Bucket"],
  // SOC 2: the criterion's point of focus on data at rest (AICPA, Trust Services Criteria 2017). PCI DSS: what AWS
  // Security Hub says of S3.17, which asks for a KMS key, as minimumBucketEncryption aws:kms does.
  controls: { "soc-2": ["CC6.1"], "pci-dss-4.0": ["3.5.1"] },

  parseParameters(input) {
    return check(PARAMETERS, input, "parameters", { within: "" });
  },

  judge(facts, { minimumBucketEncryption: minimum }): Judgement {
    const { algorithm, isImplied, kmsKeyId, bucketKeyEnabled } = facts;
    const observed = {
      algorithm: algorithm ?? null,
      ...(isImplied && { algorithmImplied: true }),
      kmsKeyId: kmsKeyId ?? null,
      bucketKeyEnabled: bucketKeyEnabled ?? false,
    };
    if (algorithm === undefined) {
      return {
        complianceType: "NON_COMPLIANT",
        annotation: `No default encryption, at least ${minimum} is required.`,
        observed,
      };
    }
    const strength = BUCKET_ENCRYPTIONS.indexOf(algorithm as BucketEncryption);
    if (strength < 0) {
      return {
        complianceType: "ERROR",
        errorCode: "UnknownEncryptionAlgorithm",
        annotation: `Default encryption is ${algorithm}, which this rule cannot rank.`,
        observed,
      };
    }
    const remark = isImplied ? " S3 names none for the bucket, and every bucket has at least AES256." : "";
    const enough = strength >= BUCKET_ENCRYPTIONS.indexOf(minimum);
    return {
      complianceType: enough ? "COMPLIANT" : "NON_COMPLIANT",
      annotation: `Default encryption is ${algorithm}, at least ${minimum} is required.${remark}`,
      observed,
    };
  },
};

/** Weakest to strongest. */
export const BUCKET_ENCRYPTIONS = ["AES256", "aws:kms", "aws:kms:dsse"] as const;

/** A default encryption that can be required. */
export type BucketEncryption = (typeof BUCKET_ENCRYPTIONS)[number];

const PARAMETERS = fields({ minimumBucketEncryption: oneOf(BUCKET_ENCRYPTIONS) });

/** Parameters of `s3-bucket-encryption`. */
export type S3EncryptionParameters = InferOutput<typeof PARAMETERS>;
