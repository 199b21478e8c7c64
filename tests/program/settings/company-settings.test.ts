import { complaints } from "../../support/authorization";
import { ACCOUNT_ID, type Program, runProgram } from "../support";

const KEY = `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/12345678-1234-1234-1234-123456789012`;
const WEBHOOK = "https://alerts.example.com/hook/secret-token";
const FORWARDER = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:forwarder`;
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const IN_A_MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

const exception = {
  rule: "s3-bucket-encryption",
  resource: "arn:aws:s3:::legacy-*",
  reason: "Read by a system that cannot use KMS",
  owner: "payments",
  approver: "ciso@example.com",
  ticket: "RISK-7",
  expires: IN_A_MONTH,
};

let program: Program;
beforeAll(async () => {
  program = await runProgram({
    environmentSuffix: "prod",
    configRecorder: "create",
    "aws:profile": "bank-production",
    "aws:allowedAccountIds": [ACCOUNT_ID],
    kmsKeyArn: KEY,
    extraTags: { CostCenter: "payments" },
    alertEmail: "compliance@example.com",
    alertSubscriptions: [
      { protocol: "https", endpoint: WEBHOOK, filterPolicy: { severity: ["high", "critical"] } },
      { protocol: "lambda", endpoint: FORWARDER },
    ],
    requiredTags: [{ key: "Owner" }, { key: "Stage", values: ["dev", "prod"] }],
    minimumBucketEncryption: "aws:kms",
    minimumBackupRetentionDays: 7,
    checkReadReplicas: true,
    discoveryScope: "environment",
    securityHub: true,
    managedRules: ["iam-root-mfa", { name: "iam-access-keys-rotated", parameters: { maxAccessKeyAge: 60 } }],
    severities: { "ec2-required-tags": "low", "iam-root-mfa": "high" },
    exceptions: [
      exception,
      { ...exception, rule: "ec2-required-tags", ticket: "RISK-1", expires: YESTERDAY },
    ],
    evaluationSchedule: "cron(0 4 ? * MON-FRI *)",
    logRetentionDays: 400,
    reportVersionRetentionDays: 3650,
    evaluatorMemoryMb: 1024,
    reportMemoryMb: 3008,
  });
}, 60_000);

const settingsOf = async (name: string) => JSON.parse((await program.archive(name))["settings.json"] ?? "");

test("the provider takes the stack's own settings along, and the company's tags", () => {
  const { inputs } = program.the("pulumi:providers:aws", "aws");
  expect(inputs.profile).toBe("bank-production");
  expect(JSON.parse(String(inputs.allowedAccountIds))).toEqual([ACCOUNT_ID]);
  expect(JSON.parse(String(inputs.defaultTags))).toEqual({
    tags: { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi", CostCenter: "payments" },
  });
});

describe("the company's key", () => {
  test("encrypts table, topic, queue, logs, buckets and snapshots", () => {
    expect(program.the("dynamodb/Table", "history").inputs.serverSideEncryption).toEqual({
      enabled: true,
      kmsKeyArn: KEY,
    });
    expect(program.the("sns/Topic", "alerts").inputs.kmsMasterKeyId).toBe(KEY);
    const queue = program.the("sqs/Queue", "dead-letters").inputs;
    expect(queue.kmsMasterKeyId).toBe(KEY);
    expect(queue).not.toHaveProperty("sqsManagedSseEnabled");
    const logs = program.of("cloudwatch/LogGroup");
    expect(logs).toHaveLength(program.of("lambda/Function").length);
    for (const { inputs } of logs) expect(inputs.kmsKeyId).toBe(KEY);
    const encryptions = program.of("s3/BucketServerSideEncryptionConfiguration");
    expect(encryptions).toHaveLength(2);
    for (const { inputs } of encryptions) {
      expect(inputs.rules).toEqual([
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
          bucketKeyEnabled: true,
        },
      ]);
    }
    expect(program.the("cfg/DeliveryChannel", "snapshots").inputs.s3KmsKeyArn).toBe(KEY);
  });

  test.each([
    ["ec2-tag-evaluator", ["dynamodb", "sns", "sqs"]],
    ["s3-encryption-evaluator", ["dynamodb", "sns", "sqs"]],
    ["rds-backup-evaluator", ["dynamodb", "sns", "sqs"]],
    ["report-generator", ["dynamodb", "sns", "sqs", "s3"]],
    ["config-recorder", ["s3"]],
  ])("may be used by %s by way of %j only", (role, services) => {
    const about = program
      .statements("iam/RolePolicy", role)
      .filter(({ Action }) => [Action].flat().some((one) => one.startsWith("kms:")));
    expect(about).toEqual([
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: KEY,
        Condition: {
          StringEquals: { "kms:ViaService": services.map((service) => `${service}.us-east-1.amazonaws.com`) },
        },
      },
    ]);
  });
});

describe("subscriptions", () => {
  const subscription = (protocol: string) =>
    program.of("sns/TopicSubscription").find(({ inputs }) => inputs.protocol === protocol)?.inputs;

  test("reach the address for alerts and everybody else on the list", () => {
    expect(program.of("sns/TopicSubscription")).toHaveLength(3);
    expect(subscription("email")?.endpoint).toBe("compliance@example.com");
    expect(subscription("lambda")?.endpoint).toBe(FORWARDER);
  });

  test("are narrowed by their filter policy", () => {
    expect(subscription("https")?.filterPolicy).toBe('{"severity":["high","critical"]}');
    expect(subscription("email")?.filterPolicy).toBeUndefined();
  });

  test("keep a webhook's address secret, in the state and in names", () => {
    expect(subscription("https")?.endpoint).toMatchObject({ value: WEBHOOK });
    expect(program.resources.map(({ name }) => name).join()).not.toContain("secret-token");
  });

  test("let the topic, and only it, invoke a subscribed function", () => {
    const permissions = program.of("lambda/Permission").filter(({ inputs }) => inputs.function === FORWARDER);
    expect(permissions.map(({ inputs }) => inputs)).toEqual([
      expect.objectContaining({
        principal: "sns.amazonaws.com",
        sourceArn: `arn:aws:sns:us-east-1:${ACCOUNT_ID}:compliance-alerts-prod`,
      }),
    ]);
  });
});

test("rules take their parameters, severity and scope from the settings", async () => {
  expect(await settingsOf("ec2-tag-evaluator")).toMatchObject({
    parameters: { requiredTags: [{ key: "Owner" }, { key: "Stage", values: ["dev", "prod"] }] },
    severity: "low",
    discoveryScope: "environment",
  });
  expect(await settingsOf("s3-encryption-evaluator")).toMatchObject({
    parameters: { minimumBucketEncryption: "aws:kms" },
    severity: "high",
  });
  expect(await settingsOf("rds-backup-evaluator")).toMatchObject({
    parameters: { minimumBackupRetentionDays: 7, checkReadReplicas: true },
  });
});

test("bucket tags are read where the scope rests on them", () => {
  expect(program.statements("iam/RolePolicy", "s3-encryption-evaluator")).toContainEqual({
    Effect: "Allow",
    Action: ["s3:GetEncryptionConfiguration", "s3:GetBucketTagging"],
    Resource: "arn:aws:s3:::*",
  });
});

test("managed rules are the chosen ones, with the stack's parameters and severities", async () => {
  const managed = program.of("cfg/Rule").filter(({ name }) => name.startsWith("iam-"));
  expect(managed.map(({ inputs }) => [inputs.name, inputs.inputParameters])).toEqual([
    ["iam-root-mfa-prod", undefined],
    ["iam-access-keys-rotated-prod", '{"maxAccessKeyAge":"60"}'],
  ]);
  const { rules } = await settingsOf("report-generator");
  expect(rules).toContainEqual(expect.objectContaining({ name: "iam-root-mfa", severity: "high" }));
  expect(rules).toContainEqual(expect.objectContaining({ parameters: { maxAccessKeyAge: "60" } }));
});

test("an exception goes to its rule and to the report; an expired one goes along with a warning", async () => {
  expect((await settingsOf("s3-encryption-evaluator")).exceptions).toEqual([exception]);
  expect((await settingsOf("ec2-tag-evaluator")).exceptions).toHaveLength(1);
  expect((await settingsOf("rds-backup-evaluator")).exceptions).toEqual([]);
  expect((await settingsOf("report-generator")).exceptions).toHaveLength(2);
  expect(program.warnings).toEqual([expect.stringMatching(/exceptions: RISK-1 .*expired on/)]);
});

test("a run is missed only when the schedule's longest pause is over, week-end included", () => {
  expect(program.the("cloudwatch/EventRule", "evaluation-schedule").inputs.scheduleExpression).toBe(
    "cron(0 4 ? * MON-FRI *)",
  );
  const alarm = (rule: string) => program.the("cloudwatch/MetricAlarm", `${rule}-missed-run`).inputs;
  expect(alarm("ec2-required-tags").evaluationPeriods).toBe(3 * 24 + 1);
  expect(alarm("iam-root-mfa").evaluationPeriods).toBe(7);
});

test("retention and memory are the stack's", () => {
  expect(program.the("cloudwatch/LogGroup", "report-generator").inputs.retentionInDays).toBe(400);
  expect(JSON.stringify(program.the("s3/BucketLifecycleConfiguration", "reports").inputs)).toContain(
    '"noncurrentDays":3650',
  );
  expect(program.the("lambda/Function", "ec2-tag-evaluator").inputs.memorySize).toBe(1024);
  expect(program.the("lambda/Function", "report-generator").inputs.memorySize).toBe(3008);
});

test("no role is granted an action on what AWS does not know the action by", () => {
  const grants = program
    .of("iam/RolePolicy")
    .flatMap(({ name }) => program.statements("iam/RolePolicy", name))
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
    );
  expect(grants.map(({ action }) => action)).toContain("kms:Decrypt");
  expect(complaints(grants)).toEqual([]);
});

test("findings go to Security Hub, in this account and Region alone, and an alarm tells when they do not", async () => {
  expect(await settingsOf("report-generator")).toMatchObject({ securityHub: true });
  expect(program.statements("iam/RolePolicy", "report-generator")).toContainEqual({
    Effect: "Allow",
    Action: "securityhub:BatchImportFindings",
    Resource: `arn:aws:securityhub:us-east-1:${ACCOUNT_ID}:product/${ACCOUNT_ID}/default`,
  });
  expect(program.the("cloudwatch/MetricAlarm", "unimported-findings").inputs).toMatchObject({
    namespace: "ComplianceScanner",
    metricName: "UnimportedFindings",
    treatMissingData: "notBreaching",
  });
});
