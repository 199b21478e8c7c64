/** Rules that Prowler names together, at several requirements of PCI DSS. */

import { by } from "./control";

/** What logs. */
export const LOGS = by(
  "rds-aurora-mysql-audit-export",
  "rds-logging",
  "s3-access-logging",
  "ec2-vpc-flow-logs",
);

/** What asks for MFA. */
export const MFA = by(
  "iam-user-mfa",
  "iam-console-mfa",
  "iam-root-hardware-mfa",
  "iam-root-mfa",
  "s3-mfa-delete",
);

/** What keeps data from everybody. */
export const NOT_PUBLIC = by(
  "ec2-no-public-snapshots",
  "rds-no-public-access",
  "rds-no-public-snapshots",
  "s3-access-point-public-access-block",
  "s3-account-public-access-block",
  "s3-bucket-public-access-block",
  "s3-mfa-delete",
  "s3-no-public-read",
  "s3-no-public-write",
);

/** What keeps networks and buckets closed. */
export const PERIMETER = by(
  "ec2-transit-gateway-attachments",
  "ec2-no-open-ssh",
  "ec2-network-acl-admin-ports",
  "rds-no-public-access",
  "s3-access-point-public-access-block",
  "s3-account-public-access-block",
  "s3-bucket-public-access-block",
  "s3-no-public-read",
  "s3-no-public-write",
  "ec2-vpc-endpoint-ec2",
  "ec2-network-acl-used",
  "ec2-open-ports-authorized",
);

/** The same, with VPN connections. */
export const PERIMETER_AND_VPN = { ...PERIMETER, ...by("ec2-vpn-tunnels-up") };

/** What gives everybody an identity of their own. */
export const OWN_IDENTITIES = by("iam-support-role", "iam-root-access-key", "iam-user-in-group");

/** What grants no more than is needed. */
export const LEAST_PRIVILEGE = by(
  "iam-account-in-organization",
  "ec2-instance-profile",
  "iam-no-administrator-access",
  "iam-support-role",
  "iam-no-admin-policies",
  "iam-no-full-service-access",
  "iam-user-no-policies",
  "rds-cluster-iam-authentication",
  "rds-iam-authentication",
  "s3-no-acls",
  "s3-no-foreign-administration",
);

/** The same, with the root user and groups. */
export const LEAST_PRIVILEGE_AND_ROOT = {
  ...LEAST_PRIVILEGE,
  ...by("iam-root-access-key", "iam-user-in-group"),
};
