import { setTimeout as after } from "node:timers/promises";
import { mergeInArrivalOrder } from "../../lambdas/common/values/merge";

/** Yields each text after so many milliseconds more; notes when it is closed. */
async function* source(steps: readonly [number, string | Error][], closed: string[] = [], name = "") {
  try {
    for (const [milliseconds, item] of steps) {
      await after(milliseconds);
      if (item instanceof Error) throw item;
      yield item;
    }
  } finally {
    closed.push(name);
  }
}

async function collect(items: AsyncIterable<string>, into: string[] = []): Promise<string[]> {
  for await (const item of items) into.push(item);
  return into;
}

describe("several sources merged", () => {
  it("yield each item as soon as it is there, whichever source it is from", async () => {
    const slow = source([
      [20, "slow 1"],
      [60, "slow 2"],
    ]);
    const fast = source([
      [5, "fast 1"],
      [40, "fast 2"],
    ]);
    expect(await collect(mergeInArrivalOrder([slow, fast]))).toEqual([
      "fast 1",
      "slow 1",
      "fast 2",
      "slow 2",
    ]);
  });

  it("keep the order within a source and lose nothing when all are ready at once", async () => {
    const ready = (name: string) => source(Array.from({ length: 50 }, (_, index) => [0, `${name}${index}`]));
    const merged = await collect(mergeInArrivalOrder([ready("a"), ready("b"), ready("c")]));
    expect(merged).toHaveLength(150);
    for (const name of ["a", "b", "c"]) {
      expect(merged.filter((item) => item.startsWith(name))).toEqual(
        Array.from({ length: 50 }, (_, index) => `${name}${index}`),
      );
    }
  });

  it("are not held up by one that is long in coming", async () => {
    const merged = mergeInArrivalOrder([
      source([[200, "late"]]),
      source([
        [0, "a"],
        [0, "b"],
        [0, "c"],
      ]),
    ]);
    const first = [await merged.next(), await merged.next(), await merged.next()];
    expect(first.map(({ value }) => value)).toEqual(["a", "b", "c"]);
    await merged.return(undefined);
  });

  it("end when all have ended, also when there are none or all are empty", async () => {
    expect(await collect(mergeInArrivalOrder([]))).toEqual([]);
    expect(await collect(mergeInArrivalOrder([source([]), source([])]))).toEqual([]);
  });
});

describe("more sources than are read at once", () => {
  /** Sources that note how many of them have begun and not ended. */
  function counted(names: readonly string[]) {
    const open = new Set<string>();
    let most = 0;
    const sources = names.map(async function* (name) {
      open.add(name);
      most = Math.max(most, open.size);
      for (const item of [1, 2]) {
        await after(1);
        yield `${name}${item}`;
      }
      open.delete(name);
    });
    return { sources, most: () => most, open };
  }

  it("wait for their turn, and none is left out", async () => {
    const { sources, most } = counted(["a", "b", "c", "d", "e"]);
    const merged = await collect(mergeInArrivalOrder(sources, 2));
    expect(merged.sort()).toEqual(["a1", "a2", "b1", "b2", "c1", "c2", "d1", "d2", "e1", "e2"]);
    expect(most()).toBe(2);
  });

  it("are not begun any more when nobody wants more", async () => {
    const { sources, open } = counted(["a", "b", "c"]);
    const merged = mergeInArrivalOrder(sources, 1);
    await merged.next();
    await merged.return(undefined);
    await after(10);
    expect(open).toEqual(new Set(["a"]));
  });

  it("are not begun any more when one of them fails", async () => {
    const { sources, most } = counted(["b", "c"]);
    const merged = mergeInArrivalOrder([source([[0, new Error("throttled")]]), ...sources], 1);
    await expect(collect(merged)).rejects.toThrow("throttled");
    expect(most()).toBe(0);
  });
});

describe("a source that fails", () => {
  it("fails the whole, after what had come before, and the others are closed", async () => {
    const closed: string[] = [];
    const merged = mergeInArrivalOrder([
      source(
        [
          [5, "one"],
          [20, new Error("throttled")],
        ],
        closed,
        "failing",
      ),
      source(
        [
          [10, "two"],
          [60, "three"],
          [5, "four"],
        ],
        closed,
        "other",
      ),
    ]);
    const seen: string[] = [];
    await expect(collect(merged, seen)).rejects.toThrow("throttled");
    expect(seen).toEqual(["one", "two"]);
    expect(closed.sort()).toEqual(["failing", "other"]);
  });

  it("fails it with the first error when several fail", async () => {
    const merged = mergeInArrivalOrder([
      source([[5, new Error("first")]]),
      source([[15, new Error("second")]]),
      source([[25, new Error("third")]]),
    ]);
    await expect(collect(merged)).rejects.toThrow("first");
  });

  it("while its consumer is busy fails the consumer, and nothing beside it", async () => {
    const merged = mergeInArrivalOrder([
      source([
        [0, "one"],
        [0, new Error("throttled")],
      ]),
    ]);
    const consume = async () => {
      for await (const _item of merged) await after(30);
    };
    // jest fails the test, as Node ends the process, on a rejection that nobody handled in time.
    await expect(consume()).rejects.toThrow("throttled");
  });
});

describe("a consumer that stops early", () => {
  it("closes every source", async () => {
    const closed: string[] = [];
    const merged = mergeInArrivalOrder([
      source(
        [
          [0, "one"],
          [0, "two"],
        ],
        closed,
        "a",
      ),
      source(
        [
          [5, "three"],
          [0, "four"],
        ],
        closed,
        "b",
      ),
    ]);
    for await (const _item of merged) break;
    expect(closed.sort()).toEqual(["a", "b"]);
  });
});
