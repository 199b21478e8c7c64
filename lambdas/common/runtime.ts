import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import type { Context } from "aws-lambda";
import { Alerts } from "./alerts";
import { Claims } from "./claims";
import { clientConfig } from "./clients";
import { documentClient } from "./documents";
import type { Target } from "./evaluation";
import { History } from "./history";
import { RunLeases } from "./leases";
import { jsonLog } from "./log";
import { alertTopicArn, resourceNames } from "./names";
import type { RunDependencies } from "./run";
import { Windows } from "./windows";

/** Where a function runs, from its own ARN: what it finds everything else by. */
export interface Place extends Target {
  readonly environmentSuffix: string;
}

/**
 * The place a function was invoked at.
 * @throws Error when ENVIRONMENT_SUFFIX is not set.
 */
export function placeOf({ invokedFunctionArn }: Pick<Context, "invokedFunctionArn">): Place {
  const environmentSuffix = process.env.ENVIRONMENT_SUFFIX;
  if (!environmentSuffix) throw new Error("the environment variable ENVIRONMENT_SUFFIX is not set");
  const [, partition = "", , region = "", accountId = ""] = invokedFunctionArn.split(":");
  return { partition, region, accountId, environmentSuffix };
}

/**
 * The settings in the function's archive.
 * @param directory where the bundle lies.
 */
export function readSettings<Settings>(directory: string): Settings {
  return JSON.parse(readFileSync(join(directory, "settings.json"), "utf8")) as Settings;
}

/** What runs and change events need, made from the place alone. */
export function runDependencies(place: Place): RunDependencies {
  const names = resourceNames(place.environmentSuffix);
  const dynamodb = documentClient(new DynamoDBClient(clientConfig(place)));
  const topicArn = alertTopicArn(place.environmentSuffix, place.partition, place.region, place.accountId);
  const clock = { now: () => new Date(), sleep: (milliseconds: number) => sleep(milliseconds) };
  return {
    ...clock,
    history: new History(dynamodb, names.historyTable),
    claims: new Claims(dynamodb, names.historyTable, clock),
    leases: new RunLeases(dynamodb, names.historyTable, clock),
    windows: new Windows(dynamodb, names.historyTable),
    alerts: new Alerts(new SNSClient(clientConfig(place)), topicArn),
    log: jsonLog(place.environmentSuffix),
  };
}

/** Where the newest report for people lies. */
export function newestReportUri({ environmentSuffix, accountId }: Place): string {
  return `s3://${resourceNames(environmentSuffix).reportBucket(accountId)}/reports/latest.html`;
}
