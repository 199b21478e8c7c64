import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "aws-lambda";
import type { Target } from "../aws/target";
import { resourceNames } from "./names";

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

const NEWEST_REPORT = "reports/latest.html";

/** Where the newest report for people lies. */
export function newestReportUri({ environmentSuffix, accountId }: Place): string {
  return `s3://${resourceNames(environmentSuffix).reportBucket(accountId)}/${NEWEST_REPORT}`;
}

/** Partition → host of the AWS console (https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html). */
const CONSOLES: Readonly<Record<string, string>> = {
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

/** The same in the AWS console, where whoever may read it signs in and opens it. */
export function newestReportLink({ environmentSuffix, accountId, partition, region }: Place): string {
  const host = CONSOLES[partition] ?? `${region}.console.aws.amazon.com`;
  const bucket = resourceNames(environmentSuffix).reportBucket(accountId);
  return `https://${host}/s3/object/${bucket}?region=${region}&prefix=${NEWEST_REPORT}`;
}
