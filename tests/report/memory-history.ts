/** The history table in memory, which gives and refuses what DynamoDB would. */

import { createHash } from "node:crypto";
import type { EvaluationFilter, HistoryReader } from "../../lambdas/common/history/reader";
import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import {
  checkBatch,
  checkBetween,
  checkIn,
  checkItem,
  checkKey,
  primaryKey,
} from "../support/dynamodb-limits";

const INDEX_KEYS = ["rule_shard", "transition_shard"];
/** Sorts after every sort key of its instant. */
const END = "~";

export class MemoryHistory implements HistoryReader {
  /** Tests may take rows out, as an index that lags behind does. */
  readonly rows: EvaluationRow[] = [];
  readonly runRows: RunRow[] = [];
  /** Another one, another order. */
  salt = "";
  private readonly keys = new Set<string>();

  /** @throws ValidationException as DynamoDB does. */
  putRun(run: RunRow): void {
    checkItem(run);
    this.store(this.runRows, run);
  }

  /** @throws ValidationException as DynamoDB does. */
  put(row: EvaluationRow): void {
    checkItem(row, INDEX_KEYS);
    this.store(this.rows, row);
  }

  /** @throws ValidationException as DynamoDB does, and then none of them is stored. */
  batchWrite(rows: readonly EvaluationRow[]): void {
    checkBatch(rows);
    for (const row of rows) checkItem(row, INDEX_KEYS);
    for (const row of rows) this.store(this.rows, row);
  }

  async lastRun(rule: string, at: string, { strictlyBefore = false } = {}): Promise<RunRow | undefined> {
    const end = strictlyBefore ? at : at + END;
    checkKey(":end", end, "RANGE");
    return this.ordered(rule)
      .filter((run) => run.evaluation_timestamp < end)
      .at(-1);
  }

  async *runs(rule: string, from: string, to: string): AsyncGenerator<RunRow> {
    checkBetween(from, to + END);
    yield* this.ordered(rule).filter((run) => isBetween(run, from, to));
  }

  async *evaluations(
    rule: string,
    from: string,
    to: string,
    { complianceTypes }: EvaluationFilter = {},
  ): AsyncGenerator<EvaluationRow> {
    checkBetween(from, to + END);
    if (complianceTypes) checkIn(complianceTypes);
    for (const row of this.unordered()) {
      if (!row.rule_shard.startsWith(`${rule}#`) || !isBetween(row, from, to)) continue;
      if (complianceTypes && !complianceTypes.includes(row.compliance_type)) continue;
      yield row;
    }
  }

  async *transitions(rule: string, from: string, to: string): AsyncGenerator<EvaluationRow> {
    checkBetween(from, to + END);
    for (const row of this.unordered()) {
      if (row.transition_shard?.startsWith(`${rule}#`) && isBetween(row, from, to)) yield row;
    }
  }

  private store<Row extends EvaluationRow | RunRow>(items: Row[], item: Row): void {
    const key = primaryKey(item);
    const index = this.keys.has(key) ? items.findIndex((one) => primaryKey(one) === key) : -1;
    if (index < 0) items.push(item);
    else items[index] = item;
    this.keys.add(key);
  }

  private ordered(rule: string): RunRow[] {
    checkKey(":id", `run#${rule}`);
    return this.runRows
      .filter((run) => run.resource_id === `run#${rule}`)
      .sort((a, b) => (a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1));
  }

  private unordered(): EvaluationRow[] {
    const shuffled = (row: EvaluationRow) =>
      createHash("md5")
        .update(this.salt + row.resource_id + row.evaluation_timestamp)
        .digest("hex");
    return this.rows
      .map((row) => ({ row, key: shuffled(row) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ row }) => row);
  }
}

function isBetween(row: EvaluationRow | RunRow, from: string, to: string): boolean {
  return row.evaluation_timestamp >= from && row.evaluation_timestamp <= to + END;
}
