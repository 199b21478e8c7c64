import { BatchGetResourceConfigCommand, type EvaluationResult } from "@aws-sdk/client-config-service";
import { importManagedRules } from "../../lambdas/report-generator/managed-rules/import";
import { recordComplianceChange } from "../../lambdas/report-generator/managed-rules/record-change";
import {
  complianceChange,
  config,
  configSays,
  dependencies,
  discoveredUsers,
  MORNING,
  NOON,
  published,
  result,
  rowsAt,
  rule,
  useManagedAccount,
} from "../support/managed-account";

useManagedAccount();

/** Of the user AIDA1 under another rule. */
function ofRule(ConfigRuleName: string): EvaluationResult["EvaluationResultIdentifier"] {
  return {
    EvaluationResultQualifier: { ConfigRuleName, ResourceType: "AWS::IAM::User", ResourceId: "AIDA1" },
  };
}

describe("a compliance change that EventBridge tells of", () => {
  const SEVEN = "2026-11-24T07:00:00.000Z";

  it("is recorded and alerted of by name, in words", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "NON_COMPLIANT", SEVEN)]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies);
    expect(published.map(({ Subject }) => Subject)).toEqual([
      '[CRITICAL] Drift: "user-1" fails iam-user-mfa',
    ]);
    expect(JSON.parse(published[0]?.Message ?? "").email).toContain(
      '"user-1" began to fail the rule "IAM users have MFA".',
    );

    await importManagedRules([rule], NOON, "sweep", dependencies);
    expect(published.filter(({ Subject }) => Subject?.includes("Drift"))).toHaveLength(1);
    expect(await rowsAt(NOON)).toMatchObject([{ transition: "ongoing", open_since: SEVEN }]);
  });

  it("makes no alert before the rule's first import", async () => {
    configSays([result("AIDA1", "NON_COMPLIANT", MORNING)]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", MORNING), [rule], dependencies);
    expect(published).toEqual([]);
    expect(await rowsAt(MORNING)).toHaveLength(1);
  });

  it("is believed in nothing but where to look: the verdict is AWS Config's, with its time if newer", async () => {
    const later = "2026-11-24T07:04:00.000Z";
    configSays([
      { ...result("AIDA1", "NON_COMPLIANT", later), EvaluationResultIdentifier: ofRule("somebody-elses") },
      { ...result("AIDA1", "COMPLIANT", later), Annotation: "It has MFA." },
    ]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies);
    expect(await rowsAt(SEVEN)).toEqual([]);
    expect(await rowsAt(later)).toMatchObject([{ compliance_type: "COMPLIANT", annotation: "It has MFA." }]);
  });

  it("waits until AWS Config tells of it, too", async () => {
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => {
      waits.push(milliseconds);
      if (waits.length === 1) configSays([result("AIDA1", "COMPLIANT", "2026-11-24T05:00:00.000Z")]);
      if (waits.length === 2) configSays([result("AIDA1", "NON_COMPLIANT", SEVEN)]);
    };
    configSays([]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], {
      ...dependencies,
      sleep,
    });
    expect(waits).toEqual([500, 1000]);
    expect(await rowsAt(SEVEN)).toMatchObject([{ compliance_type: "NON_COMPLIANT" }]);
  });

  it("fails, so that it is tried again, when AWS Config goes on telling what was before", async () => {
    configSays([result("AIDA1", "COMPLIANT", "2026-11-24T05:00:00.000Z")]);
    await expect(
      recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies),
    ).rejects.toThrow("still tells the verdict on AWS::IAM::User/AIDA1 from before 2026-11-24T07:00:00.000Z");
    expect(await rowsAt(SEVEN)).toEqual([]);
  });

  it("that comes after a newer one is no news: it tells what was, not what is", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "COMPLIANT", "2026-11-24T07:05:00.000Z")]);
    await recordComplianceChange(
      complianceChange("COMPLIANT", "2026-11-24T07:05:00.000Z"),
      [rule],
      dependencies,
    );
    // One of AWS Config's servers may not know of the newer one yet.
    configSays([result("AIDA1", "NON_COMPLIANT", SEVEN)]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies);
    expect(await rowsAt(SEVEN)).toEqual([]);
    expect(published).toEqual([]);
  });

  it("of before a complete import, about what it did not list, is recorded with its own time: so it was", async () => {
    configSays([result("AIDA2", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    const before = "2026-11-24T06:29:00.000Z";
    configSays([result("AIDA1", "COMPLIANT", before)]);
    await recordComplianceChange(complianceChange("COMPLIANT", before), [rule], dependencies);
    expect(await rowsAt(before)).toMatchObject([{ resource_name: "user-1", compliance_type: "COMPLIANT" }]);
  });

  it("of a resource that AWS Config cannot name is left to the next import", async () => {
    config.on(BatchGetResourceConfigCommand).resolves({ baseConfigurationItems: [] });
    discoveredUsers();
    expect(
      await recordComplianceChange(complianceChange("NON_COMPLIANT", MORNING), [rule], dependencies),
    ).toBeUndefined();
    expect(await rowsAt(MORNING)).toEqual([]);
  });

  it.each(["absent", null])("without a new result (%s) closes the resource's history", async (newResult) => {
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([]);
    const gone = complianceChange("COMPLIANT", SEVEN);
    const { newEvaluationResult, ...detail } = gone.detail;
    const told = newResult === null ? { ...detail, newEvaluationResult: null } : detail;
    await recordComplianceChange({ ...gone, detail: told }, [rule], dependencies);
    expect(await rowsAt(SEVEN)).toMatchObject([{ compliance_type: "NOT_APPLICABLE", gone: true }]);
  });

  it("of a rule that is not ours, or with an unknown compliance type, is refused by name", async () => {
    const foreign = complianceChange("COMPLIANT", MORNING);
    foreign.detail.configRuleName = "somebody-elses";
    await expect(recordComplianceChange(foreign, [rule], dependencies)).rejects.toThrow(
      'detail.configRuleName must be one of iam-user-mfa-test, not "somebody-elses"',
    );
    await expect(
      recordComplianceChange(complianceChange("FINE", MORNING), [rule], dependencies),
    ).rejects.toThrow(/detail\.newEvaluationResult\.complianceType must be one of COMPLIANT, NON_COMPLIANT/);
  });

  const event = complianceChange("NON_COMPLIANT", MORNING);
  it.each([
    ["account", { ...event, account: "444455556666" }],
    ["region", { ...event, region: "eu-west-1" }],
    ["detail.awsAccountId", { ...event, detail: { ...event.detail, awsAccountId: "444455556666" } }],
    ["detail.awsRegion", { ...event, detail: { ...event.detail, awsRegion: "eu-west-1" } }],
  ])("of another %s is refused by the field's name, and nothing is recorded", async (field, elsewhere) => {
    await expect(recordComplianceChange(elsewhere, [rule], dependencies)).rejects.toThrow(
      new RegExp(`^${field} must be one of (111122223333|us-east-1), not `),
    );
    expect(config.calls()).toHaveLength(0);
    expect(await rowsAt(MORNING)).toEqual([]);
  });
});
