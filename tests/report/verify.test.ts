import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generateReport } from "../../lambdas/report-generator/generate";
import { verifyChain } from "../../lambdas/report-generator/verify";
import { FolderSource } from "../../scripts/report-sources";
import { Company, dependencies, rule, settings } from "./support";

const RULE = "s3-bucket-encryption";
const TIMES = ["2026-11-23T06:30:00.000Z", "2026-11-23T12:30:00.000Z", "2026-11-23T18:30:00.000Z"];
const link = (sequence: number) => `reports/chain/0000000${sequence}.json`;
const file = (hour: string, form: string) =>
  `reports/2026/11/23/compliance-report-2026-11-23T${hour}-30-00-000Z.${form}`;

/** A downloaded copy of a bucket with three scheduled reports and one on demand. */
async function copy(change: (objects: Map<string, Buffer>) => void = () => {}, inside = ""): Promise<string> {
  const company = new Company();
  company.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT", beta: "NON_COMPLIANT" });
  const deps = dependencies(company, settings([rule(RULE)]));
  for (const time of TIMES) await generateReport(deps, { kind: "scheduled", time, eventId: time });
  await generateReport(deps, { kind: "on-demand", asOf: TIMES[0] ?? "" });
  change(deps.store.objects);
  const folder = await mkdtemp(join(tmpdir(), "reports-"));
  folders.push(folder);
  for (const [key, body] of deps.store.objects) {
    const path = join(folder, key.slice(inside.length));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
  return folder;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

function edit(objects: Map<string, Buffer>, key: string, from: string, to: string): void {
  const body = objects.get(key)?.toString("utf8") ?? "";
  if (!body.includes(from)) throw new Error(`${key} has no ${from}`);
  objects.set(key, Buffer.from(body.replace(from, to)));
}

const verified = async (change?: (objects: Map<string, Buffer>) => void) =>
  verifyChain(new FolderSource(await copy(change)));

describe("verify-reports", () => {
  it("finds nothing wrong with reports as they were written", async () => {
    expect(await verified()).toMatchObject({
      links: 3,
      files: 9,
      from: "2026-11-22T06:30:00.000Z",
      to: TIMES[2],
      firstBreak: null,
      uncommitted: [],
    });
  });

  it("takes a copy of the bucket's reports/ as well as one of the whole bucket", async () => {
    const folder = await copy(undefined, "reports/");
    expect(await verifyChain(new FolderSource(folder))).toMatchObject({ links: 3, firstBreak: null });
  });

  it.each(["json", "csv", "html"])("finds one changed byte in a report's %s", async (form) => {
    const { firstBreak, links } = await verified((objects) =>
      edit(objects, file("12", form), "beta", "bete"),
    );
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2, key: file("12", form) });
    expect(links).toBe(1);
  });

  it("finds a missing file", async () => {
    const { firstBreak } = await verified((objects) => objects.delete(file("06", "csv")));
    expect(firstBreak).toMatchObject({ kind: "missing", sequence: 1, key: file("06", "csv") });
  });

  it.each([1, 2, 3])("finds that report %i of three was removed with its manifest", async (sequence) => {
    const { firstBreak } = await verified((objects) => objects.delete(link(sequence)));
    expect(firstBreak).toMatchObject({ kind: "missing", sequence, key: link(sequence) });
  });

  it("finds a manifest that was changed to fit a changed file", async () => {
    const { firstBreak } = await verified((objects) =>
      edit(objects, link(1), '"sequence": 1', '"sequence":  1'),
    );
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 1, key: link(1) });
  });

  it("finds a manifest that is no manifest", async () => {
    const { firstBreak } = await verified((objects) => objects.set(link(2), Buffer.from("{}")));
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2 });
  });

  it("finds time that no report covers, even when every hash fits", async () => {
    const { firstBreak } = await verified((objects) =>
      edit(objects, link(3), '"from": "2026-11-23T12:30:00.000Z"', '"from": "2026-11-23T13:30:00.000Z"'),
    );
    expect(firstBreak).toMatchObject({ kind: "gap", sequence: 3 });
  });

  it("finds a second manifest with the number of another", async () => {
    const { firstBreak } = await verified((objects) =>
      objects.set("reports/chain/00000002 (1).json", objects.get(link(2)) ?? Buffer.of()),
    );
    expect(firstBreak).toMatchObject({ kind: "fork", sequence: 2 });
  });

  it("finds a manifest that the bucket holds in two versions", async () => {
    const source = new FolderSource(await copy());
    const rewritten = async function* () {
      yield link(3);
    };
    const bucket = { keys: source.keys.bind(source), read: source.read.bind(source), rewritten };
    expect((await verifyChain(bucket)).firstBreak).toMatchObject({ kind: "fork", sequence: 3 });
  });

  it("names files that belong to no report without calling the chain broken", async () => {
    const { firstBreak, uncommitted } = await verified((objects) =>
      objects.set(file("18", "json").replace(".json", "-2.json"), Buffer.of()),
    );
    expect(firstBreak).toBeNull();
    expect(uncommitted).toEqual([file("18", "json").replace(".json", "-2.json")]);
  });

  it("finds nothing where there are no reports", async () => {
    expect(await verified((objects) => objects.clear())).toMatchObject({
      links: 0,
      manifests: [],
      firstBreak: null,
    });
  });
});
