import { ACCOUNT_ID, type Program } from "../support";
import { FUNCTIONS, QUEUE, SUFFIX, theProgram } from "./program";

let program: Program;
beforeAll(() => {
  program = theProgram();
});

describe("functions", () => {
  test.each([
    ["ec2-tag-evaluator", 300, 1769],
    ["s3-encryption-evaluator", 300, 1769],
    ["rds-backup-evaluator", 300, 1769],
    ["report-generator", 900, 1769],
  ])(
    "%s runs on the newest runtime within %i s and %i MB, and logs JSON to its own group",
    (name, timeout, memorySize) => {
      expect(program.the("lambda/Function", name).inputs).toMatchObject({
        name: `${name}-${SUFFIX}`,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        role: `arn:aws:iam::${ACCOUNT_ID}:role/${name}-role-${SUFFIX}`,
        timeout,
        memorySize,
        environment: { variables: { ENVIRONMENT_SUFFIX: SUFFIX } },
        loggingConfig: { logFormat: "JSON", logGroup: `/aws/lambda/${name}-${SUFFIX}` },
      });
      expect(program.the("cloudwatch/LogGroup", name).inputs).toMatchObject({
        name: `/aws/lambda/${name}-${SUFFIX}`,
        retentionInDays: 365,
      });
    },
  );

  test.each(FUNCTIONS)(
    "%s is made after its log group and its rights, and so destroyed before them",
    (name) => {
      expect(program.the("lambda/Function", name).dependsOn).toEqual([
        `cloudwatch/LogGroup ${name}`,
        `iam/RolePolicy ${name}`,
      ]);
    },
  );

  test.each(FUNCTIONS)("%s is tried three times, and then its event is kept", (name) => {
    const { inputs, dependsOn } = program.the("lambda/FunctionEventInvokeConfig", name);
    expect(inputs).toMatchObject({
      functionName: `${name}-${SUFFIX}`,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
    expect(dependsOn).toEqual([`iam/RolePolicy ${name}`]);
  });

  test.each(FUNCTIONS)("%s consists of its bundle and its settings", async (name) => {
    const archive = await program.archive(name);
    expect(Object.keys(archive).sort()).toEqual(["index.js", "settings.json"]);
    expect(archive["index.js"]).toContain("handler");
  });

  test("evaluators know their parameters, severity, scope and exceptions", async () => {
    const of = async (name: string) => JSON.parse((await program.archive(name))["settings.json"] ?? "");
    const common = {
      discoveryScope: "account",
      exceptions: [],
      evaluationSchedule: "cron(0 0/6 * * ? *)",
    };
    expect(await of("ec2-tag-evaluator")).toEqual({
      ...common,
      severity: "medium",
      parameters: { requiredTags: [{ key: "Environment" }, { key: "Compliance" }, { key: "ManagedBy" }] },
    });
    expect(await of("s3-encryption-evaluator")).toEqual({
      ...common,
      severity: "high",
      parameters: { minimumBucketEncryption: "AES256" },
    });
    expect(await of("rds-backup-evaluator")).toEqual({
      ...common,
      severity: "high",
      parameters: { minimumBackupRetentionDays: 1, checkReadReplicas: false },
    });
  });

  test("the report generator knows every rule, the schedules and the program's version", async () => {
    const { rules, controlTitles, ...others } = JSON.parse(
      (await program.archive("report-generator"))["settings.json"] ?? "",
    );
    expect(controlTitles["cis-aws-3.0"]["1.5"]).toBe("Ensure MFA is enabled for the 'root' user account");
    expect(others).toEqual({
      exceptions: [],
      discoveryScope: "account",
      evaluationSchedule: "cron(0 0/6 * * ? *)",
      reportSchedule: "cron(30 0/6 * * ? *)",
      programVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(rules.map(({ name, kind }: { name: string; kind: string }) => `${kind} ${name}`)).toEqual([
      "custom ec2-required-tags",
      "custom s3-bucket-encryption",
      "custom rds-automated-backups",
      "managed iam-root-mfa",
      "managed iam-user-mfa",
      "managed iam-password-policy",
      "managed iam-access-keys-rotated",
      "managed iam-no-admin-policies",
      "managed iam-unused-credentials",
    ]);
    expect(rules).toContainEqual({
      name: "iam-access-keys-rotated",
      kind: "managed",
      identifier: "ACCESS_KEYS_ROTATED",
      configRuleName: `iam-access-keys-rotated-${SUFFIX}`,
      severity: "medium",
      title: expect.any(String),
      remediation: expect.any(String),
      controls: expect.objectContaining({ "cis-aws-3.0": ["1.14"] }),
      parameters: { maxAccessKeyAge: "90" },
      maximumExecutionFrequency: "Six_Hours",
    });
    for (const { configRuleName } of rules) {
      expect(program.of("cfg/Rule").map(({ inputs }) => inputs.name)).toContain(configRuleName);
    }
  });
});
