/** What a month of runs over an organization costs, out of what one run took. */

import type { Served } from "./instant-aws";
import {
  DYNAMODB_GB_MONTH,
  DYNAMODB_READ_UNIT,
  DYNAMODB_WRITE_UNIT,
  LAMBDA_GB_SECOND,
  LAMBDA_REQUEST,
  S3_GET,
  S3_PUT,
  STATE_TRANSITION,
} from "./prices";

/** Four a day. */
export const RUNS_A_MONTH = 4 * 30;
const MIB_PER_GIB = 1_024;
const GB = 1e9;
/** Of an execution: its start, each state, its end. The map begins an execution for each account. */
const TRANSITIONS_OF_RUN = 6;
const TRANSITIONS_OF_SCAN = 3;

/** What one run took, all of its steps together. */
export interface RunUse {
  readonly scans: number;
  /** Of all invocations together. */
  readonly lambdaSeconds: number;
  readonly memoryMb: number;
  readonly served: Pick<Served, "calls" | "units">;
}

/** A line for each service, what it counts, and what that comes to in a month. */
export function costLines({ scans, lambdaSeconds, memoryMb, served: { calls, units } }: RunUse): string[] {
  const transitions = TRANSITIONS_OF_RUN + scans * TRANSITIONS_OF_SCAN;
  const invocations = scans + 2;
  const gbSeconds = lambdaSeconds * (memoryMb / MIB_PER_GIB);
  const { "s3 PutObject": puts = 0, "s3 GetObject": gets = 0 } = calls;
  const costs: [service: string, counted: string, dollars: number][] = [
    ["Step Functions", `${whole(transitions)} state transitions`, transitions * STATE_TRANSITION],
    [
      "Lambda",
      `${whole(gbSeconds)} GB-s, ${whole(invocations)} requests`,
      gbSeconds * LAMBDA_GB_SECOND + invocations * LAMBDA_REQUEST,
    ],
    ["S3", `${whole(puts)} PUT, ${whole(gets)} GET`, puts * S3_PUT + gets * S3_GET],
    [
      "DynamoDB",
      `${whole(units.write)} write units, ${whole(units.read)} read units`,
      units.write * DYNAMODB_WRITE_UNIT + units.read * DYNAMODB_READ_UNIT,
    ],
  ];
  const together = costs.reduce((sum, [, , dollars]) => sum + dollars, 0);
  const grownGb = (units.storedBytes * RUNS_A_MONTH) / GB;
  return [
    ...[...costs, ["together", "", together] as const].map(
      ([service, counted, dollars]) =>
        `  ${service.padEnd(16)}${counted.padEnd(44)}$${(dollars * RUNS_A_MONTH).toFixed(2).padStart(8)}`,
    ),
    `  The table grows by ${grownGb.toFixed(1)} GB a month, which is ` +
      `$${(grownGb * DYNAMODB_GB_MONTH).toFixed(2)} more each month.`,
  ];
}

/** A number as people read it. */
export function whole(count: number): string {
  return Math.ceil(count).toLocaleString("en");
}
