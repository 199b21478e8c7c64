/** The second of the three steps of a run: targets are read, each by itself, several at once. */

import type { Target } from "../aws/target";
import type { Listed } from "../rule/rule";
import { everythingIn, type ScanEnd } from "../runs/scanned";
import { inBatches } from "../values/batches";
import { asError } from "../values/errors";
import { mergeInArrivalOrder } from "../values/merge";
import { belongs, type Evaluator, readOptions } from "./evaluator";

/** Targets that are read at the same time. */
const CONCURRENT_TARGETS = 8;
/** Of an account whose reading is ended for the other accounts' sake. */
export class ScanTimedOut extends Error {
  override readonly name = "ScanTimedOut";
  constructor() {
    super("not read to its end in the time that one account has");
  }
}

/** What a scan takes besides its targets. */
interface ScanOptions {
  /** Takes the ARNs of what exists and does not belong. */
  readonly outside?: Pick<Set<string>, "add">;
  /** When a target ends that is not read to its end by then, in milliseconds since 1970. */
  readonly deadline?: number;
}

/** Merged in lists, not one by one: a race for each of 100,000 resources would cost more than to read them. */
const LIST_LENGTH = 100;

/**
 * Everything of the targets that belongs to what is evaluated, page by page, and how each target ended. One that fails
 * ends with its error and keeps no other from being read.
 */
export async function* scan<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  targets: readonly Target[],
  options: ScanOptions = {},
): AsyncGenerator<Listed<Facts> | ScanEnd> {
  const queue = targets.values();
  async function* reader() {
    for (const target of queue) yield* inBatches(scanTarget(evaluator, target, options), LIST_LENGTH);
  }
  const readers = Array.from({ length: Math.min(CONCURRENT_TARGETS, targets.length) }, reader);
  for await (const list of mergeInArrivalOrder(readers)) yield* list;
}

async function* scanTarget<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  target: Target,
  { outside, deadline = Number.POSITIVE_INFINITY }: ScanOptions,
): AsyncGenerator<Listed<Facts> | ScanEnd> {
  const { source } = evaluator;
  const everything = everythingIn(source.service, target);
  try {
    for await (const listed of source.list(target, readOptions(evaluator))) {
      if (belongs(evaluator, listed)) yield listed;
      else outside?.add(listed.resource.arn);
      if (Date.now() > deadline) throw new ScanTimedOut();
    }
  } catch (caught) {
    yield { everything, error: asError(caught), ...(!source.enabledRegions && { reach: "account" }) };
    return;
  }
  yield { everything };
}
