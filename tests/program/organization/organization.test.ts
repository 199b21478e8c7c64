/** A deployment that scans the accounts of an organization. */

import { ACCOUNT_ID, type Program } from "../support";
import { environmentSuffix, organizationProgram } from "./organization-program";

const BUCKET = `compliance-sweeps-${ACCOUNT_ID}-${environmentSuffix}`;
const RULES = ["ec2-required-tags", "s3-bucket-encryption", "rds-automated-backups"];
const machineArn = (rule: string) =>
  `arn:aws:states:us-east-1:${ACCOUNT_ID}:stateMachine:${rule}-sweep-${environmentSuffix}`;
const ofAccount = { StringEquals: { "aws:ResourceAccount": ACCOUNT_ID } };

let program: Program;
beforeAll(async () => {
  program = await organizationProgram();
}, 60_000);

describe("each rule", () => {
  test.each(RULES)("has a state machine that the schedule starts: %s", (rule) => {
    const machine = program.the("sfn/StateMachine", `${rule}-sweep`);
    expect(machine.inputs).toMatchObject({ name: `${rule}-sweep-${environmentSuffix}`, type: "STANDARD" });
    expect(String(machine.inputs.name).length).toBeLessThanOrEqual(80);
    expect(program.the("cloudwatch/EventTarget", `${rule}-sweep`)).toMatchObject({
      inputs: {
        arn: machineArn(rule),
        roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/sweep-start-role-${environmentSuffix}`,
        rule: `compliance-evaluation-schedule-${environmentSuffix}`,
        retryPolicy: { maximumEventAgeInSeconds: 3600 },
      },
    });
  });

  test("has a function that the schedule does not invoke, and so has the report", () => {
    const bySchedule = (schedule: string) =>
      program
        .of("cloudwatch/EventTarget")
        .filter(({ inputs }) => inputs.rule === `${schedule}-${environmentSuffix}`)
        .map(({ name }) => name)
        .sort();
    expect(bySchedule("compliance-evaluation-schedule")).toEqual(RULES.map((rule) => `${rule}-sweep`).sort());
    expect(bySchedule("compliance-report-schedule")).toEqual(["report-sweep"]);
  });

  test.each(RULES)("has a machine that may do no more than run: %s", (rule) => {
    const [invoke, ...own] = program.statements("iam/RolePolicy", `${rule}-sweep`);
    expect(invoke).toMatchObject({ Action: "lambda:InvokeFunction" });
    expect(String(invoke?.Resource)).toMatch(/^arn:aws:lambda:us-east-1:123456789012:function:[a-z0-9-]+$/);
    const execution = `arn:aws:states:us-east-1:${ACCOUNT_ID}:execution:${rule}-sweep-${environmentSuffix}`;
    expect(own).toEqual([
      { Effect: "Allow", Action: "states:StartExecution", Resource: machineArn(rule) },
      {
        Effect: "Allow",
        Action: ["states:DescribeExecution", "states:StopExecution"],
        Resource: `${execution}:*`,
      },
      { Effect: "Allow", Action: "states:RedriveExecution", Resource: `${execution}/accounts:*` },
    ]);
  });

  test.each(RULES)("has an alarm of executions that fail: %s", (rule) => {
    expect(program.the("cloudwatch/MetricAlarm", `${rule}-sweep-failed`).inputs).toMatchObject({
      namespace: "AWS/States",
      metricName: "ExecutionsFailed",
      dimensions: { StateMachineArn: machineArn(rule) },
    });
  });

  test("has a function that may take on the members' role, list accounts and use its own objects", () => {
    const statements = program.statements("iam/RolePolicy", "rds-backup-evaluator");
    expect(statements).toEqual(
      expect.arrayContaining([
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Resource: "arn:aws:iam::*:role/compliance-reader",
          Condition: { StringEquals: { "aws:ResourceOrgID": "o-a1b2c3d4e5" } },
        },
        { Effect: "Allow", Action: "organizations:ListAccounts", Resource: "*" },
        {
          Effect: "Allow",
          Action: ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"],
          Resource: [
            "arn:aws:organizations::*:ou/o-a1b2c3d4e5/*",
            "arn:aws:organizations::*:root/o-a1b2c3d4e5/*",
          ],
        },
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject"],
          Resource: `arn:aws:s3:::${BUCKET}/rds-automated-backups/*`,
          Condition: ofAccount,
        },
        {
          Effect: "Allow",
          Action: "s3:ListBucket",
          Resource: `arn:aws:s3:::${BUCKET}`,
          Condition: ofAccount,
        },
        expect.objectContaining({ Action: "ec2:DescribeRegions" }),
      ]),
    );
  });

  test("has settings that name the organization and what a session may do", async () => {
    const { "settings.json": text = "" } = await program.archive("ec2-tag-evaluator");
    expect(JSON.parse(text)).toMatchObject({
      regions: ["us-east-1", "eu-west-1"],
      organization: {
        id: "o-a1b2c3d4e5",
        units: ["ou-ab12-c3d4e5f6"],
        excludeAccounts: ["222222222222"],
        roleName: "compliance-reader",
        externalId: "shared-word",
        actions: ["ec2:DescribeInstances", "ec2:DescribeRegions"],
      },
    });
  });
});

describe("the bucket of what was seen", () => {
  test("is as private as the others, and its objects expire", () => {
    expect(program.the("s3/Bucket", "sweeps").inputs).toMatchObject({ bucket: BUCKET, forceDestroy: true });
    expect(BUCKET.length).toBeLessThanOrEqual(63);
    expect(program.the("s3/BucketPublicAccessBlock", "sweeps").inputs).toMatchObject({
      blockPublicPolicy: true,
    });
    expect(program.the("s3/BucketLifecycleConfiguration", "sweeps").inputs.rules).toEqual([
      expect.objectContaining({ id: "end-incomplete-uploads" }),
      { id: "expire", status: "Enabled", filter: {}, expiration: { days: 30 } },
    ]);
    expect(program.of("s3/BucketVersioning").map(({ name }) => name)).not.toContain("sweeps");
  });
});

describe("the report generator", () => {
  const alias = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:report-generator-${environmentSuffix}:events`;

  test("has a state machine that the report schedule starts, and that invokes it by the alias", () => {
    expect(program.the("cloudwatch/EventTarget", "report-sweep").inputs).toMatchObject({
      arn: machineArn("report"),
      rule: `compliance-report-schedule-${environmentSuffix}`,
      roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/report-start-role-${environmentSuffix}`,
    });
    const [invoke] = program.statements("iam/RolePolicy", "report-sweep");
    expect(invoke).toEqual({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: alias });
    const { definition } = program.the("sfn/StateMachine", "report-sweep").inputs;
    const named = String(definition).match(/"FunctionName": "[^"]+"/g) ?? [];
    expect(new Set(named)).toEqual(new Set([`"FunctionName": "${alias}"`]));
    expect(program.statements("iam/RolePolicy", "report-start")).toEqual([
      { Effect: "Allow", Action: "states:StartExecution", Resource: [machineArn("report")] },
    ]);
    expect(program.outputs.stateMachineArns).toMatchObject({ report: machineArn("report") });
    expect(program.the("cloudwatch/MetricAlarm", "report-sweep-failed").inputs).toMatchObject({
      dimensions: { StateMachineArn: machineArn("report") },
    });
  });

  test("may take on the members' role, list accounts and use its own objects", () => {
    const statements = program.statements("iam/RolePolicy", "report-generator");
    expect(statements).toEqual(
      expect.arrayContaining([
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Resource: "arn:aws:iam::*:role/compliance-reader",
          Condition: { StringEquals: { "aws:ResourceOrgID": "o-a1b2c3d4e5" } },
        },
        { Effect: "Allow", Action: "organizations:ListAccounts", Resource: "*" },
        expect.objectContaining({
          Action: ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"],
        }),
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject"],
          Resource: `arn:aws:s3:::${BUCKET}/report-generator/*`,
          Condition: ofAccount,
        },
        {
          Effect: "Allow",
          Action: "s3:ListBucket",
          Resource: `arn:aws:s3:::${BUCKET}`,
          Condition: ofAccount,
        },
      ]),
    );
  });

  test("has settings that name the organization and what a session may do", async () => {
    const { "settings.json": text = "" } = await program.archive("report-generator");
    expect(JSON.parse(text).organization).toEqual({
      id: "o-a1b2c3d4e5",
      units: ["ou-ab12-c3d4e5f6"],
      excludeAccounts: ["222222222222"],
      roleName: "compliance-reader",
      externalId: "shared-word",
      actions: [
        "config:BatchGetResourceConfig",
        "config:DescribeConfigRuleEvaluationStatus",
        "config:DescribeConfigurationRecorderStatus",
        "config:DescribeConfigurationRecorders",
        "config:GetComplianceDetailsByConfigRule",
        "config:ListDiscoveredResources",
      ],
    });
  });
});
