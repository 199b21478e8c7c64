import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parametersHash, sha256 } from "../../../lambdas/common/values/hash";
import { settingsKey } from "../../../lambdas/report-generator/bucket/kept-settings";
import { generateReport } from "../../../lambdas/report-generator/generate";
import type { ReportSource } from "../../../scripts/report-objects";
import { FolderSource } from "../../../scripts/report-sources";
import { verifyChain } from "../../../scripts/verify-chain";
import { Company, dependencies, makeScheduled, rule, settings } from "../support";

const RULE = "s3-bucket-encryption";
const ENDINGS = ["json", "html", "csv", "findings.ocsf.jsonl"];
const SETTINGS = settings([rule(RULE)]);
const SETTINGS_HASH = parametersHash(SETTINGS);
const WATCHED = '"watchedSince": "2026-11-23T06';
const TIMES = ["2026-11-23T06:30:00.000Z", "2026-11-23T12:30:00.000Z", "2026-11-23T18:30:00.000Z"];
const link = (sequence: number) => `reports/chain/0000000${sequence}.json`;
const file = (hour: string, form: string) =>
  `reports/2026/11/23/compliance-report-2026-11-23T${hour}-30-00-000Z.${form}`;
const demanded = "reports/on-demand/2026/11/23/compliance-report-2026-11-23T12-30-05-000Z";

/** A downloaded copy of a bucket with three scheduled reports and one on demand. */
async function copy(
  change: (objects: Map<string, Buffer>) => void = () => {},
  inside = "",
  lastSettings = SETTINGS,
): Promise<string> {
  const company = new Company();
  company.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT", beta: "NON_COMPLIANT" });
  const deps = dependencies(company, SETTINGS);
  for (const time of TIMES) {
    await makeScheduled(time === TIMES[2] ? { ...deps, settings: lastSettings } : deps, time);
  }
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

/**
 * Makes the chain again with a change to each report and its manifest, every hash and size in it fitting, as somebody
 * could who can write to the bucket.
 */
function forge(objects: Map<string, Buffer>, change: (sequence: number, text: string) => string): void {
  const replaced: [string, string][] = [];
  const write = (key: string, text: string) => {
    const [old, made] = [objects.get(key) ?? Buffer.of(), Buffer.from(text)];
    objects.set(key, made);
    replaced.push([sha256(old), sha256(made)], [`"bytes": ${old.length}`, `"bytes": ${made.length}`]);
  };
  for (const [index, hour] of ["06", "12", "18"].entries()) {
    for (const key of [file(hour, "json"), link(index + 1)]) {
      let text = objects.get(key)?.toString("utf8") ?? "";
      for (const [from, to] of replaced) text = text.replaceAll(from, to);
      write(key, change(index + 1, text));
    }
  }
  objects.set("reports/latest.json", objects.get(file("18", "json")) ?? Buffer.of());
}

/** The copy as a bucket that holds more than one version of some keys. */
function bucketOf(folder: string, rewritten: readonly string[]): ReportSource {
  const source = new FolderSource(folder);
  return {
    keys: source.keys.bind(source),
    read: source.read.bind(source),
    async *rewritten(prefix) {
      yield* rewritten.filter((key) => key.startsWith(prefix));
    },
  };
}

async function* piecesOf(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += bytes) yield chunk.subarray(start, start + bytes);
  }
}

const verified = async (change?: (objects: Map<string, Buffer>) => void) =>
  verifyChain(new FolderSource(await copy(change)));

describe("verify-reports", () => {
  it("finds nothing wrong with reports as they were written", async () => {
    expect(await verified()).toMatchObject({
      links: 3,
      files: 12,
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

  it.each(ENDINGS)("finds one changed byte in a report's %s", async (form) => {
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
    const { firstBreak, links } = await verified((objects) =>
      edit(objects, link(1), '"sequence": 1', '"sequence":  1'),
    );
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 1, key: link(1) });
    expect(links).toBe(0);
  });

  it("finds a manifest that is no manifest", async () => {
    const { firstBreak } = await verified((objects) => objects.set(link(2), Buffer.from("{}")));
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2 });
  });

  it("finds time that no report covers, even when every hash fits", async () => {
    const { firstBreak, links, files } = await verified((objects) => {
      const json = file("18", "json");
      const before = sha256(objects.get(json) ?? "");
      for (const key of [json, link(3)]) {
        edit(objects, key, '"from": "2026-11-23T12:30:00.000Z"', '"from": "2026-11-23T13:30:00.000Z"');
      }
      edit(objects, link(3), before, sha256(objects.get(json) ?? ""));
    });
    expect(firstBreak).toMatchObject({ kind: "gap", sequence: 3 });
    expect({ links, files }).toEqual({ links: 2, files: 8 });
  });

  it.each([
    ["beginning", '"from": "2026'],
    ["end", '"to": "2026'],
  ])("calls a manifest changed, not a gap or a fork, whose period has another %s", async (_what, text) => {
    for (const year of ["2025", "2027"]) {
      const { firstBreak, links } = await verified((objects) =>
        edit(objects, link(2), text, text.replace("2026", year)),
      );
      expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2, key: link(2) });
      expect(links).toBe(1);
    }
  });

  it.each(["00000002 (1).json", "00000002.json.bak", "old-00000002.json", "2.json"])(
    "finds a second manifest with the number of another under the name %s",
    async (name) => {
      const { firstBreak } = await verified((objects) =>
        objects.set(`reports/chain/${name}`, objects.get(link(2)) ?? Buffer.of()),
      );
      expect(firstBreak).toMatchObject({ kind: "fork", sequence: 2, key: `reports/chain/${name}` });
    },
  );

  it("does not doubt a chain made again with every hash fitting: only a hash kept elsewhere tells", async () => {
    const { links, firstBreak } = await verified((objects) =>
      forge(objects, (_sequence, text) =>
        text.replaceAll('"programVersion": "1.2.3"', '"programVersion": "9"'),
      ),
    );
    expect({ links, firstBreak }).toEqual({ links: 3, firstBreak: null });
  });

  it.each([
    [
      "a first report that follows another",
      { kind: "missing", sequence: 1, key: link(1) },
      (sequence: number, text: string) => {
        if (sequence !== 1) return text;
        const hash = text.includes('"event": ') ? "sha256" : "manifestSha256";
        return text.replace('"previous": null', `"previous": { "sequence": 0, "${hash}": "0" }`);
      },
    ],
    [
      "a report that follows the last but one",
      { kind: "changed", sequence: 2, key: link(2) },
      (sequence: number, text: string) =>
        sequence === 3 ? text.replace(/("previous": \{\s+"sequence": )2/, "$11") : text,
    ],
    [
      "a last report with a number that leaves one out",
      { kind: "changed", sequence: 3, key: link(3) },
      (sequence: number, text: string) =>
        sequence === 3 ? text.replace('"sequence": 3', '"sequence": 4') : text,
    ],
  ])("finds %s, even when every hash fits", async (_what, expected, change) => {
    let changes = 0;
    const { firstBreak } = await verified((objects) =>
      forge(objects, (sequence, text) => {
        const changed = change(sequence, text);
        if (changed !== text) changes += 1;
        return changed;
      }),
    );
    expect(changes).toBe(2);
    expect(firstBreak).toMatchObject(expected);
  });

  it("finds a size in the last manifest that its file does not have, though the hash fits", async () => {
    const { firstBreak, links } = await verified((objects) => {
      const size = objects.get(file("18", "csv"))?.length ?? 0;
      edit(objects, link(3), `"bytes": ${size}`, `"bytes": ${size + 1}`);
    });
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 3, key: file("18", "csv") });
    expect(links).toBe(2);
  });

  it("looks for the very version that a manifest names, and takes no other of the same bytes for it", async () => {
    const { keys, read } = bucketOf(await copy(), []);
    const isGone = (key: string, version?: string) => key === file("12", "csv") && version !== undefined;
    const bucket: ReportSource = {
      keys,
      read: async (key, version) => (isGone(key, version) ? undefined : read(key, version)),
    };
    expect((await verifyChain(bucket)).firstBreak).toMatchObject({
      kind: "missing",
      sequence: 2,
      key: file("12", "csv"),
    });
  });

  it("finds nothing wrong with reports that come in small pieces, as over a network", async () => {
    const { keys, read } = bucketOf(await copy(), []);
    const bucket: ReportSource = {
      keys,
      read: async (key) => {
        const body = await read(key);
        return body && piecesOf(body, 100);
      },
    };
    expect(await verifyChain(bucket)).toMatchObject({ links: 3, firstBreak: null });
  });

  it("finds from a report on demand under the stable names that the link it follows was taken out", async () => {
    const { firstBreak } = await verified((objects) => {
      for (const form of ENDINGS) {
        objects.set(`reports/latest.${form}`, objects.get(`${demanded}.${form}`) ?? Buffer.of());
        objects.delete(file("18", form));
      }
      objects.delete(link(3));
    });
    expect(firstBreak).toMatchObject({ kind: "missing", sequence: 3, key: link(3) });
  });

  it("finds a manifest that the bucket holds in two versions", async () => {
    expect((await verifyChain(bucketOf(await copy(), [link(3)]))).firstBreak).toMatchObject({
      kind: "fork",
      sequence: 3,
    });
  });

  it("names files that belong to no report without calling the chain broken", async () => {
    const { firstBreak, uncommitted } = await verified((objects) =>
      objects.set(file("18", "json").replace(".json", "-2.json"), Buffer.of()),
    );
    expect(firstBreak).toBeNull();
    expect(uncommitted).toEqual([file("18", "json").replace(".json", "-2.json")]);
  });

  it.each([
    ["anywhere beside the reports", "reports/board/summary.html"],
    ["outside reports/", "stray.txt"],
    ["outside reports/, named like a manifest", "old/reports/chain/00000001.json"],
    ["under a stable name with another ending", "reports/latest.pdf"],
    ["among the reports on demand, outside the folder of a day", "reports/on-demand/evil.html"],
    ["in a report's name into the folder of another day", demanded.replace("11/23", "11/22").concat(".json")],
    ["in another name into the folder of a day", "reports/on-demand/2026/11/23/board.html"],
    ["beside a report on demand in another form", `${demanded}.pdf`],
    ["below a report on demand", `${demanded}.json/compliance-report.json`],
  ])("names a file that somebody put %s, and counts it nowhere", async (_where, key) => {
    const { firstBreak, uncommitted, onDemand } = await verified((objects) => {
      objects.set(key, Buffer.from("x"));
      if (key.startsWith(`${demanded}.json/`)) objects.delete(`${demanded}.json`);
    });
    expect(firstBreak).toBeNull();
    expect(uncommitted).toContain(key);
    expect(onDemand.files + uncommitted.length).toBe(key.startsWith(`${demanded}.json/`) ? 4 : 5);
  });

  it("names what an attempt at a report on demand left behind, and counts one of the same instant", async () => {
    const { uncommitted, onDemand } = await verified((objects) => {
      objects.set(`${demanded}-2.json`, Buffer.of());
      for (const form of ENDINGS) objects.set(`${demanded}-3.${form}`, Buffer.of());
    });
    expect(uncommitted).toEqual([`${demanded}-2.json`]);
    expect(onDemand.files).toBe(8);
  });

  it("names what lies where there is no scheduled report", async () => {
    const result = await verified((objects) => {
      objects.clear();
      objects.set(file("06", "json"), Buffer.of());
    });
    expect(result).toMatchObject({ links: 0, firstBreak: null, uncommitted: [file("06", "json")] });
  });

  it("does not take a file put among the reports on demand for the one under the stable names", async () => {
    const { firstBreak } = await verified((objects) => {
      for (const form of ENDINGS) {
        const body = objects.get(`${demanded}.${form}`) ?? Buffer.of();
        objects.delete(`${demanded}.${form}`);
        objects.set(`reports/on-demand/copy/${demanded.slice(demanded.lastIndexOf("/") + 1)}.${form}`, body);
        objects.set(`reports/latest.${form}`, body);
      }
    });
    expect(firstBreak).toMatchObject({ kind: "changed", key: "reports/latest.json" });
  });

  it("finds in a bucket with versions that the last manifests were deleted and the stable names set back", async () => {
    const folder = await copy((objects) => {
      for (const sequence of [2, 3]) objects.delete(link(sequence));
      for (const form of ENDINGS) {
        objects.set(`reports/latest.${form}`, objects.get(file("06", form)) ?? Buffer.of());
      }
    });
    const { firstBreak } = await verifyChain(bucketOf(folder, [link(2), link(3)]));
    expect(firstBreak).toMatchObject({ kind: "fork", sequence: 2, key: link(2) });
  });

  it.each(ENDINGS)(
    "finds a report's %s written over or deleted in a bucket that keeps versions, though the old version is whole",
    async (form) => {
      const { firstBreak } = await verifyChain(bucketOf(await copy(), [file("12", form)]));
      expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2, key: file("12", form) });
    },
  );

  it("takes the stable names for what they are: written again with every report", async () => {
    const { firstBreak } = await verifyChain(bucketOf(await copy(), ["reports/latest.json"]));
    expect(firstBreak).toBeNull();
  });

  it("takes reports of the time before there were OCSF findings, which newer ones follow", async () => {
    const { firstBreak, links, files } = await verified((objects) => {
      for (const hour of ["06", "12"]) objects.delete(file(hour, "findings.ocsf.jsonl"));
      forge(objects, (sequence, text) =>
        sequence === 3 || !text.includes('"files"')
          ? text
          : text
              .replace('"schemaVersion": "1.1"', '"schemaVersion": "1.0"')
              .replace(/,\s+\{\s+"form": "ocsf"[^}]*\}/, ""),
      );
    });
    expect({ firstBreak, links, files }).toEqual({ firstBreak: null, links: 3, files: 3 + 3 + 4 });
  });

  it.each(ENDINGS)("finds a replaced latest.%s", async (form) => {
    const { firstBreak } = await verified((objects) =>
      edit(objects, `reports/latest.${form}`, "beta", "bete"),
    );
    expect(firstBreak).toMatchObject({ kind: "changed", key: `reports/latest.${form}` });
  });

  it.each(ENDINGS)("finds a missing latest.%s", async (form) => {
    const { firstBreak } = await verified((objects) => objects.delete(`reports/latest.${form}`));
    expect(firstBreak).toMatchObject({ kind: "missing", key: `reports/latest.${form}` });
  });

  it("finds stable names that were set back to an older report", async () => {
    const { firstBreak } = await verified((objects) => {
      for (const form of ENDINGS) {
        objects.set(`reports/latest.${form}`, objects.get(file("06", form)) ?? Buffer.of());
      }
    });
    expect(firstBreak).toMatchObject({ kind: "changed", key: "reports/latest.json" });
  });

  it("finds a newest report that is no JSON, and tells it like any other break", async () => {
    const { firstBreak } = await verified((objects) => objects.set("reports/latest.json", Buffer.from("{")));
    expect(firstBreak).toMatchObject({ kind: "changed", key: "reports/latest.json" });
  });

  it("takes a report on demand under the stable names if it is there itself and follows the last link", async () => {
    const setLatest = (objects: Map<string, Buffer>, change = (text: string) => text) => {
      for (const form of ENDINGS) {
        const key = [...objects.keys()].find((one) => one.includes("on-demand/") && one.endsWith(form)) ?? "";
        objects.set(`reports/latest.${form}`, Buffer.from(change(objects.get(key)?.toString("utf8") ?? "")));
      }
    };
    expect((await verified((objects) => setLatest(objects))).firstBreak).toBeNull();
    expect((await verified((objects) => setLatest(objects, (text) => `${text} `))).firstBreak).toMatchObject({
      kind: "changed",
    });
  });

  it.each([
    ["names no files any more", (text: string) => text.replace(/"files": \[[^\]]*\]/, '"files": []')],
    [
      "has another end of its period",
      (text: string) => text.replace(/"to": "2026-11-23T18:30/, '"to": "2026-11-23T19:30'),
    ],
    ["has another score", (text: string) => text.replace('"score": 50', '"score": 100')],
    ["has other settings", (text: string) => text.replace(/"parametersHash": "./, '"parametersHash": "_')],
    ["has another version", (text: string) => text.replace(/"programVersion": "/, '"programVersion": "9')],
    ["has another report's id", (text: string) => text.replace('T18-30-00-000Z"', 'T18-31-00-000Z"')],
  ])("finds that the last manifest, which no other confirms, %s", async (_what, change) => {
    const { firstBreak } = await verified((objects) => {
      const text = objects.get(link(3))?.toString("utf8") ?? "";
      if (change(text) === text) throw new Error("nothing was changed");
      objects.set(link(3), Buffer.from(change(text)));
    });
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 3, key: link(3) });
  });

  it("finds settings missing that a report was judged by, at the first report that names them", async () => {
    const { firstBreak, links } = await verified((objects) => objects.delete(settingsKey(SETTINGS_HASH)));
    expect(firstBreak).toMatchObject({
      kind: "missing",
      sequence: 1,
      key: settingsKey(SETTINGS_HASH),
      text: expect.stringContaining("the settings that report 1 was judged by are missing"),
    });
    expect(links).toBe(0);
  });

  it("finds settings changed that a report was judged by", async () => {
    const { firstBreak } = await verified((objects) =>
      edit(objects, settingsKey(SETTINGS_HASH), '"severity":"high"', '"severity":"low"'),
    );
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 1, key: settingsKey(SETTINGS_HASH) });
  });

  it("finds settings written over or deleted in a bucket that keeps versions", async () => {
    const { firstBreak } = await verifyChain(bucketOf(await copy(), [settingsKey(SETTINGS_HASH)]));
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 1, key: settingsKey(SETTINGS_HASH) });
  });

  it("finds settings missing that only the last report was judged by", async () => {
    const own = settings([rule(RULE, { severity: "low" })]);
    const folder = await copy((objects) => objects.delete(settingsKey(parametersHash(own))), "", own);
    expect((await verifyChain(new FolderSource(folder))).firstBreak).toMatchObject({
      kind: "missing",
      sequence: 3,
      key: settingsKey(parametersHash(own)),
    });
  });

  it("reads settings once that many reports were judged by", async () => {
    const source = new FolderSource(await copy());
    const read: string[] = [];
    const counting: ReportSource = {
      keys: source.keys.bind(source),
      read: (key) => {
        read.push(key);
        return source.read(key);
      },
    };
    expect(await verifyChain(counting)).toMatchObject({ links: 3, firstBreak: null });
    expect(read.filter((key) => key.startsWith("reports/settings/"))).toEqual([settingsKey(SETTINGS_HASH)]);
  });

  it("names settings that no manifest names", async () => {
    const key = settingsKey("0".repeat(64));
    const { firstBreak, uncommitted } = await verified((objects) => objects.set(key, Buffer.from("{}")));
    expect({ firstBreak, uncommitted }).toEqual({ firstBreak: null, uncommitted: [key] });
  });

  it.each([
    ["is watched since another time", (text: string) => text.replace(WATCHED, WATCHED.replace("06", "07"))],
    ["is not named", (text: string) => text.replace(/"rules": \[[^\]]*\]/, '"rules": []')],
    ["has another name", (text: string) => text.replace(`"name": "${RULE}"`, '"name": "another"')],
  ])("finds that a rule of the last manifest, which no other confirms, %s", async (_what, change) => {
    const { firstBreak, links } = await verified((objects) => {
      const text = objects.get(link(3))?.toString("utf8") ?? "";
      if (change(text) === text) throw new Error("nothing was changed");
      objects.set(link(3), Buffer.from(change(text)));
    });
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 3, key: link(3) });
    expect(firstBreak?.text).toContain("the rules of manifest 3 do not follow from its settings");
    expect(links).toBe(2);
  });

  it("finds a manifest without rules that is no manifest", async () => {
    const { firstBreak } = await verified((objects) => edit(objects, link(3), '"rules":', '"rulez":'));
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 3, key: link(3) });
  });

  it("finds nothing where there are no reports", async () => {
    expect(await verified((objects) => objects.clear())).toMatchObject({
      links: 0,
      manifests: [],
      firstBreak: null,
    });
  });
});
