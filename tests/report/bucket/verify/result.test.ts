import { sha256 } from "../../../../lambdas/common/values/hash";
import { verifyChain } from "../../../../scripts/verify-chain";
import { ENDINGS, edit, file, link, setLatest, sourceOf, TIMES, threeReports } from "./report-copy";

const NOTHING_BESIDE = {
  uncommitted: [],
  onDemand: { files: 0, manifests: [], unsealed: [], faults: [], isLatest: false },
};

describe("the result of a walk along the chain", () => {
  it("tells how much is sound, and by which hashes somebody could know it again", async () => {
    const { objects, demanded } = await threeReports();
    const files = [1, 2, 3].flatMap((sequence) => ENDINGS.map((ending) => file(sequence, ending)));
    const told: [number, number][] = [];
    expect(await verifyChain(sourceOf(objects), (sequence, last) => told.push([sequence, last]))).toEqual({
      links: 3,
      files: files.length,
      bytes: files.reduce((sum, key) => sum + (objects.get(key)?.length ?? 0), 0),
      from: "2026-11-22T06:30:00.000Z",
      to: TIMES[2],
      manifests: [1, 2, 3].map((sequence) => sha256(objects.get(link(sequence)) ?? "")),
      firstBreak: null,
      uncommitted: [],
      onDemand: {
        files: ENDINGS.length * demanded.length,
        manifests: demanded
          .map((stem) => `${stem}.manifest.json`)
          .sort()
          .map((key) => sha256(objects.get(key) ?? "")),
        unsealed: [],
        faults: [],
        isLatest: false,
      },
    });
    expect(told).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it("tells of a broken chain what was sound before the break, and of nothing beside it", async () => {
    const { objects } = await threeReports();
    objects.delete(file(2, "csv"));
    objects.set("reports/board.html", Buffer.from("x"));
    const { firstBreak, ...rest } = await verifyChain(sourceOf(objects));
    expect(firstBreak).toMatchObject({ sequence: 2 });
    expect(rest).toEqual({
      links: 1,
      files: ENDINGS.length,
      bytes: ENDINGS.reduce((sum, ending) => sum + (objects.get(file(1, ending))?.length ?? 0), 0),
      from: "2026-11-22T06:30:00.000Z",
      to: TIMES[0],
      manifests: [sha256(objects.get(link(1)) ?? "")],
      ...NOTHING_BESIDE,
    });
  });

  it("takes every report for sound when only a stable name is not", async () => {
    const { objects } = await threeReports();
    objects.delete("reports/latest.csv");
    expect(await verifyChain(sourceOf(objects))).toMatchObject({ links: 3, files: 12, ...NOTHING_BESIDE });
  });

  it("is nothing where there is nothing", async () => {
    expect(await verifyChain(sourceOf(new Map(), []))).toEqual({
      links: 0,
      files: 0,
      bytes: 0,
      from: null,
      to: null,
      manifests: [],
      firstBreak: null,
      ...NOTHING_BESIDE,
    });
  });

  it("tells whether the newest report is one on demand, whose seal is beside the chain", async () => {
    const { objects, demanded } = await threeReports();
    setLatest(objects, (ending) => `${demanded[3]}.${ending}`);
    expect((await verifyChain(sourceOf(objects))).onDemand.isLatest).toBe(true);
    objects.clear();
    objects.set("reports/latest.html", Buffer.from("x"));
    expect((await verifyChain(sourceOf(objects))).onDemand.isLatest).toBe(false);
  });

  it("names what lies among the manifests and is none, without calling the chain broken", async () => {
    const { objects } = await threeReports();
    const strays = ["reports/chain/README", "reports/chain/gone.json", "reports/chain/half.json"];
    objects.set(strays[0] ?? "", Buffer.from("The chain of reports."));
    objects.set(strays[2] ?? "", objects.get(link(3)) ?? Buffer.of());
    edit(objects, strays[2] ?? "", '"sequence": 3', '"sequence": 7.5');
    const source = sourceOf(objects);
    const { firstBreak, links, uncommitted } = await verifyChain({
      ...source,
      // One is deleted by somebody while the walk is under way.
      async *keys(prefix) {
        for await (const key of source.keys(prefix)) yield key;
        if (prefix !== "") yield strays[1] ?? "";
      },
    });
    expect({ firstBreak, links, uncommitted }).toEqual({
      firstBreak: null,
      links: 3,
      uncommitted: [strays[0], strays[2]],
    });
  });

  it("does not count what Security Hub was told among that which belongs to no report", async () => {
    const { objects } = await threeReports();
    objects.set("reports/security-hub/00000003.json", Buffer.from("[]"));
    objects.set("reports/security-hub/3.json", Buffer.from("[]"));
    expect((await verifyChain(sourceOf(objects))).uncommitted).toEqual(["reports/security-hub/3.json"]);
  });

  it("asks for the versions of reports alone, whatever else the bucket holds", async () => {
    const { objects } = await threeReports();
    const asked: string[] = [];
    const { firstBreak } = await verifyChain({
      ...sourceOf(objects),
      async *rewritten(prefix) {
        asked.push(prefix);
        yield "reports/latest.json";
      },
    });
    expect({ asked, firstBreak }).toEqual({ asked: ["reports/"], firstBreak: null });
  });
});
