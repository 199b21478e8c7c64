import { ACCOUNT_ID, type Program, runProgram } from "./support";

const EVALUATORS = ["ec2-tag-evaluator", "s3-encryption-evaluator", "rds-backup-evaluator"];
const FUNCTIONS = [...EVALUATORS, "report-generator"];
const SUFFIX = "a-suffix-of-thirty-one-letters1";
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT_ID}:${resource}`;
const TABLE = arn("dynamodb", `table/compliance-history-${SUFFIX}`);
const TOPIC = arn("sns", `compliance-alerts-${SUFFIX}`);
const QUEUE = arn("sqs", `compliance-dead-letters-${SUFFIX}`);
const REPORTS = `arn:aws:s3:::compliance-reports-${ACCOUNT_ID}-${SUFFIX}`;
const SNAPSHOTS = `arn:aws:s3:::config-snapshots-${ACCOUNT_ID}-${SUFFIX}`;

let program: Program;
beforeAll(async () => {
  program = await runProgram({ environmentSuffix: SUFFIX, configRecorder: "create" });
}, 60_000);

describe("everything", () => {
  test("is made by the one provider, which puts the tags on it in the one Region", () => {
    const { inputs } = program.the("pulumi:providers:aws", "aws");
    expect(inputs.region).toBe("us-east-1");
    expect(JSON.parse(String(inputs.defaultTags))).toEqual({
      tags: { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" },
    });
    const others = program.resources.filter(({ type }) => !type.startsWith("pulumi:"));
    expect(others.length).toBeGreaterThan(80);
    expect(others.filter(({ provider }) => provider !== "pulumi:providers:aws aws")).toEqual([]);
  });

  test("can be destroyed: nothing is protected, retained, or refuses to go with what it holds", () => {
    for (const { protect, retainOnDelete, inputs } of program.resources) {
      expect({ protect, retainOnDelete }).toEqual({ protect: false, retainOnDelete: false });
      expect(inputs.skipDestroy ?? false).toBe(false);
      expect(inputs.deletionProtectionEnabled ?? false).toBe(false);
    }
    const buckets = program.of("s3/Bucket");
    expect(buckets).not.toHaveLength(0);
    for (const bucket of buckets) expect(bucket.inputs.forceDestroy).toBe(true);
  });

  test.each([
    ["s3/Bucket", 63],
    ["iam/Role", 64],
    ["iam/RolePolicy", 128],
    ["lambda/Function", 64],
    ["cloudwatch/EventRule", 64],
    ["cloudwatch/EventTarget", 64],
    ["cloudwatch/LogGroup", 512],
    ["cloudwatch/MetricAlarm", 255],
    ["cloudwatch/Dashboard", 255],
    ["sqs/Queue", 80],
    ["sns/Topic", 256],
    ["dynamodb/Table", 255],
    ["cfg/Rule", 128],
    ["cfg/Recorder", 256],
    ["cfg/DeliveryChannel", 256],
  ])("%s: every name ends with the longest suffix and still fits AWS's %i characters", (type, limit) => {
    const names = program.of(type).map(({ inputs }) => {
      return inputs.bucket ?? inputs.dashboardName ?? inputs.targetId ?? inputs.name;
    }) as string[];
    expect(names).not.toHaveLength(0);
    for (const name of names) {
      expect(name.endsWith(`-${SUFFIX}`)).toBe(true);
      expect(name.length).toBeLessThanOrEqual(limit);
    }
    expect(new Set(names).size).toBe(names.length);
  });
});

it("tells what AWS Config will cost, and warns only that nobody is told of failures", () => {
  expect(program.notes).toEqual([
    expect.stringMatching(
      /^AWS Config: 9 rules \(6 managed\), \d+ recorded types; about \$\d+ a month if each type /,
    ),
  ]);
  expect(program.warnings).toEqual([expect.stringMatching(/^nobody is told of failures/)]);
});

describe("history table", () => {
  test("has the design's keys, on demand, recoverable to any point in time", () => {
    const { inputs } = program.the("dynamodb/Table", "history");
    expect(inputs).toMatchObject({
      name: `compliance-history-${SUFFIX}`,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "resource_id",
      rangeKey: "evaluation_timestamp",
      pointInTimeRecovery: { enabled: true },
      ttl: { attributeName: "expires_at", enabled: true },
    });
    expect(inputs.serverSideEncryption).toBeUndefined();
  });

  test.each([
    ["by-rule", "rule_shard"],
    ["by-transition", "transition_shard"],
  ])("has the index %s over %s in time order, with whole rows", (name, hashKey) => {
    const { globalSecondaryIndexes, attributes } = program.the("dynamodb/Table", "history").inputs;
    expect(globalSecondaryIndexes).toContainEqual({
      name,
      keySchemas: [
        { attributeName: hashKey, keyType: "HASH" },
        { attributeName: "evaluation_timestamp", keyType: "RANGE" },
      ],
      projectionType: "ALL",
    });
    expect(attributes).toContainEqual({ name: hashKey, type: "S" });
  });
});

describe.each([
  ["reports", REPORTS],
  ["snapshots", SNAPSHOTS],
])("bucket of the %s", (name, bucketArn) => {
  test("is private, owner-enforced, versioned and encrypted", () => {
    expect(program.the("s3/BucketPublicAccessBlock", name).inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(program.the("s3/BucketOwnershipControls", name).inputs.rule).toEqual({
      objectOwnership: "BucketOwnerEnforced",
    });
    expect(program.the("s3/BucketVersioning", name).inputs.versioningConfiguration).toEqual({
      status: "Enabled",
    });
    const { rules } = program.the("s3/BucketServerSideEncryptionConfiguration", name).inputs;
    expect(rules).toEqual([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
    ]);
  });

  test("ends incomplete uploads and forgets old versions after seven years", () => {
    const { inputs, dependsOn } = program.the("s3/BucketLifecycleConfiguration", name);
    expect(inputs.rules).toEqual([
      expect.objectContaining({
        status: "Enabled",
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      }),
      expect.objectContaining({ status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 2557 } }),
    ]);
    expect(dependsOn).toEqual([`s3/BucketVersioning ${name}`]);
  });

  test("refuses everybody who comes without TLS", () => {
    expect(program.statements("s3/BucketPolicy", name)).toContainEqual({
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });
});

describe("AWS Config", () => {
  test("delivers to its bucket, and only for this account", () => {
    const config = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } };
    const sourceAccount = { "aws:SourceAccount": ACCOUNT_ID };
    const [tlsOnly, ...statements] = program.statements("s3/BucketPolicy", "snapshots");
    expect(tlsOnly?.Effect).toBe("Deny");
    expect(statements).toEqual([
      {
        ...config,
        Sid: expect.any(String),
        Action: "s3:GetBucketAcl",
        Resource: SNAPSHOTS,
        Condition: { StringEquals: sourceAccount },
      },
      {
        ...config,
        Sid: expect.any(String),
        Action: "s3:ListBucket",
        Resource: SNAPSHOTS,
        Condition: { StringEquals: sourceAccount },
      },
      {
        ...config,
        Sid: expect.any(String),
        Action: "s3:PutObject",
        Resource: `${SNAPSHOTS}/AWSLogs/${ACCOUNT_ID}/Config/*`,
        Condition: { StringEquals: { ...sourceAccount, "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ]);
  });

  test("has a role that reads by AWS's policy and writes snapshots, nothing else", () => {
    expect(program.statements("iam/Role", "config-recorder", "assumeRolePolicy")).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "config.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
    ]);
    expect(
      program.of("iam/RolePolicyAttachment").map(({ inputs }) => [inputs.role, inputs.policyArn]),
    ).toEqual([[`config-recorder-role-${SUFFIX}`, "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"]]);
    expect(program.statements("iam/RolePolicy", "config-recorder")).toEqual([
      { Effect: "Allow", Action: "s3:GetBucketAcl", Resource: SNAPSHOTS },
      {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: `${SNAPSHOTS}/AWSLogs/${ACCOUNT_ID}/Config/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ]);
  });

  test("records EC2, RDS, S3 and IAM, continuously", () => {
    expect(program.the("cfg/Recorder", "recorder").inputs).toMatchObject({
      recordingGroup: {
        allSupported: false,
        includeGlobalResourceTypes: false,
        resourceTypes: [
          "AWS::EC2::Instance",
          "AWS::S3::Bucket",
          "AWS::RDS::DBInstance",
          "AWS::RDS::DBCluster",
          "AWS::IAM::User",
          "AWS::IAM::Role",
          "AWS::IAM::Group",
          "AWS::IAM::Policy",
        ],
      },
      recordingMode: { recordingFrequency: "CONTINUOUS" },
    });
    expect(program.the("cfg/RecorderStatus", "recorder").inputs.isEnabled).toBe(true);
  });

  test("is replaced by going first: AWS allows one recorder and one channel", () => {
    for (const type of ["cfg/Recorder", "cfg/DeliveryChannel", "cfg/RecorderStatus"]) {
      expect(program.of(type).map(({ deleteBeforeReplace }) => deleteBeforeReplace)).toEqual([true]);
    }
  });

  test("is made in the order that AWS insists on: rights, recorder, channel, start, rules", () => {
    expect(program.the("cfg/Recorder", "recorder").dependsOn).toEqual([
      "iam/RolePolicyAttachment config-recorder",
      "iam/RolePolicy config-recorder",
    ]);
    expect(program.the("cfg/DeliveryChannel", "snapshots").dependsOn).toEqual([
      "cfg/Recorder recorder",
      "s3/BucketPolicy snapshots",
    ]);
    expect(program.the("cfg/RecorderStatus", "recorder").dependsOn).toEqual([
      "cfg/DeliveryChannel snapshots",
    ]);
    const rules = program.of("cfg/Rule");
    expect(rules).not.toHaveLength(0);
    for (const rule of rules) expect(rule.dependsOn).toContain("cfg/RecorderStatus recorder");
  });

  test.each([
    ["ec2-required-tags", "ec2-tag-evaluator", ["AWS::EC2::Instance"]],
    ["s3-bucket-encryption", "s3-encryption-evaluator", ["AWS::S3::Bucket"]],
    ["rds-automated-backups", "rds-backup-evaluator", ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"]],
  ])("asks for %s at every change, large resources included", (rule, evaluator, complianceResourceTypes) => {
    const { inputs, dependsOn } = program.the("cfg/Rule", rule);
    expect(inputs.source).toEqual({
      owner: "CUSTOM_LAMBDA",
      sourceIdentifier: arn("lambda", `function:${evaluator}-${SUFFIX}`),
      sourceDetails: [
        { eventSource: "aws.config", messageType: "ConfigurationItemChangeNotification" },
        { eventSource: "aws.config", messageType: "OversizedConfigurationItemChangeNotification" },
      ],
    });
    expect(inputs.scope).toEqual({ complianceResourceTypes });
    expect(program.the("lambda/Permission", `${evaluator}-config`).inputs).toMatchObject({
      function: `${evaluator}-${SUFFIX}`,
      action: "lambda:InvokeFunction",
      principal: "config.amazonaws.com",
      sourceAccount: ACCOUNT_ID,
    });
    expect(dependsOn).toContain(`lambda/Permission ${evaluator}-config`);
  });

  test("evaluates IAM by AWS's own rules, every six hours where nothing announces a change", () => {
    const managed = program
      .of("cfg/Rule")
      .map(({ inputs }) => inputs as { readonly source: Readonly<Record<string, string>> })
      .filter(({ source }) => source.owner === "AWS");
    const periodic = { maximumExecutionFrequency: "Six_Hours" };
    const byIdentifier = Object.fromEntries(
      managed.map(({ source, ...inputs }) => [source.sourceIdentifier, inputs]),
    );
    expect(byIdentifier).toEqual({
      ROOT_ACCOUNT_MFA_ENABLED: expect.objectContaining({ ...periodic, name: `iam-root-mfa-${SUFFIX}` }),
      IAM_USER_MFA_ENABLED: expect.objectContaining(periodic),
      IAM_PASSWORD_POLICY: expect.objectContaining({
        ...periodic,
        inputParameters: expect.stringContaining('"MinimumPasswordLength":"14"'),
      }),
      ACCESS_KEYS_ROTATED: expect.objectContaining({
        ...periodic,
        inputParameters: '{"maxAccessKeyAge":"90"}',
      }),
      IAM_USER_UNUSED_CREDENTIALS_CHECK: expect.objectContaining({
        ...periodic,
        inputParameters: '{"maxCredentialUsageAge":"90"}',
      }),
      IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS: expect.objectContaining({
        scope: { complianceResourceTypes: ["AWS::IAM::Policy"] },
      }),
    });
    expect(byIdentifier.IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS).not.toHaveProperty(
      "maximumExecutionFrequency",
    );
  });
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

describe("roles", () => {
  const logs = (name: string) => ({
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${arn("logs", `log-group:/aws/lambda/${name}-${SUFFIX}`)}:*`,
  });
  const table = {
    Effect: "Allow",
    Action: [
      "dynamodb:BatchWriteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ],
    Resource: TABLE,
  };
  const indexes = (...names: string[]) => ({
    Effect: "Allow",
    Action: "dynamodb:Query",
    Resource: names.map((name) => `${TABLE}/index/${name}`),
  });
  const publish = { Effect: "Allow", Action: "sns:Publish", Resource: TOPIC };
  const giveUp = { Effect: "Allow", Action: "sqs:SendMessage", Resource: QUEUE };
  const putEvaluations = { Effect: "Allow", Action: "config:PutEvaluations", Resource: "*" };

  const reads: Readonly<Record<string, readonly unknown[]>> = {
    "ec2-tag-evaluator": [{ Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" }],
    "s3-encryption-evaluator": [
      { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" },
      { Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: "arn:aws:s3:::*" },
    ],
    "rds-backup-evaluator": [
      {
        Effect: "Allow",
        Action: "rds:DescribeDBInstances",
        Resource: `arn:aws:rds:us-east-1:${ACCOUNT_ID}:db:*`,
      },
      {
        Effect: "Allow",
        Action: "rds:DescribeDBClusters",
        Resource: `arn:aws:rds:us-east-1:${ACCOUNT_ID}:cluster:*`,
      },
    ],
  };

  test.each(EVALUATORS)(
    "%s may read its resources, keep history, alert and tell AWS Config, nothing else",
    (name) => {
      expect(program.statements("iam/RolePolicy", name)).toEqual([
        logs(name),
        table,
        indexes("by-rule"),
        publish,
        giveUp,
        ...(reads[name] ?? []),
        putEvaluations,
      ]);
    },
  );

  test("report-generator may read the history and its managed rules, and write reports, nothing else", () => {
    const managed = [
      "iam-root-mfa",
      "iam-user-mfa",
      "iam-password-policy",
      "iam-access-keys-rotated",
      "iam-no-admin-policies",
      "iam-unused-credentials",
    ];
    const ownBucket = { StringEquals: { "aws:ResourceAccount": ACCOUNT_ID } };
    expect(program.statements("iam/RolePolicy", "report-generator")).toEqual([
      logs("report-generator"),
      table,
      indexes("by-rule", "by-transition"),
      publish,
      giveUp,
      {
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
        Resource: `${REPORTS}/reports/*`,
        Condition: ownBucket,
      },
      { Effect: "Allow", Action: "s3:ListBucket", Resource: REPORTS, Condition: ownBucket },
      {
        Effect: "Allow",
        Action: "config:GetComplianceDetailsByConfigRule",
        Resource: managed.map((rule) => arn("config", `config-rule/config-rule-of-${rule}-${SUFFIX}`)),
      },
      {
        Effect: "Allow",
        Action: [
          "config:BatchGetResourceConfig",
          "config:DescribeConfigRuleEvaluationStatus",
          "config:DescribeConfigurationRecorders",
          "config:DescribeConfigurationRecorderStatus",
          "config:GetComplianceDetailsByResource",
          "config:ListDiscoveredResources",
        ],
        Resource: "*",
      },
    ]);
  });

  test.each(FUNCTIONS)("%s is for Lambda alone, with one policy and none of AWS's broad ones", (name) => {
    expect(program.statements("iam/Role", name, "assumeRolePolicy")).toEqual([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const role = `${name}-role-${SUFFIX}`;
    expect(program.of("iam/RolePolicy").filter(({ inputs }) => inputs.role === role)).toHaveLength(1);
    expect(program.of("iam/RolePolicyAttachment").filter(({ inputs }) => inputs.role === role)).toEqual([]);
  });

  test("no role has a wildcard action, and none may create a log group", () => {
    const actions = program
      .of("iam/RolePolicy")
      .flatMap(({ name }) => program.statements("iam/RolePolicy", name))
      .flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes("*") || action === "logs:CreateLogGroup")).toEqual([]);
  });
});

describe("events", () => {
  test("one schedule drives all evaluators, another one the report half an hour later", () => {
    const { inputs } = program.the("cloudwatch/EventRule", "evaluation-schedule");
    expect(inputs.scheduleExpression).toBe("cron(0 0/6 * * ? *)");
    const swept = program.of("cloudwatch/EventTarget").filter((target) => target.inputs.rule === inputs.name);
    expect(swept.map((target) => target.inputs.arn)).toEqual(
      EVALUATORS.map((name) => arn("lambda", `function:${name}-${SUFFIX}`)),
    );
    expect(program.the("cloudwatch/EventRule", "report-schedule").inputs.scheduleExpression).toBe(
      "cron(30 0/6 * * ? *)",
    );
    expect(program.the("cloudwatch/EventTarget", "report-generator").inputs).toMatchObject({
      rule: `compliance-report-schedule-${SUFFIX}`,
      arn: arn("lambda", `function:report-generator-${SUFFIX}:events`),
    });
  });

  test("changes under our managed rules, and no others, reach the report generator", () => {
    const { inputs } = program.the("cloudwatch/EventRule", "managed-rule-changes");
    expect(JSON.parse(String(inputs.eventPattern))).toEqual({
      source: ["aws.config"],
      "detail-type": ["Config Rules Compliance Change"],
      account: [ACCOUNT_ID],
      region: ["us-east-1"],
      detail: {
        messageType: ["ComplianceChangeNotification"],
        configRuleName: [
          `iam-root-mfa-${SUFFIX}`,
          `iam-user-mfa-${SUFFIX}`,
          `iam-password-policy-${SUFFIX}`,
          `iam-access-keys-rotated-${SUFFIX}`,
          `iam-no-admin-policies-${SUFFIX}`,
          `iam-unused-credentials-${SUFFIX}`,
        ],
      },
    });
    expect(program.the("cloudwatch/EventTarget", "managed-rule-changes").inputs).toMatchObject({
      rule: inputs.name,
      arn: arn("lambda", `function:report-generator-${SUFFIX}:events`),
    });
  });

  test("every target may be invoked by its own rule only, is retried, and keeps what cannot be delivered", () => {
    const targets = program.of("cloudwatch/EventTarget");
    expect(targets).toHaveLength(5);
    for (const { name, inputs, dependsOn } of targets) {
      expect(inputs.retryPolicy).toEqual({ maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 185 });
      expect(inputs.deadLetterConfig).toEqual({ arn: QUEUE });
      expect(dependsOn).toEqual([`lambda/Permission ${name}`, "sqs/QueuePolicy dead-letters"]);
      const permission = program.the("lambda/Permission", name).inputs;
      expect(permission).toMatchObject({
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        sourceArn: arn("events", `rule/${inputs.rule}`),
      });
      const qualifier = permission.qualifier === undefined ? "" : `:${permission.qualifier}`;
      expect(inputs.arn).toBe(arn("lambda", `function:${permission.function}${qualifier}`));
    }
  });

  test("EventBridge has an alias of the report generator for itself; its events are retried and kept there", () => {
    expect(program.of("lambda/Alias")).toHaveLength(1);
    expect(program.the("lambda/Alias", "report-events").inputs).toMatchObject({
      name: "events",
      functionName: `report-generator-${SUFFIX}`,
      functionVersion: "$LATEST",
    });
    const permissions = program.of("lambda/Permission").filter(({ inputs }) => {
      return inputs.function === `report-generator-${SUFFIX}`;
    });
    expect(permissions.map(({ inputs }) => inputs)).toEqual(
      ["report-generator", "managed-rule-changes"].map(() =>
        expect.objectContaining({ qualifier: "events", principal: "events.amazonaws.com" }),
      ),
    );
    expect(program.the("lambda/FunctionEventInvokeConfig", "report-events").inputs).toMatchObject({
      functionName: `report-generator-${SUFFIX}`,
      qualifier: "events",
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
  });

  test("dead letters are kept for two weeks, encrypted, and come from our rules only", () => {
    expect(program.the("sqs/Queue", "dead-letters").inputs).toMatchObject({
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
    expect(program.statements("sqs/QueuePolicy", "dead-letters")).toEqual([
      expect.objectContaining({ Effect: "Deny", Action: "sqs:*", Resource: [QUEUE] }),
      {
        Sid: "UndeliveredEvents",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: QUEUE,
        Condition: {
          ArnEquals: {
            "aws:SourceArn": program
              .of("cloudwatch/EventRule")
              .map(({ inputs }) => arn("events", `rule/${inputs.name}`)),
          },
        },
      },
    ]);
  });
});

describe("alerts", () => {
  test("the topic refuses whoever comes without TLS, and its policy admits none but this account's alarms", () => {
    const targets = program.of("cloudwatch/EventTarget").map(({ inputs }) => inputs.arn);
    expect(targets).not.toContain(TOPIC);
    expect(program.statements("sns/TopicPolicy", "alerts")).toEqual([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: [
          "sns:AddPermission",
          "sns:DeleteTopic",
          "sns:GetTopicAttributes",
          "sns:ListSubscriptionsByTopic",
          "sns:Publish",
          "sns:RemovePermission",
          "sns:SetTopicAttributes",
          "sns:Subscribe",
        ],
        Resource: [TOPIC],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "AlarmsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: TOPIC,
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
    ]);
  });

  test("nobody is subscribed whom the settings do not name", () => {
    expect(program.of("sns/TopicSubscription")).toEqual([]);
  });
});

describe("alarms", () => {
  test("all of them alert", () => {
    const alarms = program.of("cloudwatch/MetricAlarm");
    expect(alarms).not.toHaveLength(0);
    for (const { inputs } of alarms) expect(inputs.alarmActions).toEqual([TOPIC]);
  });

  test.each(FUNCTIONS)("the first error of %s alarms", (name) => {
    expect(program.the("cloudwatch/MetricAlarm", `${name}-errors`).inputs).toMatchObject({
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: `${name}-${SUFFIX}` },
      statistic: "Sum",
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
    });
  });

  test.each([
    "ec2-required-tags",
    "s3-bucket-encryption",
    "rds-automated-backups",
    "iam-root-mfa",
    "iam-user-mfa",
    "iam-password-policy",
    "iam-access-keys-rotated",
    "iam-unused-credentials",
  ])(
    "a period and a bit without a complete run of %s alarms, and the next run says that all is well",
    (rule) => {
      expect(program.the("cloudwatch/MetricAlarm", `${rule}-missed-run`).inputs).toMatchObject({
        metricQueries: [
          { expression: "FILL(runs, 0)", returnData: true },
          {
            id: "runs",
            metric: {
              namespace: "ComplianceScanner",
              metricName: "CompletedRuns",
              dimensions: { EnvironmentSuffix: SUFFIX, Rule: rule },
              stat: "Sum",
              period: 3600,
            },
          },
        ],
        evaluationPeriods: 7,
        threshold: 1,
        comparisonOperator: "LessThanThreshold",
        treatMissingData: "breaching",
        okActions: [TOPIC],
      });
    },
  );

  test("a rule that waits for changes is not expected to run", () => {
    const names = program.of("cloudwatch/MetricAlarm").map(({ name }) => name);
    expect(names).not.toContain("iam-no-admin-policies-missed-run");
  });

  test("a dead letter alarms, and so does an event that could not be delivered", () => {
    expect(program.the("cloudwatch/MetricAlarm", "dead-letters").inputs).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: `compliance-dead-letters-${SUFFIX}` },
      // SQS tells the metric every minute: an average over five of them is below one at first.
      statistic: "Maximum",
      threshold: 1,
      evaluationPeriods: 1,
    });
    const rules = program.of("cloudwatch/EventRule");
    expect(rules).not.toHaveLength(0);
    for (const { name, inputs } of rules) {
      expect(program.the("cloudwatch/MetricAlarm", `${name}-undelivered`).inputs).toMatchObject({
        namespace: "AWS/Events",
        metricName: "FailedInvocations",
        dimensions: { RuleName: inputs.name },
        threshold: 1,
      });
    }
  });
});

test("alerts that a run owes alarm, whichever rule it was", () => {
  expect(program.the("cloudwatch/MetricAlarm", "undelivered-alerts").inputs).toMatchObject({
    namespace: "ComplianceScanner",
    metricName: "UndeliveredAlerts",
    dimensions: { EnvironmentSuffix: SUFFIX },
    statistic: "Sum",
    threshold: 1,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
  });
});

describe("dashboard", () => {
  const widgets = () =>
    JSON.parse(String(program.the("cloudwatch/Dashboard", "compliance").inputs.dashboardBody)).widgets as {
      type: string;
      properties: {
        title: string;
        region?: string;
        alarms?: string[];
        metrics?: unknown[][];
        period?: number;
      };
    }[];
  const graph = (metric: string) =>
    widgets().find(({ properties }) => properties.metrics?.some((one) => one[1] === metric))?.properties;

  test.each(["Score", "Coverage", "CompletedRuns", "Errors", "NonCompliant", "UndeliveredAlerts"])(
    "shows %s of every rule",
    (metric) => {
      const rules = graph(metric)
        ?.metrics?.filter((one) => one[0] === "ComplianceScanner")
        .map((one) => one[5]);
      expect(rules).toHaveLength(9);
      expect(rules).toContain("ec2-required-tags");
      expect(rules).toContain("iam-root-mfa");
      expect(graph(metric)?.region).toBe("us-east-1");
    },
  );

  test("draws lines, not dots: one period is the time between two runs", () => {
    expect(graph("Score")?.period).toBe(6 * 3600);
  });

  test("shows how long ago the last complete run of each rule was", () => {
    const { metrics } =
      widgets().find(({ properties }) => properties.title.startsWith("Hours since"))?.properties ?? {};
    expect(metrics?.[0]).toEqual([
      {
        expression: "(EPOCH(runs0) - FILL(EPOCH(runs0) * runs0 / runs0, REPEAT)) / 3600",
        label: "ec2-required-tags",
      },
    ]);
    expect(metrics?.[1]).toEqual([
      "ComplianceScanner",
      "CompletedRuns",
      "EnvironmentSuffix",
      SUFFIX,
      "Rule",
      "ec2-required-tags",
      { id: "runs0", stat: "Sum", visible: false },
    ]);
  });

  test("shows every alarm", () => {
    const shown = widgets().find(({ type }) => type === "alarm")?.properties.alarms;
    const declared = program
      .of("cloudwatch/MetricAlarm")
      .map(({ inputs }) => arn("cloudwatch", `alarm:${inputs.name}`));
    expect(shown?.sort()).toEqual(declared.sort());
  });
});

test("the outputs are what a person works with", () => {
  expect(program.outputs).toEqual({
    recorderName: expect.stringMatching(new RegExp(`^compliance-recorder-[0-9a-f]{8}-${SUFFIX}$`)),
    historyTableName: `compliance-history-${SUFFIX}`,
    alertTopicArn: TOPIC,
    reportBucketName: `compliance-reports-${ACCOUNT_ID}-${SUFFIX}`,
    snapshotBucketName: `config-snapshots-${ACCOUNT_ID}-${SUFFIX}`,
    functionNames: Object.fromEntries(FUNCTIONS.map((name) => [name, `${name}-${SUFFIX}`])),
    deadLetterQueueUrl: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT_ID}/compliance-dead-letters-${SUFFIX}`,
    dashboardUrl:
      "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1" +
      `#dashboards:name=compliance-${SUFFIX}`,
    stateMachineArns: null,
    memberRoleTemplate: null,
  });
  expect(program.warnings).toEqual([expect.stringMatching(/nobody is told of failures: neither alertEmail/)]);
});
