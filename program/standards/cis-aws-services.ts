import type { StandardControl } from "./control";

const SECURITY_HUB = "AWS Security Hub, mapping for CIS v3.0.0";

/** CIS AWS Foundations Benchmark 3.0, sections 2 to 5: storage, logging, monitoring and networking. */
export const CIS_SERVICES: readonly StandardControl[] = [
  {
    number: "2.1.1",
    title: "Ensure S3 Bucket Policy is set to deny HTTP requests",
    level: 2,
    rules: { "s3-tls-only": {} },
    source: SECURITY_HUB,
  },
  {
    number: "2.1.2",
    title: "Ensure MFA Delete is enabled on S3 buckets",
    level: 1,
    rules: { "s3-mfa-delete": {} },
    source: SECURITY_HUB,
  },
  {
    number: "2.1.3",
    title: "Ensure all data in Amazon S3 has been discovered, classified and secured when required",
    level: 2,
    whyNotChecked: "Whether data was discovered and classified is a matter of Amazon Macie and of people.",
  },
  {
    number: "2.1.4",
    title: "Ensure that S3 Buckets are configured with 'Block public access (bucket settings)'",
    level: 1,
    rules: { "s3-account-public-access-block": {}, "s3-bucket-public-access-block": {} },
    source: SECURITY_HUB,
  },
  {
    number: "2.2.1",
    title: "Ensure EBS Volume Encryption is Enabled in all Regions",
    level: 1,
    rules: { "ec2-ebs-default-encryption": {} },
    source: SECURITY_HUB,
    partly: "In the deployment's Region only.",
  },
  {
    number: "2.3.1",
    title: "Ensure that encryption is enabled for RDS Instances",
    level: 1,
    rules: { "rds-storage-encrypted": {} },
    source: SECURITY_HUB,
  },
  {
    number: "2.3.2",
    title: "Ensure Auto Minor Version Upgrade feature is Enabled for RDS Instances",
    level: 1,
    rules: { "rds-minor-version-upgrades": {} },
    source: SECURITY_HUB,
  },
  {
    number: "2.3.3",
    title: "Ensure that public access is not given to RDS Instance",
    level: 1,
    rules: { "rds-no-public-access": {} },
    source: SECURITY_HUB,
  },
  {
    number: "2.4.1",
    title: "Ensure that encryption is enabled for EFS file systems",
    whyNotChecked: "Is about EFS: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "3.1",
    title: "Ensure CloudTrail is enabled in all regions",
    whyNotChecked: "Is about CloudTrail: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "3.2",
    title: "Ensure CloudTrail log file validation is enabled",
    whyNotChecked: "Is about CloudTrail: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "3.3",
    title: "Ensure AWS Config is enabled in all regions",
    whyNotChecked: "Is about AWS Config itself, in all Regions: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "3.4",
    title: "Ensure S3 bucket access logging is enabled on the CloudTrail S3 bucket",
    level: 1,
    whyNotChecked:
      "Only the trail's bucket is meant, and no rule here knows which it is; s3-access-logging looks at every bucket.",
  },
  {
    number: "3.5",
    title: "Ensure CloudTrail logs are encrypted at rest using KMS CMKs",
    whyNotChecked: "Is about CloudTrail: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "3.6",
    title: "Ensure rotation for customer created symmetric CMKs is enabled",
    whyNotChecked: "Is about KMS: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "3.7",
    title: "Ensure VPC flow logging is enabled in all VPCs",
    level: 2,
    rules: { "ec2-vpc-flow-logs": { trafficType: "REJECT" } },
    source: SECURITY_HUB,
  },
  {
    number: "3.8",
    title: "Ensure that Object-level logging for write events is enabled for S3 bucket",
    level: 2,
    rules: { "s3-write-events-logged": {} },
    source: SECURITY_HUB,
  },
  {
    number: "3.9",
    title: "Ensure that Object-level logging for read events is enabled for S3 bucket",
    level: 2,
    rules: { "s3-read-events-logged": {} },
    source: SECURITY_HUB,
  },
  {
    number: "4.1",
    title: "Ensure a log metric filter and alarm exist for unauthorized API calls",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.2",
    title: "Ensure a log metric filter and alarm exist for Management Console sign-in without MFA",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.3",
    title: "Ensure a log metric filter and alarm exist for usage of 'root' account",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.4",
    title: "Ensure a log metric filter and alarm exist for IAM policy changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.5",
    title: "Ensure a log metric filter and alarm exist for CloudTrail configuration changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.6",
    title: "Ensure a log metric filter and alarm exist for AWS Management Console authentication failures",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.7",
    title:
      "Ensure a log metric filter and alarm exist for disabling or scheduled deletion of customer created CMKs",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.8",
    title: "Ensure a log metric filter and alarm exist for S3 bucket policy changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.9",
    title: "Ensure a log metric filter and alarm exist for AWS Config configuration changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.10",
    title: "Ensure a log metric filter and alarm exist for security group changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.11",
    title: "Ensure a log metric filter and alarm exist for changes to Network Access Control Lists (NACL)",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.12",
    title: "Ensure a log metric filter and alarm exist for changes to network gateways",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.13",
    title: "Ensure route table changes are monitored",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.14",
    title: "Ensure a log metric filter and alarm exist for VPC changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.15",
    title: "Ensure a log metric filter and alarm exists for AWS Organizations changes",
    whyNotChecked: "Is about CloudWatch alarms: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "4.16",
    title: "Ensure AWS Security Hub is enabled",
    whyNotChecked: "Is about AWS Security Hub: outside of IAM, EC2, RDS and S3.",
  },
  {
    number: "5.1",
    title: "Ensure no Network ACLs allow ingress from 0.0.0.0/0 to remote server administration ports",
    level: 1,
    rules: { "ec2-network-acl-admin-ports": {} },
    source: SECURITY_HUB,
  },
  {
    number: "5.2",
    title: "Ensure no security groups allow ingress from 0.0.0.0/0 to remote server administration ports",
    level: 1,
    rules: { "ec2-admin-ports-ipv4": {} },
    source: SECURITY_HUB,
  },
  {
    number: "5.3",
    title: "Ensure no security groups allow ingress from ::/0 to remote server administration ports",
    level: 1,
    rules: { "ec2-admin-ports-ipv6": {} },
    source: SECURITY_HUB,
  },
  {
    number: "5.4",
    title: "Ensure the default security group of every VPC restricts all traffic",
    level: 2,
    rules: { "ec2-default-security-group-closed": {} },
    source: SECURITY_HUB,
  },
  {
    number: "5.5",
    title: 'Ensure routing tables for VPC peering are "least access"',
    level: 2,
    whyNotChecked:
      "What is least access depends on what the peered networks are for: the benchmark asks people.",
  },
  {
    number: "5.6",
    title: "Ensure that EC2 Metadata Service only allows IMDSv2",
    level: 1,
    rules: { "ec2-imdsv2": {} },
    source: SECURITY_HUB,
  },
];
