/** `count` of them by chance, in their order; the same seed chooses the same. */
export function sampled<T>(all: readonly T[], count: number, seed: number): T[] {
  const next = chance(seed);
  const order = all.map((one) => ({ one, place: next() })).sort((a, b) => a.place - b.place);
  const chosen = new Set(order.slice(0, count).map(({ one }) => one));
  return all.filter((one) => chosen.has(one));
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
