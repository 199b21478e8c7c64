import { BUCKET_ENCRYPTIONS } from "../../lambdas/s3-encryption/rule";
import type { AskedParameters } from "./control";

/** Of two values of a parameter, which asks for more: a list goes from the laxest to the strictest. */
type Order = "lower" | "higher" | "longer-list" | "shorter-list" | readonly string[];

const IF_TRUE = ["false", "true"];

/** Parameters of which one value can be stricter than another; of all others only the same value will do. */
const ORDERS: Readonly<Record<string, Order>> = {
  AllowedDays: "lower",
  MaxPasswordAge: "lower",
  MinimumPasswordLength: "higher",
  PasswordReusePrevention: "higher",
  RequireLowercaseCharacters: IF_TRUE,
  RequireNumbers: IF_TRUE,
  RequireSymbols: IF_TRUE,
  RequireUppercaseCharacters: IF_TRUE,
  authorizedTcpPorts: "shorter-list",
  authorizedUdpPorts: "shorter-list",
  backupRetentionMinimum: "higher",
  blacklistedActionPattern: "longer-list",
  blockedPorts: "longer-list",
  checkReadReplicas: IF_TRUE,
  excludePermissionBoundaryPolicy: ["true", "false"],
  logTypes: "longer-list",
  maxAccessKeyAge: "lower",
  maxCredentialUsageAge: "lower",
  minimumBackupRetentionPeriod: "higher",
  minimumBucketEncryption: BUCKET_ENCRYPTIONS,
  policyArns: "longer-list",
  restrictPorts: "longer-list",
};

/** Whether a rule with these parameters asks for all that is asked of it. */
export function isStrictEnough(given: AskedParameters, asked: AskedParameters): boolean {
  return Object.entries(asked).every(([parameter, value]) => {
    const has = given[parameter];
    return has !== undefined && isAtLeast(parameter, has, value);
  });
}

/**
 * The laxest value that satisfies both.
 * @throws Error when there is none.
 */
export function strictest(parameter: string, one: string, other: string): string {
  if (isAtLeast(parameter, one, other)) return one;
  if (isAtLeast(parameter, other, one)) return other;
  if (ORDERS[parameter] === "longer-list") return [...new Set([...list(one), ...list(other)])].join(",");
  throw new Error(`${parameter} cannot be ${one} and ${other}`);
}

function isAtLeast(parameter: string, has: string, asked: string): boolean {
  const order = ORDERS[parameter];
  if (has === asked) return true;
  if (order === "lower") return Number(has) <= Number(asked);
  if (order === "higher") return Number(has) >= Number(asked);
  if (order === "longer-list") return isWithin(asked, has);
  if (order === "shorter-list") return isWithin(has, asked);
  return order?.includes(asked) === true && order.indexOf(has) >= order.indexOf(asked);
}

function isWithin(part: string, whole: string): boolean {
  const entries = list(whole);
  return list(part).every((entry) => entries.includes(entry));
}

function list(value: string): string[] {
  return value.split(",").map((entry) => entry.trim());
}
