/**
 * An AWS that answers at once: EC2 with as many instances as it is told, a history table with one run of them or
 * none, and an SNS that takes everything. A process of its own, so that what it takes is not counted.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { EvaluationRow, RunRow } from "../lambdas/common/evaluation";
import { shardOf } from "../lambdas/common/shards";
import { ec2RequiredTags } from "../lambdas/ec2-tags/rule";

/** The account that it has. */
export const ACCOUNT = "111122223333";
/** Instant of the run that is in the history, if one is. */
export const PREVIOUS_RUN = "2026-11-24T00:00:00.000Z";
/** Tags that every instance has, but every tenth lacks the first. */
export const REQUIRED_TAGS = ["Environment", "Compliance", "ManagedBy"];

const INSTANCES_PER_PAGE = 1_000;
/** About 1 MB, a page of DynamoDB. */
const ROWS_PER_PAGE = 1_200;

interface Fleet {
  readonly count: number;
  readonly hasPrevious: boolean;
}

/** Listens on a free port and prints it. Started as: instant-aws <instances> <with or without a run before>. */
function start({ count, hasPrevious }: Fleet): void {
  const shards = shardsOf(hasPrevious ? count : 0);
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const target = String(request.headers["x-amz-target"] ?? "");
    if (target) return answerJson(response, dynamodbAnswer(target, JSON.parse(body), shards, hasPrevious));
    const form = new URLSearchParams(body);
    const page = Number(form.get("NextToken") ?? 0);
    response.setHeader("content-type", "text/xml");
    response.end(form.get("Action") === "DescribeInstances" ? instancesPage(count, page) : PUBLISHED);
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    console.log(typeof address === "object" && address !== null ? address.port : address);
  });
}

function dynamodbAnswer(
  target: string,
  input: {
    ExpressionAttributeValues?: Record<string, { S?: string }>;
    ExclusiveStartKey?: { at: { N: string } };
  },
  shards: ReadonlyMap<string, readonly number[]>,
  hasPrevious: boolean,
): object {
  if (!target.endsWith(".Query")) return {};
  const values = input.ExpressionAttributeValues ?? {};
  const shard = values[":shard"]?.S;
  if (shard === undefined)
    return hasPrevious && values[":id"]?.S?.startsWith("run#") ? { Items: [previousRun] } : { Items: [] };
  const members = shards.get(shard) ?? [];
  const start = Number(input.ExclusiveStartKey?.at.N ?? 0);
  const end = start + ROWS_PER_PAGE;
  return {
    Items: members.slice(start, end).map(previousRow),
    ...(end < members.length && { LastEvaluatedKey: { at: { N: String(end) } } }),
  };
}

function shardsOf(count: number): Map<string, number[]> {
  const shards = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const shard = shardOf(ec2RequiredTags.name, arnOf(i));
    const members = shards.get(shard);
    if (members) members.push(i);
    else shards.set(shard, [i]);
  }
  return shards;
}

function previousRow(index: number) {
  const fails = index % 10 === 0;
  const complianceType = fails ? "NON_COMPLIANT" : "COMPLIANT";
  const row: EvaluationRow = {
    resource_id: arnOf(index),
    evaluation_timestamp: `${PREVIOUS_RUN}#${ec2RequiredTags.name}`,
    rule: ec2RequiredTags.name,
    rule_version: ec2RequiredTags.version,
    parameters_hash: "0".repeat(64),
    rule_shard: shardOf(ec2RequiredTags.name, arnOf(index)),
    resource_type: "AWS::EC2::Instance",
    resource_name: `host-${index}`,
    account_id: ACCOUNT,
    region: "us-east-1",
    compliance_type: complianceType,
    annotation: "Has the required tags Environment, Compliance, ManagedBy.",
    observed: { state: "running", tags: Object.fromEntries(REQUIRED_TAGS.map((key) => [key, "value"])) },
    trigger: "sweep",
    observed_at: PREVIOUS_RUN,
    transition: "ongoing",
    settled_type: complianceType,
    ...(fails && { open_since: PREVIOUS_RUN }),
  };
  return marshall(row);
}

const previousRun = marshall({
  evaluation_timestamp: `${PREVIOUS_RUN}#${ec2RequiredTags.name}`,
} satisfies Partial<RunRow>);

function arnOf(index: number): string {
  return `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-${index.toString(16).padStart(17, "0")}`;
}

/** As much of an instance as EC2 really sends, which is what reading it costs. */
function instanceXml(index: number): string {
  const tags = ["Name", ...REQUIRED_TAGS.slice(index % 10 === 0 ? 1 : 0), "Team", "CostCenter"];
  const item = (inner: string) => `<item>${inner}</item>`;
  return item(
    `<reservationId>r-${index}</reservationId><ownerId>${ACCOUNT}</ownerId><instancesSet>${item(
      `<instanceId>${arnOf(index).split("/")[1]}</instanceId><imageId>ami-0123456789abcdef0</imageId>` +
        "<instanceState><code>16</code><name>running</name></instanceState>" +
        `<privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><keyName>key</keyName><instanceType>m7g.large</instanceType>` +
        "<launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone><tenancy>default</tenancy></placement>" +
        "<monitoring><state>enabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>" +
        `<groupSet>${item("<groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName>").repeat(3)}</groupSet>` +
        "<architecture>arm64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>" +
        `<blockDeviceMapping>${item("<deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-0123456789abcdef0</volumeId><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs>").repeat(2)}</blockDeviceMapping>` +
        `<tagSet>${tags.map((key) => item(`<key>${key}</key><value>${key === "Name" ? `host-${index}` : "value"}</value>`)).join("")}</tagSet>` +
        `<networkInterfaceSet>${item(`<networkInterfaceId>eni-0123456789abcdef0</networkInterfaceId><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><description/><ownerId>${ACCOUNT}</ownerId><status>in-use</status><macAddress>0a:00:00:00:00:01</macAddress><privateIpAddress>10.0.0.1</privateIpAddress><groupSet>${item("<groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName>")}</groupSet><attachment><attachmentId>eni-attach-0</attachmentId><deviceIndex>0</deviceIndex><status>attached</status></attachment>`)}</networkInterfaceSet>` +
        "<iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/web</arn><id>AIPA0123456789ABCDEF</id></iamInstanceProfile><metadataOptions><state>applied</state><httpTokens>required</httpTokens></metadataOptions>",
    )}</instancesSet>`,
  );
}

function instancesPage(count: number, start: number): string {
  const end = Math.min(start + INSTANCES_PER_PAGE, count);
  const items = Array.from({ length: end - start }, (_, offset) => instanceXml(start + offset)).join("");
  const next = end < count ? `<nextToken>${end}</nextToken>` : "";
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet>${items}</reservationSet>${next}</DescribeInstancesResponse>`;
}

const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>0</MessageId></PublishResult></PublishResponse>';

function answerJson(response: ServerResponse, answer: object): void {
  response.setHeader("content-type", "application/x-amz-json-1.0");
  response.end(JSON.stringify(answer));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

if (require.main === module) {
  start({ count: Number(process.argv[2]), hasPrevious: process.argv[3] === "with" });
}
