import { ACCOUNT_ID, type Program } from "../support";
import { arn, SNAPSHOTS, SUFFIX, theProgram } from "./program";

let program: Program;
beforeAll(() => {
  program = theProgram();
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
