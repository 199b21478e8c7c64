import fc from "fast-check";
import type { ReportSettings } from "../../../lambdas/common/deployment/settings";
import { parametersHash, sha256 } from "../../../lambdas/common/values/hash";
import { Chain, type Manifest } from "../../../lambdas/report-generator/bucket/chain";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { manifestKey } from "../../../lambdas/report-generator/content/report-keys";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { Company, dependencies, exception, MemoryStore, makeScheduled, rule, settings } from "../support";

const RULE = "s3-bucket-encryption";
const OTHER = "ec2-required-tags";
const T = ["T06:30", "T12:30", "T18:30"].map((time) => `2026-11-23${time}:00.000Z`);
const [T1 = "", T2 = "", T3 = ""] = T;
const NOW = "2026-11-23T20:00:00.000Z";
const settingsFiles = (store: MemoryStore) =>
  [...store.objects.keys()].filter((key) => key.startsWith("reports/settings/"));

/** Every bucket swept every six hours of the day under both rules. */
function company(): Company {
  const it = new Company([exception()]);
  for (const hour of ["00", "06", "12", "18"]) {
    const at = `2026-11-23T${hour}:00:00Z`;
    it.sweep(RULE, at, { alpha: "COMPLIANT", beta: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" });
    it.sweep(OTHER, at, { alpha: "NON_COMPLIANT" });
  }
  return it;
}

/** A deployment whose settings change: scheduled reports made under one after another, then any under the last. */
function deployment(it = company()) {
  const store = new MemoryStore();
  const under = (own: ReportSettings) =>
    dependencies(it, own, { store, now: () => new Date(NOW), importManagedRules: async () => {} });
  const read = (uri: string) => JSON.parse(store.text(uri.replace("s3://reports/", ""))) as Report;
  return {
    store,
    scheduled: async (own: ReportSettings, time: string) =>
      read((await makeScheduled(under(own), time)).files.json),
    onDemand: async (own: ReportSettings, asked: { asOf?: string; from?: string; to?: string }) =>
      read((await generateReport(under(own), { kind: "on-demand", ...asked })).files.json),
    manifest: (sequence: number) => JSON.parse(store.text(manifestKey(sequence))) as Manifest,
  };
}

const removed = ({ findings }: Report) => findings.filter(({ code }) => code === "rule-removed");
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

describe("a rule that was removed", () => {
  const both = settings([rule(RULE), rule(OTHER)]);
  const one = settings([rule(RULE)]);
  const finding = {
    level: "warning",
    code: "rule-removed",
    rules: [OTHER],
    text:
      `${OTHER}: removed from the settings after report 1 (2026-11-23 06:30 UTC) and not evaluated any ` +
      "more. This report does not list the resources.",
  };

  it("is named in the first scheduled report without it, and only there", async () => {
    const { scheduled } = deployment();
    expect(removed(await scheduled(both, T1))).toEqual([]);
    expect(removed(await scheduled(one, T2))).toEqual([finding]);
    expect(removed(await scheduled(one, T3))).toEqual([]);
  });

  it("is named in a report on demand whose period began with it", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(both, T1);
    await scheduled(one, T2);
    await scheduled(one, T3);
    expect(removed(await onDemand(one, { from: "2026-11-23T06:00:00.000Z" }))).toEqual([finding]);
    expect(removed(await onDemand(one, { from: T1, to: T2 }))).toEqual([finding]);
    expect(removed(await onDemand(one, { from: T2, to: T3 }))).toEqual([]);
    expect(removed(await onDemand(one, { from: "2026-11-23T01:00:00.000Z", to: T1 }))).toEqual([]);
  });

  it("is named when it went between the period's beginning and the next report", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(both, T1);
    await scheduled(one, T2);
    expect(removed(await onDemand(one, { from: "2026-11-23T08:00:00.000Z" }))).toEqual([finding]);
  });

  it("is named before a scheduled report could do so", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(both, T1);
    expect(removed(await onDemand(one, {}))).toEqual([finding]);
    await scheduled(both, T2);
    await scheduled(both, T3);
    expect(removed(await onDemand(one, { from: T1 }))).toMatchObject([
      { text: expect.stringContaining("after report 3 (2026-11-23 18:30 UTC)") },
    ]);
  });

  it("is named with the others that went at the same time", async () => {
    const { scheduled } = deployment();
    await scheduled(settings([rule(RULE), rule(OTHER), rule("third")]), T1);
    expect(removed(await scheduled(one, T2))).toMatchObject([{ rules: [OTHER, "third"] }]);
  });

  it("is found among many reports, right before one that does not have it", async () => {
    const hour = (count: number) => new Date(Date.parse(T1) + count * 60 * 60_000).toISOString();
    for (const last of [1, 2, 7, 11]) {
      const { scheduled, onDemand } = deployment(new Company());
      for (let count = 0; count < 12; count++) await scheduled(count < last ? both : one, hour(count));
      const report = await onDemand(one, { from: hour(0), to: hour(11) });
      expect(removed(report)).toMatchObject([
        { text: expect.stringContaining(`after report ${last} (${hour(last - 1).slice(0, 10)}`) },
      ]);
    }
  });
});

describe("since when a rule is watched", () => {
  const watched = ({ rules }: Manifest) => rules.map(({ name, watchedSince }) => [name, watchedSince]);

  it("is the end of the first report that has it, until it goes", async () => {
    const { scheduled, manifest } = deployment();
    await scheduled(settings([rule(RULE)]), T1);
    await scheduled(settings([rule(OTHER), rule(RULE)]), T2);
    await scheduled(settings([rule(OTHER)]), T3);
    await scheduled(settings([rule(OTHER), rule(RULE)]), NOW);
    expect([1, 2, 3, 4].map((sequence) => watched(manifest(sequence)))).toEqual([
      [[RULE, T1]],
      [
        [OTHER, T2],
        [RULE, T1],
      ],
      [[OTHER, T2]],
      [
        [OTHER, T2],
        [RULE, NOW],
      ],
    ]);
  });

  it("decides from when on the runs of an evaluator that never started are missing", async () => {
    const { scheduled, onDemand } = deployment(new Company());
    const own = settings([rule(RULE)]);
    const sweeps = (report: Report) => report.summary.sweeps;
    const missing = (report: Report) => report.findings.find(({ code }) => code === "sweep-missing");
    const first = await scheduled(own, T1);
    expect(sweeps(first)).toMatchObject({ expected: 0, missing: 0 });
    expect(missing(first)).toBeUndefined();
    const second = await scheduled(own, T2);
    expect(sweeps(second)).toMatchObject({ expected: 1, missing: 1 });
    expect(missing(second)).toMatchObject({
      level: "gap",
      rules: [RULE],
      text:
        `${RULE}: 1 of 1 scheduled run did not happen: 2026-11-23 12:00 UTC. No complete run between the ` +
        "beginning and the end of the period.",
    });
    // 18:00 of the day before, 00:00 and 06:00 came before anybody watched.
    const day = await onDemand(own, { from: "2026-11-22T12:30:00.000Z", to: NOW });
    expect(day.schedule).toMatchObject([{ expected: 2, missing: 2, beforeFirstRun: 3 }]);
    // As the reports of then had it.
    expect(sweeps(await onDemand(own, { asOf: T1 }))).toMatchObject({ expected: 0, missing: 0 });
  });

  it("is not known of a rule that no scheduled report has named yet: nothing is expected of it", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(settings([rule(RULE)]), T1);
    const report = await onDemand(settings([rule(RULE), rule("third")]), { from: T1, to: NOW });
    expect(report.schedule).toMatchObject([
      { rule: RULE, expected: 2 },
      { rule: "third", expected: 0, beforeFirstRun: 2 },
    ]);
  });
});

describe("the link whose period holds an instant", () => {
  const START = Date.parse("2026-01-01T00:00:00.000Z");
  const instant = (hours: number) => new Date(START + hours * 60 * 60_000).toISOString();

  /** A chain whose reports end at these hours, and the keys that were read of it. */
  function chainOf(ends: readonly number[]) {
    const store = new MemoryStore();
    for (const [index, end] of ends.entries()) {
      const period = { from: instant(index === 0 ? -24 : (ends[index - 1] ?? 0)), to: instant(end) };
      const manifest = { sequence: index + 1, period };
      store.objects.set(manifestKey(index + 1), Buffer.from(JSON.stringify(manifest)));
    }
    const reads: string[] = [];
    const read = store.read.bind(store);
    store.read = (key) => {
      reads.push(key);
      return read(key);
    };
    return { chain: new Chain(store), reads };
  }

  async function covering(ends: readonly number[], hours: number) {
    const { chain, reads } = chainOf(ends);
    const head = await chain.head();
    if (head === undefined) throw new Error("there is no link");
    reads.length = 0;
    return { link: await chain.covering(head, instant(hours)), reads };
  }

  it("is the first that does not end before it, or the last", async () => {
    const someEnds = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(someEnds, fc.integer({ min: -30, max: 130 }), async (unordered, hours) => {
        const ends = unordered.sort((a, b) => a - b);
        const last = ends.at(-1) ?? 0;
        const { link } = await covering(ends, hours);
        expect(link.manifest.sequence).toBe(ends.findIndex((end) => end >= Math.min(hours, last)) + 1);
      }),
    );
  });

  it("is found in ten reads among a thousand, in none when it is the last", async () => {
    const ends = Array.from({ length: 1_000 }, (_, index) => index);
    for (const hours of [-1, 0, 1, 499, 500, 998]) {
      const { link, reads } = await covering(ends, hours);
      expect(link.manifest.period.to).toBe(instant(Math.max(0, hours)));
      expect(reads.length).toBeLessThanOrEqual(10);
    }
    expect((await covering(ends, 999)).reads).toEqual([]);
  });

  it("cannot be told when somebody took out a manifest on the way", async () => {
    const { chain } = chainOf([1, 2, 3, 4]);
    const head = await chain.head();
    const broken = new Chain(new MemoryStore());
    if (head === undefined) throw new Error("there is no link");
    await expect(broken.covering(head, instant(1))).rejects.toThrow(/is missing: the report chain is broken/);
  });
});
