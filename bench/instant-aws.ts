/**
 * An AWS that answers at once: EC2 with as many instances as it is told, the history of their evaluations
 * (bench/instant-history.ts), and an SNS and S3 that take everything. A process of its own, so that what it takes is
 * not counted.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type AwsRequest, parseAwsRequest, s3Address } from "../emulator/account/aws-request";
import { count, type Units } from "./dynamodb-units";
import type { Item, QueryInput } from "./history-query";
import { InstantHistory } from "./instant-history";
import { Instances } from "./instant-instances";
import { callerOf, InstantOrganization } from "./instant-organization";
import type { HistorySize } from "./rule-history";

/** What was asked of it since it was asked for this. */
export interface Served {
  /** `service Operation` → how often. */
  readonly calls: Readonly<Record<string, number>>;
  readonly units: Units;
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
  const organization = size.spread && new InstantOrganization(size.spread);
  let served = nothingServed();

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const [body] = await Promise.all([bodyOf(incoming), size.latencyMs && sleep(size.latencyMs)]);
    const { method = "GET", url: path = "/", headers } = incoming;
    const request = parseAwsRequest({ method, path, headers, body });
    if (request === undefined) {
      response.end(JSON.stringify(served satisfies Served));
      served = nothingServed();
      return;
    }
    const { service, operation, region } = request;
    const call = `${service} ${operation}`;
    served.calls[call] = (served.calls[call] ?? 0) + 1;
    if (service === "dynamodb") {
      const [text, items] = answerDynamoDb(request, history);
      served.rows += items.length;
      count(served.units, request, items);
      response.setHeader("content-type", "application/x-amz-json-1.0");
      return response.end(text);
    }
    if (organization?.answer(request, response)) return;
    response.setHeader("content-type", "text/xml");
    if (service === "s3") return answerS3(request, served.uploads, response);
    const place = { accountId: callerOf(request), region };
    response.end(operation === "DescribeInstances" ? instances.page(request.input, place) : PUBLISHED);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit());
}

function nothingServed() {
  return {
    calls: {} as Record<string, number>,
    units: { write: 0, read: 0, storedBytes: 0 },
    rows: 0,
    uploads: {} as Record<string, number>,
  };
}

/** A history that is read, and takes whatever is written. */
function answerDynamoDb(
  { operation, input }: AwsRequest,
  history: InstantHistory,
): [text: string, items: readonly Item[]] {
  if (operation === "Query") {
    const page = history.query(input as unknown as QueryInput);
    return [JSON.stringify(page), page.Items];
  }
  if (operation !== "GetItem") return ["{}", []];
  const { resource_id, evaluation_timestamp } = input.Key as Record<string, { readonly S: string }>;
  const item = history.get(resource_id?.S ?? "", evaluation_timestamp?.S ?? "");
  return [JSON.stringify({ Item: item }), item ? [item] : []];
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

const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">' +
  "<PublishResult><MessageId>0</MessageId></PublishResult></PublishResponse>";

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

if (require.main === module) start(JSON.parse(process.argv[2] ?? "") as HistorySize);
