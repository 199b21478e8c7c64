/** The resources that the benchmarks are about, known by nothing but a number. */

import type { Judgement, Resource } from "../lambdas/common/rule/judgement";
import { type Ec2TagParameters, ec2RequiredTags } from "../lambdas/ec2-tags/rule";
import { type RdsBackupParameters, rdsAutomatedBackups } from "../lambdas/rds-backups/rule";
import { type S3EncryptionParameters, s3BucketEncryption } from "../lambdas/s3-encryption/rule";
import type { CUSTOM_RULES } from "../program/rules";

/** The account that they are in. */
export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

/** A rule and what the resources under it are like. */
export interface Kind {
  readonly rule: (typeof CUSTOM_RULES)[number]["rule"];
  readonly type: string;
  /** What the ARNs of its resources begin with. */
  readonly arn: string;
  /** What the rule says of one, passing or failing. */
  readonly judge: (failing: boolean, parameters: unknown) => Judgement;
}

/** One for each custom rule that the benchmarks are about. */
export const KINDS: readonly Kind[] = [
  {
    rule: ec2RequiredTags,
    type: "AWS::EC2::Instance",
    arn: `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-`,
    judge: (failing, parameters) => {
      const standard = parameters as Ec2TagParameters;
      const tags = Object.fromEntries(tagKeys(standard, failing).map((key) => [key, "value"]));
      return ec2RequiredTags.judge({ state: "running", tags }, standard);
    },
  },
  {
    rule: s3BucketEncryption,
    type: "AWS::S3::Bucket",
    arn: "arn:aws:s3:::bucket-",
    judge: (failing, parameters) =>
      s3BucketEncryption.judge(
        failing ? {} : { algorithm: "aws:kms:dsse", bucketKeyEnabled: false },
        parameters as S3EncryptionParameters,
      ),
  },
  {
    rule: rdsAutomatedBackups,
    type: "AWS::RDS::DBInstance",
    arn: `arn:aws:rds:${REGION}:${ACCOUNT}:db:db-`,
    judge: (failing, parameters) =>
      rdsAutomatedBackups.judge(
        {
          kind: "instance",
          status: "available",
          engine: "postgres",
          engineVersion: "17.6",
          backupRetentionDays: failing ? 0 : 35,
        },
        parameters as RdsBackupParameters,
      ),
  },
];

/** The required tags that an instance has; a failing one lacks the first. */
export function tagKeys({ requiredTags }: Ec2TagParameters, failing: boolean): string[] {
  return requiredTags.slice(failing ? 1 : 0).map(({ key }) => key);
}

/** The number that an ARN ends with, by which everything of a resource is known. */
export function indexOf(arn: string): number {
  return Number.parseInt(arn.slice(arn.lastIndexOf("-") + 1), 16);
}

/** How an ARN or an id ends with the number of the resource. */
export function idOf(index: number): string {
  return index.toString(16).padStart(17, "0");
}

/** The resource with that number. */
export function resourceOf({ type, arn }: Kind, index: number): Omit<Resource, "tags"> {
  return {
    arn: arn + idOf(index),
    type,
    name: `resource-${index}`,
    accountId: ACCOUNT,
    region: REGION,
  };
}
