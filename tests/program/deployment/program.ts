/** What the suites of a deployment without other settings share. */

import { ACCOUNT_ID, type Program, runProgram } from "../support";

/** The evaluators' names, without the suffix. */
export const EVALUATORS = ["ec2-tag-evaluator", "s3-encryption-evaluator", "rds-backup-evaluator"];

/** All functions' names, without the suffix. */
export const FUNCTIONS = [...EVALUATORS, "report-generator"];

/** As long as one may be. */
export const SUFFIX = "a-suffix-of-thirty-one-letters1";

/** The ARN of a resource of the deployment's. */
export const arn = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-1:${ACCOUNT_ID}:${resource}`;

/** ARN of the alert topic. */
export const TOPIC = arn("sns", `compliance-alerts-${SUFFIX}`);

/** ARN of the dead-letter queue. */
export const QUEUE = arn("sqs", `compliance-dead-letters-${SUFFIX}`);

/** ARN of the report bucket. */
export const REPORTS = `arn:aws:s3:::compliance-reports-${ACCOUNT_ID}-${SUFFIX}`;

/** ARN of the bucket of AWS Config's snapshots. */
export const SNAPSHOTS = `arn:aws:s3:::config-snapshots-${ACCOUNT_ID}-${SUFFIX}`;

let program: Program | undefined;

/** Runs the program without other settings, once for all suites of a file. */
export async function runForSuites(): Promise<void> {
  program = await runProgram({ environmentSuffix: SUFFIX, configRecorder: "create" });
}

/**
 * What `runForSuites` ran.
 * @throws Error when it has not.
 */
export function theProgram(): Program {
  if (program === undefined) throw new Error("the program has not been run");
  return program;
}
