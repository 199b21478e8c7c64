import type { ReportSettings } from "../../../lambdas/common/deployment/settings";
import { estimateConfigCost } from "../../../program/config-cost";
import { inPatterns } from "../../../program/event-patterns";
import { catalogueRule } from "../../../program/managed-rules/catalogue";
import { complaints } from "../../support/authorization";
import { ACCOUNT_ID, type Program, runProgram } from "../support";

let program: Program;
beforeAll(async () => {
  program = await runProgram({
    environmentSuffix: "a-suffix-of-thirty-one-letters1",
    configRecorder: "create",
    standards: ["cis-aws-3.0", "aws-fsbp", "pci-dss-4.0", "soc-2"],
    managedRules: [
      { name: "s3-mfa-delete", enabled: false },
      { name: "sns-encrypted", identifier: "SNS_ENCRYPTED_KMS", resourceTypes: ["AWS::SNS::Topic"] },
    ],
  });
  // Some 250 resources take their time on a machine that does other things, too.
}, 180_000);

const settings = async () =>
  JSON.parse((await program.archive("report-generator"))["settings.json"] ?? "") as ReportSettings;

describe("a deployment with every standard", () => {
  test("declares its rules: at changes, at intervals, by both, and with parameters", () => {
    const rule = (name: string) => program.the("cfg/Rule", name).inputs;
    expect(rule("rds-storage-encrypted")).toMatchObject({
      source: { owner: "AWS", sourceIdentifier: "RDS_STORAGE_ENCRYPTED" },
      scope: { complianceResourceTypes: ["AWS::RDS::DBInstance"] },
    });
    expect(rule("rds-storage-encrypted").maximumExecutionFrequency).toBeUndefined();
    expect(rule("ec2-vpc-flow-logs")).toMatchObject({
      maximumExecutionFrequency: "Six_Hours",
      inputParameters: '{"trafficType":"REJECT"}',
    });
    expect(rule("ec2-vpc-flow-logs").scope).toBeUndefined();
    expect(rule("s3-no-public-read")).toMatchObject({
      scope: { complianceResourceTypes: ["AWS::S3::Bucket"] },
      maximumExecutionFrequency: "TwentyFour_Hours",
    });
    expect(rule("sns-encrypted").source).toMatchObject({ sourceIdentifier: "SNS_ENCRYPTED_KMS" });
    expect(() => rule("s3-mfa-delete")).toThrow();
  });

  test("tells the report generator of every rule's changes, in patterns that EventBridge has room for", async () => {
    const patterns = program
      .of("cloudwatch/EventRule")
      .filter(({ inputs }) => inputs.eventPattern !== undefined)
      .map(({ inputs }) => String(inputs.eventPattern));
    expect(patterns.length).toBeGreaterThan(1);
    for (const pattern of patterns) expect(pattern.length).toBeLessThanOrEqual(2048);
    const named = patterns.flatMap((pattern) => JSON.parse(pattern).detail.configRuleName as string[]);
    const managed = (await settings()).rules.filter(({ kind }) => kind === "managed");
    expect(named.sort()).toEqual(managed.map(({ configRuleName }) => configRuleName).sort());
    const targets = program.of("cloudwatch/EventTarget").map(({ inputs }) => String(inputs.targetId));
    expect(targets.filter((id) => id.startsWith("managed-rule-changes"))).toHaveLength(patterns.length);
  });

  test("has a policy that fits into a role, and does not reach beyond the account's rules in the Region", () => {
    const policy = String(program.the("iam/RolePolicy", "report-generator").inputs.policy);
    expect(policy.length).toBeLessThan(10_240);
    const statements = program.statements("iam/RolePolicy", "report-generator");
    const list = (value: string | string[]) => (typeof value === "string" ? [value] : value);
    const grants = statements.flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => ({ action, resource }))),
    );
    expect(complaints(grants)).toEqual([]);
    expect(
      statements.find(({ Action }) => Action === "config:GetComplianceDetailsByConfigRule")?.Resource,
    ).toBe(`arn:aws:config:us-east-1:${ACCOUNT_ID}:config-rule/*`);
  });

  test("records what the rules wait for and report on", () => {
    const { recordingGroup } = program.the("cfg/Recorder", "recorder").inputs as {
      recordingGroup: { resourceTypes: string[] };
    };
    expect(recordingGroup.resourceTypes).toEqual(
      expect.arrayContaining([
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::VPC",
        "AWS::RDS::DBCluster",
        "AWS::SNS::Topic",
      ]),
    );
    expect(recordingGroup.resourceTypes).not.toContain("AWS::::Account");
    expect(new Set(recordingGroup.resourceTypes).size).toBe(recordingGroup.resourceTypes.length);
  });

  test("tells the report of every control, also of what the settings took away, and of the parameters", async () => {
    const { standards = [], rules } = await settings();
    expect(standards.map(({ standard, controls }) => [standard, controls.length])).toEqual([
      ["cis-aws-3.0", 62],
      ["aws-fsbp", 94],
      ["pci-dss-4.0", 77],
      ["soc-2", 13],
    ]);
    const names = rules.map(({ name }) => name);
    for (const { rules: answering, whyNotChecked } of standards.flatMap(({ controls }) => controls)) {
      expect(names).toEqual(expect.arrayContaining([...answering]));
      expect(answering.length === 0).toBe(whyNotChecked !== undefined);
    }
    const mfaDelete = standards[0]?.controls.find(({ control }) => control === "2.1.2");
    expect(mfaDelete).toMatchObject({ rules: [], whyNotChecked: "The settings leave out s3-mfa-delete." });
    expect(standards[0]?.notes).toEqual([expect.stringContaining("maxCredentialUsageAge is 45")]);
  });

  test("has no more alarms on its dashboard than CloudWatch shows", () => {
    const body = JSON.parse(String(program.the("cloudwatch/Dashboard", "compliance").inputs.dashboardBody));
    expect(body.widgets[0].properties.alarms.length).toBeLessThanOrEqual(100);
  });
});

describe("names in event patterns", () => {
  test("stay together as far as there is room, in their order", () => {
    expect(inPatterns([])).toEqual([[]]);
    expect(inPatterns(["a", "b"])).toEqual([["a", "b"]]);
    const names = Array.from({ length: 60 }, (_, index) => `${index}-${"x".repeat(50)}`);
    const parts = inPatterns(names);
    expect(parts.flat()).toEqual(names);
    expect(parts).toHaveLength(2);
  });
});

describe("the estimate of AWS Config's cost", () => {
  const rule = (name: string) => {
    const found = catalogueRule(name);
    if (!found) throw new Error(`the catalogue has no ${name}`);
    return found;
  };

  test("is of items and of evaluations at changes and at intervals", () => {
    const rules = [rule("rds-storage-encrypted"), rule("iam-root-mfa"), rule("ec2-vpc-flow-logs")];
    const cost = estimateConfigCost(
      rules,
      [["AWS::S3::Bucket"]],
      ["AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::EC2::VPC"],
      100,
    );
    // 3 types of 100 resources change 4 times. 400 evaluations each of databases and buckets; 730 / 6 passes over the
    // account and over 100 VPCs.
    expect(cost.items).toBe(1200);
    expect(cost.evaluations).toBe(Math.round(800 + (730 / 6) * 101));
    expect(cost.total).toBeCloseTo(3.6 + cost.evaluations / 1000);
  });

  test("goes down the tiers of AWS's price", () => {
    const million = estimateConfigCost([], [["AWS::S3::Bucket"]], ["AWS::S3::Bucket"], 250_000);
    expect(million.evaluations).toBe(1_000_000);
    expect(million.total - million.items * 0.003).toBeCloseTo(100 + 320 + 250);
  });
});
