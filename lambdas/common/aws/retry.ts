/**
 * How patient calls to AWS are: as long as the invocation has time, and no number of faults before makes a call give
 * up earlier. The SDK's own strategy has a quota that all calls of a client share, which a fifth of faulty answers
 * empties (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from "@aws-sdk/types";
import type { Context } from "aws-lambda";

/**
 * Left over from an invocation's time: for the last call to end, which the request timeout bounds, and for what has
 * to be done when it failed: to say so, and to leave the run to the next try.
 */
export const RESERVE_MS = 20_000;

/** The longest wait before the first repetition; it doubles with each. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** The time that the invocation has which is being answered: a process of Lambda answers one event at a time. */
export class InvocationTime {
  private end = Number.POSITIVE_INFINITY;
  private readingEnd = Number.POSITIVE_INFINITY;

  /** Notes that an invocation begins. */
  begin({ getRemainingTimeInMillis }: Pick<Context, "getRemainingTimeInMillis">, now = Date.now()): void {
    this.end = now + getRemainingTimeInMillis() - RESERVE_MS;
    this.readingEnd = this.end;
  }

  /**
   * Leaves half of the time to what has to be done with what was read, for an invocation that goes on without a Region
   * that does not answer. It lasts until the next invocation begins.
   */
  endReadingEarly(now = Date.now()): void {
    this.readingEnd = now + (this.end - now) / 2;
  }

  /** Until when calls are repeated, in milliseconds since 1970. */
  get repeatsUntil(): number {
    return this.end;
  }

  /** The same for calls that read what is evaluated. */
  get readsUntil(): number {
    return this.readingEnd;
  }
}

/** That of this process. */
export const invocationTime = new InvocationTime();

/** How long calls are repeated that read what is evaluated. */
export const readingTime: Pick<InvocationTime, "repeatsUntil"> = {
  get repeatsUntil() {
    return invocationTime.readsUntil;
  },
};

/** What waiting is done with; times are milliseconds. */
export interface Waiting {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** In [0, 1). */
  readonly random: () => number;
}

const REALLY: Waiting = { now: Date.now, sleep: (milliseconds) => sleep(milliseconds), random: Math.random };

/**
 * Waits between tries: capped exponential back-off with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 */
export class Patience {
  constructor(
    private readonly time: Pick<InvocationTime, "repeatsUntil"> = invocationTime,
    private readonly waiting: Waiting = REALLY,
  ) {}

  /**
   * Waits after a try that failed.
   * @param failures how many have failed, this one included.
   * @param notBefore when the service wants to be asked again, in milliseconds since 1970.
   * @returns whether there is time for another try; there is no wait where there is none.
   */
  async wait(failures: number, notBefore = 0): Promise<boolean> {
    const { now, sleep, random } = this.waiting;
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    const milliseconds = Math.max(random() * most, notBefore - now());
    if (now() + milliseconds >= this.time.repeatsUntil) return false;
    await sleep(milliseconds);
    return true;
  }
}

/** Repeats a call that failed for a reason that passes, as long as there is patience. */
export class PatientRetries implements RetryStrategyV2 {
  constructor(private readonly patience = new Patience()) {}

  async acquireInitialRetryToken(): Promise<RetryToken> {
    return tokenAfter(0);
  }

  /** @throws Error when the call must not be repeated; the SDK throws the call's own error then. */
  async refreshRetryTokenForRetry(token: RetryToken, { errorType, retryAfterHint }: RetryErrorInfo) {
    if (errorType === "CLIENT_ERROR") throw new Error("not to be repeated");
    const failures = token.getRetryCount() + 1;
    if (!(await this.patience.wait(failures, retryAfterHint?.getTime()))) throw new Error("no time is left");
    return tokenAfter(failures);
  }

  recordSuccess(): void {}
}

/** The waiting is over when a token is given. */
function tokenAfter(failures: number): RetryToken {
  return { getRetryCount: () => failures, getRetryDelay: () => 0 };
}
