/** The resources that the benchmarks are about, known by nothing but a number. */

import type { Judgement, Resource } from "../lambdas/common/rule/judgement";
import { type Ec2TagParameters, ec2RequiredTags } from "../lambdas/ec2-tags/rule";
import { type RdsBackupParameters, rdsAutomatedBackups } from "../lambdas/rds-backups/rule";
import { type S3EncryptionParameters, s3BucketEncryption } from "../lambdas/s3-encryption/rule";
import { CATALOGUE } from "../program/managed-rules/catalogue";
import { resultTypes } from "../program/managed-rules/rule";

/** The account that they are in. */
export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";
/** Of the deployment that is measured. */
export const ENVIRONMENT_SUFFIX = "bench";

/** Where a resource lies. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** How many accounts and Regions the resources are spread over; the account and Region above alone unless given. */
export interface Spread {
  readonly accounts: number;
  readonly regions: number;
}

/** Those that are enabled in every account, the home Region first. */
export const REGIONS = [
  REGION,
  ...["us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"],
  ...["eu-west-1", "eu-central-1", "eu-west-2", "eu-west-3", "eu-north-1"],
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
] as const;

/** The accounts of an organization, the one above first. */
export function accountIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(Number(ACCOUNT) + index * 7_919));
}

/** Accounts and Regions, and which resource lies in which. */
export class Places {
  readonly all: readonly Place[];

  constructor({ accounts, regions }: Spread = { accounts: 1, regions: 1 }) {
    const ids = accountIds(accounts);
    this.all = REGIONS.slice(0, regions).flatMap((region) => ids.map((accountId) => ({ accountId, region })));
  }

  /** Each round begins one further, so that what every tenth resource has is not all in the same places. */
  of(index: number): Place {
    return this.all[this.numberOf(index)] as Place;
  }

  numberOf(index: number): number {
    return (index + Math.floor(index / this.all.length)) % this.all.length;
  }

  /** The numbers of the resources of one place, from the first to before the end. */
  indexesIn({ accountId, region }: Place, first: number, end: number): number[] {
    const count = this.all.length;
    const place = this.all.findIndex((one) => one.accountId === accountId && one.region === region);
    if (place < 0) return [];
    const rounds = Array.from({ length: Math.ceil(end / count) }, (_, round) => round);
    return rounds
      .map((round) => round * count + ((((place - round) % count) + count) % count))
      .filter((index) => index >= first && index < end);
  }
}

/** A rule and what the resources under it are like. */
export interface Kind {
  readonly rule: { readonly name: string; readonly version: string };
  readonly type: string;
  /** What the ARNs of its resources begin with. */
  readonly arn: (place: Place) => string;
  /** What the rule says of one, passing or failing. */
  readonly judge: (failing: boolean, parameters: unknown) => Judgement;
}

/** One for each custom rule that the benchmarks are about. */
export const CUSTOM_KINDS: readonly Kind[] = [
  {
    rule: ec2RequiredTags,
    type: "AWS::EC2::Instance",
    arn: ({ accountId, region }) => `arn:aws:ec2:${region}:${accountId}:instance/i-`,
    judge: (failing, parameters) => {
      const standard = parameters as Ec2TagParameters;
      const tags = Object.fromEntries(tagKeys(standard, failing).map((key) => [key, "value"]));
      return ec2RequiredTags.judge({ state: "running", tags }, standard);
    },
  },
  {
    rule: s3BucketEncryption,
    type: "AWS::S3::Bucket",
    arn: () => "arn:aws:s3:::bucket-",
    judge: (failing, parameters) =>
      s3BucketEncryption.judge(
        failing ? {} : { algorithm: "aws:kms:dsse", bucketKeyEnabled: false },
        parameters as S3EncryptionParameters,
      ),
  },
  {
    rule: rdsAutomatedBackups,
    type: "AWS::RDS::DBInstance",
    arn: ({ accountId, region }) => `arn:aws:rds:${region}:${accountId}:db:db-`,
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

/** One for each managed rule of more than the account, as the import writes what AWS Config says. */
const MANAGED_KINDS: readonly Kind[] = CATALOGUE.flatMap(({ name, identifier, ...rule }) => {
  const [type = ""] = resultTypes({ name, identifier, ...rule });
  if (type === "AWS::::Account") return [];
  const [, service = "", kind = ""] = type.toLowerCase().split("::");
  const judge = (failing: boolean): Judgement => {
    const complianceType = failing ? "NON_COMPLIANT" : "COMPLIANT";
    const annotation = `AWS's rule ${identifier} says ${complianceType}.`;
    return { complianceType, annotation, observed: { evaluatedBy: "AWS Config" } };
  };
  const arn = ({ accountId, region }: Place) => `arn:aws:${service}:${region}:${accountId}:${kind}/${name}-`;
  return [{ rule: { name, version: "aws-managed" }, type, arn, judge }];
});

/** All of them, the custom ones first. */
export const KINDS: readonly Kind[] = [...CUSTOM_KINDS, ...MANAGED_KINDS];

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
export function resourceOf({ type, arn }: Kind, index: number, place: Place): Omit<Resource, "tags"> {
  return { arn: arn(place) + idOf(index), type, name: `resource-${index}`, ...place };
}
