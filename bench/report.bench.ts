/** A report over a large company and a month of six-hourly sweeps, with a history that makes its rows as they are read. */

import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { EvaluationRow, RunRow } from "../lambdas/common/evaluation";
import type { EvaluationFilter, HistoryReader } from "../lambdas/common/history";
import type { ReportedRule } from "../lambdas/common/settings";
import { evaluationTimestamp } from "../lambdas/common/timestamps";
import { generateReport } from "../lambdas/report-generator/generate";
import type { ReportStore, StoredObject } from "../lambdas/report-generator/storage";

const RULES = ["ec2-required-tags", "s3-bucket-encryption", "rds-automated-backups"] as const;
const SCHEDULE = "cron(0 0/6 * * ? *)";
const SLOT_MS = 6 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** About what one page of a DynamoDB query holds of such rows. */
const PAGE_ROWS = 1_000;
const END = Date.parse("2026-11-30T00:30:00.000Z");

/**
 * Makes one report and prints rows a second and peak memory.
 * @param size resources, each under one rule, and days of history
 */
export async function benchReport({ resources, days }: { resources: number; days: number }): Promise<void> {
  const history = new SyntheticHistory(resources);
  const store = new HashingStore();
  const start = performance.now();
  const cpu = process.cpuUsage();
  let peakRss = 0;
  const watch = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }, 10);
  const result = await generateReport(
    {
      history,
      settings: {
        rules: RULES.map(reportedRule),
        exceptions: [],
        evaluationSchedule: SCHEDULE,
        reportSchedule: "cron(30 0/6 * * ? *)",
        programVersion: "bench",
      },
      source: { environmentSuffix: "bench", accountId: "123456789012", region: "eu-west-1" },
      store,
      now: () => new Date(END),
      sleep: async () => {},
      importManagedRules: async () => {},
      log: { info: () => {}, error: () => {} },
    },
    { kind: "on-demand", from: new Date(END - days * DAY_MS).toISOString() },
  );
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  peakRss = Math.max(peakRss, process.resourceUsage().maxRSS * 1024);
  const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const lines = [
    `report: ${resources.toLocaleString("en")} resources, ${days} days, ${history.rowsRead.toLocaleString("en")} rows read`,
    `  time       ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of CPU)`,
    `  rows/s     ${Math.round(history.rowsRead / seconds).toLocaleString("en")}`,
    `  peak RSS   ${mib(peakRss)}`,
    ...store.written.map(
      ({ key, bytes }) => `  ${key.slice(key.lastIndexOf(".") + 1).padEnd(10)} ${mib(bytes)}`,
    ),
    `  score      ${result.summary.score} %, ${result.summary.nonCompliant.toLocaleString("en")} failing, ${result.summary.opened.toLocaleString("en")} opened`,
  ];
  console.log(lines.join("\n"));
}

/** Rows are made when they are read, as texts that nothing shares, like those that come from the table. */
class SyntheticHistory implements HistoryReader {
  rowsRead = 0;

  constructor(private readonly resources: number) {}

  async lastRun(rule: string, at: string, { strictlyBefore = false } = {}): Promise<RunRow> {
    const instant = Date.parse(at) - (strictlyBefore ? 1 : 0);
    return this.run(rule, Math.floor(instant / SLOT_MS) * SLOT_MS);
  }

  async *runs(rule: string, from: string, to: string): AsyncGenerator<RunRow> {
    const first = Math.max(Date.parse(from), END - 365 * DAY_MS);
    for (let slot = Math.ceil(first / SLOT_MS) * SLOT_MS; slot <= Date.parse(to); slot += SLOT_MS) {
      this.rowsRead += 1;
      yield this.run(rule, slot);
    }
  }

  async *evaluations(
    rule: string,
    from: string,
    to: string,
    { complianceTypes }: EvaluationFilter = {},
  ): AsyncGenerator<EvaluationRow> {
    const slot = Date.parse(from);
    if (slot % SLOT_MS !== 0 || from !== to) return;
    for (let index = 0; index < this.resources; index++) {
      if (index % PAGE_ROWS === 0) await turn();
      if (RULES[index % RULES.length] !== rule) continue;
      const row = this.row(rule, index, slot, "ongoing");
      if (complianceTypes && !complianceTypes.includes(row.compliance_type)) continue;
      this.rowsRead += 1;
      yield row;
    }
  }

  /** Every resource opens and resolves once in the month. */
  async *transitions(rule: string, from: string, to: string): AsyncGenerator<EvaluationRow> {
    const first = Math.ceil(Date.parse(from) / SLOT_MS) * SLOT_MS;
    const slots = Math.floor((Date.parse(to) - first) / SLOT_MS);
    for (let index = 0; index < this.resources; index++) {
      if (index % PAGE_ROWS === 0) await turn();
      if (RULES[index % RULES.length] !== rule || index % 20 === 0) continue;
      const opened = first + (index % Math.max(1, slots - 2)) * SLOT_MS;
      this.rowsRead += 2;
      yield {
        ...this.row(rule, index, opened, "opened"),
        compliance_type: "NON_COMPLIANT",
        open_since: iso(opened),
      };
      yield { ...this.row(rule, index, opened + SLOT_MS, "resolved"), compliance_type: "COMPLIANT" };
    }
  }

  private row(
    rule: string,
    index: number,
    slot: number,
    transition: EvaluationRow["transition"],
  ): EvaluationRow {
    const name = `resource-${String(index).padStart(8, "0")}`;
    const isFailing = index % 20 === 0;
    return JSON.parse(
      JSON.stringify({
        resource_id: `arn:aws:rds:eu-west-1:123456789012:db:${name}`,
        evaluation_timestamp: evaluationTimestamp(iso(slot), rule),
        rule,
        rule_version: "1",
        parameters_hash: "5f".repeat(32),
        rule_shard: `${rule}#${index % 8}`,
        resource_type: "AWS::RDS::DBInstance",
        resource_name: name,
        account_id: "123456789012",
        region: "eu-west-1",
        compliance_type: isFailing ? "NON_COMPLIANT" : "COMPLIANT",
        annotation: `Automated backups of ${name} are kept for ${isFailing ? 0 : index % 35} days; at least 1 is required.`,
        observed: {
          backupRetentionPeriod: isFailing ? 0 : index % 35,
          engine: "postgres",
          status: "available",
        },
        trigger: "sweep",
        observed_at: iso(slot + (index % 200_000)),
        transition,
        ...(isFailing && { open_since: iso(END - 90 * DAY_MS) }),
      }),
    ) as EvaluationRow;
  }

  private run(rule: string, slot: number): RunRow {
    const listed = Math.floor(this.resources / RULES.length);
    const failing = Math.floor(listed / 20);
    return {
      resource_id: `run#${rule}`,
      evaluation_timestamp: evaluationTimestamp(iso(slot), rule),
      rule,
      rule_version: "1",
      parameters_hash: "5f".repeat(32),
      trigger: "sweep",
      schedule: SCHEDULE,
      started_at: iso(slot + 1_000),
      completed_at: iso(slot + 120_000),
      duration_ms: 119_000,
      ledger: [
        {
          account_id: "123456789012",
          region: "eu-west-1",
          listed,
          evaluated: listed,
          compliant: listed - failing,
          non_compliant: failing,
          not_applicable: 0,
          error: 0,
          error_codes: {},
          excepted: 0,
        },
      ],
      opened: 0,
      resolved: 0,
      gone: 0,
    };
  }
}

/** Takes what it is given at the pace of a bucket in memory: hashed, counted and let go. */
class HashingStore implements ReportStore {
  readonly written: { key: string; bytes: number }[] = [];

  async write(key: string, text: Iterable<string>, contentType: string): Promise<StoredObject> {
    const hash = createHash("sha256");
    let bytes = 0;
    let pieces = 0;
    for (const piece of text) {
      hash.update(piece);
      bytes += Buffer.byteLength(piece);
      if (++pieces % PAGE_ROWS === 0) await turn();
    }
    this.written.push({ key, bytes });
    return { key, contentType, bytes, sha256: hash.digest("hex") };
  }

  async read(): Promise<undefined> {
    return undefined;
  }

  async *keys(): AsyncGenerator<string> {}

  async copy(): Promise<void> {}

  uri(key: string): string {
    return `s3://bench/${key}`;
  }
}

function reportedRule(name: string): ReportedRule {
  return {
    name,
    kind: "custom",
    configRuleName: `${name}-bench`,
    severity: "high",
    title: name,
    remediation: "",
    controls: { "SOC 2": ["CC6.1"], "PCI DSS 4.0": [], "CIS AWS": [] },
    parameters: {},
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
