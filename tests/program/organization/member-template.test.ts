import { CATALOGUE } from "../../../program/managed-rules/catalogue";
import { memberConfigRules } from "../../../program/member-managed-rules";
import { ACCOUNT_ID, type Program } from "../support";
import { environmentSuffix, organizationProgram } from "./organization-program";

let program: Program;
beforeAll(async () => {
  program = await organizationProgram();
}, 60_000);

const template = () => JSON.parse(String(program.outputs.memberRoleTemplate));

describe("AWS's managed rules of the members", () => {
  interface MemberRule {
    readonly Type: string;
    readonly Condition: string;
    readonly Properties: {
      readonly ConfigRuleName: string;
      readonly Source: object;
      readonly InputParameters?: object;
      readonly MaximumExecutionFrequency?: string;
      readonly Scope?: { readonly ComplianceResourceTypes: readonly string[] };
    };
  }
  const rules = () =>
    (Object.values(template().Resources) as MemberRule[]).filter(
      ({ Type }) => Type === "AWS::Config::ConfigRule",
    );

  test("are those of the scanner's account, with the same names, parameters and triggers", () => {
    const own = program.of("cfg/Rule").filter(({ inputs }) => Object(inputs.source).owner === "AWS");
    expect(own.length).toBeGreaterThan(1);
    const comparable = rules().map(({ Properties }) => ({
      name: Properties.ConfigRuleName,
      source: Properties.Source,
      parameters: Properties.InputParameters,
      frequency: Properties.MaximumExecutionFrequency,
      types: Properties.Scope?.ComplianceResourceTypes,
    }));
    expect(comparable).toEqual(
      own.map(({ inputs }) => {
        const { owner, sourceIdentifier } = Object(inputs.source);
        return {
          name: inputs.name,
          source: { Owner: owner, SourceIdentifier: sourceIdentifier },
          parameters: inputs.inputParameters && JSON.parse(String(inputs.inputParameters)),
          frequency: inputs.maximumExecutionFrequency,
          types: Object(inputs.scope).complianceResourceTypes,
        };
      }),
    );
  });

  test("are made where their results are read, unless left out, and not once more in the scanner's account", () => {
    expect([...new Set(rules().map(({ Condition }) => Condition))]).toEqual(["HasManagedRules"]);
    expect(template().Conditions.HasManagedRules).toEqual({
      "Fn::And": [
        { "Fn::Equals": [{ Ref: "ManagedRules" }, "deploy"] },
        { "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"] },
        { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AWS::AccountId" }, ACCOUNT_ID] }] },
      ],
    });
    expect(template().Parameters.ManagedRules).toMatchObject({
      Default: "deploy",
      AllowedValues: ["deploy", "omit"],
    });
  });
});

test("the whole catalogue fits into a template of CloudFormation's", () => {
  const rules = CATALOGUE.map((rule) => ({ ...rule, controls: {} }));
  const part = memberConfigRules({
    rules,
    configRuleName: (rule) => `${rule}-${environmentSuffix}`,
    scannerAccountId: ACCOUNT_ID,
    region: "us-east-1",
  });
  expect(Object.keys(part.Resources)).toHaveLength(rules.length);
  for (const id of Object.keys(part.Resources)) expect(id).toMatch(/^[A-Za-z0-9]+$/);
  const ofRole = String(program.outputs.memberRoleTemplate).length;
  expect(JSON.stringify(part).length + ofRole).toBeLessThan(51_200);
});

describe("the role of the members", () => {
  const role = () => template().Resources.ComplianceReader.Properties;

  test("is taken on by the functions alone, of this organization, with the external id", () => {
    expect(role()).toMatchObject({ RoleName: "compliance-reader" });
    expect(role().AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
        Action: "sts:AssumeRole",
        Condition: {
          ArnEquals: {
            "aws:PrincipalArn": [
              "ec2-tag-evaluator",
              "s3-encryption-evaluator",
              "rds-backup-evaluator",
              "report-generator",
            ].map((name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}-role-${environmentSuffix}`),
          },
          StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "sts:ExternalId": "shared-word" },
        },
      },
    ]);
  });

  test("names roles that exist", () => {
    const names = program
      .of("iam/Role")
      .map(({ inputs }) => `arn:aws:iam::${ACCOUNT_ID}:role/${inputs.name}`);
    const trusted = role().AssumeRolePolicyDocument.Statement[0].Condition.ArnEquals["aws:PrincipalArn"];
    expect(names).toEqual(expect.arrayContaining(trusted));
  });

  test("may read what the rules judge, in the Regions that are scanned", () => {
    expect(role().Policies[0].PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Action: "ec2:DescribeInstances",
        Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] } },
      }),
      expect.objectContaining({ Action: "ec2:DescribeRegions" }),
      { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" },
      { Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: "arn:aws:s3:::*" },
      {
        Effect: "Allow",
        Action: "rds:DescribeDBInstances",
        Resource: ["arn:aws:rds:us-east-1:*:db:*", "arn:aws:rds:eu-west-1:*:db:*"],
      },
      {
        Effect: "Allow",
        Action: "rds:DescribeDBClusters",
        Resource: ["arn:aws:rds:us-east-1:*:cluster:*", "arn:aws:rds:eu-west-1:*:cluster:*"],
      },
      {
        Effect: "Allow",
        Action: "config:GetComplianceDetailsByConfigRule",
        Resource: "arn:aws:config:us-east-1:*:config-rule/*",
      },
      {
        Effect: "Allow",
        Action: [
          "config:BatchGetResourceConfig",
          "config:DescribeConfigRuleEvaluationStatus",
          "config:DescribeConfigurationRecorders",
          "config:DescribeConfigurationRecorderStatus",
          "config:ListDiscoveredResources",
        ],
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1"] } },
      },
    ]);
  });

  test("is rolled out by a StackSet to the units, without the excluded accounts", () => {
    expect(program.the("cloudformation/StackSet", "member-role").inputs).toMatchObject({
      permissionModel: "SERVICE_MANAGED",
      callAs: "DELEGATED_ADMIN",
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      capabilities: ["CAPABILITY_NAMED_IAM"],
      templateBody: program.outputs.memberRoleTemplate,
    });
    expect(
      program.the("cloudformation/StackSetInstance", "member-role-ou-ab12-c3d4e5f6-us-east-1").inputs,
    ).toMatchObject({
      stackSetInstanceRegion: "us-east-1",
      deploymentTargets: {
        organizationalUnitIds: ["ou-ab12-c3d4e5f6"],
        accountFilterType: "DIFFERENCE",
        accounts: ["222222222222"],
      },
    });
  });
});
