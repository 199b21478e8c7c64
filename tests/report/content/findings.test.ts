import { generateReport } from "../../../lambdas/report-generator/generate";
import { company, jsonOf, RULE, setUp, T1, T2 } from "../company";
import { dependencies, exception, makeScheduled, rule, settings } from "../support";
import { Company } from "../swept-company";

describe("a report", () => {
  it("shows a rule without a complete run as not evaluated, never as passing", async () => {
    const deps = { ...setUp(), importManagedRules: async () => {} };
    const result = await makeScheduled(deps, T2);
    const report = jsonOf(deps.store, result.files.json);
    expect(report.summary).toMatchObject({ coverage: null, rulesNotEvaluated: 1 });
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

  it("has a gap when the run that its state is of should have been followed by another", async () => {
    const deps = {
      ...dependencies(company(), settings([rule(RULE)], [exception()])),
      now: () => new Date("2027-01-02T12:40:00.000Z"),
    };
    // No slot comes due in these ten minutes, and none has had a run for forty days.
    const result = await generateReport(deps, { kind: "on-demand", from: "2027-01-02T12:30:00.000Z" });
    expect(result.summary.sweeps).toMatchObject({ expected: 0, missing: 0 });
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        level: "gap",
        code: "state-stale",
        rules: [RULE],
        text: expect.stringContaining("2026-11-23 12:00 UTC"),
      }),
    );
    expect(deps.store.text(result.files.html.replace("s3://reports/", ""))).not.toContain(">Complete<");
  });

  it("is not called complete when no run was due in its period, and names the newest one", async () => {
    const fresh = new Company();
    fresh.sweep(RULE, "2026-11-23T12:00:00Z", { alpha: "COMPLIANT" });
    const deps = dependencies(fresh, settings([rule(RULE)]));
    const { files, findings } = await generateReport(deps, {
      kind: "on-demand",
      from: "2026-11-23T12:25:00.000Z",
    });
    expect(findings).toEqual([]);
    const page = deps.store.text(files.html.replace("s3://reports/", ""));
    expect(page).toContain("No run was due in this period; newest run: 2026-11-23 12:00 UTC.");
    expect(page).not.toContain("Every scheduled run of the period completed on time");
  });

  it("counts an exception that has expired as covering nothing, though the last run's rows still name it", async () => {
    const expiring = exception({ expires: "2026-11-23T12:15:00Z" });
    const it = new Company([expiring]);
    it.sweep(RULE, "2026-11-23T12:00:00Z", { "legacy-1": "NON_COMPLIANT" });
    const deps = dependencies(it, settings([rule(RULE)], [expiring]));
    const result = await generateReport(deps, { kind: "on-demand" });
    const report = jsonOf(deps.store, result.files.json);
    expect(report.summary).toMatchObject({ nonCompliant: 1, excepted: 0 });
    expect(report.exceptions).toMatchObject([{ status: "expired", covers: 0 }]);
    expect(report.resources[0]).not.toHaveProperty("exceptionId");
  });

  it("warns of an exception for all of a kind, and of one that its owner approved", async () => {
    const doubtful = exception({ resource: "arn:aws:s3:::*", owner: "storage", approver: "Storage" });
    const it = new Company([doubtful]);
    it.sweep(RULE, "2026-11-23T12:00:00Z", { "legacy-1": "NON_COMPLIANT" });
    const deps = dependencies(it, settings([rule(RULE)], [doubtful]));
    const { findings } = await generateReport(deps, { kind: "on-demand" });
    expect(findings.filter(({ code }) => code.startsWith("exception-"))).toMatchObject([
      { level: "warning", code: "exception-broad", rules: [RULE] },
      { level: "warning", code: "exception-self-approved", rules: [RULE] },
    ]);
  });

  it("names resources that failed when they could last be read", async () => {
    const it = new Company();
    it.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "NON_COMPLIANT", beta: "COMPLIANT" });
    it.sweep(RULE, "2026-11-23T12:00:00Z", { alpha: "ERROR", beta: "COMPLIANT" });
    const deps = dependencies(it, settings([rule(RULE)]));
    const result = await generateReport(deps, { kind: "on-demand" });
    expect(result.summary).toMatchObject({ nonCompliant: 0, error: 1, lastSeenFailing: 1 });
    expect(result.findings.find(({ code }) => code === "coverage-incomplete")?.text).toContain(
      "The resource failed when last read",
    );
    const page = deps.store.text(result.files.html.replace("s3://reports/", ""));
    expect(page).toMatch(
      /<div class="value bad">0<\/div>\s*<div class="aside">and 1 that failed when last read/,
    );
    expect(page).toContain("failing when last read");
  });

  it("warns of other parameters than those of the last run before the period", async () => {
    const it = new Company();
    it.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "NON_COMPLIANT" });
    it.sweep(RULE, "2026-11-23T12:00:00Z", { alpha: "COMPLIANT" }, { parametersHash: "b".repeat(64) });
    const deps = dependencies(it, settings([rule(RULE)]));
    await makeScheduled(deps, T1);
    expect((await makeScheduled(deps, T2)).findings).toContainEqual(
      expect.objectContaining({ level: "warning", code: "parameters-changed", rules: [RULE] }),
    );
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

  it("names the last run before an outage however long that has lasted", async () => {
    const it = new Company();
    it.sweep(RULE, "2026-09-01T00:00:00Z", { alpha: "COMPLIANT" });
    const deps = dependencies(it, settings([rule(RULE)]));
    const { findings } = await generateReport(deps, { kind: "on-demand", from: "2026-11-23T07:00:00.000Z" });
    expect(findings.find(({ code }) => code === "sweep-missing")?.text).toContain(
      "No complete run between 2026-09-01 00:00 UTC and the end of the period.",
    );
  });

  it("waits for an index that lags behind the run, and says so when it never catches up", async () => {
    const lagging = company();
    const late = lagging.history.rows.pop();
    const deps = dependencies(lagging, settings([rule(RULE)]), {
      sleep: async () => {
        if (late && !lagging.history.rows.includes(late)) lagging.history.rows.push(late);
      },
    });
    expect((await makeScheduled(deps, T2)).summary.listed).toBe(4);

    const losing = company();
    losing.history.rows.pop();
    const result = await makeScheduled(dependencies(losing, settings([rule(RULE)])), T2);
    expect(result.findings).toContainEqual(expect.objectContaining({ level: "gap", code: "rows-missing" }));
  });

  it("waits for the rows of a run, too, that is committed while it waits", async () => {
    const it = new Company();
    it.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT" });
    const { rows } = it.history;
    const lagging = rows.splice(0);
    const waited: string[] = [];
    const deps = dependencies(it, settings([rule(RULE)]), {
      sleep: async () => {
        rows.push(...lagging.splice(0));
        waited.push(`${rows.length} rows`);
        if (waited.length > 1) return;
        it.sweep(RULE, "2026-11-23T11:59:00Z", { alpha: "COMPLIANT", beta: "COMPLIANT" });
        lagging.push(...rows.splice(2));
      },
    });
    const { summary } = await makeScheduled(deps, T2);
    expect(waited).toEqual(["1 rows", "3 rows"]);
    expect(summary.listed).toBe(2);
  });

  it("imports the managed rules' results before it reads, and says when it could not", async () => {
    const imported: string[] = [];
    const deps = {
      ...setUp(),
      importManagedRules: async (...call: string[]) => void imported.push(call.join(" ")),
    };
    await makeScheduled(deps, T2);
    await generateReport(deps, { kind: "on-demand" });
    await generateReport(deps, { kind: "on-demand", asOf: T1 });
    expect(imported).toEqual([`${T2} sweep`, "2026-11-23T12:30:05.000Z on-demand"]);

    const failing = {
      ...setUp(),
      importManagedRules: () => Promise.reject(new Error("iam-password-policy is stale")),
    };
    const { findings } = await makeScheduled(failing, T2);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: "gap",
        code: "import-failed",
        text: expect.stringContaining("iam-password-policy is stale"),
      }),
    );
  });
});
