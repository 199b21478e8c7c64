import {
  ConfigServiceClient,
  type ConfigurationRecorder,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
} from "@aws-sdk/client-config-service";
import { mockClient } from "aws-sdk-client-mock";
import { catalogueRule } from "../../program/managed-rules/catalogue";
import {
  configClient,
  findForeignRecorder,
  type RecorderLookUp,
  recordedTypes,
  recorderName,
} from "../../program/recorder";

const IDENTITY = { project: "compliance-scanner", stack: "dev", environmentSuffix: "dev" };
const OWN = recorderName(IDENTITY);
const RECORDED_TYPES = recordedTypes([]);
const complete: ConfigurationRecorder = {
  name: "landing-zone",
  recordingGroup: { allSupported: true, includeGlobalResourceTypes: true },
};

const client = new ConfigServiceClient({ region: "us-east-1" });
const config = mockClient(client);
beforeEach(() => config.reset());

function account(recorders: ConfigurationRecorder[], recording = true): void {
  config.on(DescribeConfigurationRecordersCommand).resolves({ ConfigurationRecorders: recorders });
  config.on(DescribeConfigurationRecorderStatusCommand).resolves({
    ConfigurationRecordersStatus: recorders.map(({ name }) => ({ name, recording })),
  });
}

const find = (mode: RecorderLookUp["mode"] = "auto") =>
  findForeignRecorder({ mode, identity: IDENTITY, types: RECORDED_TYPES, client });

test("the look-up goes where the provider goes, and as whom the provider goes", async () => {
  const { config: resolved } = configClient("us-east-1", {
    accessKey: "AKIDEXAMPLE",
    secretKey: "secret",
    token: "of this session",
    endpoints: [{}, { configservice: "http://127.0.0.1:5000" }],
  });
  expect(await resolved.region()).toBe("us-east-1");
  expect(await resolved.endpoint?.()).toMatchObject({ hostname: "127.0.0.1", port: 5000 });
  expect(await resolved.credentials()).toMatchObject({
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "secret",
    sessionToken: "of this session",
  });
});

test("create asks nobody", async () => {
  expect(await find("create")).toBeUndefined();
  expect(config.calls()).toHaveLength(0);
});

test("an account without a recorder gets ours", async () => {
  account([]);
  expect(await find()).toBeUndefined();
});

test("our own recorder of the last deployment stays ours", async () => {
  account([{ ...complete, name: OWN }]);
  expect(await find()).toBeUndefined();
});

test.each([
  ["the environmentSuffix", { ...IDENTITY, environmentSuffix: "dev-2" }],
  ["the stack's name", { ...IDENTITY, stack: "development" }],
])("our own recorder stays ours when %s has changed since", async (_, former) => {
  account([{ ...complete, name: recorderName(former) }]);
  expect(await find()).toBeUndefined();
});

test.each([
  ["another stack", { ...IDENTITY, stack: "prod", environmentSuffix: "prod" }],
  ["a stack whose suffix begins like ours", { ...IDENTITY, stack: "dev-2", environmentSuffix: "dev-2" }],
  ["a stack whose suffix ends like ours", { ...IDENTITY, stack: "a-dev", environmentSuffix: "a-dev" }],
  ["a project of another name", { ...IDENTITY, project: "scanner", environmentSuffix: "other" }],
])("the recorder of %s is used, though it is one of this program's", async (_, other) => {
  const name = recorderName(other);
  account([{ ...complete, name }]);
  expect(await find()).toEqual({
    name,
    warnings: [
      expect.stringMatching(new RegExp(`${name} belongs to another deployment.*\`pulumi up\` is run again`)),
    ],
  });
});

test.each<[string, Partial<ConfigurationRecorder>]>([
  ["linked to an AWS service", { servicePrincipal: "config-conforms.amazonaws.com" }],
  ["internal to AWS", { recordingScope: "INTERNAL" }],
])("a recorder %s does not count", async (_, difference) => {
  account([{ ...complete, ...difference }]);
  expect(await find()).toBeUndefined();
});

test("existing takes the one that is there", async () => {
  account([complete]);
  expect(await find("existing")).toEqual({ name: "landing-zone", warnings: [] });
});

test("existing without a recorder stops the program", async () => {
  account([]);
  await expect(find("existing")).rejects.toThrow(
    /configRecorder is existing, but there is no .* recorder.*set it to create or auto/,
  );
});

test("existing where the recorder is our own stops the program: it would be destroyed", async () => {
  account([{ ...complete, name: OWN }]);
  await expect(find("existing")).rejects.toThrow(new RegExp(`${OWN} is this stack's own.*create or auto`));
});

test("a look-up that fails names the error and the setting that does without it", async () => {
  config.on(DescribeConfigurationRecordersCommand).rejects(new Error("ExpiredToken"));
  await expect(find()).rejects.toThrow(
    /DescribeConfigurationRecorders.*ExpiredToken\n.*configRecorder to create/,
  );
});

test("a status that cannot be read names the call", async () => {
  account([complete]);
  config.on(DescribeConfigurationRecorderStatusCommand).rejects(new Error("AccessDenied"));
  await expect(find()).rejects.toThrow(
    /landing-zone is recording \(config:DescribeConfigurationRecorderStatus\)/,
  );
});

test("an adopted recorder that is stopped is warned of", async () => {
  account([complete], false);
  expect((await find())?.warnings).toEqual([expect.stringMatching(/recorder landing-zone.*is stopped/)]);
});

test("an adopted recorder of which AWS Config knows no status is warned of like one that is stopped", async () => {
  account([complete]);
  for (const statuses of [[], [{ name: complete.name }]]) {
    config
      .on(DescribeConfigurationRecorderStatusCommand)
      .resolves({ ConfigurationRecordersStatus: statuses });
    expect((await find())?.warnings).toEqual([expect.stringMatching(/recorder landing-zone.*is stopped/)]);
  }
});

const group = (recordingGroup: ConfigurationRecorder["recordingGroup"]) => ({ ...complete, recordingGroup });
const IAM = RECORDED_TYPES.filter((type) => type.startsWith("AWS::IAM::"));
const BUCKET = "AWS::S3::Bucket";

test.each<[string, ConfigurationRecorder, readonly string[]]>([
  ["all types without the global ones", group({ allSupported: true }), IAM],
  ["nothing said of types", group(undefined), IAM],
  ["a list with all of ours", group({ resourceTypes: [...RECORDED_TYPES, "AWS::SQS::Queue"] }), []],
  [
    "a list without buckets",
    group({ resourceTypes: RECORDED_TYPES.filter((type) => type !== BUCKET) }),
    [BUCKET],
  ],
  [
    "everything but buckets",
    group({
      recordingStrategy: { useOnly: "EXCLUSION_BY_RESOURCE_TYPES" },
      exclusionByResourceTypes: { resourceTypes: [BUCKET] },
    }),
    [BUCKET],
  ],
  [
    "everything but types that nobody asks for",
    group({
      recordingStrategy: { useOnly: "EXCLUSION_BY_RESOURCE_TYPES" },
      exclusionByResourceTypes: { resourceTypes: ["AWS::SQS::Queue"] },
    }),
    [],
  ],
])("an adopted recorder that records %s: what is missing is named", async (_, recorder, missing) => {
  account([recorder]);
  expect((await find())?.warnings).toEqual(
    missing.length === 0 ? [] : [expect.stringMatching(new RegExp(`does not record ${missing.join(", ")}$`))],
  );
});

test("an adopted recorder that records some types once a day is warned of, for those", async () => {
  account([
    {
      ...complete,
      recordingMode: {
        recordingFrequency: "CONTINUOUS",
        recordingModeOverrides: [{ resourceTypes: [BUCKET], recordingFrequency: "DAILY" }],
      },
    },
  ]);
  expect((await find())?.warnings).toEqual([expect.stringMatching(/records AWS::S3::Bucket once a day/)]);
});

test("of types that an adopted recorder does not record it is not said that it records them once a day", async () => {
  account([
    {
      ...complete,
      recordingGroup: { resourceTypes: RECORDED_TYPES.filter((type) => type !== BUCKET) },
      recordingMode: { recordingFrequency: "DAILY" },
    },
  ]);
  const warnings = (await find())?.warnings ?? [];
  expect(warnings).toEqual([
    expect.stringMatching(/does not record AWS::S3::Bucket$/),
    expect.stringMatching(/once a day/),
  ]);
  expect(warnings[1]).not.toContain(BUCKET);
});

test("what is recorded follows from the rules: what they wait for and report on, as far as it can be", () => {
  const named = (name: string) => catalogueRule(name) ?? fail(name);
  expect(recordedTypes([])).not.toContain("AWS::EC2::VPC");
  const types = recordedTypes([
    named("ec2-encrypted-volumes"),
    named("ec2-vpc-flow-logs"),
    named("rds-proxy-tls"),
    named("iam-support-role"),
  ]);
  expect(types).toEqual([...RECORDED_TYPES, "AWS::EC2::Volume", "AWS::EC2::VPC"]);
});

function fail(name: string): never {
  throw new Error(`the catalogue has no ${name}`);
}
