import { sha256 } from "../../../../lambdas/common/values/hash";
import type { ReportSource } from "../../../../scripts/report-objects";
import { FolderSource } from "../../../../scripts/report-sources";
import { verifyChain } from "../../../../scripts/verify-chain";
import { bucketOf, copy, verified } from "./downloaded-copy";
import { ENDINGS, edit, file, forge, link, TIMES } from "./report-copy";

async function* piecesOf(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += bytes) yield chunk.subarray(start, start + bytes);
  }
}

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
    const { firstBreak, links } = await verified((objects) => edit(objects, file(2, form), "beta", "bete"));
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2, key: file(2, form) });
    expect(links).toBe(1);
  });

  it("finds a missing file", async () => {
    const { firstBreak } = await verified((objects) => objects.delete(file(1, "csv")));
    expect(firstBreak).toMatchObject({ kind: "missing", sequence: 1, key: file(1, "csv") });
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
      const json = file(3, "json");
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
      const size = objects.get(file(3, "csv"))?.length ?? 0;
      edit(objects, link(3), `"bytes": ${size}`, `"bytes": ${size + 1}`);
    });
    expect(firstBreak).toMatchObject({ kind: "changed", sequence: 3, key: file(3, "csv") });
    expect(links).toBe(2);
  });

  it("looks for the very version that a manifest names, and takes no other of the same bytes for it", async () => {
    const { keys, read } = bucketOf(await copy(), []);
    const isGone = (key: string, version?: string) => key === file(2, "csv") && version !== undefined;
    const bucket: ReportSource = {
      keys,
      read: async (key, version) => (isGone(key, version) ? undefined : read(key, version)),
    };
    expect((await verifyChain(bucket)).firstBreak).toMatchObject({
      kind: "missing",
      sequence: 2,
      key: file(2, "csv"),
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

  it("finds a manifest that the bucket holds in two versions", async () => {
    expect((await verifyChain(bucketOf(await copy(), [link(3)]))).firstBreak).toMatchObject({
      kind: "fork",
      sequence: 3,
    });
  });

  it("finds in a bucket with versions that the last manifests were deleted and the stable names set back", async () => {
    const folder = await copy((objects) => {
      for (const sequence of [2, 3]) objects.delete(link(sequence));
      for (const form of ENDINGS) {
        objects.set(`reports/latest.${form}`, objects.get(file(1, form)) ?? Buffer.of());
      }
    });
    const { firstBreak } = await verifyChain(bucketOf(folder, [link(2), link(3)]));
    expect(firstBreak).toMatchObject({ kind: "fork", sequence: 2, key: link(2) });
  });

  it.each(ENDINGS)(
    "finds a report's %s written over or deleted in a bucket that keeps versions, though the old version is whole",
    async (form) => {
      const { firstBreak } = await verifyChain(bucketOf(await copy(), [file(2, form)]));
      expect(firstBreak).toMatchObject({ kind: "changed", sequence: 2, key: file(2, form) });
    },
  );

  it("takes reports of the time before there were OCSF findings, which newer ones follow", async () => {
    const { firstBreak, links, files } = await verified((objects) => {
      for (const sequence of [1, 2]) objects.delete(file(sequence, "findings.ocsf.jsonl"));
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

  it("finds nothing where there are no reports", async () => {
    expect(await verified((objects) => objects.clear())).toMatchObject({
      links: 0,
      manifests: [],
      firstBreak: null,
    });
  });
});
