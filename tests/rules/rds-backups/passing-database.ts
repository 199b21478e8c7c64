import type { DatabaseFacts, RdsBackupParameters } from "../../../lambdas/rds-backups/rule";

/** What the rule finds good. */
export const passing: DatabaseFacts = {
  kind: "instance",
  status: "available",
  engine: "postgres",
  engineVersion: "16.3",
  backupRetentionDays: 7,
};

/** The rule's, as they are unless somebody sets others. */
export const parameters: RdsBackupParameters = { minimumBackupRetentionDays: 7, checkReadReplicas: false };
