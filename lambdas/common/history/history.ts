import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { Patience } from "../aws/retry";
import { mergeInArrivalOrder } from "../values/merge";
import {
  AFTER_INSTANT,
  evaluationTimestamp,
  INDEX_SHARDS,
  instantOf,
  isEmpty,
  RULE_INDEX,
  runId,
  TRANSITION_INDEX,
} from "./keys";
import {
  isRun,
  isSameRun,
  type LedgerPart,
  ledgerOf,
  partKeys,
  type StoredRun,
  storedRun,
} from "./large-ledger";
import type { EvaluationFilter, HistoryReader } from "./reader";
import type { EvaluationRow, RunRow } from "./rows";
import { HistoryTable } from "./table";

/**
 * A full page of DynamoDB's, 1 MB, is many times that in objects: with smaller ones, of fewer shards at once, reading
 * takes little longer and much less memory (`npm run bench -- sweep`).
 */
const PAGE_ROWS = 400;
const SHARDS_AT_ONCE = 4;
/** A few rows of other rules may stand before the wanted one. */
const LATEST_PAGE = 10;

/** The history table: every evaluation ever made, and the runs that commit them. */
export class History implements HistoryReader {
  private readonly table: HistoryTable;

  constructor(
    private readonly client: DynamoDBDocumentClient,
    name: string,
    private readonly patience = new Patience(),
  ) {
    this.table = new HistoryTable(client, name);
  }

  /** The complete run of the rule at exactly this instant. */
  async run(rule: string, instant: string): Promise<RunRow | undefined> {
    const item = await this.table.get(runId(rule), evaluationTimestamp(instant, rule));
    return isRun(item) ? this.whole(item) : undefined;
  }

  async lastRun(rule: string, at: string, { strictlyBefore = false } = {}): Promise<RunRow | undefined> {
    const newestFirst = this.table.query<unknown>({
      KeyConditionExpression: "resource_id = :id AND evaluation_timestamp < :end",
      ExpressionAttributeValues: { ":id": runId(rule), ":end": strictlyBefore ? at : at + AFTER_INSTANT },
      ScanIndexForward: false,
      Limit: 1,
      ConsistentRead: true,
    });
    for await (const item of newestFirst) if (isRun(item)) return this.whole(item);
    return undefined;
  }

  async *runs(rule: string, from: string, to: string): AsyncGenerator<RunRow> {
    if (isEmpty(from, to)) return;
    const items = this.table.query<unknown>({
      KeyConditionExpression: "resource_id = :id AND evaluation_timestamp BETWEEN :from AND :to",
      ExpressionAttributeValues: { ":id": runId(rule), ":from": from, ":to": to + AFTER_INSTANT },
      ConsistentRead: true,
    });
    for await (const item of items) if (isRun(item)) yield this.whole(item);
  }

  evaluations(
    rule: string,
    from: string,
    to: string,
    filter: EvaluationFilter = {},
  ): AsyncIterable<EvaluationRow> {
    return this.shards(RULE_INDEX, "rule_shard", rule, from, to, filter);
  }

  transitions(rule: string, from: string, to: string): AsyncIterable<EvaluationRow> {
    return this.shards(TRANSITION_INDEX, "transition_shard", rule, from, to, {});
  }

  /**
   * The newest evaluation of one resource by the rule, strictly before the instant, or of all; strongly
   * consistent.
   */
  async latest(
    resourceArn: string,
    rule: string,
    before = AFTER_INSTANT,
  ): Promise<EvaluationRow | undefined> {
    for await (const row of this.backwards(resourceArn, rule, before)) return row;
    return undefined;
  }

  /**
   * The evaluations of one resource by the rule before the instant, newest first; strongly consistent.
   * @param pageSize how many to read at a time.
   */
  backwards(
    resourceArn: string,
    rule: string,
    before: string,
    pageSize = LATEST_PAGE,
  ): AsyncGenerator<EvaluationRow> {
    return this.table.query<EvaluationRow>({
      KeyConditionExpression: "resource_id = :id AND evaluation_timestamp < :before",
      FilterExpression: "#rule = :rule",
      ExpressionAttributeNames: { "#rule": "rule" },
      ExpressionAttributeValues: { ":id": resourceArn, ":before": before, ":rule": rule },
      ScanIndexForward: false,
      Limit: pageSize,
      ConsistentRead: true,
    });
  }

  /** The evaluation of one resource by the rule at exactly this instant; strongly consistent. */
  async at(resourceArn: string, rule: string, instant: string): Promise<EvaluationRow | undefined> {
    return (await this.table.get(resourceArn, evaluationTimestamp(instant, rule))) as
      | EvaluationRow
      | undefined;
  }

  /**
   * Stores one evaluation, unless there is another verdict of the same resource, rule and instant; an ERROR is none.
   * @returns whether it was stored.
   */
  async record(row: EvaluationRow): Promise<boolean> {
    try {
      await this.client.send(
        new PutCommand({
          TableName: this.table.name,
          Item: row,
          ConditionExpression: "attribute_not_exists(resource_id) OR compliance_type = :error",
          ExpressionAttributeValues: { ":error": "ERROR" },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /**
   * Stores up to 25 evaluations; storing one again overwrites it with itself.
   * @param abortSignal ends it between two requests, and the request that is under way.
   * @throws when DynamoDB leaves some unprocessed for as long as there is patience; what the signal says.
   */
  async write(rows: readonly EvaluationRow[], abortSignal?: AbortSignal): Promise<void> {
    let requests = rows.map((Item) => ({ PutRequest: { Item } }));
    let failures = 0;
    while (requests.length > 0) {
      abortSignal?.throwIfAborted();
      const { UnprocessedItems } = await this.client.send(
        new BatchWriteCommand({ RequestItems: { [this.table.name]: requests } }),
        { abortSignal },
      );
      const left = (UnprocessedItems?.[this.table.name] ?? []) as typeof requests;
      // Back-off is for a table that takes nothing, not for one that is slow.
      failures = left.length < requests.length ? 1 : failures + 1;
      requests = left;
      if (left.length > 0 && !(await this.patience.wait(failures))) {
        throw new Error(`DynamoDB leaves ${left.length} evaluations unprocessed, and no time is left`);
      }
    }
  }

  /**
   * Commits a run. Everything that it counts must have been written before; a ledger for which its item has no room is
   * written here.
   * @returns the run that another delivery of the same event has committed meanwhile, if one has.
   */
  async commit(run: RunRow): Promise<RunRow | undefined> {
    const { stored, parts } = storedRun(run);
    for (const part of parts) {
      await this.client.send(new PutCommand({ TableName: this.table.name, Item: part }));
    }
    try {
      await this.client.send(
        new PutCommand({
          TableName: this.table.name,
          Item: stored,
          ConditionExpression: "attribute_not_exists(resource_id)",
        }),
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const other = await this.run(run.rule, instantOf(run.evaluation_timestamp));
      return other && isSameRun(other, run) ? undefined : other;
    }
  }

  /** @throws Error when an item of its ledger is missing. */
  private async whole(stored: StoredRun): Promise<RunRow> {
    if ("ledger" in stored) return stored;
    const { ledger_reference: reference, ...run } = stored;
    const contents: Uint8Array[] = [];
    for (const key of partKeys(stored, reference)) {
      const part = await this.table.get(key.resource_id, key.evaluation_timestamp);
      if (!part)
        throw new Error(
          `the ledger of the run ${run.evaluation_timestamp} lacks ${key.evaluation_timestamp}`,
        );
      contents.push((part as unknown as LedgerPart).content);
    }
    return { ...run, ledger: ledgerOf(contents, reference) };
  }

  /** Merged page by page, not row by row: a race for each of 100,000 rows would cost more than the reads. */
  private async *shards(
    index: string,
    key: string,
    rule: string,
    from: string,
    to: string,
    { complianceTypes = [] }: EvaluationFilter,
  ): AsyncGenerator<EvaluationRow> {
    if (isEmpty(from, to)) return;
    const types = Object.fromEntries(complianceTypes.map((type, position) => [`:type${position}`, type]));
    const filter = complianceTypes.length > 0 && {
      FilterExpression: `compliance_type IN (${Object.keys(types)})`,
    };
    const queries = Array.from({ length: INDEX_SHARDS }, (_, shard) =>
      this.table.pages<EvaluationRow>({
        IndexName: index,
        Limit: PAGE_ROWS,
        KeyConditionExpression: `${key} = :shard AND evaluation_timestamp BETWEEN :from AND :to`,
        ExpressionAttributeValues: {
          ":shard": `${rule}#${shard}`,
          ":from": from,
          ":to": to + AFTER_INSTANT,
          ...types,
        },
        ...filter,
      }),
    );
    for await (const page of mergeInArrivalOrder(queries, SHARDS_AT_ONCE)) yield* page;
  }
}
