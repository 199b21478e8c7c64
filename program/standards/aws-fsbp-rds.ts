import type { StandardControl } from "./control";

const SECURITY_HUB = "AWS Security Hub, AWS Foundational Security Best Practices v1.0.0";

/** AWS Foundational Security Best Practices for RDS. */
export const FSBP_RDS: readonly StandardControl[] = [
  {
    number: "RDS.1",
    title: "RDS snapshot should be private",
    rules: { "rds-no-public-snapshots": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.2",
    title: "DB instances should prohibit public access",
    rules: { "rds-no-public-access": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.3",
    title: "DB instances should have encryption at rest",
    rules: { "rds-storage-encrypted": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.4",
    title: "Cluster and database snapshots should be encrypted",
    rules: { "rds-snapshots-encrypted": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.5",
    title: "DB instances: multiple Availability Zones",
    rules: { "rds-multi-az": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.6",
    title: "Enhanced monitoring for DB instances",
    rules: { "rds-enhanced-monitoring": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.7",
    title: "RDS clusters should have deletion protection",
    rules: { "rds-cluster-deletion-protection": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.8",
    title: "DB instances should have deletion protection",
    rules: { "rds-deletion-protection": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.9",
    title: "DB instances should publish logs to CloudWatch Logs",
    rules: { "rds-logging": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.10",
    title: "IAM authentication for RDS instances",
    rules: { "rds-iam-authentication": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.11",
    title: "RDS instances should have automatic backups",
    rules: { "rds-instance-backups": { backupRetentionMinimum: "7", checkReadReplicas: "false" } },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.12",
    title: "IAM authentication for RDS clusters",
    rules: { "rds-cluster-iam-authentication": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.13",
    title: "Automatic minor version upgrades",
    rules: { "rds-minor-version-upgrades": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.14",
    title: "Aurora clusters should have backtracking",
    rules: { "rds-aurora-backtracking": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.15",
    title: "DB clusters: multiple Availability Zones",
    rules: { "rds-cluster-multi-az": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.16",
    title: "Aurora clusters should copy tags to snapshots",
    whyNotChecked:
      "AWS Config has no managed rule for tags of Aurora snapshots; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.17",
    title: "DB instances should copy tags to snapshots",
    whyNotChecked:
      "AWS Config has no managed rule for tags of DB snapshots; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.19",
    title: "Event subscriptions for critical cluster events",
    whyNotChecked:
      "AWS Config has no managed rule for RDS event subscriptions; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.20",
    title: "Event subscriptions for critical instance events",
    whyNotChecked:
      "AWS Config has no managed rule for RDS event subscriptions; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.21",
    title: "Event subscription for parameter group events",
    whyNotChecked:
      "AWS Config has no managed rule for RDS event subscriptions; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.22",
    title: "Event subscription for security group events",
    whyNotChecked:
      "AWS Config has no managed rule for RDS event subscriptions; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.23",
    title: "RDS should not use an engine's default port",
    whyNotChecked:
      "AWS Config has no managed rule for the ports of databases; Security Hub checks it by a rule of its own.",
  },
  {
    number: "RDS.24",
    title: "Clusters should use a custom administrator username",
    rules: { "rds-cluster-admin-name": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.25",
    title: "Instances should use a custom administrator username",
    rules: { "rds-instance-admin-name": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.27",
    title: "DB clusters should be encrypted at rest",
    rules: { "rds-cluster-encrypted": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.34",
    title: "Aurora MySQL clusters should publish audit logs",
    rules: { "rds-aurora-mysql-audit-export": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.35",
    title: "DB clusters: automatic minor version upgrade",
    rules: { "rds-cluster-minor-version-upgrades": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.36",
    title: "PostgreSQL instances should publish logs",
    rules: { "rds-postgresql-logs": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.37",
    title: "Aurora PostgreSQL clusters should publish logs",
    rules: { "rds-aurora-postgresql-logs": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.40",
    title: "SQL Server instances should publish logs",
    rules: { "rds-sqlserver-logs": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.41",
    title: "SQL Server instances: encryption in transit",
    rules: { "rds-sqlserver-tls": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.42",
    title: "MariaDB instances should publish logs",
    rules: { "rds-mariadb-logs": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.43",
    title: "DB proxies should require TLS",
    rules: { "rds-proxy-tls": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.44",
    title: "MariaDB instances: encryption in transit",
    rules: { "rds-mariadb-tls": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.45",
    title: "Aurora MySQL clusters should have audit logging",
    rules: { "rds-aurora-mysql-audit": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.46",
    title: "DB instances not in public subnets with a route to an internet gateway",
    rules: { "rds-private-subnets": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.47",
    title: "PostgreSQL clusters should copy tags to snapshots",
    rules: { "rds-postgresql-snapshot-tags": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.48",
    title: "MySQL clusters should copy tags to snapshots",
    rules: { "rds-mysql-snapshot-tags": {} },
    source: SECURITY_HUB,
  },
  {
    number: "RDS.50",
    title: "DB clusters should have enough backup retention",
    rules: { "rds-cluster-backups": { minimumBackupRetentionPeriod: "7" } },
    source: SECURITY_HUB,
  },
];
