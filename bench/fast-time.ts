/**
 * A clock for this process that stands still while anything happens and jumps to the next timer when nothing does:
 * hours pass in seconds, and in the same way each time.
 */

import { AsyncResource } from "node:async_hooks";
import promises from "node:timers/promises";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Puts `Date`, the timers, and `Math.random` in the place of the machine's, for whatever is loaded afterwards. */
export class FastTime {
  private readonly timers = new Set<Timer>();
  private readonly machine = {
    setTimeout,
    clearTimeout,
    Date,
    random: Math.random,
    wait: promises.setTimeout,
  };
  private readonly machineSignal = AbortSignal.timeout;

  /** @param now milliseconds since 1970 that it begins with. */
  constructor(
    private now: number,
    random: () => number,
  ) {
    const later = (act: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) => {
      // What a timer does belongs to whoever set it.
      const bound = AsyncResource.bind(() => act(...given));
      const timer: Timer = { at: this.now + Math.max(0, milliseconds), fire: bound };
      this.timers.add(timer);
      return Object.assign(timer, { ref: () => timer, unref: () => timer, hasRef: () => true });
    };
    const now_ = () => this.now;
    const MachineDate = Date;
    Object.assign(globalThis, {
      setTimeout: later,
      clearTimeout: (timer: Timer) => this.timers.delete(timer),
      Date: class extends MachineDate {
        constructor(...given: [] | [number | string | Date]) {
          super(...((given.length === 0 ? [now_()] : given) as [number]));
        }
        static override now(): number {
          return now_();
        }
      },
    });
    Math.random = random;
    promises.setTimeout = ((milliseconds?: number) =>
      this.sleep(milliseconds ?? 0)) as typeof promises.setTimeout;
    AbortSignal.timeout = (milliseconds) => {
      const controller = new AbortController();
      later(() => controller.abort(new DOMException("too long", "TimeoutError")), milliseconds);
      return controller.signal;
    };
  }

  /** Gives the machine's own back. */
  end(): void {
    const { wait, random, ...globals } = this.machine;
    Object.assign(globalThis, globals);
    Math.random = random;
    promises.setTimeout = wait;
    AbortSignal.timeout = this.machineSignal;
  }

  /** Resolves after so many milliseconds of this clock. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  /**
   * Lets time pass until the work is done.
   * @throws Error when it waits for what never comes.
   */
  async pass<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    while (!isDone) {
      await quiet();
      if (isDone) break;
      const next = this.earliest();
      if (!next) throw new Error("everything waits, and for nothing");
      this.timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.fire();
    }
    return work;
  }

  private earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }
}

/** Until all that can happen without time has happened; a file that is read takes none. */
async function quiet(): Promise<void> {
  do {
    await new Promise((resolve) => setImmediate(resolve));
  } while (process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq")));
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
