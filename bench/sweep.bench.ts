/**
 * How many resources a second a sweep takes through discovery's end, judgement, recording and alerting, and
 * how its memory grows, with a history that answers at once: what is measured is the evaluator itself.
 */

import type { ConfigServiceClient } from "@aws-sdk/client-config-service";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import { ec2RequiredTags, type InstanceFacts } from "../lambdas/ec2-tags/rule";
import { Alerts } from "../lambdas/shared/alerts";
import { Claims } from "../lambdas/shared/claims";
import type { EvaluationRow, RunRow } from "../lambdas/shared/evaluation";
import { answer } from "../lambdas/shared/evaluator";
import { History } from "../lambdas/shared/history";
import type { Listed, ResourceSource } from "../lambdas/shared/rule";
import { shardOf } from "../lambdas/shared/shards";
import { Windows } from "../lambdas/shared/windows";

const TARGET = { partition: "aws", accountId: "111122223333", region: "us-east-1" };
const PREVIOUS = "2026-11-24T00:00:00.000Z";
const REQUIRED = ["Environment", "Compliance", "ManagedBy"];
const PAGE = 1_000;

/** Prints a line for each size of account, up to the given number of resources. */
export async function benchSweep({ resources }: { readonly resources: number }): Promise<void> {
  console.log("resources   resources/s   peak memory (RSS)   previous state");
  for (const count of [100, 10, 2, 1].map((part) => Math.round(resources / part))) {
    for (const hasPrevious of [false, true]) {
      const { seconds, peak } = await measure(count, hasPrevious);
      const columns = [
        String(count).padEnd(12),
        Math.round(count / seconds)
          .toString()
          .padEnd(14),
        `${Math.round(peak / 2 ** 20)} MiB`.padEnd(20),
        hasPrevious ? "one run of the same resources" : "none (first run)",
      ];
      console.log(columns.join(""));
    }
  }
}

async function measure(count: number, hasPrevious: boolean): Promise<{ seconds: number; peak: number }> {
  const started = process.hrtime.bigint();
  await sweep(count, hasPrevious);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  // Of the whole process until now; the sizes grow, so the largest until now is this one's.
  return { seconds, peak: process.resourceUsage().maxRSS * 1024 };
}

async function sweep(count: number, hasPrevious: boolean): Promise<void> {
  const client = instantDatabase(count, hasPrevious);
  const sns = new SNSClient({ region: TARGET.region });
  sns.send = async () => ({ $metadata: {} });
  const evaluator = {
    rule: ec2RequiredTags,
    source: fleet(count),
    settings: {
      parameters: { requiredTags: REQUIRED.map((key) => ({ key })) },
      severity: "medium" as const,
      discoveryScope: "account" as const,
      exceptions: [],
      evaluationSchedule: "cron(0 0/6 * * ? *)",
    },
    environmentSuffix: "bench",
    targets: [TARGET] as const,
    reportUri: "s3://reports/reports/latest.html",
  };
  const nothing = () => {};
  await answer(
    evaluator,
    { kind: "sweep", trigger: "sweep", instant: "2026-11-24T06:00:00.000Z" },
    {
      history: new History(client, "history"),
      claims: new Claims(client, "history"),
      windows: new Windows(client, "history"),
      alerts: new Alerts(sns, "arn:aws:sns:us-east-1:111122223333:alerts"),
      config: {} as ConfigServiceClient,
      log: { info: nothing, warn: nothing, error: nothing, metrics: nothing },
      now: () => new Date(),
      sleep: async () => {},
    },
  );
}

/** Instances as EC2 lists them; every tenth lacks a tag. */
function fleet(count: number): ResourceSource<InstanceFacts> {
  return {
    async *list() {
      for (let i = 0; i < count; i++) yield instance(i);
    },
    async *find() {},
    arnOf: (_target, _type, id) => id,
  };
}

function instance(index: number): Listed<InstanceFacts> {
  const tags = Object.fromEntries(REQUIRED.slice(index % 10 === 0 ? 1 : 0).map((key) => [key, "value"]));
  const name = `i-${index.toString(16).padStart(17, "0")}`;
  const arn = `arn:aws:ec2:us-east-1:111122223333:instance/${name}`;
  const { accountId, region } = TARGET;
  return {
    resource: { arn, type: "AWS::EC2::Instance", name, accountId, region, tags },
    facts: { state: "running", tags },
  };
}

/** Takes every write, and answers reads with one complete run before, if there shall be one. */
function instantDatabase(count: number, hasPrevious: boolean): DynamoDBDocumentClient {
  const shards = new Map<string, number[]>();
  for (let i = 0; hasPrevious && i < count; i++) {
    const shard = shardOf(ec2RequiredTags.name, instance(i).resource.arn);
    const members = shards.get(shard);
    if (members) members.push(i);
    else shards.set(shard, [i]);
  }
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: TARGET.region }));
  client.send = async ({ input }: { input: Partial<QueryCommandInput> }) => {
    const values = input.ExpressionAttributeValues ?? {};
    if (values[":shard"])
      return pageOf(shards.get(values[":shard"]) ?? [], Number(input.ExclusiveStartKey?.at ?? 0));
    if (values[":id"] === `run#${ec2RequiredTags.name}` && hasPrevious) return { Items: [previousRun] };
    return { Attributes: {} };
  };
  return client;
}

function pageOf(members: readonly number[], start: number) {
  const end = start + PAGE;
  return {
    Items: members.slice(start, end).map(previousRow),
    ...(end < members.length && { LastEvaluatedKey: { at: end } }),
  };
}

function previousRow(index: number): Partial<EvaluationRow> {
  const { resource } = instance(index);
  const complianceType = index % 10 === 0 ? "NON_COMPLIANT" : "COMPLIANT";
  return {
    resource_id: resource.arn,
    // Texts of their own, as they are when they come from the network.
    evaluation_timestamp: Buffer.from(`${PREVIOUS}#${ec2RequiredTags.name}`).toString(),
    resource_type: Buffer.from(resource.type).toString(),
    resource_name: resource.name,
    account_id: Buffer.from(resource.accountId).toString(),
    region: Buffer.from(resource.region).toString(),
    compliance_type: complianceType,
    settled_type: complianceType,
    ...(index % 10 === 0 && { open_since: Buffer.from(PREVIOUS).toString() }),
  };
}

const previousRun: Partial<RunRow> = { evaluation_timestamp: `${PREVIOUS}#${ec2RequiredTags.name}` };
