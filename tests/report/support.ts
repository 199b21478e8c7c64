/** A bucket in memory, and what a report is made from and with. */

import { createHash } from "node:crypto";
import type { ReportedRule, ReportSettings } from "../../lambdas/common/deployment/settings";
import type { Exception } from "../../lambdas/common/rule/exceptions";
import {
  KeyTakenError,
  type ReportStore,
  type StoredObject,
} from "../../lambdas/report-generator/bucket/storage";
import { generateReport, type ReportDependencies } from "../../lambdas/report-generator/generate";
import { ACCOUNT, type Company, REGION, SIX_HOURLY } from "./swept-company";

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
    controls: { "soc-2": ["CC6.1"], "pci-dss-4.0": ["3.5.1"], "cis-aws-3.0": [] },
    parameters: {},
    ...overrides,
  };
}

/** A report's settings: these rules and exceptions, evaluated every six hours and reported half an hour later. */
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

/** An exception for every bucket whose name begins with "legacy-", in force until 2026-12-31. */
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
