import fc from "fast-check";
import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import {
  type DatabaseFacts,
  type RdsBackupParameters,
  rdsAutomatedBackups,
} from "../../../lambdas/rds-backups/rule";
import { parameters, passing } from "./passing-database";

const withReplicas: RdsBackupParameters = { ...parameters, checkReadReplicas: true };

describe("the verdict on a read replica when replicas are checked", () => {
  const CAN = ["COMPLIANT", "NON_COMPLIANT"] as const;
  const CANNOT = ["NOT_APPLICABLE", "NOT_APPLICABLE"] as const;

  it.each<[string, string, readonly [ComplianceType, ComplianceType]]>([
    ["mysql", "8.0.39", CAN],
    ["mariadb", "10.11.9", CAN],
    ["oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1", CAN],
    ["postgres", "17.2", CAN],
    ["postgres", "14.10", CAN],
    ["postgres", "14.2", CAN],
    ["postgres", "14.1", CAN],
    ["postgres", "14.0", CANNOT],
    ["postgres", "13.20", CANNOT],
    ["postgres", "9.6.24", CANNOT],
    ["sqlserver-ee", "16.00.4085.2.v1", CANNOT],
    ["sqlserver-se", "15.00.4415.2.v1", CANNOT],
  ])("of %s %s", (engine, engineVersion, [withBackups, withoutBackups]) => {
    const replica = { ...passing, engine, engineVersion, replicaOf: "orders" };
    const judge = (backupRetentionDays: number) =>
      rdsAutomatedBackups.judge({ ...replica, backupRetentionDays }, withReplicas);
    expect(judge(7).complianceType).toBe(withBackups);
    expect(judge(0).complianceType).toBe(withoutBackups);
    if (withoutBackups === "NOT_APPLICABLE") {
      expect(judge(0).annotation).toBe(
        `Read replica of orders; ${engine} ${engineVersion} cannot back up replicas.`,
      );
    }
  });

  it("is still left to the cluster for a member that replicates another cluster", () => {
    const member = {
      ...passing,
      clusterIdentifier: "orders",
      replicaOf: "orders-source",
      backupRetentionDays: 0,
    };
    expect(rdsAutomatedBackups.judge(member, withReplicas).complianceType).toBe("NOT_APPLICABLE");
  });

  it("changes nothing for what is no replica", () => {
    for (const backupRetentionDays of [0, 6, 7, 8]) {
      const database = { ...passing, backupRetentionDays };
      expect(rdsAutomatedBackups.judge(database, withReplicas)).toEqual(
        rdsAutomatedBackups.judge(database, parameters),
      );
    }
  });
});

describe("laws of the verdict", () => {
  const facts: fc.Arbitrary<DatabaseFacts> = fc.record({
    kind: fc.constantFrom("instance", "cluster"),
    status: fc.constantFrom("available", "stopped", "deleting", "backing-up", "failed"),
    engine: fc.constantFrom("postgres", "mysql", "sqlserver-ex", "neptune", "docdb", "aurora-mysql"),
    engineVersion: fc.constantFrom("13.9", "14.1", "8.0.39", ""),
    backupRetentionDays: fc.integer({ min: 0, max: 35 }),
    pendingRetentionDays: fc.option(fc.integer({ min: 0, max: 35 }), { nil: undefined }),
    clusterIdentifier: fc.option(fc.constant("cluster"), { nil: undefined }),
    replicaOf: fc.option(fc.constant("source"), { nil: undefined }),
  });
  const days = fc.integer({ min: 1, max: 35 });
  const verdict = (database: DatabaseFacts, minimumBackupRetentionDays: number, checkReadReplicas: boolean) =>
    rdsAutomatedBackups.judge(database, { minimumBackupRetentionDays, checkReadReplicas }).complianceType;

  it("a higher minimum never makes a failing database pass, nor one that is left alone judged", () => {
    fc.assert(
      fc.property(facts, days, days, fc.boolean(), (database, one, other, replicas) => {
        const atLower = verdict(database, Math.min(one, other), replicas);
        const atHigher = verdict(database, Math.max(one, other), replicas);
        if (atLower !== "COMPLIANT") expect(atHigher).toBe(atLower);
        else expect(["COMPLIANT", "NON_COMPLIANT"]).toContain(atHigher);
      }),
    );
  });

  it("a longer retention never makes a passing database fail", () => {
    fc.assert(
      fc.property(facts, fc.nat(35), days, fc.boolean(), (database, more, minimum, replicas) => {
        const now = verdict(database, minimum, replicas);
        const later = { ...database, backupRetentionDays: (database.backupRetentionDays ?? 0) + more };
        if (now !== "NON_COMPLIANT") expect(verdict(later, minimum, replicas)).toBe(now);
        else expect(["COMPLIANT", "NON_COMPLIANT"]).toContain(verdict(later, minimum, replicas));
      }),
    );
  });

  it("whether a database is judged at all does not rest on its retention", () => {
    fc.assert(
      fc.property(facts, days, fc.boolean(), (database, minimum, replicas) => {
        const isJudged = (backupRetentionDays: number) =>
          verdict({ ...database, backupRetentionDays }, minimum, replicas) !== "NOT_APPLICABLE";
        expect(isJudged(0)).toBe(isJudged(35));
      }),
    );
  });

  it("backups that are off never pass", () => {
    fc.assert(
      fc.property(facts, days, fc.boolean(), (database, minimum, replicas) => {
        expect(verdict({ ...database, backupRetentionDays: 0 }, minimum, replicas)).not.toBe("COMPLIANT");
      }),
    );
  });
});

describe("parameters", () => {
  it.each([1, 35])(
    "take %d days, and leave read replicas unchecked unless told",
    (minimumBackupRetentionDays) => {
      expect(rdsAutomatedBackups.parseParameters({ minimumBackupRetentionDays })).toEqual({
        minimumBackupRetentionDays,
        checkReadReplicas: false,
      });
    },
  );

  it("take read replicas in when told", () => {
    expect(rdsAutomatedBackups.parseParameters(withReplicas)).toEqual(withReplicas);
  });

  const DAYS = "minimumBackupRetentionDays must be a whole number from 1 to 35, not";
  it.each<[string, unknown, string]>([
    ["are missing", undefined, "parameters must be an object, not missing"],
    ["lack the days", {}, `${DAYS} missing`],
    ["allow backups to be off", { minimumBackupRetentionDays: 0 }, `${DAYS} 0`],
    ["ask for more than RDS can", { minimumBackupRetentionDays: 36 }, `${DAYS} 36`],
    ["ask for less than nothing", { minimumBackupRetentionDays: -1 }, `${DAYS} -1`],
    ["ask for part of a day", { minimumBackupRetentionDays: 1.5 }, `${DAYS} 1.5`],
    ["have a text for the days", { minimumBackupRetentionDays: "7" }, `${DAYS} "7"`],
    [
      "have a text for a truth value",
      { minimumBackupRetentionDays: 7, checkReadReplicas: "true" },
      'checkReadReplicas must be true or false, not "true"',
    ],
    [
      "have an unknown field",
      { minimumBackupRetentionDays: 7, replicas: true },
      "parameters has unknown replicas; allowed: minimumBackupRetentionDays, checkReadReplicas",
    ],
  ])("that %s are refused with the field and what is allowed", (_scenario, input, message) => {
    expect(() => rdsAutomatedBackups.parseParameters(input)).toThrow(
      expect.objectContaining({ name: "InvalidInputError", message }),
    );
  });
});
