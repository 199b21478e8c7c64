import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import type { Manifest } from "../../lambdas/report-generator/chain";
import { generateReport } from "../../lambdas/report-generator/generate";
import type { Report } from "../../lambdas/report-generator/report";
import {
  Company,
  dependencies,
  exception,
  type MemoryHistory,
  type MemoryStore,
  rule,
  settings,
} from "./support";

const RULE = "s3-bucket-encryption";
const schema = JSON.parse(
  readFileSync(join(__dirname, "../../lambdas/report-generator/report.schema.json"), "utf8"),
) as object;
const validate = new Ajv({ allErrors: true }).compile(schema);

const scheduled = (time: string) => ({ kind: "scheduled", time, eventId: `event of ${time}` }) as const;
const T1 = "2026-11-23T06:30:00.000Z";
const T2 = "2026-11-23T12:30:00.000Z";
const T3 = "2026-11-23T18:30:00.000Z";

function company(): Company {
  const it = new Company([exception()]);
  it.sweep(RULE, "2026-11-23T00:00:00Z", {
    alpha: "COMPLIANT",
    beta: "NON_COMPLIANT",
    "legacy-1": "NON_COMPLIANT",
  });
  it.sweep(RULE, "2026-11-23T06:00:00Z", {
    alpha: "COMPLIANT",
    beta: "NON_COMPLIANT",
    "legacy-1": "NON_COMPLIANT",
    gamma: "ERROR",
  });
  it.change(RULE, "2026-11-23T08:00:00Z", "beta", "COMPLIANT");
  it.sweep(RULE, "2026-11-23T12:00:00Z", {
    alpha: "NON_COMPLIANT",
    beta: "COMPLIANT",
    "legacy-1": "NON_COMPLIANT",
    gamma: "NOT_APPLICABLE",
  });
  return it;
}

function setUp() {
  return dependencies(
    company(),
    settings([rule(RULE), rule("iam-password-policy", { kind: "managed" })], [exception()]),
  );
}

function jsonOf(store: MemoryStore, uri: string): Report {
  return JSON.parse(store.text(uri.replace("s3://reports/", ""))) as Report;
}

function manifest(store: MemoryStore, sequence: number): Manifest {
  return JSON.parse(store.text(`reports/chain/0000000${sequence}.json`)) as Manifest;
}

const reportKeys = (store: MemoryStore) =>
  [...store.objects.keys()].filter((key) => /\/compliance-report-.*json$/.test(key));

describe("a report", () => {
  it("is what its JSON Schema says, with every kind of content in it", async () => {
    const deps = setUp();
    const result = await generateReport(deps, {
      kind: "on-demand",
      from: "2026-11-22T00:00:00.000Z",
      to: T2.replace("12:30", "12:29"),
      sample: { size: 2, seed: "s" },
    });
    const report = jsonOf(deps.store, result.files.json);
    validate(report);
    expect(validate.errors).toBeNull();
    for (const list of [
      report.findings,
      report.runs,
      report.changes,
      report.failures,
      report.exceptions,
      report.controls,
    ]) {
      expect(list.length).toBeGreaterThan(0);
    }
    expect(report.sample?.evaluations).toHaveLength(2);
  });

  it("shows a rule without a complete run as not evaluated, never as passing", async () => {
    const deps = setUp();
    const result = await generateReport(deps, scheduled(T2));
    const report = jsonOf(deps.store, result.files.json);
    expect(report.rules.find((one) => one.rule === "iam-password-policy")).toMatchObject({
      result: null,
      stateFrom: null,
    });
    expect(report.findings[0]).toMatchObject({
      level: "gap",
      code: "not-evaluated",
      rules: ["iam-password-policy"],
    });
    expect(report.controls.find(({ control }) => control === "CC6.1")?.rules).toContainEqual({
      rule: "iam-password-policy",
      status: "not-evaluated",
    });
  });

  it("as of an instant is the fleet as it was then, not as it is", async () => {
    const deps = setUp();
    const { summary, period } = await generateReport(deps, {
      kind: "on-demand",
      asOf: "2026-11-23T08:00:00.000Z",
    });
    expect(period.to).toBe("2026-11-23T08:00:00.000Z");
    expect(summary).toMatchObject({
      listed: 4,
      compliant: 2,
      nonCompliant: 1,
      excepted: 1,
      error: 1,
      score: 66.66,
      scoreWithExceptions: 100,
      coverage: 75,
    });
    expect(
      (await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:59:59.999Z" })).summary.compliant,
    ).toBe(1);
  });

  it("opens with incomplete coverage and a missed sweep", async () => {
    const it = company();
    it.history.runRows.splice(
      0,
      it.history.runRows.length,
      ...it.history.runRows.filter((run) => !run.started_at.includes("T06:00")),
    );
    const deps = dependencies(it, settings([rule(RULE)]));
    const { findings } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T11:00:00.000Z" });
    expect(findings).toContainEqual(expect.objectContaining({ level: "gap", code: "coverage-incomplete" }));
    expect(findings.find(({ code }) => code === "sweep-missing")?.text).toMatch(
      /1 of 2 scheduled runs did not happen: 2026-11-23 06:00 UTC/,
    );
  });

  it("lists failing resources first, the accepted ones after those that could not be read", async () => {
    const deps = setUp();
    const result = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:00:00.000Z" });
    const { resources } = jsonOf(deps.store, result.files.json);
    expect(resources.map(({ resourceName }) => resourceName)).toEqual(["beta", "gamma", "legacy-1", "alpha"]);
  });

  it("has the same bytes when it is made again from the same history, though the history gives rows in another order", async () => {
    const [first, second] = [setUp(), setUp()];
    (second.history as MemoryHistory).salt = "another order";
    const results = [
      await generateReport(first, scheduled(T2)),
      await generateReport(second, scheduled(T2)),
    ] as const;
    for (const form of ["json", "csv", "html"] as const) {
      const key = results[0].files[form].replace("s3://reports/", "");
      expect(first.store.text(key)).toBe(second.store.text(key));
    }
  });

  it("waits for an index that lags behind the run, and says so when it never catches up", async () => {
    const lagging = company();
    const late = lagging.history.rows.pop();
    const deps = dependencies(lagging, settings([rule(RULE)]), {
      sleep: async () => {
        if (late && !lagging.history.rows.includes(late)) lagging.history.rows.push(late);
      },
    });
    expect((await generateReport(deps, scheduled(T2))).summary.listed).toBe(4);

    const losing = company();
    losing.history.rows.pop();
    const result = await generateReport(dependencies(losing, settings([rule(RULE)])), scheduled(T2));
    expect(result.findings).toContainEqual(expect.objectContaining({ level: "gap", code: "rows-missing" }));
  });

  it("imports the managed rules' results before it reads, and says when it could not", async () => {
    const imported: string[] = [];
    const deps = {
      ...setUp(),
      importManagedRules: async (...call: string[]) => void imported.push(call.join(" ")),
    };
    await generateReport(deps, scheduled(T2));
    await generateReport(deps, { kind: "on-demand" });
    await generateReport(deps, { kind: "on-demand", asOf: T1 });
    expect(imported).toEqual([`${T2} sweep`, "2026-11-23T12:30:05.000Z on-demand"]);

    const failing = { ...setUp(), importManagedRules: () => Promise.reject(new Error("no such service")) };
    const { findings } = await generateReport(failing, scheduled(T2));
    expect(findings).toContainEqual(expect.objectContaining({ level: "gap", code: "import-failed" }));
  });
});

describe("scheduled reports", () => {
  it("lie by day under reports/, with the newest under a stable name", async () => {
    const deps = setUp();
    const result = await generateReport(deps, scheduled(T1));
    expect(result.files.json).toBe(
      "s3://reports/reports/2026/11/23/compliance-report-2026-11-23T06-30-00-000Z.json",
    );
    expect(deps.store.text("reports/latest.json")).toBe(deps.store.text(reportKeys(deps.store)[0] ?? ""));
    expect(result.latest?.html).toBe("s3://reports/reports/latest.html");
  });

  it("follow each other without a gap, each with the hash of the manifest before it", async () => {
    const deps = setUp();
    const first = await generateReport(deps, scheduled(T1));
    const second = await generateReport(deps, scheduled(T2));
    expect(first.period).toEqual({ from: "2026-11-22T06:30:00.000Z", to: T1 });
    expect(second.period).toEqual({ from: T1, to: T2 });
    expect(manifest(deps.store, 1).previous).toBeNull();
    expect(manifest(deps.store, 2).previous).toEqual({
      sequence: 1,
      key: "reports/chain/00000001.json",
      sha256: first.manifest?.sha256,
    });
    expect(jsonOf(deps.store, second.files.json).chain).toEqual({
      sequence: 2,
      previous: { sequence: 1, manifestSha256: first.manifest?.sha256 },
    });
  });

  it("cover a longer period after one was missed", async () => {
    const deps = setUp();
    await generateReport(deps, scheduled(T1));
    expect((await generateReport(deps, scheduled(T3))).period).toEqual({ from: T1, to: T3 });
  });

  it("are made once for an event, however often it is delivered", async () => {
    const deps = setUp();
    const made = await generateReport(deps, scheduled(T1));
    await generateReport(deps, scheduled(T2));
    const before = deps.store.text("reports/latest.json");
    const again = await generateReport(deps, scheduled(T1));
    expect(again).toMatchObject({
      status: "already-made",
      files: made.files,
      manifest: made.manifest,
      summary: made.summary,
    });
    expect(reportKeys(deps.store)).toHaveLength(2);
    expect(deps.store.text("reports/latest.json")).toBe(before);
  });

  it("do not fork the chain when two runs of one event race", async () => {
    const deps = setUp();
    const [one, other] = await Promise.all([
      generateReport(deps, scheduled(T1)),
      generateReport(deps, scheduled(T1)),
    ]);
    expect([one.status, other.status].sort()).toEqual(["already-made", "made"]);
    expect(one.manifest).toEqual(other.manifest);
  });

  it("do not fork the chain when two events race: the later one follows the one that won", async () => {
    const deps = setUp();
    let raced = false;
    deps.store.beforeWrite = async (key) => {
      if (raced || !key.startsWith("reports/chain/")) return;
      raced = true;
      await generateReport(deps, scheduled(T1));
    };
    const result = await generateReport(deps, scheduled(T2));
    expect(result).toMatchObject({ status: "made", period: { from: T1, to: T2 }, manifest: { sequence: 2 } });
    expect(manifest(deps.store, 1).period.to).toBe(T1);
  });

  it("do not count what a crash before the manifest left behind, and never overwrite it", async () => {
    const deps = setUp();
    deps.store.beforeWrite = (key) => {
      if (key.startsWith("reports/chain/")) throw new Error("the function timed out");
    };
    await expect(generateReport(deps, scheduled(T1))).rejects.toThrow("timed out");
    const left = [...deps.store.objects.entries()];
    deps.store.beforeWrite = () => {};
    const result = await generateReport(deps, scheduled(T1));
    expect(result.files.json).toMatch(/-000Z-2\.json$/);
    for (const [key, body] of left) expect(deps.store.objects.get(key)).toBe(body);
    expect(
      manifest(deps.store, 1)
        .files.map(({ key }) => key)
        .every((key) => key.includes("-2.")),
    ).toBe(true);
  });

  it("mend the stable name when a crash came between the manifest and it", async () => {
    const deps = setUp();
    const copy = deps.store.copy.bind(deps.store);
    deps.store.copy = () => Promise.reject(new Error("the function timed out"));
    await expect(generateReport(deps, scheduled(T1))).rejects.toThrow("timed out");
    deps.store.copy = copy;
    expect((await generateReport(deps, scheduled(T1))).status).toBe("already-made");
    expect(deps.store.text("reports/latest.json")).toContain('"scheduled"');
  });

  it("bring what arrived after the previous report had been made, marked late", async () => {
    const late = company();
    const deps = dependencies(late, settings([rule(RULE)]));
    await generateReport(deps, scheduled(T1));
    late.change(RULE, "2026-11-23T06:29:00Z", "delta", "NON_COMPLIANT", "2026-11-23T06:31:00Z");
    const report = jsonOf(deps.store, (await generateReport(deps, scheduled(T2))).files.json);
    expect(report.changes[0]).toMatchObject({ resourceName: "delta", arrivedLate: true });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: "arrived-late" }));
  });
});

describe("reports on demand", () => {
  it("lie in a branch of their own and are no link of the chain", async () => {
    const deps = setUp();
    await generateReport(deps, scheduled(T1));
    const result = await generateReport(deps, { kind: "on-demand" });
    expect(result.manifest).toBeNull();
    expect(result.period.from).toBe(T1);
    expect(result.files.json).toBe(
      "s3://reports/reports/on-demand/2026/11/23/compliance-report-2026-11-23T12-30-05-000Z.json",
    );
    expect(jsonOf(deps.store, result.files.json).chain).toMatchObject({
      sequence: null,
      previous: { sequence: 1 },
    });
    expect([...deps.store.objects.keys()].filter((key) => key.startsWith("reports/chain/"))).toHaveLength(1);
  });

  it("take the stable name only when they are about now and nothing special was asked", async () => {
    const deps = setUp();
    expect((await generateReport(deps, { kind: "on-demand", asOf: T1 })).latest).toBeNull();
    expect(deps.store.objects.has("reports/latest.json")).toBe(false);
    await generateReport(deps, { kind: "on-demand" }).then(({ latest }) => expect(latest).not.toBeNull());
  });
});
