import { ACCOUNT_ID, type Program } from "../support";
import { FUNCTIONS, REPORTS, SNAPSHOTS, SUFFIX, TOPIC, theProgram } from "./program";

let program: Program;
beforeAll(() => {
  program = theProgram();
});

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
    // Keys, and nothing else: DynamoDB refuses more as it does fewer.
    const keys = ["resource_id", "evaluation_timestamp", "rule_shard", "transition_shard"];
    expect(inputs.attributes).toEqual(keys.map((name) => ({ name, type: "S" })));
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
