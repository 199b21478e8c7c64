import fc from "fast-check";
import { Chain, type Manifest } from "../../../lambdas/report-generator/bucket/chain";
import { manifestKey } from "../../../lambdas/report-generator/content/report-keys";
import { MemoryStore } from "../support";

const at = (hour: number) => new Date(Date.UTC(2026, 10, 24, 0, 60 * hour)).toISOString();

/** A chain whose link n is about hour n - 1 to hour n. */
async function chainOf(links: number): Promise<Chain> {
  const chain = new Chain(new MemoryStore());
  for (let sequence = 1; sequence <= links; sequence++) {
    const period = { from: at(sequence - 1), to: at(sequence) };
    await chain.append({ sequence, period } as Manifest);
  }
  return chain;
}

describe.each([1, 2, 3, 7, 8])("in a chain of %d links", (links) => {
  it("the one that covers an instant is the first whose period ends then or later, and else the last", async () => {
    const chain = await chainOf(links);
    const head = await chain.link(links);
    for (let half = 0; half <= 2 * links + 2; half++) {
      const { manifest } = await chain.covering(head, at(half / 2));
      expect([half, manifest.sequence]).toEqual([half, Math.min(Math.max(Math.ceil(half / 2), 1), links)]);
    }
  });

  it("the last that ended by an instant is found, or that none had", async () => {
    const chain = await chainOf(links);
    const head = await chain.head();
    for (let half = 0; half <= 2 * links + 2; half++) {
      const found = await chain.endedBy(head, at(half / 2));
      const last = Math.min(Math.floor(half / 2), links);
      expect([half, found?.manifest.sequence]).toEqual([half, last === 0 ? undefined : last]);
    }
  });
});

describe("a chain", () => {
  it("without a link has none that ended", async () => {
    const chain = new Chain(new MemoryStore());
    expect(await chain.head()).toBeUndefined();
    expect(await chain.endedBy(undefined, at(1))).toBeUndefined();
  });

  it("that lacks a link is broken, and says where", async () => {
    await expect((await chainOf(2)).link(3)).rejects.toThrow(/ is missing: the report chain is broken$/);
  });

  it("takes one link of a number, and leaves whoever comes second to try again", async () => {
    const chain = await chainOf(1);
    expect(
      await chain.append({ sequence: 1, period: { from: at(0), to: at(2) } } as Manifest),
    ).toBeUndefined();
    expect((await chain.head())?.manifest.period.to).toBe(at(1));
  });
});

describe("the link whose period holds an instant", () => {
  const START = Date.parse("2026-01-01T00:00:00.000Z");
  const instant = (hours: number) => new Date(START + hours * 60 * 60_000).toISOString();

  /** A chain whose reports end at these hours, and the keys that were read of it. */
  function chainEnding(ends: readonly number[]) {
    const store = new MemoryStore();
    for (const [index, end] of ends.entries()) {
      const period = { from: instant(index === 0 ? -24 : (ends[index - 1] ?? 0)), to: instant(end) };
      const manifest = { sequence: index + 1, period };
      store.objects.set(manifestKey(index + 1), Buffer.from(JSON.stringify(manifest)));
    }
    const reads: string[] = [];
    const read = store.read.bind(store);
    store.read = (key) => {
      reads.push(key);
      return read(key);
    };
    return { chain: new Chain(store), reads };
  }

  async function covering(ends: readonly number[], hours: number) {
    const { chain, reads } = chainEnding(ends);
    const head = await chain.head();
    if (head === undefined) throw new Error("there is no link");
    reads.length = 0;
    return { link: await chain.covering(head, instant(hours)), reads };
  }

  it("is the first that does not end before it, or the last", async () => {
    const someEnds = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(someEnds, fc.integer({ min: -30, max: 130 }), async (unordered, hours) => {
        const ends = unordered.sort((a, b) => a - b);
        const last = ends.at(-1) ?? 0;
        const { link } = await covering(ends, hours);
        expect(link.manifest.sequence).toBe(ends.findIndex((end) => end >= Math.min(hours, last)) + 1);
      }),
    );
  });

  it("is found in ten reads among a thousand, in none when it is the last", async () => {
    const ends = Array.from({ length: 1_000 }, (_, index) => index);
    for (const hours of [-1, 0, 1, 499, 500, 998]) {
      const { link, reads } = await covering(ends, hours);
      expect(link.manifest.period.to).toBe(instant(Math.max(0, hours)));
      expect(reads.length).toBeLessThanOrEqual(10);
    }
    expect((await covering(ends, 999)).reads).toEqual([]);
  });

  it("cannot be told when somebody took out a manifest on the way", async () => {
    const { chain } = chainEnding([1, 2, 3, 4]);
    const head = await chain.head();
    const broken = new Chain(new MemoryStore());
    if (head === undefined) throw new Error("there is no link");
    await expect(broken.covering(head, instant(1))).rejects.toThrow(/is missing: the report chain is broken/);
  });
});
