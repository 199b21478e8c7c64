import {
  ConfigServiceClient,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
} from "@aws-sdk/client-config-service";
import { mockClient } from "aws-sdk-client-mock";
import { type Program, runProgram } from "./support";

const config = mockClient(ConfigServiceClient);

let program: Program;
beforeAll(async () => {
  config.on(DescribeConfigurationRecordersCommand).resolves({
    ConfigurationRecorders: [{ name: "landing-zone", recordingGroup: { allSupported: true } }],
  });
  config.on(DescribeConfigurationRecorderStatusCommand).resolves({
    ConfigurationRecordersStatus: [{ name: "landing-zone", recording: true }],
  });
  program = await runProgram({ environmentSuffix: "dev" });
}, 60_000);

test("an account that records already gets no second recorder, nor what belongs to one", () => {
  for (const type of [
    "cfg/Recorder",
    "cfg/DeliveryChannel",
    "cfg/RecorderStatus",
    "iam/RolePolicyAttachment",
  ]) {
    expect(program.of(type)).toEqual([]);
  }
  expect(program.of("s3/Bucket").map(({ name }) => name)).toEqual(["reports"]);
  expect(program.of("iam/Role").map(({ name }) => name)).not.toContain("config-recorder");
});

test("the rules are made all the same, and wait for nothing but their permission", () => {
  expect(program.of("cfg/Rule")).toHaveLength(9);
  expect(program.the("cfg/Rule", "ec2-required-tags").dependsOn).toEqual([
    "lambda/Permission ec2-tag-evaluator-config",
  ]);
});

test("the output names the recorder that is there, and no snapshot bucket", () => {
  expect(program.outputs.recorderName).toBe("landing-zone");
  expect(program.outputs.snapshotBucketName).toBeNull();
});

test("what it leaves to be desired is told", () => {
  expect(program.warnings).toEqual([
    expect.stringMatching(/nobody is told/),
    expect.stringMatching(
      /landing-zone.*does not record AWS::IAM::User, AWS::IAM::Role, AWS::IAM::Group, AWS::IAM::Policy/,
    ),
  ]);
});
