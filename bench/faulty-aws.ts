/**
 * An AWS in this process of whose answers a part are faults: EC2 with a few instances, a history table
 * (bench/small-table.ts), and an SNS that keeps what it takes. It stands in the place of node:http's `request`, so that
 * the SDK, its timeouts and its retries are the functions' own.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import http from "node:http";
import { Readable } from "node:stream";
import { type AwsRequest, parseAwsRequest } from "../emulator/account/aws-request";
import { json, jsonError, queryError } from "../emulator/account/faults";
import type { Reply } from "../emulator/account/proxy";
import { ConditionFailed, SmallTable } from "../tests/support/small-table";
import { ACCOUNT } from "./resources";

/** What can go wrong with an answer. */
const FAULTS = [
  "throttled",
  "failed",
  "reset",
  "answer lost",
  "answer lost in a stall",
  "stalled",
  "partial batch",
] as const;
type Fault = (typeof FAULTS)[number];

/** One invocation of a function. */
export interface Invocation {
  /** It ends before the request after these, so that this one and all others reach nobody. */
  requestsLeft: number;
  /** It has ended, that way or another. */
  isGone: boolean;
}

/** A message that SNS took. */
export interface TakenMessage {
  readonly kind: string;
  /** The machines' form. */
  readonly data: Record<string, unknown>;
  /** Which invocation sent it. */
  readonly by: Invocation;
  /** SNS took it, and its answer did not arrive. */
  isAnswerLost: boolean;
}

const LATENCY_MS = 30;
const INSTANCES_PER_PAGE = 50;

/** The service behind every request that `invocations` has around it. */
export class FaultyAws {
  readonly invocations = new AsyncLocalStorage<Invocation>();
  readonly table = new SmallTable();
  readonly messages: TakenMessage[] = [];
  readonly faults = new Map<Fault, number>();
  /** Id → the tags that the instance has. */
  readonly instances = new Map<string, readonly string[]>();
  answers = 0;
  /** How many of the answers are faults, from 0 to 1. */
  faultRate = 0;
  private readonly machineRequest = http.request;

  constructor(
    private readonly random: () => number,
    private readonly sleep: (milliseconds: number) => Promise<unknown>,
  ) {
    http.request = this.request.bind(this) as typeof http.request;
  }

  /** Gives the machine's own `request` back. */
  end(): void {
    http.request = this.machineRequest;
  }

  private request(options: http.RequestOptions, onResponse: (response: Readable) => void): EventEmitter {
    const request = Object.assign(new EventEmitter(), {
      socket: Object.assign(new EventEmitter(), { setTimeout() {}, setKeepAlive() {}, destroy() {} }),
      destroyed: false,
      destroy(error?: Error) {
        if (request.destroyed) return;
        request.destroyed = true;
        if (error) request.emit("error", error);
        request.emit("close");
      },
      end: (body: string | Uint8Array = "") => void answer(Buffer.from(body)),
    });
    const answer = async (body: Buffer) => {
      const { method = "GET", path = "/", headers = {} } = options;
      const reply = await this.answer({ method, path: String(path), headers: headers as never, body });
      if (request.destroyed || reply === "never") return;
      if (reply instanceof Error) return request.destroy(reply);
      onResponse(
        Object.assign(Readable.from([Buffer.from(reply.body)]), {
          statusCode: reply.status,
          headers: reply.headers ?? {},
          complete: true,
        }),
      );
    };
    return request;
  }

  /** Answers as AWS would, but for the faults. */
  private async answer(wire: Parameters<typeof parseAwsRequest>[0]): Promise<Reply | Error | "never"> {
    const invocation = this.invocations.getStore();
    const request = parseAwsRequest(wire);
    if (!request || !invocation) throw new Error(`${wire.path} was asked for outside of a function`);
    if (invocation.requestsLeft <= 0) invocation.isGone = true;
    if (invocation.isGone) return new Error("the function is gone");
    invocation.requestsLeft -= 1;
    const fault = this.random() < this.faultRate ? this.fault(request) : undefined;
    this.answers += 1;
    if (fault) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    await this.sleep(this.random() * LATENCY_MS);
    if (fault === "throttled" || fault === "failed") return refusal(request, fault);
    if (fault === "reset") return connectionReset();
    if (fault === "stalled") return "never";
    const reply =
      request.operation === "Publish"
        ? this.publish(request, invocation, fault !== undefined)
        : this.carryOut(request, fault === "partial batch");
    await this.sleep(this.random() * LATENCY_MS);
    if (fault === "answer lost") return connectionReset();
    return fault === "answer lost in a stall" ? "never" : reply;
  }

  private fault({ operation }: AwsRequest): Fault {
    const possible = FAULTS.filter((fault) => fault !== "partial batch" || operation === "BatchWriteItem");
    return possible[Math.floor(this.random() * possible.length)] as Fault;
  }

  private carryOut({ service, operation, input }: AwsRequest, partial: boolean): Reply {
    if (service === "dynamodb") return this.carryOutOnTable(operation, input, partial);
    if (operation === "DescribeInstances") return xml(this.describeInstances(Number(input.NextToken ?? 0)));
    throw new Error(`the AWS of the benchmark does not know ${operation}`);
  }

  private publish({ input }: AwsRequest, by: Invocation, isAnswerLost: boolean): Reply {
    const kind = String(input["MessageAttributes.entry.1.Value.StringValue"]);
    const data = JSON.parse(JSON.parse(String(input.Message)).default);
    this.messages.push({ kind, data, by, isAnswerLost });
    return xml("<PublishResponse><PublishResult><MessageId>0</MessageId></PublishResult></PublishResponse>");
  }

  private carryOutOnTable(operation: string, input: AwsRequest["input"], partial: boolean): Reply {
    try {
      if (!partial) return json(this.table.answer(operation, input));
      const batch = Object.entries(input.RequestItems as Record<string, unknown[]>);
      const part = (from: number, to: number) =>
        Object.fromEntries(
          batch.map(([table, writes]) => [table, writes.slice(from * writes.length, to * writes.length)]),
        );
      this.table.answer(operation, { RequestItems: part(0, 0.5) });
      return json({ UnprocessedItems: part(0.5, 1) });
    } catch (error) {
      if (error instanceof ConditionFailed) {
        return jsonError("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "no");
      }
      throw error;
    }
  }

  private describeInstances(from: number): string {
    const page = [...this.instances].slice(from, from + INSTANCES_PER_PAGE);
    const isLast = from + INSTANCES_PER_PAGE >= this.instances.size;
    const items = page.map(([id, tags]) => {
      const tagSet = tags.map((key) => `<item><key>${key}</key><value>Required</value></item>`).join("");
      const state = "<instanceState><code>16</code><name>running</name></instanceState>";
      const instance = `<item><instanceId>${id}</instanceId>${state}<tagSet>${tagSet}</tagSet></item>`;
      return `<item><ownerId>${ACCOUNT}</ownerId><instancesSet>${instance}</instancesSet></item>`;
    });
    const next = isLast ? "" : `<nextToken>${from + INSTANCES_PER_PAGE}</nextToken>`;
    const reservations = `<reservationSet>${items.join("")}</reservationSet>`;
    return `<DescribeInstancesResponse>${reservations}${next}</DescribeInstancesResponse>`;
  }
}

function refusal({ service }: AwsRequest, fault: "throttled" | "failed"): Reply {
  const code = fault === "failed" ? "InternalServerError" : THROTTLES[service];
  if (code === undefined) throw new Error(`the AWS of the benchmark does not know ${service}`);
  const status = fault === "failed" ? 500 : 400;
  return service === "dynamodb"
    ? jsonError(`com.amazonaws.dynamodb.v20120810#${code}`, fault, status)
    : queryError(service, code, fault, status);
}

/** Service → what it says when it is asked too much. */
const THROTTLES: Readonly<Record<string, string>> = {
  dynamodb: "ProvisionedThroughputExceededException",
  ec2: "RequestLimitExceeded",
  sns: "Throttling",
};

function connectionReset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

function xml(body: string): Reply {
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}
