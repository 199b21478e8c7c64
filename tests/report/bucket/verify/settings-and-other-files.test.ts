import { parametersHash } from "../../../../lambdas/common/values/hash";
import { settingsKey } from "../../../../lambdas/report-generator/bucket/kept-settings";
import type { ReportSource } from "../../../../scripts/report-objects";
import { FolderSource } from "../../../../scripts/report-sources";
import { verifyChain } from "../../../../scripts/verify-chain";
import { rule, settings } from "../../support";
import { bucketOf, copy, demanded, verified } from "./downloaded-copy";
import { ENDINGS, edit, file, link, RULE, SETTINGS } from "./report-copy";

const SETTINGS_HASH = parametersHash(SETTINGS);
const WATCHED = '"watchedSince": "2026-11-23T06';

describe("verify-reports", () => {
  it("finds from a report on demand under the stable names that the link it follows was taken out", async () => {
    const { firstBreak } = await verified((objects) => {
      for (const form of ENDINGS) {
        objects.set(`reports/latest.${form}`, objects.get(`${demanded}.${form}`) ?? Buffer.of());
        objects.delete(file(3, form));
      }
      objects.delete(link(3));
    });
    expect(firstBreak).toMatchObject({ kind: "missing", sequence: 3, key: link(3) });
  });

  it("names files that belong to no report without calling the chain broken", async () => {
    const { firstBreak, uncommitted } = await verified((objects) =>
      objects.set(file(3, "json").replace(".json", "-2.json"), Buffer.of()),
    );
    expect(firstBreak).toBeNull();
    expect(uncommitted).toEqual([file(3, "json").replace(".json", "-2.json")]);
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
      objects.set(file(1, "json"), Buffer.of());
    });
    expect(result).toMatchObject({ links: 0, firstBreak: null, uncommitted: [file(1, "json")] });
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

  it("takes the stable names for what they are: written again with every report", async () => {
    const { firstBreak } = await verifyChain(bucketOf(await copy(), ["reports/latest.json"]));
    expect(firstBreak).toBeNull();
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
        objects.set(`reports/latest.${form}`, objects.get(file(1, form)) ?? Buffer.of());
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
});
