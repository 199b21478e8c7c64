import type { StandardControl } from "./control";

const SECURITY_HUB = "AWS Security Hub, mapping for CIS v3.0.0";
const CIS_1_4 = "AWS Config conformance pack for CIS v1.4";

/** CIS AWS Foundations Benchmark 3.0, section 1: identity and access management. */
export const CIS_IAM: readonly StandardControl[] = [
  {
    number: "1.1",
    title: "Maintain current contact details",
    level: 1,
    whyNotChecked: "Contact details can be read by no rule: look at them under Account.",
  },
  {
    number: "1.2",
    title: "Ensure security contact information is registered",
    level: 1,
    rules: { "iam-security-contact": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.3",
    title: "Ensure security questions are registered in the AWS account",
    level: 1,
    whyNotChecked: "Security questions have no API, and AWS sets none up any more.",
  },
  {
    number: "1.4",
    title: "Ensure no 'root' user account access key exists",
    level: 1,
    rules: { "iam-root-access-key": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.5",
    title: "Ensure MFA is enabled for the 'root' user account",
    level: 1,
    rules: { "iam-root-mfa": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.6",
    title: "Ensure hardware MFA is enabled for the 'root' user account",
    level: 2,
    rules: { "iam-root-hardware-mfa": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.7",
    title: "Eliminate use of the 'root' user for administrative and daily tasks",
    level: 1,
    whyNotChecked: "No managed rule reads when the root user signed in last: look at the credential report.",
  },
  {
    number: "1.8",
    title: "Ensure IAM password policy requires minimum length of 14 or greater",
    level: 1,
    rules: { "iam-password-length": { MinimumPasswordLength: "14" } },
    alsoBy: { "iam-password-policy": { MinimumPasswordLength: "14" } },
    source: SECURITY_HUB,
  },
  {
    number: "1.9",
    title: "Ensure IAM password policy prevents password reuse",
    level: 1,
    rules: { "iam-password-reuse": { PasswordReusePrevention: "24" } },
    alsoBy: { "iam-password-policy": { PasswordReusePrevention: "24" } },
    source: SECURITY_HUB,
  },
  {
    number: "1.10",
    title:
      "Ensure multi-factor authentication (MFA) is enabled for all IAM users that have a console password",
    level: 1,
    rules: { "iam-console-mfa": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.11",
    title:
      "Do not setup access keys during initial user setup for all IAM users that have a console password",
    level: 1,
    whyNotChecked: "No managed rule tells when an access key was created: look at the credential report.",
  },
  {
    number: "1.12",
    title: "Ensure credentials unused for 45 days or greater are disabled",
    level: 1,
    rules: { "iam-unused-credentials": { maxCredentialUsageAge: "45" } },
    source: SECURITY_HUB,
  },
  {
    number: "1.13",
    title: "Ensure there is only one active access key available for any single IAM user",
    level: 1,
    whyNotChecked: "No managed rule counts the active access keys of a user: look at the credential report.",
  },
  {
    number: "1.14",
    title: "Ensure access keys are rotated every 90 days or less",
    level: 1,
    rules: { "iam-access-keys-rotated": { maxAccessKeyAge: "90" } },
    source: SECURITY_HUB,
  },
  {
    number: "1.15",
    title: "Ensure IAM Users Receive Permissions Only Through Groups",
    level: 1,
    rules: { "iam-user-no-policies": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.16",
    title: 'Ensure IAM policies that allow full "*:*" administrative privileges are not attached',
    level: 1,
    rules: { "iam-no-admin-policies": { excludePermissionBoundaryPolicy: "true" } },
    source: CIS_1_4,
    partly:
      "Customer-managed policies only, attached or not. AWS maps the rule to this control for version 1.4.",
  },
  {
    number: "1.17",
    title: "Ensure a support role has been created to manage incidents with AWS Support",
    level: 1,
    rules: { "iam-support-role": {} },
    source: SECURITY_HUB,
    partly: "A user or a group with the policy passes, too.",
  },
  {
    number: "1.18",
    title: "Ensure IAM instance roles are used for AWS resource access from instances",
    level: 2,
    rules: { "ec2-instance-profile": {} },
    source: CIS_1_4,
    partly: "Fails without a profile, even where none is needed. AWS maps the rule to this control for 1.4.",
  },
  {
    number: "1.19",
    title: "Ensure that all the expired SSL/TLS certificates stored in AWS IAM are removed",
    level: 1,
    rules: { "iam-server-certificates": {} },
    source: SECURITY_HUB,
  },
  {
    number: "1.20",
    title: "Ensure that IAM Access analyzer is enabled for all regions",
    level: 1,
    rules: { "iam-access-analyzer": {} },
    source: SECURITY_HUB,
    partly: "In the deployment's Region only.",
  },
  {
    number: "1.21",
    title: "Ensure IAM users are managed centrally via identity federation or AWS Organizations",
    level: 2,
    whyNotChecked:
      "Whether users are managed centrally is a matter of how the company works: the benchmark asks people.",
  },
  {
    number: "1.22",
    title: "Ensure access to AWSCloudShellFullAccess is restricted",
    level: 1,
    rules: { "iam-no-cloudshell-full-access": {} },
    source: SECURITY_HUB,
  },
];
