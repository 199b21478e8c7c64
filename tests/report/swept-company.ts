/** A small company in memory that evaluations happen to, as the history has them. */

import { createHash } from "node:crypto";
import type { EvaluationRow, RunRow, Trigger } from "../../lambdas/common/history/rows";
import type { Exception } from "../../lambdas/common/rule/exceptions";
import type { ComplianceType } from "../../lambdas/common/rule/judgement";
import { ledgerOf, nextState, type ResourceState } from "./ledger";
import { MemoryHistory } from "./memory-history";

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";
export const SIX_HOURLY = "cron(0 0/6 * * ? *)";

/** How a sweep went, where it was not as usual. */
export interface SweepOptions {
  readonly trigger?: Trigger;
  /** Minutes from the slot to the run row. */
  readonly completedAfterMinutes?: number;
  /** The rows are written, the run row never is. */
  readonly crashes?: boolean;
  readonly parametersHash?: string;
  readonly schedule?: string;
  /** When the resources were read; a second after the slot unless given. */
  readonly observedAt?: string;
}

/** Evaluations as the evaluators would record them, transitions and all: see ledger.ts for what they mean. */
export class Company {
  readonly history = new MemoryHistory();
  private readonly latest = new Map<string, { readonly row: EvaluationRow; readonly state: ResourceState }>();

  constructor(private readonly exceptions: readonly Exception[] = []) {}

  /** A run over everything: resource name → verdict. Resources of the last run that are missing here are gone. */
  sweep(
    ruleName: string,
    at: string,
    verdicts: Readonly<Record<string, ComplianceType>>,
    options: SweepOptions = {},
  ): void {
    const instant = iso(at);
    const trigger = options.trigger ?? "sweep";
    const rows = Object.entries(verdicts).map(([name, verdict]) =>
      this.row(ruleName, instant, name, verdict, { trigger, observedAt: iso(at, 1_000), ...options }),
    );
    for (const { row } of [...this.latest.values()]) {
      if (row.rule !== ruleName || row.gone || row.resource_name in verdicts) continue;
      const closing = { trigger, gone: true, ...options };
      rows.push(this.row(ruleName, instant, row.resource_name, "NOT_APPLICABLE", closing));
    }
    for (let start = 0; start < rows.length; start += 25)
      this.history.batchWrite(rows.slice(start, start + 25));
    if (options.crashes) return;
    const minutes = options.completedAfterMinutes ?? 2;
    const run: RunRow = {
      resource_id: `run#${ruleName}`,
      evaluation_timestamp: `${instant}#${ruleName}`,
      rule: ruleName,
      rule_version: "1",
      parameters_hash: options.parametersHash ?? "a".repeat(64),
      trigger,
      schedule: options.schedule ?? SIX_HOURLY,
      started_at: instant,
      completed_at: iso(at, minutes * 60_000),
      duration_ms: minutes * 60_000,
      ...ledgerOf(rows, { account_id: ACCOUNT, region: REGION }),
    };
    this.history.putRun(run);
  }

  /** One resource changed. */
  change(
    ruleName: string,
    at: string,
    name: string,
    verdict: ComplianceType,
    observedAt?: string,
  ): EvaluationRow {
    const row = this.row(ruleName, iso(at), name, verdict, {
      trigger: "change",
      ...(observedAt && { observedAt: iso(observedAt) }),
    });
    this.history.put(row);
    return row;
  }

  private row(
    ruleName: string,
    instant: string,
    name: string,
    verdict: ComplianceType,
    {
      trigger,
      observedAt,
      gone,
      parametersHash,
    }: { trigger: Trigger; observedAt?: string; gone?: boolean; parametersHash?: string },
  ): EvaluationRow {
    const arn = arnOf(name);
    const key = `${ruleName} ${arn}`;
    const { state, transition } = nextState(this.latest.get(key)?.state, {
      verdict,
      instant,
      acceptedBy: acceptedBy(this.exceptions, ruleName, arn, instant),
    });
    const row: EvaluationRow = {
      resource_id: arn,
      evaluation_timestamp: `${instant}#${ruleName}`,
      rule: ruleName,
      rule_version: "1",
      parameters_hash: parametersHash ?? "a".repeat(64),
      rule_shard: `${ruleName}#0`,
      resource_type: "AWS::S3::Bucket",
      resource_name: name,
      account_id: ACCOUNT,
      region: REGION,
      compliance_type: verdict,
      annotation: gone ? "The resource is gone." : `The verdict on ${name} is ${verdict}.`,
      observed: { algorithm: verdict === "COMPLIANT" ? "aws:kms" : "AES256" },
      ...(verdict === "ERROR" && { error_code: "AccessDenied" }),
      trigger,
      observed_at: observedAt ?? iso(instant, 1_000),
      transition,
      ...(transition !== "ongoing" && { transition_shard: `${ruleName}#0` }),
      ...(state.settled && { settled_type: state.settled }),
      ...(state.openSince && { open_since: state.openSince }),
      ...(state.acceptedBy && { exception_id: state.acceptedBy }),
      ...(gone && { gone: true as const }),
    };
    this.latest.set(key, { row, state: gone ? { isGone: true } : state });
    return row;
  }
}

/** The id of the exception that covers the resource, of several the one that lasts longest. */
function acceptedBy(
  exceptions: readonly Exception[],
  ruleName: string,
  arn: string,
  instant: string,
): string | undefined {
  const [longest] = exceptions
    .filter((one) => one.rule === ruleName && iso(one.expires) > instant && covers(one.resource, arn))
    .sort((a, b) => (iso(a.expires) > iso(b.expires) ? -1 : 1));
  return longest && exceptionId(longest);
}

/** The ticket and the beginning of a hash, as rows of the history have held it from the first. */
export function exceptionId({ ticket, rule, resource }: Exception): string {
  return `${ticket}#${createHash("sha256").update(`${rule}\n${resource}`).digest("hex").slice(0, 8)}`;
}

/** Patterns of these tests name a resource, or everything that begins like this. */
function covers(pattern: string, arn: string): boolean {
  const [beginning = "", ...rest] = pattern.split("*");
  if (rest.join("*") !== "") throw new Error(`a pattern for a beginning only, not ${pattern}`);
  return pattern === arn || (pattern.endsWith("*") && arn.startsWith(beginning));
}

function iso(instant: string, laterBy = 0): string {
  return new Date(Date.parse(instant) + laterBy).toISOString();
}

/** The ARN of the bucket of this name. */
export function arnOf(name: string): string {
  return `arn:aws:s3:::${name}`;
}
