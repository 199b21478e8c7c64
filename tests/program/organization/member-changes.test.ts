/** The way of a member's changes to the evaluators, as the program declares it. */

import { ConfigServiceClient, DescribeConfigurationRecordersCommand } from "@aws-sdk/client-config-service";
import { mockClient } from "aws-sdk-client-mock";
import { changesOfMembers } from "../../../program/member-changes";
import { ACCOUNT_ID, type Program, runProgram } from "../support";

const environmentSuffix = "a-suffix-of-thirty-one-letters-".slice(0, 30).concat("s");
const BUS = `member-changes-${environmentSuffix}`;
const BUS_ARN = `arn:aws:events:us-east-1:${ACCOUNT_ID}:event-bus/${BUS}`;
const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"];
const ID = "o-a1b2c3d4e5";
const MESSAGES = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"];
const JUDGED = {
  "ec2-required-tags": ["AWS::EC2::Instance"],
  "s3-bucket-encryption": ["AWS::S3::Bucket"],
  "rds-automated-backups": ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
} as const;
const ruleArn = (rule: string) =>
  `arn:aws:events:us-east-1:${ACCOUNT_ID}:rule/${BUS}/${rule}-members-${environmentSuffix}`;

let program: Program;
beforeAll(async () => {
  mockClient(ConfigServiceClient)
    .on(DescribeConfigurationRecordersCommand)
    .resolves({ ConfigurationRecorders: [] });
  program = await runProgram({
    environmentSuffix,
    alertEmail: "a@example.com",
    organization: {
      id: ID,
      units: ["ou-ab12-c3d4e5f6"],
      excludeAccounts: ["222222222222"],
      regions: REGIONS,
      roleName: "compliance-reader",
      roleRollout: "stackset",
    },
  });
}, 60_000);

describe("the bus that members forward to", () => {
  test("is one of the stack's own", () => {
    expect(program.the("cloudwatch/EventBus", "member-changes").inputs).toMatchObject({ name: BUS });
  });

  test("takes events of AWS Config, from roles of that name in the organization, and nothing else", () => {
    expect(program.statements("cloudwatch/EventBusPolicy", "member-changes")).toEqual([
      {
        Sid: "ChangesOfMembers",
        Effect: "Allow",
        Principal: "*",
        Action: "events:PutEvents",
        Resource: BUS_ARN,
        Condition: {
          StringEquals: { "aws:PrincipalOrgID": ID },
          ArnLike: {
            "aws:PrincipalArn": REGIONS.map(
              (region) => `arn:aws:iam::*:role/member-changes-${region}-${environmentSuffix}`,
            ),
          },
          "ForAllValues:StringEquals": {
            "events:source": "aws.config",
            "events:detail-type": "Config Configuration Item Change",
          },
          StringEqualsIgnoreCaseIfExists: { "events:eventBusInvocation": "true" },
        },
      },
    ]);
  });
});

describe.each(Object.entries(JUDGED))("%s", (rule, types) => {
  test("has a rule on the bus with the changes of members, and of their Regions", () => {
    const { inputs } = program.the("cloudwatch/EventRule", `${rule}-members`);
    expect(inputs).toMatchObject({ name: `${rule}-members-${environmentSuffix}`, eventBusName: BUS });
    expect(String(inputs.name).length).toBeLessThanOrEqual(64);
    expect(JSON.parse(String(inputs.eventPattern))).toEqual({
      source: ["aws.config"],
      "detail-type": ["Config Configuration Item Change"],
      account: [{ "anything-but": [ACCOUNT_ID, "222222222222"] }],
      region: REGIONS,
      detail: {
        messageType: MESSAGES,
        $or: [
          { configurationItem: { resourceType: types } },
          { configurationItemSummary: { resourceType: types } },
        ],
      },
    });
  });

  test("has a function that the rule invokes, and an alarm and a queue for what it cannot hand over", () => {
    const target = program
      .of("cloudwatch/EventTarget")
      .find(({ inputs }) => inputs.rule === `${rule}-members-${environmentSuffix}`);
    expect(target?.inputs).toMatchObject({
      eventBusName: BUS,
      arn: expect.stringContaining("-evaluator-"),
      retryPolicy: { maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: expect.stringContaining("dead-letters") },
    });
    expect(String(target?.inputs.targetId).length).toBeLessThanOrEqual(64);
    expect(program.the("lambda/Permission", String(target?.name)).inputs).toMatchObject({
      principal: "events.amazonaws.com",
      sourceArn: ruleArn(rule),
    });
    const queue = JSON.stringify(program.statements("sqs/QueuePolicy", "dead-letters"));
    expect(queue).toContain(ruleArn(rule));
    const { metricQueries } = program.the("cloudwatch/MetricAlarm", `${rule}-members-undelivered`).inputs;
    expect(metricQueries).toContainEqual(
      expect.objectContaining({
        metric: expect.objectContaining({
          metricName: "FailedInvocations",
          dimensions: { EventBusName: BUS, RuleName: `${rule}-members-${environmentSuffix}` },
        }),
      }),
    );
  });
});

describe("a member's template", () => {
  const template = () => JSON.parse(String(program.outputs.memberRoleTemplate));
  const account = { Ref: "AWS::AccountId" };

  test("makes the role that reads in the home Region alone", () => {
    expect(template().Conditions.InHomeRegion).toEqual({
      "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"],
    });
    expect(template().Resources.ComplianceReader.Condition).toBe("InHomeRegion");
  });

  test("makes a rule in each Region that forwards what AWS Config records there, of the account's own", () => {
    const { Changes } = template().Resources;
    expect(Changes).toMatchObject({ Type: "AWS::Events::Rule", Properties: { Name: BUS } });
    expect(Changes.Properties.EventPattern).toMatchObject({
      source: ["aws.config"],
      account: [account],
      region: [{ Ref: "AWS::Region" }],
      detail: {
        messageType: MESSAGES,
        $or: [{ configurationItem: { resourceType: Object.values(JUDGED).flat() } }, expect.anything()],
      },
    });
    expect(Changes.Properties.Targets).toEqual([
      { Id: "scanner", Arn: BUS_ARN, RoleArn: { "Fn::GetAtt": ["ChangeForwarding", "Arn"] } },
    ]);
  });

  test("makes a role for it that the bus admits, and that may do nothing else for nobody else", () => {
    const { Properties } = template().Resources.ChangeForwarding;
    const name = Properties.RoleName["Fn::Sub"].replace(`\${AWS::Region}`, "ap-southeast-1");
    const admitted = program.statements("cloudwatch/EventBusPolicy", "member-changes")[0]?.Condition;
    expect(admitted).toMatchObject({
      ArnLike: { "aws:PrincipalArn": expect.arrayContaining([`arn:aws:iam::*:role/${name}`]) },
    });
    expect(name.length).toBeLessThanOrEqual(64);
    expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          ArnEquals: {
            "aws:SourceArn": {
              "Fn::Sub": `arn:aws:events:\${AWS::Region}:\${AWS::AccountId}:rule/${BUS}`,
            },
          },
        },
      },
    ]);
    expect(Properties.Policies.map((one: { PolicyDocument: object }) => one.PolicyDocument)).toEqual([
      {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "events:PutEvents", Resource: BUS_ARN }],
      },
    ]);
  });

  test("forwards nothing from the deployment's own account, which has rules of its own", () => {
    const { Conditions, Resources } = template();
    expect(Conditions.ForwardsChanges).toEqual({ "Fn::Not": [{ "Fn::Equals": [account, ACCOUNT_ID] }] });
    expect([Resources.Changes.Condition, Resources.ChangeForwarding.Condition]).toEqual([
      "ForwardsChanges",
      "ForwardsChanges",
    ]);
  });

  test("is rolled out by the StackSet to each Region that is scanned, one after another", () => {
    const instances = program.of("cloudformation/StackSetInstance");
    expect(instances.map(({ inputs }) => inputs.stackSetInstanceRegion)).toEqual(REGIONS);
    expect(instances.map(({ dependsOn }) => dependsOn)).toEqual([
      [],
      ["cloudformation/StackSetInstance member-role-ou-ab12-c3d4e5f6-us-east-1"],
      ["cloudformation/StackSetInstance member-role-ou-ab12-c3d4e5f6-eu-west-1"],
    ]);
  });
});

describe("what a pattern says of accounts", () => {
  const organization = { id: ID, roleName: "r", roleRollout: "template", excludeAccounts: [] } as const;
  const account = (pattern: string) => JSON.parse(pattern).account[0]["anything-but"];

  test("leaves out those that are excluded as far as it has room", () => {
    const some = Array.from({ length: 60 }, (_, index) => String(222222222222 + index));
    const many = Array.from({ length: 200 }, (_, index) => String(222222222222 + index));
    const of = (excludeAccounts: string[]) =>
      changesOfMembers(["AWS::S3::Bucket"], ACCOUNT_ID, { ...organization, excludeAccounts, regions: "all" });
    expect(account(of(some))).toEqual([ACCOUNT_ID, ...some]);
    expect(account(of(many))).toEqual([ACCOUNT_ID]);
    expect(of(some).length).toBeLessThanOrEqual(2048);
  });

  test("names no Regions where all are scanned", () => {
    const pattern = changesOfMembers(["AWS::S3::Bucket"], ACCOUNT_ID, { ...organization, regions: "all" });
    expect(JSON.parse(pattern)).not.toHaveProperty("region");
  });
});
