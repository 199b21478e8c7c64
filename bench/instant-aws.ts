/**
 * An AWS that answers at once: EC2 with as many instances as it is told, the history of their evaluations
 * (bench/instant-history.ts), and an SNS and S3 that take everything. A process of its own, so that what it takes is
 * not counted.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type AwsRequest, parseAwsRequest, s3Address } from "../emulator/account/aws-request";
import type { Ec2TagParameters } from "../lambdas/ec2-tags/rule";
import { type HistorySize, InstantHistory, type QueryInput } from "./instant-history";
import { ACCOUNT, idOf, tagKeys } from "./resources";

const INSTANCES_PER_PAGE = 1_000;

/** What was asked of it so far. */
export interface Served {
  /** Rows that queries were answered with. */
  readonly rows: number;
  /** Object key → bytes as they came, with what the protocol adds to them. */
  readonly uploads: Readonly<Record<string, number>>;
}

/** What it is started with. */
export interface AwsSize extends HistorySize {
  /** How long each answer takes, in milliseconds; none when left out. */
  readonly latencyMs?: number;
}

/** Listens on a free port, says which to whoever started it, and ends with that process. */
function start(size: AwsSize): void {
  const history = new InstantHistory(size, Date.now());
  const instances = new Instances(size);
  const served = { rows: 0, uploads: {} as Record<string, number> };

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const [body] = await Promise.all([bodyOf(incoming), size.latencyMs && sleep(size.latencyMs)]);
    const { method = "GET", url: path = "/", headers } = incoming;
    const request = parseAwsRequest({ method, path, headers, body });
    if (request === undefined) return response.end(JSON.stringify(served satisfies Served));
    if (request.service === "dynamodb") {
      response.setHeader("content-type", "application/x-amz-json-1.0");
      if (request.operation !== "Query") return response.end("{}");
      const page = history.query(request.input as unknown as QueryInput);
      served.rows += page.Items.length;
      return response.end(JSON.stringify(page));
    }
    response.setHeader("content-type", "text/xml");
    if (request.service === "s3") return answerS3(request, served.uploads, response);
    response.end(request.operation === "DescribeInstances" ? instances.page(request.input) : PUBLISHED);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit());
}

/** S3 as far as a new report in an empty bucket needs it. */
function answerS3(request: AwsRequest, uploads: Record<string, number>, response: ServerResponse): void {
  const { operation, path, body } = request;
  const { key } = s3Address(path);
  if (/^(PutObject|UploadPart)$/.test(operation)) uploads[key] = (uploads[key] ?? 0) + body.length;
  if (operation === "GetObject") {
    response.statusCode = 404;
    response.end("<Error><Code>NoSuchKey</Code></Error>");
    return;
  }
  response.setHeader("etag", '"0"');
  response.end(S3_ANSWERS[operation]);
}

const S3_ANSWERS: Readonly<Record<string, string>> = {
  ListObjectsV2: "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
  CreateMultipartUpload:
    "<InitiateMultipartUploadResult><UploadId>0</UploadId></InitiateMultipartUploadResult>",
  CompleteMultipartUpload: '<CompleteMultipartUploadResult><ETag>"0"</ETag></CompleteMultipartUploadResult>',
};

/**
 * The instances as they are now. Since the last run in the history one in a thousand has begun to fail, one in a
 * thousand has been mended, one in a thousand is gone, and as many are new.
 */
class Instances {
  private readonly first: number;
  private readonly end: number;
  private readonly standard: Ec2TagParameters;

  constructor({ resources, standards }: HistorySize) {
    this.first = Math.floor(resources / 1_000);
    this.end = this.first + resources;
    this.standard = standards["ec2-required-tags"]?.parameters as Ec2TagParameters;
  }

  /** @param input DescribeInstances' parameters */
  page(input: Readonly<Record<string, unknown>>): string {
    const start = Number(input.NextToken ?? this.first);
    const end = Math.min(start + Number(input.MaxResults ?? INSTANCES_PER_PAGE), this.end);
    const items = Array.from({ length: end - start }, (_, offset) => this.xml(start + offset)).join("");
    const next = end < this.end ? `<nextToken>${end}</nextToken>` : "";
    return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet>${items}</reservationSet>${next}</DescribeInstancesResponse>`;
  }

  private isFailing(index: number): boolean {
    if (index % 1_000 === 1) return true;
    return index % 10 === 0 && index % 1_000 !== 10;
  }

  /** As much of an instance as EC2 really sends, which is what reading it costs. */
  private xml(index: number): string {
    const tags = ["Name", ...tagKeys(this.standard, this.isFailing(index)), "Team", "CostCenter"];
    const value = (key: string) => (key === "Name" ? `resource-${index}` : "value");
    const item = (inner: string) => `<item>${inner}</item>`;
    return item(
      `<reservationId>r-${index}</reservationId><ownerId>${ACCOUNT}</ownerId><instancesSet>${item(
        `<instanceId>i-${idOf(index)}</instanceId><imageId>ami-0123456789abcdef0</imageId>` +
          "<instanceState><code>16</code><name>running</name></instanceState>" +
          `<privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><keyName>key</keyName><instanceType>m7g.large</instanceType>` +
          "<launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone><tenancy>default</tenancy></placement>" +
          "<monitoring><state>enabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>" +
          `<groupSet>${item("<groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName>").repeat(3)}</groupSet>` +
          "<architecture>arm64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>" +
          `<blockDeviceMapping>${item("<deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-0123456789abcdef0</volumeId><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs>").repeat(2)}</blockDeviceMapping>` +
          `<tagSet>${tags.map((key) => item(`<key>${key}</key><value>${value(key)}</value>`)).join("")}</tagSet>` +
          `<networkInterfaceSet>${item(`<networkInterfaceId>eni-0123456789abcdef0</networkInterfaceId><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><description/><ownerId>${ACCOUNT}</ownerId><status>in-use</status><macAddress>0a:00:00:00:00:01</macAddress><privateIpAddress>10.0.0.1</privateIpAddress><groupSet>${item("<groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName>")}</groupSet><attachment><attachmentId>eni-attach-0</attachmentId><deviceIndex>0</deviceIndex><status>attached</status></attachment>`)}</networkInterfaceSet>` +
          "<iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/web</arn><id>AIPA0123456789ABCDEF</id></iamInstanceProfile><metadataOptions><state>applied</state><httpTokens>required</httpTokens></metadataOptions>",
      )}</instancesSet>`,
    );
  }
}

const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>0</MessageId></PublishResult></PublishResponse>';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

if (require.main === module) start(JSON.parse(process.argv[2] ?? "") as HistorySize);
