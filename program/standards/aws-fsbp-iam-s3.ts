import type { StandardControl } from "./control";

const SECURITY_HUB = "AWS Security Hub, AWS Foundational Security Best Practices v1.0.0";

/** AWS Foundational Security Best Practices for the account, IAM and S3. */
export const FSBP_IAM_S3: readonly StandardControl[] = [
  {
    number: "Account.1",
    title: "Security contact information should be provided",
    rules: { "iam-security-contact": {} },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.1",
    title: 'IAM policies should not allow full "*" administrative privileges',
    rules: { "iam-no-admin-policies": { excludePermissionBoundaryPolicy: "true" } },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.2",
    title: "IAM users should not have IAM policies attached",
    rules: { "iam-user-no-policies": {} },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.3",
    title: "Access keys should be rotated every 90 days or less",
    rules: { "iam-access-keys-rotated": { maxAccessKeyAge: "90" } },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.4",
    title: "IAM root user access key should not exist",
    rules: { "iam-root-access-key": {} },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.5",
    title: "MFA for all IAM users that have a console password",
    rules: { "iam-console-mfa": {} },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.6",
    title: "Hardware MFA for the root user",
    rules: { "iam-root-hardware-mfa": {} },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.7",
    title: "Password policies should have strong configurations",
    rules: {
      "iam-password-policy": {
        RequireUppercaseCharacters: "true",
        RequireLowercaseCharacters: "true",
        RequireSymbols: "true",
        RequireNumbers: "true",
        MinimumPasswordLength: "8",
      },
    },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.8",
    title: "Unused IAM user credentials should be removed",
    rules: { "iam-unused-credentials": { maxCredentialUsageAge: "90" } },
    source: SECURITY_HUB,
  },
  {
    number: "IAM.21",
    title: "Customer managed policies should not allow wildcard actions for services",
    rules: { "iam-no-full-service-access": { excludePermissionBoundaryPolicy: "true" } },
    source: SECURITY_HUB,
  },
  {
    number: "S3.1",
    title: "Buckets should have block public access settings enabled (account)",
    rules: { "s3-account-public-access-block": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.2",
    title: "Buckets should block public read access",
    rules: { "s3-no-public-read": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.3",
    title: "Buckets should block public write access",
    rules: { "s3-no-public-write": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.5",
    title: "Buckets should require requests to use SSL",
    rules: { "s3-tls-only": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.6",
    title: "Bucket policies should restrict access to other accounts",
    rules: { "s3-no-foreign-administration": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.8",
    title: "Buckets should block public access",
    rules: { "s3-bucket-public-access-block": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.9",
    title: "Buckets should have server access logging",
    rules: { "s3-access-logging": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.12",
    title: "ACLs should not be used to manage user access",
    rules: { "s3-no-acls": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.13",
    title: "Buckets should have Lifecycle configurations",
    rules: { "s3-lifecycle": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.19",
    title: "Access points should have block public access",
    rules: { "s3-access-point-public-access-block": {} },
    source: SECURITY_HUB,
  },
  {
    number: "S3.24",
    title: "Multi-Region Access Points should have block public access",
    whyNotChecked:
      "AWS Config has no managed rule for Multi-Region Access Points; Security Hub checks it by a rule of its own.",
  },
  {
    number: "S3.25",
    title: "Directory buckets should have lifecycle configurations",
    rules: { "s3-directory-bucket-lifecycle": {} },
    source: SECURITY_HUB,
  },
];
