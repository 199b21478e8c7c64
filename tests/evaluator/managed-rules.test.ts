import {
  DescribeConfigRuleEvaluationStatusCommand,
  ListDiscoveredResourcesCommand,
} from "@aws-sdk/client-config-service";
import type { ReportedRule } from "../../lambdas/common/deployment/settings";
import { importManagedRules } from "../../lambdas/report-generator/managed-rules/import";
import { recordComplianceChange } from "../../lambdas/report-generator/managed-rules/record-change";
import {
  complianceChange,
  config,
  configSays,
  dependencies,
  evaluatedAt,
  MORNING,
  NOON,
  published,
  recorded,
  recorderIs,
  result,
  rowsAt,
  rule,
  useManagedAccount,
  userArn,
} from "../support/managed-account";

useManagedAccount();

describe("an import", () => {
  it("brings every page of results into the history under names people know, as a run", async () => {
    configSays(
      [result("AIDA1", "COMPLIANT")],
      [result("AIDA2", "NON_COMPLIANT"), result("AIDA3", "INSUFFICIENT_DATA")],
    );
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toMatchObject([
      {
        resource_id: userArn("user-1"),
        resource_name: "user-1",
        compliance_type: "COMPLIANT",
        region: "global",
      },
      {
        resource_id: userArn("user-2"),
        compliance_type: "NON_COMPLIANT",
        observed_at: "2026-11-24T05:59:00.000Z",
        open_since: "2026-11-24T05:59:00.000Z",
      },
      { resource_id: userArn("user-3"), compliance_type: "ERROR", error_code: "INSUFFICIENT_DATA" },
    ]);
    expect(await dependencies.history.run(rule.name, MORNING)).toMatchObject({
      trigger: "sweep",
      rule_version: "aws-managed",
    });
  });

  it("of a result newer than the import's own time has the failure open since that time, and new once", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "NON_COMPLIANT", "2026-11-24T12:30:20.000Z")]);
    const importAt = async (instant: string, now: string) => {
      evaluatedAt(new Date(instant));
      await importManagedRules([rule], instant, "sweep", { ...dependencies, now: () => new Date(now) });
    };
    await importAt(NOON, "2026-11-24T12:31:00.000Z");
    expect(await rowsAt(NOON)).toMatchObject([
      { open_since: NOON, observed_at: "2026-11-24T12:30:20.000Z", transition: "opened" },
    ]);
    await importAt("2026-11-24T18:30:00.000Z", "2026-11-24T18:31:00.000Z");
    expect(published.at(-1)?.Subject).toContain("1 failing (0 new)");
  });

  it("at the same instant again changes nothing and sends nothing", async () => {
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toMatchObject([{ compliance_type: "NON_COMPLIANT" }]);
    expect(published).toHaveLength(1);
  });

  it("that broke off leaves what it told when AWS Config says otherwise by the retry", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    const { history } = dependencies;
    const broken = Object.assign(Object.create(history), {
      commit: async () => {
        throw new Error("the function is gone");
      },
    });
    await expect(
      importManagedRules([rule], NOON, "sweep", { ...dependencies, history: broken }),
    ).rejects.toThrow("the function is gone");
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], NOON, "sweep", dependencies);
    expect(await rowsAt(NOON)).toMatchObject([{ compliance_type: "NON_COMPLIANT", transition: "opened" }]);
    expect(await history.latest(userArn("user-1"), rule.name)).toMatchObject({
      compliance_type: "COMPLIANT",
      transition: "resolved",
    });
  });

  it("alerts of nothing that a newer event has called mended", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    const before = published.length;
    configSays([result("AIDA1", "COMPLIANT", "2026-11-24T12:30:20.000Z")]);
    await recordComplianceChange(
      complianceChange("COMPLIANT", "2026-11-24T12:30:20.000Z"),
      [rule],
      dependencies,
    );
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], NOON, "on-demand", {
      ...dependencies,
      now: () => new Date("2026-11-24T12:31:00.000Z"),
    });
    expect(published.slice(before)).toEqual([]);
  });

  describe("of a rule that AWS Config evaluates at changes, and has not evaluated", () => {
    const atChanges: ReportedRule = {
      ...rule,
      maximumExecutionFrequency: undefined,
      resourceTypes: ["AWS::IAM::Policy", "AWS::IAM::Role"],
    };
    const discovered = (...types: string[]) =>
      config.on(ListDiscoveredResourcesCommand).callsFake(({ resourceType }) => ({
        resourceIdentifiers: types.includes(resourceType) ? [{ resourceType, resourceId: "id" }] : [],
      }));
    const runAfterImport = async () => {
      await importManagedRules([atChanges], MORNING, "sweep", dependencies);
      return dependencies.history.lastRun(rule.name, MORNING);
    };
    beforeEach(() => {
      configSays([]);
      config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({ ConfigRulesEvaluationStatus: [{}] });
      recorded("AWS::IAM::Policy", "AWS::IAM::Role");
      discovered();
    });

    it.each([
      ["never", {}],
      ["before", { LastSuccessfulEvaluationTime: new Date("2026-11-24T06:00:00Z") }],
    ])("is not imported where a type that it is about is not recorded, evaluated %s", async (_, status) => {
      config
        .on(DescribeConfigRuleEvaluationStatusCommand)
        .resolves({ ConfigRulesEvaluationStatus: [status] });
      recorded("AWS::IAM::Policy");
      await expect(runAfterImport()).rejects.toThrow(
        "iam-user-mfa: AWS Config does not record AWS::IAM::Role",
      );
    });

    it("is a run that lists nothing where there is nothing to evaluate", async () => {
      expect(await runAfterImport()).toMatchObject({ ledger: [{ listed: 0, evaluated: 0 }] });
    });

    it("is no run when an empty page of what AWS Config has discovered is not the last", async () => {
      config.on(ListDiscoveredResourcesCommand).callsFake(({ nextToken }) => ({
        resourceIdentifiers: nextToken ? [{ resourceType: "AWS::IAM::Policy", resourceId: "id" }] : [],
        ...(!nextToken && { nextToken: "2" }),
      }));
      expect(await runAfterImport()).toBeUndefined();
    });

    it("is no run when there is something that it will evaluate", async () => {
      discovered("AWS::IAM::Role");
      expect(await runAfterImport()).toBeUndefined();
    });

    it("is no run while the recorder has recorded for less than six hours and may not know yet", async () => {
      recorderIs(true, new Date("2026-11-24T00:31:00.001Z"));
      expect(await runAfterImport()).toBeUndefined();
      recorderIs(true, new Date("2026-11-24T00:31:00.000Z"));
      expect(await runAfterImport()).toBeDefined();
    });

    it("is no run while nothing is recorded", async () => {
      recorderIs(false);
      expect(await runAfterImport()).toBeUndefined();
    });
  });

  it("commits no run for a rule that AWS Config has not evaluated yet", async () => {
    config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({ ConfigRulesEvaluationStatus: [{}] });
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await dependencies.history.run(rule.name, MORNING)).toBeUndefined();
  });

  it("takes no results for present ones that AWS Config has not renewed for more than two periods", async () => {
    evaluatedAt(new Date("2026-11-23T17:00:00Z"));
    configSays([result("AIDA1", "COMPLIANT")]);
    await expect(importManagedRules([rule], MORNING, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: AWS Config evaluated it last at 2026-11-23T17:00:00.000Z",
    );
    expect(await dependencies.history.run(rule.name, MORNING)).toBeUndefined();
  });

  it("takes no result of a rule that waits for changes while the recorder is stopped, but the others'", async () => {
    recorderIs(false);
    configSays([result("AIDA1", "COMPLIANT")]);
    const waiting = { ...rule, name: "iam-no-admin-policies", maximumExecutionFrequency: undefined };
    await expect(importManagedRules([waiting, rule], MORNING, "sweep", dependencies)).rejects.toThrow(
      "iam-no-admin-policies: AWS Config's recorder is not recording",
    );
    expect(await dependencies.history.run("iam-no-admin-policies", MORNING)).toBeUndefined();
    expect(await dependencies.history.run(rule.name, MORNING)).toBeDefined();
  });

  it("holds a rule that is evaluated at changes and daily to both", async () => {
    const both: ReportedRule = {
      ...rule,
      resourceTypes: ["AWS::IAM::User"],
      maximumExecutionFrequency: "TwentyFour_Hours",
    };
    configSays([result("AIDA1", "COMPLIANT")]);
    evaluatedAt(new Date("2026-11-22T05:31:00Z"));
    await importManagedRules([both], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toHaveLength(1);
    evaluatedAt(new Date("2026-11-22T05:30:59Z"));
    await expect(importManagedRules([both], NOON, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: AWS Config evaluated it last at 2026-11-22T05:30:59.000Z",
    );
    evaluatedAt(new Date("2026-11-24T06:00:00Z"));
    recorderIs(false);
    await expect(importManagedRules([both], NOON, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: AWS Config's recorder is not recording",
    );
  });

  it("on demand sends no digest: whoever asks for a report has not asked for mails", async () => {
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], MORNING, "on-demand", dependencies);
    expect(await rowsAt(MORNING)).toHaveLength(1);
    expect(published).toEqual([]);
  });

  it("leaves the custom rules alone", async () => {
    await importManagedRules([{ ...rule, kind: "custom" }], MORNING, "sweep", dependencies);
    expect(config.calls()).toHaveLength(0);
  });
});
