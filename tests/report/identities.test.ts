import {
  BatchGetResourceConfigCommand,
  ConfigServiceClient,
  DescribeConfigurationRecordersCommand,
  type ResourceKey,
} from "@aws-sdk/client-config-service";
import { mockClient } from "aws-sdk-client-mock";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import { identify } from "../../lambdas/report-generator/managed-rules/resources";

const MEMBER = "222222222222";
const place = { partition: "aws", accountId: MEMBER, region: "us-east-1" };
const credentials = async () => ({ accessKeyId: "member", secretAccessKey: "secret" });

/** What a rule's result is taken for whose resource AWS Config has no record of. */
async function arnOf(key: ResourceKey, where: typeof place & { credentials?: typeof credentials }) {
  const config = new ConfigServiceClient({ region: "us-east-1" });
  const mock = mockClient(config);
  mock.on(BatchGetResourceConfigCommand).resolves({ baseConfigurationItems: [] });
  mock.on(DescribeConfigurationRecordersCommand).resolves({
    ConfigurationRecorders: [{ name: "default", recordingGroup: { resourceTypes: ["AWS::EC2::Instance"] } }],
  });
  const log = jsonLog("test", undefined, () => {});
  const [identity] = (await identify([key], { config, place: where, log, sleep: async () => {} })).values();
  return identity?.arn;
}

const bucket: ResourceKey = { resourceType: "AWS::S3::Bucket", resourceId: "ledger" };
const named = (account: string): ResourceKey => ({
  resourceType: "AWS::IAM::User",
  resourceId: `arn:aws:iam::${account}:user/ann`,
});

test("a rule in a member says nothing of a resource that another account may have", async () => {
  const there = { ...place, credentials };
  expect(await arnOf(bucket, there)).toBe(`AWS::S3::Bucket/${MEMBER}/us-east-1/ledger`);
  expect(await arnOf(named("333333333333"), there)).toMatch(new RegExp(`^AWS::IAM::User/${MEMBER}/`));
});

test("a rule in a member says of the member's own resources what it says", async () => {
  const there = { ...place, credentials };
  expect(await arnOf(named(MEMBER), there)).toBe(`arn:aws:iam::${MEMBER}:user/ann`);
});

test("the deployment's own rules name buckets by their ARN", async () => {
  expect(await arnOf(bucket, place)).toBe("arn:aws:s3:::ledger");
});
