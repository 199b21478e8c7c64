import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import { type DatabaseFacts, rdsAutomatedBackups } from "../../../lambdas/rds-backups/rule";
import { parameters, passing } from "./passing-database";

describe("the verdict on a database", () => {
  it.each<[string, Partial<DatabaseFacts>, ComplianceType, string]>([
    ["keeps exactly the minimum", {}, "COMPLIANT", "Backup retention is 7 days, at least 7 days required."],
    [
      "keeps more than the minimum",
      { backupRetentionDays: 35 },
      "COMPLIANT",
      "Backup retention is 35 days, at least 7 days required.",
    ],
    [
      "keeps one day less than the minimum",
      { backupRetentionDays: 6 },
      "NON_COMPLIANT",
      "Backup retention is 6 days, at least 7 days required.",
    ],
    [
      "keeps one day",
      { backupRetentionDays: 1 },
      "NON_COMPLIANT",
      "Backup retention is 1 day, at least 7 days required.",
    ],
    [
      "does not tell its retention",
      { backupRetentionDays: undefined },
      "ERROR",
      "RDS did not tell the backup retention.",
    ],
    [
      "has automated backups off",
      { backupRetentionDays: 0 },
      "NON_COMPLIANT",
      "Automated backups are off, a retention of at least 7 days is required.",
    ],
    [
      "passes with a longer retention pending",
      { pendingRetentionDays: 14 },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required. A change to 14 days is pending.",
    ],
    [
      "fails until a longer retention that is pending is in force",
      { backupRetentionDays: 0, pendingRetentionDays: 7 },
      "NON_COMPLIANT",
      "Automated backups are off, a retention of at least 7 days is required. A change to 7 days is pending.",
    ],
    [
      "passes with backups about to be switched off",
      { pendingRetentionDays: 0 },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required. A change to 0 days is pending.",
    ],
    [
      "has the present retention pending",
      { pendingRetentionDays: 7 },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required.",
    ],
    [
      "is stopped",
      { status: "stopped" },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required. No backups are made while the database is not " +
        "available (stopped).",
    ],
    [
      "is stopped with backups off",
      { status: "stopped", backupRetentionDays: 0 },
      "NON_COMPLIANT",
      "Automated backups are off, a retention of at least 7 days is required. No backups are made while " +
        "the database is not available (stopped).",
    ],
    ...[
      "stopping",
      "starting",
      "failed",
      "storage-full",
      "inaccessible-encryption-credentials",
      "unknown",
    ].map((status): [string, Partial<DatabaseFacts>, ComplianceType, string] => [
      `is ${status}`,
      { status },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required. No backups are made while the database is not " +
        `available (${status}).`,
    ]),
    [
      "is being backed up",
      { status: "backing-up" },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required.",
    ],
    [
      "is being deleted with backups off",
      { status: "deleting", backupRetentionDays: 0 },
      "NOT_APPLICABLE",
      "The database is being deleted.",
    ],
    [
      "is a cluster that keeps enough",
      { kind: "cluster", engine: "aurora-postgresql" },
      "COMPLIANT",
      "Backup retention is 7 days, at least 7 days required.",
    ],
    [
      "is a cluster that keeps too little",
      { kind: "cluster", engine: "aurora-mysql", backupRetentionDays: 1 },
      "NON_COMPLIANT",
      "Backup retention is 1 day, at least 7 days required.",
    ],
    [
      "is a cluster being deleted",
      { kind: "cluster", status: "deleting", backupRetentionDays: 1 },
      "NOT_APPLICABLE",
      "The database is being deleted.",
    ],
    [
      "is a member of an Aurora cluster",
      { engine: "aurora-mysql", clusterIdentifier: "orders", backupRetentionDays: 1 },
      "NOT_APPLICABLE",
      "Backups are made by cluster orders, which is judged itself.",
    ],
    [
      "is a member of a Multi-AZ cluster",
      { engine: "mysql", clusterIdentifier: "orders", backupRetentionDays: 0 },
      "NOT_APPLICABLE",
      "Backups are made by cluster orders, which is judged itself.",
    ],
    [
      "is a Neptune instance",
      { engine: "neptune", backupRetentionDays: 0 },
      "NOT_APPLICABLE",
      "Engine neptune is not Amazon RDS.",
    ],
    [
      "is a DocumentDB cluster",
      { kind: "cluster", engine: "docdb", backupRetentionDays: 1 },
      "NOT_APPLICABLE",
      "Engine docdb is not Amazon RDS.",
    ],
    [
      "is a read replica with backups off",
      { replicaOf: "orders", backupRetentionDays: 0 },
      "NOT_APPLICABLE",
      "Read replica of orders.",
    ],
    [
      "is a read replica with backups on",
      { replicaOf: "orders" },
      "NOT_APPLICABLE",
      "Read replica of orders.",
    ],
  ])("a database that %s", (_scenario, change, complianceType, annotation) => {
    const judgement = rdsAutomatedBackups.judge({ ...passing, ...change }, parameters);
    expect(judgement).toMatchObject({ complianceType, annotation });
  });

  it("says the minimum of one day in the singular", () => {
    const { annotation } = rdsAutomatedBackups.judge(
      { ...passing, backupRetentionDays: 0 },
      { ...parameters, minimumBackupRetentionDays: 1 },
    );
    expect(annotation).toBe("Automated backups are off, a retention of at least 1 day is required.");
  });

  it("keeps every value that it rests on", () => {
    expect(rdsAutomatedBackups.judge(passing, parameters).observed).toEqual({
      backupRetentionDays: 7,
      pendingRetentionDays: null,
      status: "available",
      engine: "postgres 16.3",
      clusterIdentifier: null,
      replicaOf: null,
    });
    const member = {
      ...passing,
      engineVersion: "",
      pendingRetentionDays: 0,
      clusterIdentifier: "c",
      replicaOf: "r",
    };
    expect(rdsAutomatedBackups.judge(member, parameters).observed).toMatchObject({
      pendingRetentionDays: 0,
      engine: "postgres",
      clusterIdentifier: "c",
      replicaOf: "r",
    });
  });
});
