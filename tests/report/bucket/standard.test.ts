import type { ReportSettings } from "../../../lambdas/common/deployment/settings";
import { parametersHash, sha256 } from "../../../lambdas/common/values/hash";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { manifestKey } from "../../../lambdas/report-generator/content/report-keys";
import { exception, type MemoryStore, rule, settings } from "../support";
import { Company } from "../swept-company";
import { deployment, OTHER, RULE, T1, T2, T3 } from "./deployment";

const settingsFiles = (store: MemoryStore) =>
  [...store.objects.keys()].filter((key) => key.startsWith("reports/settings/"));
const ruleNames = ({ rules }: Pick<Report, "rules">) => rules.map((one) => one.rule);

describe("the settings of scheduled reports", () => {
  const first = settings([rule(RULE)]);
  const second = settings([rule(RULE, { severity: "low" })]);

  it("are kept under the hash that the manifest names, which is that of their bytes", async () => {
    const { store, scheduled, manifest } = deployment();
    await scheduled(first, T1);
    const { parametersHash: hash } = manifest(1);
    expect(hash).toBe(parametersHash(first));
    expect(settingsFiles(store)).toEqual([`reports/settings/${hash}.json`]);
    const text = store.text(`reports/settings/${hash}.json`);
    expect(sha256(text)).toBe(hash);
    expect(JSON.parse(text)).toEqual(first);
  });

  it("are kept once, however many reports they judge", async () => {
    const { store, scheduled } = deployment();
    await scheduled(first, T1);
    await scheduled(second, T2);
    await scheduled(first, T3);
    expect(settingsFiles(store)).toHaveLength(2);
  });

  it("are there before the manifest that names them", async () => {
    const { store, scheduled } = deployment();
    store.beforeWrite = (key) => {
      if (key.startsWith("reports/chain/")) expect(settingsFiles(store)).toHaveLength(1);
    };
    await scheduled(first, T1);
  });

  it("that cannot be kept keep the manifest from being written", async () => {
    const { store, scheduled } = deployment();
    store.beforeWrite = (key) => {
      if (key.startsWith("reports/settings/")) throw new Error("the bucket is full");
    };
    await expect(scheduled(first, T1)).rejects.toThrow("the bucket is full");
    expect(store.objects.has(manifestKey(1))).toBe(false);
  });
});

describe("a report on the past", () => {
  const then = settings(
    [rule(RULE, { severity: "critical", title: "Then", remediation: "Mend as then.", kind: "custom" })],
    [exception()],
  );
  const now: ReportSettings = {
    ...settings([
      rule(RULE, {
        severity: "low",
        title: "Now",
        remediation: "Mend as now.",
        controls: { "soc-2": ["CC9.9"], "pci-dss-4.0": [], "cis-aws-3.0": [] },
      }),
      rule(OTHER),
    ]),
    programVersion: "2.0.0",
  };

  it("is judged by the rules, severities, titles, controls and exception terms that were in force then", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(then, T1);
    await scheduled(now, T2);
    const report = await onDemand(now, { asOf: T1 });
    expect(report.rules).toMatchObject([
      { rule: RULE, severity: "critical", title: "Then", remediation: "Mend as then." },
    ]);
    expect(new Set(report.resources.map(({ severity }) => severity))).toEqual(new Set(["critical"]));
    expect(report.controls.map(({ control }) => control)).toEqual(["3.5.1", "CC6.1"]);
    expect(report.exceptions).toMatchObject([{ status: "in-use", covers: 1, terms: exception() }]);
    expect(report.source).toMatchObject({ parametersHash: parametersHash(then), programVersion: "2.0.0" });
  });

  it("shows an exception of today, which was none then, no more than the rows of then do", async () => {
    const { scheduled, onDemand } = deployment(new Company());
    await scheduled(settings([rule(RULE)]), T1);
    const excepting = settings([rule(RULE)], [exception()]);
    await scheduled(excepting, T2);
    expect((await onDemand(excepting, { asOf: T1 })).exceptions).toEqual([]);
    expect((await onDemand(excepting, { asOf: T2 })).exceptions).toMatchObject([{ status: "unused" }]);
  });

  it("has a rule that was removed since", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(settings([rule(RULE), rule(OTHER)]), T1);
    const without = settings([rule(RULE)]);
    await scheduled(without, T2);
    expect(ruleNames(await onDemand(without, { asOf: "2026-11-23T06:15:00.000Z" }))).toEqual([RULE, OTHER]);
    expect(ruleNames(await onDemand(without, { asOf: T2 }))).toEqual([RULE]);
  });

  it("is judged by the first report's settings if it ends before all of them, by today's after the last", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(then, T2);
    expect(
      (await onDemand(now, { asOf: "2026-11-22T08:00:00.000Z" })).rules.find((one) => one.rule === RULE)
        ?.title,
    ).toBe("Then");
    expect(
      (await onDemand(now, { asOf: "2026-11-23T12:30:00.001Z" })).rules.find((one) => one.rule === RULE)
        ?.title,
    ).toBe("Now");
  });

  it("is judged by today's settings while there is no scheduled report", async () => {
    const { onDemand } = deployment();
    expect((await onDemand(now, { asOf: T1 })).rules.find((one) => one.rule === RULE)?.title).toBe("Now");
  });

  it("holds a rule that never ran against the schedule of then", async () => {
    const { scheduled, onDemand } = deployment(new Company());
    const sixHourly = settings([rule(RULE)]);
    const daily: ReportSettings = { ...sixHourly, evaluationSchedule: "cron(0 0 * * ? *)" };
    await scheduled(sixHourly, T1);
    await scheduled(daily, T2);
    const schedules = (report: Report) => report.schedule.map(({ schedule }) => schedule);
    expect(schedules(await onDemand(daily, { asOf: T1 }))).toEqual([sixHourly.evaluationSchedule]);
    expect(schedules(await onDemand(daily, { asOf: T2 }))).toEqual([daily.evaluationSchedule]);
  });

  it("takes the schedule from the next run only when that was before the settings of then are known", async () => {
    const it = new Company();
    const sixHourly = settings([rule(RULE)]);
    const hourly = "cron(0 * * * ? *)";
    it.sweep(RULE, "2026-11-23T00:00:00Z", { alpha: "COMPLIANT" });
    it.sweep(RULE, "2026-11-23T18:00:00Z", { alpha: "COMPLIANT" }, { schedule: hourly });
    const { scheduled, onDemand } = deployment(it);
    await scheduled(sixHourly, T1);
    const [attestation] = (await onDemand(sixHourly, { asOf: "2026-11-23T05:00:00.000Z" })).schedule;
    expect(attestation?.schedule).toBe(sixHourly.evaluationSchedule);
    const [later] = (await onDemand(sixHourly, { asOf: "2026-11-23T17:59:00.000Z" })).schedule;
    expect(later?.schedule).toBe(hourly);
  });

  it("is refused when the settings of then are missing or were changed, and not judged by others", async () => {
    const { store, scheduled, onDemand } = deployment();
    await scheduled(then, T1);
    const key = `reports/settings/${parametersHash(then)}.json`;
    store.objects.set(key, Buffer.from(store.text(key).replace("critical", "low")));
    await expect(onDemand(now, { asOf: T1 })).rejects.toThrow(`s3://reports/${key} was changed`);
    store.objects.delete(key);
    await expect(onDemand(now, { asOf: T1 })).rejects.toThrow(`s3://reports/${key} is missing`);
    expect([...store.objects.keys()].filter((one) => one.includes("on-demand"))).toEqual([]);
  });
});
