import { InvalidInputError } from "../../lambdas/common/values/errors";
import { generateReport } from "../../lambdas/report-generator/generate";
import { company, jsonOf, manifest, RULE, reportKeys, setUp, T1, T2, T3, validate } from "./company";
import { dependencies, exception, makeScheduled, rule, settings } from "./support";
import { Company } from "./swept-company";

describe("scheduled reports", () => {
  it("lie by day under reports/, with the newest under a stable name", async () => {
    const deps = setUp();
    const result = await makeScheduled(deps, T1);
    expect(result.files.json).toBe(
      "s3://reports/reports/2026/11/23/compliance-report-2026-11-23T06-30-00-000Z.json",
    );
    expect(deps.store.text("reports/latest.json")).toBe(deps.store.text(reportKeys(deps.store)[0] ?? ""));
    expect(result.latest?.html).toBe("s3://reports/reports/latest.html");
  });

  it("follow each other without a gap, each with the hash of the manifest before it", async () => {
    const deps = setUp();
    const first = await makeScheduled(deps, T1);
    const second = await makeScheduled(deps, T2);
    expect(first.period).toEqual({ from: "2026-11-22T06:30:00.000Z", to: T1 });
    expect(second.period).toEqual({ from: T1, to: T2 });
    expect(manifest(deps.store, 1).previous).toBeNull();
    expect(manifest(deps.store, 2).previous).toEqual({
      sequence: 1,
      key: "reports/chain/00000001.json",
      sha256: first.manifest.sha256,
    });
    expect(jsonOf(deps.store, second.files.json).chain).toEqual({
      sequence: 2,
      previous: { sequence: 1, manifestSha256: first.manifest.sha256 },
    });
  });

  it("cover a longer period after one was missed", async () => {
    const deps = setUp();
    await makeScheduled(deps, T1);
    expect((await makeScheduled(deps, T3)).period).toEqual({ from: T1, to: T3 });
  });

  it("are made once for an event, however often it is delivered", async () => {
    const deps = setUp();
    const made = await makeScheduled(deps, T1);
    await makeScheduled(deps, T2);
    const before = deps.store.text("reports/latest.json");
    const again = await generateReport(deps, { kind: "scheduled", time: T1, eventId: "delivered again" });
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
    const [one, other] = await Promise.all([makeScheduled(deps, T1), makeScheduled(deps, T1)]);
    expect([one.status, other.status].sort()).toEqual(["already-made", "made"]);
    expect(one.manifest).toEqual(other.manifest);
  });

  it("do not fork the chain when two events race: the later one follows the one that won", async () => {
    const deps = setUp();
    let raced = false;
    deps.store.beforeWrite = async (key) => {
      if (raced || !key.startsWith("reports/chain/")) return;
      raced = true;
      await makeScheduled(deps, T1);
    };
    const result = await makeScheduled(deps, T2);
    expect(result).toMatchObject({ status: "made", period: { from: T1, to: T2 }, manifest: { sequence: 2 } });
    expect(manifest(deps.store, 1).period.to).toBe(T1);
  });

  it("do not count what a crash before the manifest left behind, and never overwrite it", async () => {
    const deps = setUp();
    deps.store.beforeWrite = (key) => {
      if (key.startsWith("reports/chain/")) throw new Error("the function timed out");
    };
    await expect(makeScheduled(deps, T1)).rejects.toThrow("timed out");
    const left = [...deps.store.objects.entries()];
    deps.store.beforeWrite = () => {};
    const result = await makeScheduled(deps, T1);
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
    await expect(makeScheduled(deps, T1)).rejects.toThrow("timed out");
    deps.store.copy = copy;
    expect((await makeScheduled(deps, T1)).status).toBe("already-made");
    expect(deps.store.text("reports/latest.json")).toContain('"scheduled"');
  });

  it("bring what arrived after the previous report had been made, marked late", async () => {
    const late = company();
    const deps = dependencies(late, settings([rule(RULE)]));
    await makeScheduled(deps, T1);
    late.change(RULE, "2026-11-23T06:29:00Z", "delta", "NON_COMPLIANT", "2026-11-23T06:31:00Z");
    const report = jsonOf(deps.store, (await makeScheduled(deps, T2)).files.json);
    expect(report.changes[0]).toMatchObject({ resourceName: "delta", arrivedLate: true });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: "arrived-late" }));
  });

  it("do not call late, or list again, what the previous report had read: its import, changes before it", async () => {
    const it = company();
    it.change(RULE, "2026-11-23T06:29:59Z", "delta", "NON_COMPLIANT", "2026-11-23T06:30:02Z");
    const deps = dependencies(
      it,
      settings([rule(RULE), rule("iam-password-policy", { kind: "managed" })], [exception()]),
    );
    const [first, second] = [await makeScheduled(deps, T1), await makeScheduled(deps, T2)];
    expect(second.findings.map(({ code }) => code)).not.toContain("arrived-late");
    const reports = [first, second].map(({ files }) => jsonOf(deps.store, files.json));
    const of = (name: string) =>
      reports.map(({ changes }) => changes.filter((one) => one.resourceName === name).length);
    expect(of("delta")).toEqual([1, 0]);
    expect(of("root")).toEqual([1, 0]);
    expect(reports[1]?.runs.filter(({ arrivedLate }) => arrivedLate)).toEqual([]);
  });

  it("tell that a run which the previous one reported missing has completed since", async () => {
    const it = new Company();
    it.sweep(RULE, "2026-11-23T00:00:00Z", { alpha: "COMPLIANT" });
    const deps = dependencies(it, settings([rule(RULE)]));
    expect((await makeScheduled(deps, T1)).summary.sweeps.missing).toBe(1);
    it.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT" }, { completedAfterMinutes: 45 });
    it.sweep(RULE, "2026-11-23T12:00:00Z", { alpha: "COMPLIANT" });
    expect(
      (await makeScheduled(deps, T2)).findings.find(({ code }) => code === "arrived-late")?.text,
    ).toMatch(/Reported missing there, and completed since: s3-bucket-encryption on 2026-11-23 06:00 UTC\.$/);
  });

  it("tell of a failure that a late evaluation ended, which the previous one showed as open", async () => {
    const it = new Company();
    it.sweep(RULE, "2026-11-23T00:00:00Z", { alpha: "NON_COMPLIANT" });
    const deps = dependencies(it, settings([rule(RULE)]));
    const first = jsonOf(deps.store, (await makeScheduled(deps, T1)).files.json);
    expect(first.failures).toMatchObject([{ outcome: "open" }]);
    it.change(RULE, "2026-11-23T06:29:00Z", "alpha", "COMPLIANT", "2026-11-23T06:31:00Z");
    const second = jsonOf(deps.store, (await makeScheduled(deps, T2)).files.json);
    expect(second.failures).toMatchObject([
      { resourceName: "alpha", since: null, until: "2026-11-23T06:29:00.000Z", durationMs: null },
    ]);
    expect(second.summary.timeToResolve).toMatchObject({ resolved: 1, medianMs: null });
    validate(second);
    expect(validate.errors).toBeNull();
  });

  it("refuse an event of a time to come, which would silence every report until then", async () => {
    const deps = setUp();
    const time = "2099-01-01T00:00:00.000Z";
    await expect(generateReport(deps, { kind: "scheduled", time, eventId: "e" })).rejects.toThrow(
      InvalidInputError,
    );
    expect([...deps.store.objects.keys()]).toEqual([]);
  });

  it("fail loudly when the chain ends in the future instead of taking every event for answered", async () => {
    const deps = setUp();
    await makeScheduled(deps, "2099-01-01T00:00:00.000Z");
    await expect(makeScheduled(deps, T2)).rejects.toThrow(/00000001\.json ends in the future \(2099/);
  });

  it("leave the stable name to a report that was made meanwhile", async () => {
    const deps = setUp();
    const copied: string[] = [];
    const copy = deps.store.copy.bind(deps.store);
    deps.store.copy = async (from, to) => {
      copied.push(from);
      await copy(from, to);
    };
    deps.store.beforeWrite = async (key) => {
      if (!key.startsWith("reports/on-demand/")) return;
      deps.store.beforeWrite = () => {};
      await makeScheduled(deps, T2);
    };
    expect((await generateReport(deps, { kind: "on-demand" })).latest).toBeNull();
    expect(copied.filter((key) => key.includes("on-demand"))).toEqual([]);
    expect(deps.store.text("reports/latest.json")).toContain('"scheduled"');
  });

  it("get the stable name back from a report that was just taking it", async () => {
    const deps = setUp();
    const copy = deps.store.copy.bind(deps.store);
    let raced = false;
    deps.store.copy = async (from, to) => {
      if (!raced) {
        raced = true;
        await makeScheduled(deps, T2);
      }
      await copy(from, to);
    };
    await generateReport(deps, { kind: "on-demand" });
    for (const form of ["json", "html", "csv"]) {
      const [scheduledKey = ""] = [...deps.store.objects.keys()].filter((key) =>
        new RegExp(`^reports/2026/.*${form}$`).test(key),
      );
      expect(deps.store.text(`reports/latest.${form}`)).toBe(deps.store.text(scheduledKey));
    }
  });

  it("do not call the import late that another run of the same event completed while this one was made", async () => {
    const it = company();
    const name = "iam-password-policy";
    const rules = [rule(RULE), rule(name, { kind: "managed" })];
    const deps = dependencies(it, settings(rules, [exception()]), { importManagedRules: async () => {} });
    await makeScheduled(deps, T1);
    const observedAt = T1.replace("30:00", "31:00");
    it.sweep(name, T1, { root: "COMPLIANT" }, { completedAfterMinutes: 2, observedAt });
    const { runs, changes } = jsonOf(deps.store, (await makeScheduled(deps, T2)).files.json);
    expect([...runs, ...changes].filter(({ arrivedLate }) => arrivedLate)).toEqual([]);
  });
});
