import { parametersHash, sha256 } from "../../../../lambdas/common/values/hash";
import { settingsKey } from "../../../../lambdas/report-generator/bucket/kept-settings";
import { verifyChain } from "../../../../scripts/verify-chain";
import { edit, file, forge, link, type Objects, SETTINGS, sourceOf, threeReports } from "./report-copy";

const SETTINGS_KEY = settingsKey(parametersHash(SETTINGS));

/** The first break of a changed copy; with `rewritten`, of a bucket that keeps versions. */
async function breakOf(change: (objects: Objects) => void, rewritten?: readonly string[]) {
  const { objects } = await threeReports();
  change(objects);
  return (await verifyChain(sourceOf(objects, rewritten))).firstBreak;
}

const hashOf = (objects: Objects, key: string) => sha256(objects.get(key) ?? "");

describe("an auditor is told of a report's file", () => {
  it("that it is missing", async () => {
    expect(await breakOf((objects) => objects.delete(file(2, "csv")))).toEqual({
      kind: "missing",
      sequence: 2,
      key: file(2, "csv"),
      text: "a file of report 2 is missing",
    });
  });

  it("that it has other bytes", async () => {
    const { objects } = await threeReports();
    const [bytes, hash] = [objects.get(file(2, "csv"))?.length, hashOf(objects, file(2, "csv"))];
    objects.set(file(2, "csv"), Buffer.from("forged"));
    expect((await verifyChain(sourceOf(objects))).firstBreak).toEqual({
      kind: "changed",
      sequence: 2,
      key: file(2, "csv"),
      text: `it has 6 bytes with the SHA-256 ${sha256("forged")}; manifest 2 says ${bytes} bytes with ${hash}`,
    });
  });

  it("that it was written twice", async () => {
    expect(await breakOf(() => {}, [file(2, "html")])).toEqual({
      kind: "changed",
      sequence: 2,
      key: file(2, "html"),
      text: "a file of report 2 was written or deleted more than once, which report runs never do",
    });
  });

  it.each<[string, (text: string, isManifest: boolean) => string]>([
    ["says less than a report", (text, isManifest) => (isManifest ? text : "{}")],
    ["is one on demand", (text) => text.replace('"kind": "scheduled"', '"kind": "on-demand"')],
    [
      "has no source",
      (text, isManifest) => (isManifest ? text : text.replace('"source": {', '"sources": {')),
    ],
  ])("that it %s, though every hash fits", async (_what, change) => {
    const found = await breakOf((objects) =>
      forge(objects, (sequence, text, isManifest) => (sequence === 3 ? change(text, isManifest) : text)),
    );
    expect(found).toEqual({
      kind: "changed",
      sequence: 3,
      key: link(3),
      text: "manifest 3 says otherwise than the report it names: one of them was changed or replaced",
    });
  });

  it.each<[string, string, RegExp, string]>([
    ["is not named", "html, json, ocsf", /\{\s+"form": "csv"[^}]*\},?/, ""],
    ["is named as another", "csv, html, html, json, ocsf", /(\{\s+"form": "html"[^}]*\}),/, "$1, $1,"],
    ["is none of them", "csv, html, json, pdf", /"form": "ocsf"/, '"form": "pdf"'],
    ["is named nowhere", "no file", /"files": \[[^\]]*\]/, '"files": []'],
  ])("that one %s", async (_what, found, from, to) => {
    for (const version of ["1.1", "2.0"]) {
      const broken = await breakOf((objects) => {
        edit(objects, link(3), from, to);
        edit(objects, link(3), '"schemaVersion": "1.1"', `"schemaVersion":  "${version}"`);
      });
      expect(broken).toEqual({
        kind: "changed",
        sequence: 3,
        key: link(3),
        text: `manifest 3 names ${found}; a report has json, html, csv, ocsf`,
      });
    }
  });
});

describe("an auditor is told of the settings that a report was judged by", () => {
  it("that they are missing", async () => {
    expect(await breakOf((objects) => objects.delete(SETTINGS_KEY))).toEqual({
      kind: "missing",
      sequence: 1,
      key: SETTINGS_KEY,
      text: "the settings that report 1 was judged by are missing",
    });
  });

  it("that they were written twice", async () => {
    expect(await breakOf(() => {}, [SETTINGS_KEY])).toEqual({
      kind: "changed",
      sequence: 1,
      key: SETTINGS_KEY,
      text: "settings were written or deleted more than once, which report runs never do",
    });
  });

  it("that they have another hash than their name", async () => {
    expect(await breakOf((objects) => objects.set(SETTINGS_KEY, Buffer.from("{}")))).toEqual({
      kind: "changed",
      sequence: 1,
      key: SETTINGS_KEY,
      text:
        `the settings that report 1 was judged by have the SHA-256 ${sha256("{}")}, not that of ` +
        "their name",
    });
  });

  it.each(["null", "{}", "no JSON"])("that a manifest's rules do not follow from %s", async (text) => {
    const withSettings = (rules: RegExp) => (objects: Objects) => {
      objects.set(settingsKey(sha256(text)), Buffer.from(text));
      forge(objects, (sequence, old) =>
        sequence === 3
          ? old
              .replace(/"parametersHash": "\w+"/, `"parametersHash": "${sha256(text)}"`)
              .replace(rules, '"rules": []')
          : old,
      );
    };
    expect(await breakOf(withSettings(/no rules/))).toEqual({
      kind: "changed",
      sequence: 3,
      key: link(3),
      text: "the rules of manifest 3 do not follow from its settings and the manifest before it",
    });
    expect(
      await breakOf(withSettings(/"rules": \[\s+\{\s+"name": "[^"]+",\s+"watchedSince": [^\]]*\]/)),
    ).toBeNull();
  });

  it("that its rules do not follow from the first settings", async () => {
    const found = await breakOf((objects) =>
      forge(objects, (_sequence, text) =>
        text.replace(/"watchedSince": "2026-11-23T06:30/, '"watchedSince": "2026-11-22T06:30'),
      ),
    );
    expect(found).toMatchObject({
      sequence: 1,
      key: link(1),
      text: expect.stringContaining("the rules of manifest 1"),
    });
  });
});
