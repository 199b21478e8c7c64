/** What the scans of a run left, of every planned account. */

import type { SweepObjects } from "../organization/sweep-objects";
import { type Observation, unpack } from "../runs/observations";
import type { ScanEnd } from "../runs/scanned";
import { inBatches } from "../values/batches";
import { mergeInArrivalOrder } from "../values/merge";
import { type OrganizationPlan, observationsKey } from "./run";

/** Files that are read at the same time. */
const CONCURRENT_FILES = 8;
/** Merged in lists, not one by one: a race for each of 100,000 resources would cost more than to read them. */
const LIST_LENGTH = 100;

/** The scan of an account failed, however often it was tried. */
class ScanFailed extends Error {
  override readonly name = "ScanFailed";
  constructor(account: string) {
    super(`the scan of ${account} left nothing; the executions of the state machine tell why`);
  }
}

/** Where the observations of a run are found. */
export interface Observed {
  readonly plan: Pick<OrganizationPlan, "instant" | "accounts">;
  /** As `observationsKey` takes it. */
  readonly prefix: string;
  readonly objects: Pick<SweepObjects, "read">;
  /** What is said of an account whose scan left nothing. */
  readonly unscanned: (account: string, error: Error) => Iterable<ScanEnd>;
}

/** The observations of all accounts, several files at once. */
export async function* observedIn(observed: Observed): AsyncGenerator<Observation> {
  const { accounts } = observed.plan;
  const queue = accounts.values();
  async function* reader() {
    for (const account of queue) yield* inBatches(observedOf(account, observed), LIST_LENGTH);
  }
  const readers = Array.from({ length: Math.min(CONCURRENT_FILES, accounts.length) }, reader);
  for await (const list of mergeInArrivalOrder(readers)) yield* list;
}

/** The observations of one account. */
export async function* observedOf(
  account: string,
  { plan, prefix, objects, unscanned }: Observed,
): AsyncGenerator<Observation> {
  const file = await objects.read(observationsKey(prefix, plan.instant, account));
  if (file) yield* unpack(file);
  else yield* unscanned(account, new ScanFailed(account));
}
