/** The registry of the custom rules: functions, permissions, settings, recorder, emulator and benchmarks follow it. */

import * as pulumi from "@pulumi/pulumi";
import type { ScannedRegions } from "../lambdas/common/deployment/settings";
import type { Rule } from "../lambdas/common/rule/rule";
import type { DiscoveryScope } from "../lambdas/common/rule/scope";
import { type Ec2TagParameters, ec2RequiredTags } from "../lambdas/ec2-tags/rule";
import { type RdsBackupParameters, rdsAutomatedBackups } from "../lambdas/rds-backups/rule";
import {
  BUCKET_ENCRYPTIONS,
  type BucketEncryption,
  type S3EncryptionParameters,
  s3BucketEncryption,
} from "../lambdas/s3-encryption/rule";
import { inRegions, type Statement } from "./policies";
import { FIXED_TAGS } from "./tags";

/** A custom rule as the stack deploys it. */
export interface CustomRule<Parameters extends object = object> {
  readonly rule: Omit<Rule<never, Parameters>, "judge">;
  /** The one of `lambdas/` that has its handler. */
  readonly folder: string;
  /** What the name of its function begins with. */
  readonly functionName: string;
  /** Its parameters by default. Each is a setting of the stack, under the same name. */
  readonly defaults: Parameters;
  /** The actions that the reading of its live resources takes. */
  readonly reads: (where: Surroundings) => readonly Statement[];
  /** What a stack with these parameters is warned of. */
  doubts?(parameters: Parameters, stack: { readonly kmsKeyArn?: string }): readonly string[];
}

/** Where a rule's resources are read. */
export interface Surroundings {
  readonly accountId: pulumi.Input<string>;
  /** The deployment's. */
  readonly region: string;
  readonly regions: ScannedRegions;
  readonly discoveryScope: DiscoveryScope;
  readonly ownerTag: string | undefined;
  /** Whether of named Regions those are looked up that are enabled, as in every account of an organization. */
  readonly looksUpRegions?: boolean;
}

const EC2_TAGS = {
  rule: ec2RequiredTags,
  folder: "ec2-tags",
  functionName: "ec2-tag-evaluator",
  defaults: { requiredTags: Object.keys(FIXED_TAGS).map((key) => ({ key })) },
  // DescribeInstances knows no resources in policies.
  reads: (where) => readsAll("ec2:DescribeInstances", where),
} as const satisfies CustomRule<Ec2TagParameters>;

const S3_ENCRYPTION = {
  rule: s3BucketEncryption,
  folder: "s3-encryption",
  functionName: "s3-encryption-evaluator",
  defaults: { minimumBucketEncryption: "AES256" },
  reads: ({ discoveryScope, ownerTag }) => [
    // ListBuckets knows no resources in policies.
    { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" },
    {
      Effect: "Allow",
      Action:
        discoveryScope === "environment" || ownerTag !== undefined
          ? ["s3:GetEncryptionConfiguration", "s3:GetBucketTagging"]
          : "s3:GetEncryptionConfiguration",
      // Buckets, whatever they are called, and no objects: those have a / in their ARN and other actions.
      Resource: "arn:aws:s3:::*",
    },
  ],
  doubts: ownBucketsTooWeak,
} as const satisfies CustomRule<S3EncryptionParameters>;

const RDS_BACKUPS = {
  rule: rdsAutomatedBackups,
  folder: "rds-backups",
  functionName: "rds-backup-evaluator",
  defaults: { minimumBackupRetentionDays: 1, checkReadReplicas: false },
  // A call that names no database is checked against db:* or cluster:* of its account and Region
  // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html).
  reads: (where) => [
    {
      Effect: "Allow",
      Action: "rds:DescribeDBInstances",
      Resource: inEach(where, (region) => pulumi.interpolate`arn:aws:rds:${region}:${where.accountId}:db:*`),
    },
    {
      Effect: "Allow",
      Action: "rds:DescribeDBClusters",
      Resource: inEach(
        where,
        (region) => pulumi.interpolate`arn:aws:rds:${region}:${where.accountId}:cluster:*`,
      ),
    },
    ...lookUpRegions(where),
  ],
} as const satisfies CustomRule<RdsBackupParameters>;

/** Every custom rule. */
export const CUSTOM_RULES = [EC2_TAGS, S3_ENCRYPTION, RDS_BACKUPS] as const satisfies readonly CustomRule[];

/** An action that knows no resources, in the Regions that are scanned, and what it takes to know those. */
export function readsAll(action: string, where: Surroundings): Statement[] {
  const { regions } = where;
  const Condition = regions !== "all" && regions.length > 1 && { Condition: inRegions(regions) };
  return [{ Effect: "Allow", Action: action, Resource: "*", ...Condition }, ...lookUpRegions(where)];
}

/** What is granted in each Region that is scanned. */
function inEach({ regions }: Surroundings, arn: (region: string) => pulumi.Output<string>) {
  const arns = (regions === "all" ? ["*"] : regions).map(arn);
  return arns.length === 1 && arns[0] ? arns[0] : arns;
}

/** Only where the settings do not name all there is to know, and DescribeRegions knows no resources in policies. */
function lookUpRegions({ region, regions, looksUpRegions = regions === "all" }: Surroundings): Statement[] {
  if (!looksUpRegions) return [];
  return [{ Effect: "Allow", Action: "ec2:DescribeRegions", Resource: "*", Condition: inRegions([region]) }];
}

/** The stack's buckets are resources of the account like any others, and evaluated. */
function ownBucketsTooWeak(
  { minimumBucketEncryption: minimum }: S3EncryptionParameters,
  { kmsKeyArn }: { readonly kmsKeyArn?: string },
): string[] {
  const own: BucketEncryption = kmsKeyArn === undefined ? "AES256" : "aws:kms";
  if (BUCKET_ENCRYPTIONS.indexOf(own) >= BUCKET_ENCRYPTIONS.indexOf(minimum)) return [];
  const remedy =
    minimum === "aws:kms" ? "set kmsKeyArn, or accept it by an exception" : "accept it by an exception";
  return [
    `minimumBucketEncryption is ${minimum}, and the stack's own buckets have ${own}: they will fail ` +
      `${s3BucketEncryption.name}; ${remedy}`,
  ];
}
