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
/** Merged in lists, not one by one: a race for each of 100,000 resources would cost more than to read them. */
const LIST_LENGTH = 100;

/**
 * Everything of the targets that belongs to what is evaluated, page by page, and how each target ended. One that fails
 * ends with its error and keeps no other from being read.
 * @param outside takes the ARNs of what exists and does not belong.
 */
export async function* scan<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  targets: readonly Target[],
  outside?: Set<string>,
): AsyncGenerator<Listed<Facts> | ScanEnd> {
  const queue = targets.values();
  async function* reader() {
    for (const target of queue) yield* inBatches(scanTarget(evaluator, target, outside), LIST_LENGTH);
  }
  const readers = Array.from({ length: Math.min(CONCURRENT_TARGETS, targets.length) }, reader);
  for await (const list of mergeInArrivalOrder(readers)) yield* list;
}

async function* scanTarget<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  target: Target,
  outside?: Set<string>,
): AsyncGenerator<Listed<Facts> | ScanEnd> {
  const { source } = evaluator;
  const everything = everythingIn(source.service, target);
  try {
    for await (const listed of source.list(target, readOptions(evaluator))) {
      if (belongs(evaluator, listed)) yield listed;
      else outside?.add(listed.resource.arn);
    }
  } catch (caught) {
    yield { everything, error: asError(caught) };
    return;
  }
  yield { everything };
}
