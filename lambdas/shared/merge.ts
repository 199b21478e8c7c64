/** Yields what several sources yield, each as soon as it has something. A source that fails ends the others. */
export async function* mergeInArrivalOrder<Item>(
  sources: readonly AsyncIterable<Item>[],
): AsyncGenerator<Item> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const advance = async (iterator: AsyncIterator<Item>) => ({ iterator, result: await iterator.next() });
  const pending = new Map(iterators.map((iterator) => [iterator, advance(iterator)]));
  try {
    while (pending.size > 0) {
      const { iterator, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(iterator);
      } else {
        pending.set(iterator, advance(iterator));
        yield result.value;
      }
    }
  } finally {
    await Promise.allSettled([...pending.keys()].map((iterator) => iterator.return?.()));
  }
}
