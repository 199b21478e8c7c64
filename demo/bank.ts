import type { ConfigResource } from "../emulator/account/config-resources";
import type { Estate } from "../emulator/account/estate";
import { fault, s3Error } from "../emulator/account/faults";
import type { ManagedRules } from "../emulator/account/managed-rules";
import { ACCOUNT_ID } from "../emulator/account/moto";
import type { Interceptor } from "../emulator/account/proxy";
import type { Day } from "./day";

/** Key that the invented bank encrypts with; nothing ever uses it. */
const KMS_KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/7f3c9a52-0c1d-4e0b-9a77-5b1e60d4c8aa`;

/** The stack's settings, as the bank's compliance team would keep them. The exception ends ten days after the day. */
export function bankSettings(day: Day): Record<string, unknown> {
  return {
    environmentSuffix: "demo",
    alertEmail: "cloud-compliance@ledgerbank.example",
    standards: ["cis-aws-3.0"],
    managedRules: LEFT_OUT.map((name) => ({ name, enabled: false })),
    requiredTags: [
      { key: "Environment", values: ["Production", "Staging"] },
      { key: "Compliance" },
      { key: "ManagedBy" },
    ],
    minimumBucketEncryption: "aws:kms",
    minimumBackupRetentionDays: 7,
    kmsKeyArn: KMS_KEY_ARN,
    exceptions: [
      {
        rule: "s3-bucket-encryption",
        resource: `arn:aws:s3:::${EXCEPTED_BUCKET}`,
        reason: "Read-only archive of a closed business line; deleted with it",
        owner: "trading-platform@ledgerbank.example",
        approver: "ciso@ledgerbank.example",
        ticket: "RISK-1482",
        expires: day.at(2, 10 * 24 * 60).slice(0, 10),
      },
    ],
  };
}

/** Rules of the standard that the bank does without: the emulator takes about a second for each in every report. */
const LEFT_OUT = [
  "ec2-admin-ports-ipv6",
  "ec2-default-security-group-closed",
  "ec2-ebs-default-encryption",
  "ec2-imdsv2",
  "ec2-instance-profile",
  "ec2-network-acl-admin-ports",
  "iam-access-analyzer",
  "iam-no-cloudshell-full-access",
  "iam-password-reuse",
  "iam-security-contact",
  "iam-server-certificates",
  "iam-support-role",
  "iam-user-no-policies",
  "rds-minor-version-upgrades",
  "rds-no-public-access",
  "s3-mfa-delete",
  "s3-read-events-logged",
  "s3-write-events-logged",
];

export const EXCEPTED_BUCKET = "ledgerbank-trade-archive-2019";
/** The managed rule that the played AWS Config never evaluates. */
export const SILENT_RULE = "ec2-vpc-flow-logs";
const REFUSING_BUCKET = "ledgerbank-hr-files";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };

/**
 * The bank's account: every kind of verdict of the three custom rules.
 * @returns the id of the instance payments-api-1.
 */
export async function seedBank(estate: Estate): Promise<string> {
  const [payments = ""] = await estate.launch({ Name: "payments-api-1", ...TAGS });
  await estate.launch({ Name: "payments-api-2", ...TAGS });
  await estate.launch({ Name: "card-settlement", ...TAGS, Environment: "prod" });
  await estate.launch({ Name: "legacy-ftp", Environment: "Production" });
  const [loadTest = ""] = await estate.launch({ Name: "load-test" });
  await estate.terminate(loadTest);

  await estate.createBucket("ledgerbank-customer-statements", "aws:kms");
  await estate.createBucket("ledgerbank-statements-eu", "aws:kms:dsse", "eu-west-1");
  await estate.createBucket("ledgerbank-marketing-assets", "AES256");
  await estate.createBucket(EXCEPTED_BUCKET, "AES256");
  await estate.createBucket(REFUSING_BUCKET, "aws:kms");

  await estate.createDatabase("ledger-primary", { engine: "postgres", backupRetention: 14 });
  await estate.createReplica("ledger-reporting-replica", "ledger-primary");
  await estate.createDatabase("crm", { engine: "mysql", backupRetention: 0 });
  await estate.createDatabase("fraud-scoring", { engine: "postgres", backupRetention: 3 });
  await estate.createCluster("trading", "aurora-postgresql", 7);
  await estate.createDatabase("trading-writer", { engine: "aurora-postgresql", cluster: "trading" });
  await estate.createDatabase("trading-reader", { engine: "aurora-postgresql", cluster: "trading" });
  await estate.createDatabase("relationship-graph", { engine: "neptune" });
  return payments;
}

/** A bucket policy that denies the scanner, as one may deny even an administrator. */
export const refusingBucket: Interceptor = fault(
  { service: "s3", operation: "GetBucketEncryption", where: ({ path }) => path.includes(REFUSING_BUCKET) },
  s3Error("AccessDenied", "Access Denied", 403),
);

const ACCOUNT: ConfigResource = {
  resourceType: "AWS::::Account",
  resourceId: ACCOUNT_ID,
  resourceName: ACCOUNT_ID,
};

const POLICY: ConfigResource = {
  resourceType: "AWS::IAM::Policy",
  resourceId: "ANPAJQ4WQDEMODEPLOY77",
  resourceName: "deployment",
};

/** The user who will lose the MFA device. */
export const ADMINISTRATOR = iamUser("m.keller", "AIDAJQ4WQDEMOKELLER77");

const BATCH_OPERATOR = iamUser("batch-operator", "AIDAJQ4WQDEMOBATCH511");
const ANALYST = iamUser("p.novak", "AIDAJQ4WQDEMONOVAK023");

const STATEMENTS = bucket("ledgerbank-customer-statements");
const MARKETING = bucket("ledgerbank-marketing-assets");
const ADMIN_ACCESS = securityGroup("sg-0f3c2a9be10adc1f0", "admin-access");
const LEDGER = database("ledger-primary", "db-JQ4WQDEMOLEDGER77");
const CRM = database("crm", "db-JQ4WQDEMOCRM51102");

/** Managed rule → what it says of the invented bank: resource, whether it passes. */
const VERDICTS: Readonly<Record<string, readonly (readonly [ConfigResource, boolean])[]>> = {
  "iam-root-access-key": [[ACCOUNT, true]],
  "iam-root-mfa": [[ACCOUNT, true]],
  "iam-root-hardware-mfa": [[ACCOUNT, false]],
  "iam-password-length": [[ACCOUNT, true]],
  "iam-console-mfa": [
    [ADMINISTRATOR, true],
    [ANALYST, true],
    [BATCH_OPERATOR, false],
  ],
  "iam-access-keys-rotated": [
    [ADMINISTRATOR, true],
    [BATCH_OPERATOR, false],
  ],
  "iam-no-admin-policies": [[POLICY, true]],
  "iam-unused-credentials": [[ANALYST, true]],
  "s3-account-public-access-block": [[ACCOUNT, true]],
  "s3-bucket-public-access-block": [
    [STATEMENTS, true],
    [MARKETING, false],
  ],
  "s3-tls-only": [
    [STATEMENTS, true],
    [MARKETING, false],
  ],
  "ec2-admin-ports-ipv4": [[ADMIN_ACCESS, false]],
  "rds-storage-encrypted": [
    [LEDGER, true],
    [CRM, false],
  ],
};

/** Gives the managed rules their results, but for one that AWS Config has not come to yet. */
export function seedManagedRules(managedRules: ManagedRules, at: string): void {
  for (const [rule, verdicts] of Object.entries(VERDICTS)) {
    for (const [resource, passes] of verdicts) {
      managedRules.judge(rule, resource, passes ? "COMPLIANT" : "NON_COMPLIANT", at);
    }
  }
  managedRules.neverEvaluates(SILENT_RULE);
  managedRules.evaluated(at);
}

function iamUser(resourceName: string, resourceId: string): ConfigResource {
  return { resourceType: "AWS::IAM::User", resourceId, resourceName };
}

function bucket(name: string): ConfigResource {
  return { resourceType: "AWS::S3::Bucket", resourceId: name, resourceName: name };
}

function securityGroup(resourceId: string, resourceName: string): ConfigResource {
  return { resourceType: "AWS::EC2::SecurityGroup", resourceId, resourceName };
}

function database(resourceName: string, resourceId: string): ConfigResource {
  return { resourceType: "AWS::RDS::DBInstance", resourceId, resourceName };
}
