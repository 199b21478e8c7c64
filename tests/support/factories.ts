import type { AlertContext, AlertEntries, AlertEntry } from "../../lambdas/common/alerts/alert-message";
import type { RowContext } from "../../lambdas/common/history/row";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { type Exception, RuleExceptions } from "../../lambdas/common/rule/exceptions";
import type { Judgement, Resource } from "../../lambdas/common/rule/judgement";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";
export const RULE = "s3-bucket-encryption";
export const INSTANT = "2026-11-24T06:00:00.000Z";

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

export function bucket(name = "ledger"): Resource {
  return {
    arn: bucketArn(name),
    type: "AWS::S3::Bucket",
    name,
    accountId: ACCOUNT,
    region: REGION,
    tags: {},
  };
}

export function exception(change: Partial<Exception> = {}): Exception {
  return {
    rule: RULE,
    resource: bucketArn("ledger"),
    reason: "moves to KMS with the next release",
    owner: "payments",
    approver: "ciso",
    ticket: "SEC-1",
    expires: "2027-03-31",
    ...change,
  };
}

export function failing(change: Partial<Judgement> = {}): Judgement {
  return {
    complianceType: "NON_COMPLIANT",
    annotation: "Default encryption is AES256, at least aws:kms is required.",
    observed: { algorithm: "AES256" },
    ...change,
  };
}

export function rowContext(change: Partial<RowContext> & { exceptionList?: Exception[] } = {}): RowContext {
  const { exceptionList = [], ...others } = change;
  return {
    rule: { name: RULE, version: "1" },
    parametersHash: "0".repeat(64),
    exceptions: new RuleExceptions(exceptionList, RULE),
    trigger: "sweep",
    instant: INSTANT,
    ...others,
  };
}

/** The row of a bucket that fails as it did before. */
export function row(change: Partial<EvaluationRow> = {}): EvaluationRow {
  const name = change.resource_name ?? "ledger";
  return {
    resource_id: bucketArn(name),
    evaluation_timestamp: `${INSTANT}#${RULE}`,
    rule: RULE,
    rule_version: "1",
    parameters_hash: "0".repeat(64),
    rule_shard: `${RULE}#0`,
    resource_type: "AWS::S3::Bucket",
    resource_name: name,
    account_id: ACCOUNT,
    region: REGION,
    compliance_type: "NON_COMPLIANT",
    annotation: "Default encryption is AES256, at least aws:kms is required.",
    observed: { algorithm: "AES256" },
    trigger: "sweep",
    observed_at: INSTANT,
    transition: "ongoing",
    ...change,
  };
}

export const REPORT_LINK =
  "https://us-east-1.console.aws.amazon.com/s3/object/compliance-reports-111122223333-prod" +
  "?region=us-east-1&prefix=reports/latest.html";

export function alertContext(change: Partial<AlertContext> = {}): AlertContext {
  return {
    rule: RULE,
    title: "S3 buckets encrypt new objects strongly enough",
    remediation: "Set the bucket's default encryption to the required algorithm.",
    severity: "high",
    environmentSuffix: "prod",
    accounts: [ACCOUNT],
    regions: [REGION],
    reportUri: "s3://compliance-reports-111122223333-prod/reports/latest.html",
    reportLink: REPORT_LINK,
    ...change,
  };
}

export function entry(change: Partial<AlertEntry> = {}): AlertEntry {
  const name = change.name ?? "ledger";
  return {
    resource: bucketArn(name),
    name,
    type: "AWS::S3::Bucket",
    account: ACCOUNT,
    region: REGION,
    annotation: "Default encryption is AES256, at least aws:kms is required.",
    ...change,
  };
}

export function entries(...list: AlertEntry[]): AlertEntries {
  return { entries: list, count: list.length };
}
