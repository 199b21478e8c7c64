/** The evaluators' archives over three Regions, as their roles allow. */

import { scheduledEvent } from "../../emulator/account/events";
import { fault, queryError } from "../../emulator/account/faults";
import { deployed, requestsOf } from "./deployed";
import { covers, grantsOf, neededPermissions } from "./permissions";

const SLOT = "2026-11-23T06:00:00.000Z";
const CHANGED = "2026-11-23T08:17:30.000Z";
const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"];
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const environment = deployed({ regions: REGIONS });

type Evaluator = "ec2-tag-evaluator" | "rds-backup-evaluator" | "s3-encryption-evaluator";

function sweep(key: Evaluator, now = SLOT) {
  return environment.stack.functions[key].invoke(scheduledEvent(now, "sweep"), { now });
}

/** What the function asked for that its role does not allow. */
function refused(key: Evaluator) {
  const granted = grantsOf(environment.stack.graph, key);
  const needed = environment.stack.proxy.exchanges.flatMap(({ request }) => neededPermissions(request));
  return needed.filter((permission) => !granted.some((grant) => covers(grant, permission)));
}

test("a sweep reads every Region, and counts what it found by Region", async () => {
  const { stack } = environment;
  await stack.estate.launch(TAGS);
  await stack.estate.launch(TAGS, 2, "eu-west-1");
  await stack.estate.launch({}, 1, "ap-southeast-1");

  expect((await sweep("ec2-tag-evaluator")).payload).toMatchObject({ listed: 4, compliant: 3, coverage: 1 });

  const [run] = await stack.runs();
  expect(run?.ledger.map(({ region, listed, compliant }) => [region, listed, compliant])).toEqual([
    ["ap-southeast-1", 1, 0],
    ["eu-west-1", 2, 2],
    ["us-east-1", 1, 1],
  ]);
  expect(refused("ec2-tag-evaluator")).toEqual([]);
  expect(requestsOf(stack, "ec2", "DescribeRegions")).toEqual([]);
});

test("a Region that refuses is an error, and what is known there neither passes nor goes", async () => {
  const { stack } = environment;
  await stack.estate.launch(TAGS);
  const [away = ""] = await stack.estate.launch(TAGS, 1, "eu-west-1");
  await sweep("ec2-tag-evaluator");
  const where = ({ region }: { region: string }) => region === "eu-west-1";
  const denied = queryError("ec2", "UnauthorizedOperation", "You are not authorized.", 403);
  stack.inject(fault({ service: "ec2", operation: "DescribeInstances", where }, denied));

  const later = "2026-11-23T12:00:00.000Z";
  expect((await sweep("ec2-tag-evaluator", later)).payload).toMatchObject({ status: "complete", error: 2 });

  const rows = (await stack.evaluations()).filter((row) => row.evaluation_timestamp.startsWith(later));
  const said = new Map(rows.map((row) => [row.resource_id, row]));
  for (const one of [`instance/${away}`, "*"]) {
    expect(said.get(`arn:aws:ec2:eu-west-1:123456789012:${one}`)).toMatchObject({
      compliance_type: "ERROR",
      error_code: "UnauthorizedOperation",
    });
  }
});

test("databases are read in every Region, buckets are listed once", async () => {
  const { stack } = environment;
  await stack.estate.createBucket("european", "AES256", "eu-west-1");
  await sweep("rds-backup-evaluator");
  expect(
    requestsOf(stack, "rds", "DescribeDBInstances")
      .map(({ region }) => region)
      .sort(),
  ).toEqual([...REGIONS].sort());
  expect(refused("rds-backup-evaluator")).toEqual([]);
  await sweep("s3-encryption-evaluator");
  expect(requestsOf(stack, "s3", "ListBuckets")).toHaveLength(1);
});

test("a change that EventBridge forwards is evaluated where it happened, and AWS Config is not answered", async () => {
  const { stack } = environment;
  const [away = ""] = await stack.estate.launch(TAGS, 1, "eu-west-1");
  const arn = `arn:aws:ec2:eu-west-1:123456789012:instance/${away}`;
  const event = {
    version: "0",
    id: "12345678-1234-1234-1234-111122223333",
    "detail-type": "Config Configuration Item Change",
    source: "aws.config",
    account: "123456789012",
    time: CHANGED,
    region: "eu-west-1",
    resources: [arn],
    detail: {
      recordVersion: "1.3",
      messageType: "ConfigurationItemChangeNotification",
      notificationCreationTime: CHANGED,
      configurationItem: {
        resourceType: "AWS::EC2::Instance",
        resourceId: away,
        ARN: arn,
        awsAccountId: "123456789012",
        awsRegion: "eu-west-1",
        configurationItemStatus: "OK",
        configurationItemCaptureTime: CHANGED,
      },
    },
  };
  const { payload } = await stack.functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });
  expect(payload).toMatchObject({ resources: [{ resource: arn, complianceType: "COMPLIANT" }] });
  expect(requestsOf(stack, "config", "PutEvaluations")).toEqual([]);
  expect(refused("ec2-tag-evaluator")).toEqual([]);
});
