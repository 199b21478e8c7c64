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

/** Where the newest report for people lies. */
export function newestReportUri({ environmentSuffix, accountId }: Place): string {
  return `s3://${resourceNames(environmentSuffix).reportBucket(accountId)}/reports/latest.html`;
}
