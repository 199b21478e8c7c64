import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";

/** The history's table, read item by item and query by query. */
export class HistoryTable {
  constructor(
    readonly client: DynamoDBDocumentClient,
    readonly name: string,
  ) {}

  /** An item; strongly consistent. */
  async get(resourceId: string, sortKey: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.client.send(
      new GetCommand({
        TableName: this.name,
        Key: { resource_id: resourceId, evaluation_timestamp: sortKey },
        ConsistentRead: true,
      }),
    );
    return Item;
  }

  /** What a query finds, page by page. */
  async *query<Row>(input: Omit<QueryCommandInput, "TableName">): AsyncGenerator<Row> {
    for await (const page of this.pages<Row>(input)) yield* page;
  }

  /** The same in pages. */
  async *pages<Row>(input: Omit<QueryCommandInput, "TableName">): AsyncGenerator<Row[]> {
    for await (const page of paginateQuery({ client: this.client }, { TableName: this.name, ...input })) {
      yield (page.Items ?? []) as Row[];
    }
  }
}

/**
 * BatchWriteItem takes no more
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).
 */
export const BATCH_SIZE = 25;
