import { Chain, type Manifest } from "../../../lambdas/report-generator/bucket/chain";
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
