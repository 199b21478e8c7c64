/** A history and a bucket in memory, and a small company that evaluations happen to. */

import { createHash } from "node:crypto";
import type { ComplianceType, EvaluationRow, RunRow, Trigger } from "../../lambdas/common/evaluation";
import { exceptionId, RuleExceptions } from "../../lambdas/common/exceptions";
import type { EvaluationFilter, HistoryReader } from "../../lambdas/common/history";
import type { Exception, ReportedRule, ReportSettings } from "../../lambdas/common/settings";
import { Tally } from "../../lambdas/common/tally";
import { evaluationTimestamp, instantOf, isoInstant } from "../../lambdas/common/timestamps";
import { compare, stateOf } from "../../lambdas/common/transition";
import { generateReport, type ReportDependencies } from "../../lambdas/report-generator/generate";
import { KeyTakenError, type ReportStore, type StoredObject } from "../../lambdas/report-generator/storage";

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";
export const SIX_HOURLY = "cron(0 0/6 * * ? *)";

/** The history table as arrays, filtered as the table would. */
export class MemoryHistory implements HistoryReader {
  readonly rows: EvaluationRow[] = [];
  readonly runRows: RunRow[] = [];
  /** Another one, another order. */
  salt = "";

  async lastRun(rule: string, at: string, { strictlyBefore = false } = {}): Promise<RunRow | undefined> {
    return this.runRows
      .filter((run) => {
        const instant = instantOf(run.evaluation_timestamp);
        return run.rule === rule && (strictlyBefore ? instant < at : instant <= at);
      })
      .sort((a, b) => (a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1))
      .at(-1);
  }

  async *runs(rule: string, from: string, to: string): AsyncGenerator<RunRow> {
    yield* this.runRows
      .filter((run) => run.rule === rule && isWithin(run.evaluation_timestamp, from, to))
      .sort((a, b) => (a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1));
  }

  async *evaluations(
    rule: string,
    from: string,
    to: string,
    { complianceTypes }: EvaluationFilter = {},
  ): AsyncGenerator<EvaluationRow> {
    for (const row of this.unordered()) {
      if (row.rule !== rule || !isWithin(row.evaluation_timestamp, from, to)) continue;
      if (complianceTypes && !complianceTypes.includes(row.compliance_type)) continue;
      yield row;
    }
  }

  async *transitions(rule: string, from: string, to: string): AsyncGenerator<EvaluationRow> {
    for await (const row of this.evaluations(rule, from, to)) if (row.transition !== "ongoing") yield row;
  }

  private unordered(): EvaluationRow[] {
    const shuffled = (row: EvaluationRow) =>
      createHash("md5")
        .update(this.salt + row.resource_id + row.evaluation_timestamp)
        .digest("hex");
    return this.rows
      .map((row) => ({ row, key: shuffled(row) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ row }) => row);
  }
}

function isWithin(evaluationTimestamp: string, from: string, to: string): boolean {
  const instant = instantOf(evaluationTimestamp);
  return instant >= from && instant <= to;
}

/** A bucket with versions that refuses to replace what a conditional write finds. */
export class MemoryStore implements ReportStore {
  readonly objects = new Map<string, Buffer>();
  /** Runs before each write, for races. */
  beforeWrite: (key: string) => Promise<void> | void = () => {};

  async write(key: string, text: Iterable<string>, contentType: string): Promise<StoredObject> {
    await this.beforeWrite(key);
    const body = Buffer.from([...text].join(""), "utf8");
    if (this.objects.has(key)) throw new KeyTakenError(key);
    this.objects.set(key, body);
    const sha256 = createHash("sha256").update(body).digest("hex");
    return { key, contentType, bytes: body.length, sha256, versionId: `v-${sha256.slice(0, 8)}` };
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.objects.get(key);
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    yield* [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async copy(from: string, to: string): Promise<void> {
    const body = this.objects.get(from);
    if (body === undefined) throw new Error(`no such key: ${from}`);
    this.objects.set(to, body);
  }

  uri(key: string): string {
    return `s3://reports/${key}`;
  }

  text(key: string): string {
    const body = this.objects.get(key);
    if (body === undefined) throw new Error(`nothing is stored under ${key}`);
    return body.toString("utf8");
  }
}

/** A rule as the report's settings have it. */
export function rule(name: string, overrides: Partial<ReportedRule> = {}): ReportedRule {
  return {
    name,
    kind: "custom",
    configRuleName: `${name}-test`,
    severity: "high",
    title: `Title of ${name}`,
    remediation: `Mend ${name}.`,
    controls: { "SOC 2": ["CC6.1"], "PCI DSS 4.0": ["3.5.1"], "CIS AWS": [] },
    parameters: {},
    ...overrides,
  };
}

export function settings(
  rules: readonly ReportedRule[],
  exceptions: readonly Exception[] = [],
): ReportSettings {
  return {
    rules,
    exceptions,
    evaluationSchedule: SIX_HOURLY,
    reportSchedule: "cron(30 0/6 * * ? *)",
    programVersion: "1.2.3",
  };
}

export function exception(overrides: Partial<Exception> = {}): Exception {
  return {
    rule: "s3-bucket-encryption",
    resource: "arn:aws:s3:::legacy-*",
    reason: "Migrated in the spring",
    owner: "storage team",
    approver: "CISO",
    ticket: "RISK-7",
    expires: "2026-12-31",
    ...overrides,
  };
}

export { exceptionId };

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

/** Evaluations as the evaluators would record them, transitions and all. */
export class Company {
  readonly history = new MemoryHistory();
  private readonly latest = new Map<string, EvaluationRow>();

  constructor(private readonly exceptions: readonly Exception[] = []) {}

  /** A run over everything: resource name → verdict. Resources of the last run that are missing here are gone. */
  sweep(
    ruleName: string,
    at: string,
    verdicts: Readonly<Record<string, ComplianceType>>,
    options: SweepOptions = {},
  ): void {
    const instant = isoInstant(at);
    const trigger = options.trigger ?? "sweep";
    const tally = new Tally([{ accountId: ACCOUNT, region: REGION }]);
    for (const [name, verdict] of Object.entries(verdicts)) {
      const observedAt = new Date(Date.parse(instant) + 1_000).toISOString();
      tally.add(this.record(ruleName, instant, name, verdict, { trigger, observedAt, ...options }));
    }
    for (const row of [...this.latest.values()]) {
      if (row.rule !== ruleName || row.gone || row.resource_name in verdicts) continue;
      tally.add(
        this.record(ruleName, instant, row.resource_name, "NOT_APPLICABLE", {
          trigger,
          gone: true,
          ...options,
        }),
      );
    }
    if (options.crashes) return;
    const minutes = options.completedAfterMinutes ?? 2;
    this.history.runRows.push({
      resource_id: `run#${ruleName}`,
      evaluation_timestamp: evaluationTimestamp(instant, ruleName),
      rule: ruleName,
      rule_version: "1",
      parameters_hash: options.parametersHash ?? "a".repeat(64),
      trigger,
      schedule: options.schedule ?? SIX_HOURLY,
      started_at: instant,
      completed_at: new Date(Date.parse(instant) + minutes * 60_000).toISOString(),
      duration_ms: minutes * 60_000,
      ledger: tally.ledger(),
      opened: tally.opened,
      resolved: tally.resolved,
      gone: tally.gone,
    });
  }

  /** One resource changed. */
  change(
    ruleName: string,
    at: string,
    name: string,
    verdict: ComplianceType,
    observedAt?: string,
  ): EvaluationRow {
    return this.record(ruleName, isoInstant(at), name, verdict, {
      trigger: "change",
      ...(observedAt && { observedAt: isoInstant(observedAt) }),
    });
  }

  private record(
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
    const before = this.latest.get(key);
    const previous = before && stateOf(before, instantOf(before.evaluation_timestamp));
    const covering = new RuleExceptions(this.exceptions, ruleName).covering(arn, instant);
    const row: EvaluationRow = {
      resource_id: arn,
      evaluation_timestamp: evaluationTimestamp(instant, ruleName),
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
      observed_at: observedAt ?? new Date(Date.parse(instant) + 1_000).toISOString(),
      ...withoutUndefined(
        compare(previous, {
          complianceType: verdict,
          instant,
          ...(covering && { exceptionId: covering.id }),
        }),
      ),
      ...(gone && { gone: true as const }),
    };
    this.latest.set(key, row);
    this.history.rows.push(row);
    return row;
  }
}

export function arnOf(name: string): string {
  return `arn:aws:s3:::${name}`;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** Managed rules' results as the import would bring them: a run at the instant, complete a moment later. */
export function importInto(
  company: Company,
  reportSettings: ReportSettings,
): ReportDependencies["importManagedRules"] {
  return async (instant, trigger) => {
    for (const { name, kind } of reportSettings.rules) {
      if (kind !== "managed") continue;
      const recorded = new Date(Date.parse(instant) - 60 * 60_000).toISOString();
      company.sweep(
        name,
        instant,
        { root: "COMPLIANT" },
        {
          trigger,
          observedAt: recorded,
          completedAfterMinutes: 0.01,
          schedule: reportSettings.reportSchedule,
        },
      );
    }
  };
}

/** Makes the scheduled report of an instant, three seconds after it. */
export function makeScheduled(deps: ReportDependencies, time: string) {
  const now = () => new Date(Date.parse(time) + 3_000);
  return generateReport({ ...deps, now }, { kind: "scheduled", time, eventId: `event of ${time}` });
}

/** What generateReport needs, all of it in memory. */
export function dependencies(
  company: Company,
  reportSettings: ReportSettings,
  overrides: Partial<ReportDependencies> = {},
): ReportDependencies & { store: MemoryStore } {
  const store = (overrides.store as MemoryStore | undefined) ?? new MemoryStore();
  return {
    history: company.history,
    settings: reportSettings,
    source: { environmentSuffix: "test", accountId: ACCOUNT, region: REGION },
    now: () => new Date("2026-11-23T12:30:05.000Z"),
    sleep: async () => {},
    importManagedRules: importInto(company, reportSettings),
    log: { info: () => {}, error: () => {} },
    ...overrides,
    store,
  };
}
