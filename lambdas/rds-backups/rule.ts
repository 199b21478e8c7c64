/**
 * rds-automated-backups: databases can be brought back to any moment of the last days.
 *
 * Parameters: `minimumBackupRetentionDays` (1 to 35; a retention of 0 means that automated backups are off,
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html)
 * and `checkReadReplicas`.
 *
 * 1. Instance or cluster being deleted                          NOT_APPLICABLE
 * 2. Neptune or DocumentDB, which the RDS API lists too         NOT_APPLICABLE
 * 3. Member of a cluster (Aurora, Multi-AZ cluster)             NOT_APPLICABLE: its cluster is judged
 * 4. Read replica, unless checkReadReplicas                     NOT_APPLICABLE
 * 5. Read replica of an engine that cannot back up replicas     NOT_APPLICABLE
 *    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html)
 * 6. RDS does not tell the retention                            ERROR
 * 7. Retention of at least the minimum                          COMPLIANT
 * 8. Shorter retention, or none                                 NON_COMPLIANT
 * In any other status than `available` the annotation of 7 and 8 says that no backups are made now.
 */

import * as v from "valibot";
import type { Judgement } from "../common/rule/judgement";
import type { Rule } from "../common/rule/rule";
import { BOOLEAN, check, fields, wholeNumber } from "../common/values/check";

/** What the rule needs to know of a database instance or cluster. */
export interface DatabaseFacts {
  readonly kind: "instance" | "cluster";
  /** RDS's status, such as `available`. */
  readonly status: string;
  readonly engine: string;
  readonly engineVersion: string;
  /** Undefined when RDS did not tell. */
  readonly backupRetentionDays?: number;
  /** A retention that was asked for and is not in force yet. */
  readonly pendingRetentionDays?: number;
  /** Instances: the cluster it is a member of. */
  readonly clusterIdentifier?: string;
  /** Instances: the database it is a read replica of. */
  readonly replicaOf?: string;
}

/**
 * Automated backups are made in the state `available` only, which a backup turns into `backing-up`
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html).
 */
const BACKED_UP_STATUSES = ["available", "backing-up"];

const OTHER_SERVICES = ["neptune", "docdb"];

/** The rule; the scenarios above are its whole judgement. */
export const rdsAutomatedBackups: Rule<DatabaseFacts, RdsBackupParameters> = {
  name: "rds-automated-backups",
  version: "1",
  title: "RDS databases have automated backups",
  severity: "high",
  remediation: "Set the database's backup retention period to the required number of days.",
  resourceTypes: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
  // What third parties say of DB_INSTANCE_BACKUP_ENABLED, which asks the same: Steampipe (SOC 2), Prowler (PCI DSS).
  controls: { "soc-2": ["A1.2", "CC7.4"], "pci-dss-4.0": ["10.3.3"] },

  parseParameters(input) {
    return check(PARAMETERS, input, "parameters", { within: "" });
  },

  judge(facts, { minimumBackupRetentionDays: minimum, checkReadReplicas }): Judgement {
    const observed = {
      backupRetentionDays: facts.backupRetentionDays ?? null,
      pendingRetentionDays: facts.pendingRetentionDays ?? null,
      status: facts.status,
      engine: `${facts.engine} ${facts.engineVersion}`.trim(),
      clusterIdentifier: facts.clusterIdentifier ?? null,
      replicaOf: facts.replicaOf ?? null,
    };
    const exempt = whyNotApplicable(facts, checkReadReplicas);
    if (exempt) return { complianceType: "NOT_APPLICABLE", annotation: exempt, observed };

    const { backupRetentionDays: days, pendingRetentionDays: pending } = facts;
    if (days === undefined) {
      const annotation = "RDS did not tell the backup retention.";
      return { complianceType: "ERROR", errorCode: "BackupRetentionUnknown", annotation, observed };
    }
    const remarks = [
      days === 0
        ? `Automated backups are off, a retention of at least ${inDays(minimum)} is required.`
        : `Backup retention is ${inDays(days)}, at least ${inDays(minimum)} required.`,
      pending === undefined || pending === days ? "" : `A change to ${inDays(pending)} is pending.`,
      BACKED_UP_STATUSES.includes(facts.status)
        ? ""
        : `No backups are made while the database is not available (${facts.status}).`,
    ];
    return {
      complianceType: days >= minimum ? "COMPLIANT" : "NON_COMPLIANT",
      annotation: remarks.filter(Boolean).join(" "),
      observed,
    };
  },
};

function whyNotApplicable(facts: DatabaseFacts, checkReadReplicas: boolean): string | undefined {
  if (facts.status === "deleting") return "The database is being deleted.";
  if (OTHER_SERVICES.includes(facts.engine)) return `Engine ${facts.engine} is not Amazon RDS.`;
  if (facts.clusterIdentifier)
    return `Backups are made by cluster ${facts.clusterIdentifier}, which is judged itself.`;
  if (facts.replicaOf && !checkReadReplicas) return `Read replica of ${facts.replicaOf}.`;
  if (facts.replicaOf && !canBackUpReplicas(facts)) {
    return `Read replica of ${facts.replicaOf}; ${facts.engine} ${facts.engineVersion} cannot back up replicas.`;
  }
  return undefined;
}

function canBackUpReplicas({ engine, engineVersion }: DatabaseFacts): boolean {
  if (engine.startsWith("sqlserver")) return false;
  return engine !== "postgres" || Number.parseFloat(engineVersion) >= 14.1;
}

function inDays(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}

const PARAMETERS = fields({
  minimumBackupRetentionDays: wholeNumber(1, 35),
  /** Judge read replicas too instead of calling them not applicable. */
  checkReadReplicas: v.nullish(BOOLEAN, false),
});

/** Parameters of `rds-automated-backups`. */
export type RdsBackupParameters = v.InferOutput<typeof PARAMETERS>;
