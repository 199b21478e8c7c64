/**
 * The history table of an account that is swept every six hours, whose rows are made when they are read: what the
 * product itself would have written of them, in the form that DynamoDB sends.
 */

import { marshall } from "@aws-sdk/util-dynamodb";
import { runId, TRANSITION_INDEX } from "../lambdas/common/history/keys";
import { filter, type Item, keyCondition, type QueryInput, type QueryOutput } from "./history-query";
import { indexOf, KINDS } from "./resources";
import { type HistorySize, RuleHistory, type Sequence, SLOT_MS } from "./rule-history";

/** A run is in the history some minutes after its slot. */
const RUN_MS = 10 * 60 * 1000;
/** About 1 MB, a page of DynamoDB. */
const ROWS_PER_PAGE = 1_200;

/** Made one after another, runs over an organization take time, and nobody waits long for an answer. */
const RUNS_PER_PAGE = 8;

/** Of ten resources one fails at the last run; half of those have failed for a quarter of a year. */
export class InstantHistory {
  private readonly rules: readonly RuleHistory[];

  constructor(size: HistorySize, now: number) {
    const lastSlot = Math.floor((now - RUN_MS) / SLOT_MS);
    const kinds = size.days === 0 ? [] : KINDS.filter(({ rule }) => rule.name in size.standards);
    this.rules = kinds.map((kind) => new RuleHistory(kind, size, lastSlot));
  }

  /** A piece of the ledger of a run that was read before: nothing else is read by its key that is there. */
  get(partition: string, sortKey: string): Item | undefined {
    for (const { ledgerParts } of this.rules) {
      const part = ledgerParts.get(`${partition} ${sortKey}`);
      if (part) return part;
    }
    return undefined;
  }

  /** @throws Error on a query that it does not know how to answer. */
  query(input: QueryInput): QueryOutput {
    const { partition, isWanted } = keyCondition(input);
    const isIncluded = filter(input);
    const sequence = this.sequence(partition, isWanted, input);
    const start = Number(input.ExclusiveStartKey?.position.N ?? 0);
    const most = partition.startsWith("run#") ? RUNS_PER_PAGE : ROWS_PER_PAGE;
    const end = Math.min(start + (input.Limit ?? most), sequence.length);
    const rows = Array.from({ length: end - start }, (_, offset) => sequence.at(start + offset));
    return {
      Items: rows
        .filter((row) => row !== undefined)
        // DynamoDB filters what a page has, and so pages may be nearly empty.
        .filter(isIncluded)
        .map((row) => marshall(row, { removeUndefinedValues: true })),
      ...(end < sequence.length && { LastEvaluatedKey: { position: { N: String(end) } } }),
    };
  }

  private sequence(
    partition: string,
    isWanted: (sortKey: string) => boolean,
    { IndexName, ScanIndexForward = true }: QueryInput,
  ): Sequence {
    for (const rule of this.rules) {
      const { name } = rule.kind.rule;
      if (partition === runId(name)) return rule.runs(isWanted, ScanIndexForward);
      if (rule.knows(partition)) return rule.ofResource(indexOf(partition), isWanted, ScanIndexForward);
      if (!partition.startsWith(`${name}#`)) continue;
      return IndexName === TRANSITION_INDEX
        ? rule.changes(partition, isWanted)
        : rule.evaluations(partition, isWanted);
    }
    return { length: 0, at: () => undefined };
  }
}
