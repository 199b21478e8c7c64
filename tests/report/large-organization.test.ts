/**
 * Reports over an organization of 1,000 accounts with 17 Regions each: what they hold of it, and how large they are.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import type { LedgerEntry, RunRow } from "../../lambdas/common/history/rows";
import type { Report } from "../../lambdas/report-generator/content/report";
import { generateReport } from "../../lambdas/report-generator/generate";
import { dependencies, rule, settings } from "./support";
import { Company, SIX_HOURLY } from "./swept-company";

const RULE = "ec2-required-tags";
const ACCOUNTS = Array.from({ length: 1_000 }, (_, index) => String(100_000_000_000 + index * 7_919));
const REGIONS = Array.from({ length: 17 }, (_, index) => `region-${index}`);
const [REFUSING = "", IN_PART = ""] = ACCOUNTS.slice(40);
const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;
const END = Date.parse("2026-11-24T00:00:00Z");
const SCHEMA = join(__dirname, "../../lambdas/report-generator/content/report.schema.json");

function entry(account_id: string, region: string, error = 0): LedgerEntry {
  return {
    account_id,
    region,
    listed: 3 + error,
    evaluated: 3,
    compliant: 2,
    non_compliant: 1,
    not_applicable: 0,
    error,
    error_codes: error > 0 ? { AccessDenied: error } : {},
    excepted: 0,
  };
}

const whole = ACCOUNTS.flatMap((account) => REGIONS.map((region) => entry(account, region)));
const refused = whole.map((one) => {
  const isRefused = one.account_id === REFUSING || (one.account_id === IN_PART && one.region === REGIONS[3]);
  return isRefused ? entry(one.account_id, one.region, 1) : one;
});

/** Every six hours to the end of a period. */
function runs(count: number, ledger: (index: number) => readonly LedgerEntry[]): RunRow[] {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(END - (count - 1 - index) * (DAY_MS / 4)).toISOString();
    return {
      resource_id: `run#${RULE}`,
      evaluation_timestamp: `${at}#${RULE}`,
      rule: RULE,
      rule_version: "1",
      parameters_hash: "a".repeat(64),
      trigger: "sweep",
      schedule: SIX_HOURLY,
      started_at: at,
      completed_at: at,
      duration_ms: 60_000,
      ledger: ledger(index),
      opened: 0,
      resolved: 0,
      gone: 0,
    };
  });
}

async function reportOver(rows: readonly RunRow[]) {
  const company = new Company();
  company.history.runRows.push(...rows);
  const deps = dependencies(company, settings([rule(RULE)]), { now: () => new Date(END) });
  const request = {
    kind: "on-demand",
    from: new Date(END - 30 * DAY_MS).toISOString(),
    to: new Date(END).toISOString(),
  } as const;
  const { files } = await generateReport(deps, request);
  const text = (uri: string) => deps.store.text(uri.replace("s3://reports/", ""));
  const json = text(files.json);
  return { json, report: JSON.parse(json) as Report, html: text(files.html) };
}

describe("a report over 30 days of four runs a day", () => {
  let made: Awaited<ReturnType<typeof reportOver>>;
  beforeAll(async () => {
    made = await reportOver(runs(120, (index) => (index === 119 ? refused : whole)));
  }, 120_000);

  it("names every account and Region once a rule, with its coverage over all runs", () => {
    const { coverage } = made.report;
    expect(coverage).toHaveLength(17_000);
    expect(new Set(coverage.map(({ accountId, region }) => `${accountId} ${region}`)).size).toBe(17_000);
    const of = (account: string, region?: string) =>
      coverage.find((one) => one.accountId === account && one.region === region);
    expect(of(ACCOUNTS[0] ?? "", REGIONS[0])).toMatchObject({
      rule: RULE,
      runs: 120,
      incompleteRuns: 0,
      evaluated: 360,
      error: 0,
      coverage: 100,
    });
    expect(of(IN_PART, REGIONS[3])).toMatchObject({
      runs: 120,
      incompleteRuns: 1,
      error: 1,
      errorCodes: { AccessDenied: 1 },
      coverage: 99.72,
    });
  });

  it("tells of each run how many accounts and Regions it looked at, and which accounts not wholly", () => {
    const { runs: entries } = made.report;
    expect(entries).toHaveLength(120);
    expect(entries[0]).toMatchObject({ places: 17_000, listed: 51_000, coverage: 100, ledger: [] });
    expect(entries.at(-1)?.ledger).toEqual([
      expect.objectContaining({ accountId: REFUSING, region: "*", error: 17, evaluated: 51 }),
      expect.objectContaining({
        accountId: IN_PART,
        region: "*",
        error: 1,
        errorCodes: { AccessDenied: 1 },
        coverage: 98.07,
      }),
    ]);
  });

  it("is as its schema describes it", () => {
    const schema = JSON.parse(readFileSync(SCHEMA, "utf8"));
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(
      schema,
    );
    expect(validate(made.report) || validate.errors).toBe(true);
  });

  it("has a page that names each account, and its Regions by their coverage", () => {
    const page = made.html.replace(/<[^>]+>/g, " ");
    for (const account of ACCOUNTS) expect(page).toContain(account);
    expect(page).toMatch(/99\.72 %:\s+region-3/);
    expect(page).toMatch(/100 %:\s+region-0, region-1/);
  });

  it("takes no row for each account, Region and run: neither data nor page", () => {
    expect(made.json.length / MIB).toBeLessThan(8);
    expect(made.html.length / MIB).toBeLessThan(4);
  });
});

it("a report over runs that could read no account has a row for each account and run at most", async () => {
  const unread = ACCOUNTS.flatMap((account) => REGIONS.map((region) => entry(account, region, 1)));
  const { json, html, report } = await reportOver(runs(12, () => unread));
  expect(report.runs.every(({ ledger }) => ledger.length === 1_000)).toBe(true);
  expect(json.length / MIB).toBeLessThan(12);
  expect(html.length / MIB).toBeLessThan(4);
}, 120_000);

it("a report over few accounts and Regions lists each of them of each run", async () => {
  const few = ACCOUNTS.slice(0, 5).flatMap((account) => REGIONS.map((region) => entry(account, region)));
  const { report, html } = await reportOver(runs(120, () => few));
  expect(report.runs.every(({ ledger, places }) => ledger.length === 85 && places === 85)).toBe(true);
  expect(report.coverage).toHaveLength(85);
  expect(html).not.toContain('id="coverage"');
}, 60_000);
