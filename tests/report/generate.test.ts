import { parametersHash, sha256 } from "../../lambdas/common/values/hash";
import { generateReport } from "../../lambdas/report-generator/generate";
import { company, jsonOf, manifest, RULE, setUp, T1, T2, validate } from "./company";
import type { MemoryHistory } from "./memory-history";
import { dependencies, exception, makeScheduled, rule, settings } from "./support";
import { ACCOUNT } from "./swept-company";

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

  it("as of an instant is the fleet as it was then, not as it is", async () => {
    const deps = dependencies(company(), settings([rule(RULE)], [exception()]));
    const { summary, period } = await generateReport(deps, {
      kind: "on-demand",
      asOf: "2026-11-23T08:00:01.000Z",
    });
    expect(period.to).toBe("2026-11-23T08:00:01.000Z");
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

  it("as of an instant leaves out what was observed only afterwards, whatever time it is about", async () => {
    const deps = dependencies(company(), settings([rule(RULE)], [exception()]));
    const asOf = async (instant: string) =>
      (await generateReport(deps, { kind: "on-demand", asOf: instant })).summary;
    // The change of 08:00:00 was observed a second later, the sweep of 06:00 was complete at 06:02.
    expect(await asOf("2026-11-23T08:00:00.999Z")).toMatchObject({ compliant: 1 });
    expect(await asOf("2026-11-23T06:00:00.500Z")).toMatchObject({ listed: 3 });
  });

  it("shows every setting that a custom rule judges by in its settings' hash", async () => {
    const hash = async (parameters: object) => {
      const deps = dependencies(company(), settings([rule(RULE, { parameters })]));
      await makeScheduled(deps, T1);
      return manifest(deps.store, 1).parametersHash;
    };
    expect(await hash({ minimumBucketEncryption: "aws:kms" })).not.toBe(
      await hash({ minimumBucketEncryption: "AES256" }),
    );
  });

  it("lists failing resources first, the accepted ones after those that could not be read", async () => {
    const deps = setUp();
    const result = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:00:00.000Z" });
    const { resources } = jsonOf(deps.store, result.files.json);
    expect(resources.map(({ resourceName }) => resourceName)).toEqual(["beta", "gamma", "legacy-1", "alpha"]);
  });

  it("has the same bytes when it is made again from the same history, whose rows come in another order", async () => {
    const [first, second] = [setUp(), setUp()];
    (second.history as MemoryHistory).salt = "another order";
    const results = [await makeScheduled(first, T2), await makeScheduled(second, T2)] as const;
    for (const form of ["json", "csv", "html"] as const) {
      const key = results[0].files[form].replace("s3://reports/", "");
      expect(first.store.text(key)).toBe(second.store.text(key));
    }
  });
});

describe("reports on demand", () => {
  it("lie in a branch of their own and are no link of the chain", async () => {
    const deps = setUp();
    await makeScheduled(deps, T1);
    const result = await generateReport(deps, { kind: "on-demand" });
    expect(result.manifest.sequence).toBeNull();
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

  it("are sealed by a manifest beside them, which is written last", async () => {
    const deps = setUp();
    const { manifest: head } = await makeScheduled(deps, T1);
    const { manifest, files, reportId, summary } = await generateReport(deps, { kind: "on-demand" });
    expect(manifest.uri).toBe(files.json.replace(".json", ".manifest.json"));
    const text = deps.store.text(manifest.uri.replace("s3://reports/", ""));
    expect(manifest.sha256).toBe(sha256(text));
    expect(JSON.parse(text)).toMatchObject({
      kind: "on-demand",
      reportId,
      parametersHash: parametersHash(deps.settings),
      chainHead: { sequence: 1, key: "reports/chain/00000001.json", sha256: head.sha256 },
      summary: JSON.parse(JSON.stringify(summary)),
      files: Object.entries(files).map(([form, uri]) => {
        const key = uri.replace("s3://reports/", "");
        const body = deps.store.text(key);
        return { form, key, bytes: Buffer.byteLength(body), sha256: sha256(body) };
      }),
    });
    expect([...deps.store.objects.keys()].filter((key) => key.includes("on-demand")).at(-1)).toContain(
      ".manifest.json",
    );
  });

  it.each(["on demand", "scheduled"])("say in HTML, %s, where the manifest is", async (kind) => {
    const deps = setUp();
    const { files, manifest, reportId } = await (kind === "scheduled"
      ? makeScheduled(deps, T1)
      : generateReport(deps, { kind: "on-demand" }));
    const page = deps.store.text(files.html.replace("s3://reports/", ""));
    expect(page).toContain(`<code>sha256sum ${reportId}.html</code>`);
    expect(page).toContain(manifest.uri.replace("s3://reports/", `s3://compliance-reports-${ACCOUNT}-test/`));
  });

  it("take no stable name, and are no report, when the manifest could not be written", async () => {
    const deps = setUp();
    deps.store.beforeWrite = (key) => {
      if (key.endsWith(".manifest.json")) throw new Error("no answer");
    };
    await expect(generateReport(deps, { kind: "on-demand" })).rejects.toThrow("no answer");
    expect([...deps.store.objects.keys()].filter((key) => key.startsWith("reports/latest"))).toEqual([]);
  });

  it("of one instant get names of their own, whatever an attempt before left under the first", async () => {
    const deps = setUp();
    const first = await generateReport(deps, { kind: "on-demand" });
    const second = await generateReport(deps, { kind: "on-demand" });
    expect(second.manifest.uri).toBe(first.manifest.uri.replace(".manifest", "-2.manifest"));
  });

  it("take the stable name only when they are about now and nothing special was asked", async () => {
    const deps = setUp();
    expect((await generateReport(deps, { kind: "on-demand", asOf: T1 })).latest).toBeNull();
    expect(deps.store.objects.has("reports/latest.json")).toBe(false);
    await generateReport(deps, { kind: "on-demand" }).then(({ latest }) => expect(latest).not.toBeNull());
  });
});
