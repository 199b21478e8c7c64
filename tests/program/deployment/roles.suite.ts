import { ACCOUNT_ID, type Program } from "../support";
import { arn, EVALUATORS, FUNCTIONS, QUEUE, REPORTS, SUFFIX, TOPIC, theProgram } from "./program";

const TABLE = arn("dynamodb", `table/compliance-history-${SUFFIX}`);

let program: Program;
beforeAll(() => {
  program = theProgram();
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
