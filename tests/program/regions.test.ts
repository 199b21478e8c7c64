/** A deployment that scans three Regions: in one of the others somebody records already, in the other nobody does. */

import {
  ConfigServiceClient,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
} from "@aws-sdk/client-config-service";
import { mockClient } from "aws-sdk-client-mock";
import { ACCOUNT_ID, type Program, runProgram } from "./support";

const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"];
const SUFFIX = "a-suffix-of-thirty-one-letters-";
const environmentSuffix = `${SUFFIX.slice(0, 30)}s`;
const HOME_BUS = `arn:aws:events:us-east-1:${ACCOUNT_ID}:event-bus/default`;
const config = mockClient(ConfigServiceClient);

let program: Program;
beforeAll(async () => {
  config.on(DescribeConfigurationRecordersCommand).callsFake(async (_, getClient) => ({
    ConfigurationRecorders:
      (await getClient().config.region()) === "eu-west-1"
        ? [{ name: "landing-zone", recordingGroup: { resourceTypes: ["AWS::S3::Bucket"] } }]
        : [],
  }));
  config.on(DescribeConfigurationRecorderStatusCommand).resolves({
    ConfigurationRecordersStatus: [{ name: "landing-zone", recording: true }],
  });
  program = await runProgram({ environmentSuffix, regions: REGIONS, alertEmail: "a@example.com" });
}, 60_000);

function pattern(name: string) {
  return JSON.parse(String(program.the("cloudwatch/EventRule", name).inputs.eventPattern));
}

describe("each further Region", () => {
  test.each(["eu-west-1", "ap-southeast-1"])("has a provider of its own with the same tags: %s", (region) => {
    const { inputs } = program.the("pulumi:providers:aws", `aws-${region}`);
    expect(inputs.region).toBe(region);
    expect(JSON.parse(String(inputs.defaultTags))).toEqual({
      tags: { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" },
    });
  });

  test.each(["eu-west-1", "ap-southeast-1"])("forwards what AWS Config records there: %s", (region) => {
    const provider = `pulumi:providers:aws aws-${region}`;
    const rule = program.the("cloudwatch/EventRule", `changes-${region}`);
    expect(rule).toMatchObject({ provider, inputs: { name: `configuration-changes-${environmentSuffix}` } });
    expect(pattern(`changes-${region}`)).toMatchObject({
      source: ["aws.config"],
      "detail-type": ["Config Configuration Item Change"],
      account: [ACCOUNT_ID],
      region: [region],
    });
    expect(program.the("cloudwatch/EventTarget", `changes-${region}`)).toMatchObject({
      provider,
      inputs: {
        arn: HOME_BUS,
        roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/change-forwarding-role-${environmentSuffix}`,
      },
      dependsOn: ["iam/RolePolicy change-forwarding"],
    });
  });

  test("has nothing else of the deployment, but for a recorder", () => {
    const there = program.resources.filter(({ provider }) => provider?.match(/ aws-/));
    expect([...new Set(there.map(({ type }) => type))].sort()).toEqual([
      "cfg/DeliveryChannel",
      "cfg/Recorder",
      "cfg/RecorderStatus",
      "cloudwatch/EventRule",
      "cloudwatch/EventTarget",
    ]);
  });
});

test("EventBridge may forward to the one bus, for the Regions' own rules", () => {
  expect(program.statements("iam/RolePolicy", "change-forwarding")).toEqual([
    { Effect: "Allow", Action: "events:PutEvents", Resource: HOME_BUS },
  ]);
  const [trust] = program.statements("iam/Role", "change-forwarding", "assumeRolePolicy");
  expect(trust).toMatchObject({ Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" });
  expect(trust?.Condition).toEqual({
    ArnEquals: {
      "aws:SourceArn": expect.arrayContaining([expect.stringContaining("rule/configuration-changes-")]),
    },
  });
});

test.each([
  ["ec2-required-tags", "ec2-tag-evaluator", ["AWS::EC2::Instance"]],
  ["s3-bucket-encryption", "s3-encryption-evaluator", ["AWS::S3::Bucket"]],
  ["rds-automated-backups", "rds-backup-evaluator", ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"]],
])(
  "changes of what %s judges reach its evaluator alone, of further Regions only",
  (rule, evaluator, types) => {
    expect(pattern(`${rule}-changes`)).toEqual({
      source: ["aws.config"],
      "detail-type": ["Config Configuration Item Change"],
      account: [ACCOUNT_ID],
      region: ["eu-west-1", "ap-southeast-1"],
      detail: {
        messageType: ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"],
        $or: [
          { configurationItem: { resourceType: types } },
          { configurationItemSummary: { resourceType: types } },
        ],
      },
    });
    expect(program.the("cloudwatch/EventTarget", `${evaluator}-changes`).inputs).toMatchObject({
      rule: `${rule}-changes-${environmentSuffix}`,
      arn: program.the("cloudwatch/EventTarget", evaluator).inputs.arn,
      deadLetterConfig: expect.anything(),
    });
    expect(program.the("lambda/Permission", `${evaluator}-changes`).inputs).toMatchObject({
      principal: "events.amazonaws.com",
      sourceArn: expect.stringContaining(`rule/${rule}-changes-`),
    });
    expect(program.of("cloudwatch/MetricAlarm").map(({ name }) => name)).toContain(
      `${rule}-changes-undelivered`,
    );
  },
);

describe("AWS Config's recorder in a further Region", () => {
  test("is made where there is none, and records what the rules judge but not IAM", () => {
    expect(
      program
        .of("cfg/Recorder")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["recorder", "recorder-ap-southeast-1"]);
    const { inputs, provider } = program.the("cfg/Recorder", "recorder-ap-southeast-1");
    expect(provider).toBe("pulumi:providers:aws aws-ap-southeast-1");
    expect(inputs.recordingGroup).toEqual({
      allSupported: false,
      includeGlobalResourceTypes: false,
      resourceTypes: ["AWS::EC2::Instance", "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
    });
  });

  test("records nothing before every Region has taken its recorder and its channel", () => {
    const both = (part: string) => [part, `${part}-ap-southeast-1`];
    const waitsFor = (type: string) => program.of(type).map(({ dependsOn }) => [...dependsOn].sort());
    const channelsWaitFor = [...both("cfg/Recorder recorder"), "s3/BucketPolicy snapshots"];
    expect(waitsFor("cfg/DeliveryChannel")).toEqual([channelsWaitFor, channelsWaitFor]);
    const startsWaitFor = both("cfg/DeliveryChannel snapshots");
    expect(waitsFor("cfg/RecorderStatus")).toEqual([startsWaitFor, startsWaitFor]);
    const rulesWaitFor = both("cfg/RecorderStatus recorder");
    expect(
      program.of("cfg/Rule").filter(({ dependsOn }) => rulesWaitFor.every((one) => dependsOn.includes(one))),
    ).toEqual(program.of("cfg/Rule"));
  });

  test("goes in the one order that AWS accepts, and delivers to the stack's one bucket", () => {
    const [bucket] = program.of("s3/Bucket").filter(({ name }) => name === "snapshots");
    const channel = program.the("cfg/DeliveryChannel", "snapshots-ap-southeast-1");
    expect(channel.inputs.s3BucketName).toBe(bucket?.inputs.bucket);
    expect(channel.dependsOn).toContain("s3/BucketPolicy snapshots");
    expect(program.statements("iam/RolePolicy", "config-recorder-ap-southeast-1")).toEqual(
      program.statements("iam/RolePolicy", "config-recorder"),
    );
  });

  test("is used where there is one, and what it leaves to be desired is told", () => {
    expect(program.warnings).toEqual([
      expect.stringMatching(
        /^eu-west-1: .*landing-zone.*does not record AWS::EC2::Instance, AWS::RDS::DBInstance, AWS::RDS::DBCluster$/,
      ),
    ]);
  });
});

describe("the evaluators", () => {
  test("know the Regions", async () => {
    const { "settings.json": settings = "" } = await program.archive("rds-backup-evaluator");
    expect(JSON.parse(settings).regions).toEqual(REGIONS);
  });

  test("may read in them and nowhere else", () => {
    const [instances] = program
      .statements("iam/RolePolicy", "ec2-tag-evaluator")
      .filter(({ Action }) => Action === "ec2:DescribeInstances");
    expect(instances?.Condition).toEqual({ StringEquals: { "aws:RequestedRegion": REGIONS } });
    const [databases] = program
      .statements("iam/RolePolicy", "rds-backup-evaluator")
      .filter(({ Action }) => Action === "rds:DescribeDBInstances");
    expect(databases?.Resource).toEqual(REGIONS.map((region) => `arn:aws:rds:${region}:${ACCOUNT_ID}:db:*`));
  });

  test("may not look up Regions, which the settings name", () => {
    expect(JSON.stringify(program.of("iam/RolePolicy"))).not.toContain("ec2:DescribeRegions");
  });
});

test("names end with the suffix, and are as short as AWS wants them", () => {
  const limits: Record<string, number> = {
    "iam/Role": 64,
    "cloudwatch/EventRule": 64,
    "lambda/Function": 64,
    "cfg/Recorder": 256,
    "cfg/DeliveryChannel": 256,
  };
  for (const [type, most] of Object.entries(limits)) {
    for (const { inputs } of program.of(type)) {
      expect(String(inputs.name)).toMatch(new RegExp(`-${environmentSuffix}$`));
      expect(String(inputs.name).length).toBeLessThanOrEqual(most);
    }
  }
  for (const { inputs } of program.of("cloudwatch/EventTarget")) {
    expect(String(inputs.targetId).length).toBeLessThanOrEqual(64);
  }
});
