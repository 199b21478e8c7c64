import { sha256 } from "../../../../lambdas/common/values/hash";
import { verifyChain } from "../../../../scripts/verify-chain";
import { edit, forge, link, type Objects, sourceOf, TIMES, textOf, threeReports } from "./report-copy";

/** The first break of a changed copy; with `rewritten`, of a bucket that keeps versions. */
async function breakOf(change: (objects: Objects) => void, rewritten?: readonly string[]) {
  const { objects } = await threeReports();
  change(objects);
  return (await verifyChain(sourceOf(objects, rewritten))).firstBreak;
}

const hashOf = (objects: Objects, key: string) => sha256(objects.get(key) ?? "");

describe("an auditor is told of a manifest", () => {
  it("that it is missing", async () => {
    expect(await breakOf((objects) => objects.delete(link(2)))).toEqual({
      kind: "missing",
      sequence: 2,
      key: link(2),
      text: "manifest 2 is missing, and later ones are there",
    });
  });

  it.each<[string, (text: string) => string]>([
    ["no JSON", () => "{"],
    ["null", () => "null"],
    ["without files", (text) => text.replace('"files":', '"filez":')],
    ["with files that are no list", (text) => text.replace(/"files": \[[^\]]*\]/, '"files": {}')],
    ["with rules that are no list", (text) => text.replace(/"rules": \[[^\]]*\]/, '"rules": {}')],
    [
      "with a hash of the settings that is no text",
      (text) => text.replace(/"parametersHash": "\w+"/, '"parametersHash": 1'),
    ],
    ["without a period", (text) => text.replace('"period":', '"perioid":')],
    ["with a period that begins at no text", (text) => text.replace(/"from": "[^"]+"/, '"from": 1')],
    ["with another number than its name", (text) => text.replace('"sequence": 2', '"sequence": 1')],
  ])("that it is none: %s", async (_what, change) => {
    const found = await breakOf((objects) => {
      const text = textOf(objects, link(2));
      expect(change(text)).not.toBe(text);
      objects.set(link(2), Buffer.from(change(text)));
    });
    expect(found).toEqual({
      kind: "changed",
      sequence: 2,
      key: link(2),
      text: "manifest 2 is not what a report run writes",
    });
  });

  it("that it has another hash than the next one expects", async () => {
    const { objects } = await threeReports();
    const expected = hashOf(objects, link(1));
    edit(objects, link(1), '"sequence": 1', '"sequence":  1');
    expect((await verifyChain(sourceOf(objects))).firstBreak).toEqual({
      kind: "changed",
      sequence: 1,
      key: link(1),
      text:
        `manifest 1 has the SHA-256 ${hashOf(objects, link(1))}, and manifest 2 expects ${expected}: one of them ` +
        "was changed or replaced",
    });
  });

  it("that the next one follows none", async () => {
    const { objects } = await threeReports();
    edit(objects, link(3), /"previous": \{[^}]*\}/, '"previous": null');
    expect((await verifyChain(sourceOf(objects))).firstBreak).toEqual({
      kind: "changed",
      sequence: 2,
      key: link(2),
      text:
        `manifest 2 has the SHA-256 ${hashOf(objects, link(2))}, and manifest 3 expects none: one of them was ` +
        "changed or replaced",
    });
  });

  it("that the first one follows another", async () => {
    const found = await breakOf((objects) =>
      forge(objects, (sequence, text, isManifest) =>
        sequence === 1
          ? text.replace(
              '"previous": null',
              `"previous": { "sequence": 0, "${isManifest ? "sha256" : "manifestSha256"}": "0" }`,
            )
          : text,
      ),
    );
    expect(found).toEqual({
      kind: "missing",
      sequence: 1,
      key: link(1),
      text: "manifest 1 names one before it, which is missing",
    });
  });

  it("that there is a second one of its number", async () => {
    const key = "reports/chain/00000002 (1).json";
    expect(await breakOf((objects) => objects.set(key, objects.get(link(2)) ?? Buffer.of()))).toEqual({
      kind: "fork",
      sequence: 2,
      key,
      text: "a second manifest says that it is number 2",
    });
  });

  it("that another name has one that follows the last", async () => {
    const key = "reports/chain/copy.json";
    const found = await breakOf((objects) =>
      objects.set(key, Buffer.from(textOf(objects, link(3)).replace('"sequence": 3', '"sequence": 4'))),
    );
    expect(found).toMatchObject({ kind: "fork", sequence: 4, key });
  });

  it("that it was written twice", async () => {
    expect(await breakOf(() => {}, [link(3)])).toEqual({
      kind: "fork",
      sequence: 3,
      key: link(3),
      text: "manifest 3 was written or deleted more than once, which report runs never do",
    });
  });
});

describe("an auditor is told of the time between two reports", () => {
  it.each([
    ["gap", "2026-11-23T13:30:00.000Z", "nothing covers the time between"],
    ["fork", "2026-11-23T11:30:00.000Z", "both cover the time between"],
  ])("a %s", async (kind, from, what) => {
    const found = await breakOf((objects) =>
      forge(objects, (sequence, text) =>
        sequence === 3 ? text.replace(`"from": "${TIMES[1]}"`, `"from": "${from}"`) : text,
      ),
    );
    expect(found).toEqual({
      kind,
      sequence: 3,
      key: link(3),
      text: `report 2 ends at ${TIMES[1]} and report 3 begins at ${from}: ${what}`,
    });
  });
});
