import { generateReport } from "../../../../lambdas/report-generator/generate";
import type { ReportSource } from "../../../../scripts/report-objects";
import { verifyChain } from "../../../../scripts/verify-chain";
import { dependencies, makeScheduled, rule, settings } from "../../support";
import { Company } from "../../swept-company";

const RULE = "s3-bucket-encryption";
const FORMS = ["csv", "html", "json", "findings.ocsf.jsonl"];
const OCSF = "findings.ocsf.jsonl";

/** A bucket with a scheduled report and one on demand; `stem` is what the latter's keys begin with. */
async function bucket() {
  const company = new Company();
  company.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT", beta: "NON_COMPLIANT" });
  const deps = dependencies(company, settings([rule(RULE)]));
  await makeScheduled(deps, "2026-11-23T06:30:00.000Z");
  const { manifest } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T06:10:00Z" });
  const key = manifest.uri.replace("s3://reports/", "");
  const stem = key.replace(".manifest.json", "");
  return { deps, objects: deps.store.objects, key, stem, sha256: manifest.sha256 };
}

function sourceOf(objects: ReadonlyMap<string, Buffer>, rewritten?: readonly string[]): ReportSource {
  return {
    async *keys(prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    async read(key) {
      const body = objects.get(key);
      return body === undefined ? undefined : one(body);
    },
    ...(rewritten !== undefined && {
      async *rewritten(prefix: string) {
        yield* rewritten.filter((key) => key.startsWith(prefix));
      },
    }),
  };
}

async function* one(body: Buffer): AsyncGenerator<Uint8Array> {
  yield body;
}

function edit(objects: Map<string, Buffer>, key: string, from: string | RegExp, to: string): void {
  const text = objects.get(key)?.toString("utf8") ?? "";
  expect(text).toMatch(from);
  objects.set(key, Buffer.from(text.replace(from, to)));
}

describe("verify-reports, of a report on demand", () => {
  it("tells that it is as its manifest says, and the manifest's hash", async () => {
    const { objects, sha256 } = await bucket();
    expect(await verifyChain(sourceOf(objects, []))).toMatchObject({
      links: 1,
      firstBreak: null,
      uncommitted: [],
      onDemand: { files: FORMS.length, manifests: [sha256], unsealed: [], faults: [], isLatest: false },
    });
  });

  it.each(FORMS)("names a changed byte of its %s, and leaves the chain sound", async (form) => {
    const { objects, stem } = await bucket();
    edit(objects, `${stem}.${form}`, "beta", "bets");
    const { firstBreak, links, onDemand } = await verifyChain(sourceOf(objects));
    expect({ firstBreak, links }).toEqual({ firstBreak: null, links: 1 });
    expect(onDemand).toMatchObject({
      manifests: [],
      faults: [{ kind: "changed", key: `${stem}.${form}` }],
    });
  });

  it.each(FORMS)("names its missing %s", async (form) => {
    const { objects, stem } = await bucket();
    objects.delete(`${stem}.${form}`);
    const { faults } = (await verifyChain(sourceOf(objects))).onDemand;
    expect(faults).toMatchObject([{ kind: "missing", key: `${stem}.${form}` }]);
  });

  it("names a file beside it that the manifest does not", async () => {
    const { objects, stem } = await bucket();
    objects.set(`${stem}.pdf`, Buffer.from("x"));
    const { uncommitted, onDemand } = await verifyChain(sourceOf(objects));
    expect(uncommitted).toEqual([`${stem}.pdf`]);
    expect(onDemand.faults).toEqual([]);
  });

  it("calls one without a manifest unsealed, which breaks nothing", async () => {
    const { objects, stem, key } = await bucket();
    objects.delete(key);
    const { firstBreak, uncommitted, onDemand } = await verifyChain(sourceOf(objects, []));
    expect({ firstBreak, uncommitted }).toEqual({ firstBreak: null, uncommitted: [] });
    expect(onDemand).toMatchObject({ files: FORMS.length, unsealed: [stem], faults: [], manifests: [] });
  });

  it("knows reports of the time before there were seals and OCSF findings", async () => {
    const { objects, stem, key } = await bucket();
    objects.delete(key);
    objects.delete(`${stem}.${OCSF}`);
    const { firstBreak, uncommitted, onDemand } = await verifyChain(sourceOf(objects, []));
    expect({ firstBreak, uncommitted }).toEqual({ firstBreak: null, uncommitted: [] });
    expect(onDemand).toMatchObject({ files: 3, unsealed: [stem], faults: [] });
  });

  it("finds a deleted manifest where the bucket keeps versions", async () => {
    const { objects, key } = await bucket();
    objects.delete(key);
    const { faults } = (await verifyChain(sourceOf(objects, [key]))).onDemand;
    expect(faults).toMatchObject([{ kind: "missing", key }]);
  });

  it.each(["manifest.json", ...FORMS])("finds a %s that was written twice", async (ending) => {
    const { objects, stem } = await bucket();
    const key = `${stem}.${ending}`;
    const { faults } = (await verifyChain(sourceOf(objects, [key]))).onDemand;
    expect(faults).toMatchObject([{ kind: "changed", key }]);
  });

  it.each([
    ["another score", /"score": [\d.]+/, '"score": 1'],
    ["another time", /"createdAt": "2026/, '"createdAt": "2025'],
    ["another period", /"from": "2026/, '"from": "2025'],
    ["other settings", /"parametersHash": "\w{4}/, '"parametersHash": "0000'],
    ["another link of the chain", /"chainHead": \{\s+"sequence": 1/, '"chainHead": { "sequence": 2'],
    ["no link of the chain", /"chainHead": \{[^}]*\}/, '"chainHead": null'],
    ["another report's file", /"key": "([^"]+)\.csv"/, '"key": "$1-2.csv"'],
    ["no files", /"files": \[[^\]]*\]/, '"files": []'],
  ])("finds a manifest that was made to say %s", async (_what, from, to) => {
    const { objects, key } = await bucket();
    edit(objects, key, from, to);
    const { faults } = (await verifyChain(sourceOf(objects))).onDemand;
    expect(faults).toMatchObject([{ kind: "changed", key }]);
  });

  it("finds a chain that was cut off, or made again, after it", async () => {
    const { deps, objects } = await bucket();
    await makeScheduled(deps, "2026-11-23T12:30:00.000Z");
    const { manifest } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T08:00:00Z" });
    for (const key of [...objects.keys()]) {
      if (key.startsWith("reports/2026/11/23/compliance-report-2026-11-23T12")) objects.delete(key);
    }
    objects.delete("reports/chain/00000002.json");
    for (const form of FORMS) {
      const [kept = ""] = [...objects.keys()].filter((key) =>
        new RegExp(`^reports/2026/.*${form}$`).test(key),
      );
      objects.set(`reports/latest.${form}`, objects.get(kept) ?? Buffer.of());
    }
    const { firstBreak, onDemand } = await verifyChain(sourceOf(objects));
    expect(firstBreak).toBeNull();
    expect(onDemand.faults).toMatchObject([{ key: manifest.uri.replace("s3://reports/", "") }]);
    expect(onDemand.faults[0]?.text).toContain("the chain was cut off");
  });
});
