/** The sample pack: a random sample that anybody can draw again from the seed. */

import { createHash } from "node:crypto";
import type { SampleRequest } from "../request/event";

/**
 * Draws evaluations: those whose SHA-256 of `<seed>\n<resource ARN>\n<evaluation timestamp>` (hex) is smallest.
 * Neither the order of the population nor the machine matters, and all evaluations are equally likely.
 * @returns the sample in the order of the hashes; all of the population when it is no larger than the sample.
 */
export function drawSample<Item>(
  population: Iterable<Item>,
  { size, seed }: SampleRequest,
  keyOf: (item: Item) => string,
): Item[] {
  let drawn: { hash: string; item: Item }[] = [];
  let limit: string | undefined;
  for (const item of population) {
    const hash = createHash("sha256")
      .update(`${seed}\n${keyOf(item)}`)
      .digest("hex");
    if (limit !== undefined && hash >= limit) continue;
    drawn.push({ hash, item });
    if (drawn.length >= 2 * size) {
      drawn = smallest(drawn, size);
      limit = drawn.at(-1)?.hash;
    }
  }
  return smallest(drawn, size).map(({ item }) => item);
}

function smallest<Item>(drawn: { hash: string; item: Item }[], size: number) {
  return drawn.sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, size);
}
