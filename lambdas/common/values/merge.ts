/**
 * Yields what several sources yield, each as soon as it has something. A source that fails ends the others.
 * @param atOnce how many sources are read at the same time: each holds what it has read and nobody has taken.
 */
export async function* mergeInArrivalOrder<Item>(
  sources: readonly AsyncIterable<Item>[],
  atOnce = sources.length,
): AsyncGenerator<Item> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const waiting = iterators.splice(atOnce);
  const advance = (iterator: AsyncIterator<Item>) => {
    const step = iterator.next().then((result) => ({ iterator, result }));
    // A step may fail while the consumer is busy with another's; the next race finds that out in time.
    step.catch(() => {});
    return step;
  };
  const pending = new Map(iterators.map((iterator) => [iterator, advance(iterator)]));
  try {
    while (pending.size > 0) {
      const { iterator, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(iterator);
        const next = waiting.shift();
        if (next) pending.set(next, advance(next));
      } else {
        pending.set(iterator, advance(iterator));
        yield result.value;
      }
    }
  } finally {
    await Promise.allSettled([...pending.keys(), ...waiting].map((iterator) => iterator.return?.()));
  }
}
