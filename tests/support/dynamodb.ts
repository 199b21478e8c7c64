import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import dynalite from "dynalite";
import { documentClient, MARSHALL_OPTIONS } from "../../lambdas/common/aws/documents";
import { RULE_INDEX, TRANSITION_INDEX } from "../../lambdas/common/history/keys";
import { ConditionFailed, SmallTable } from "./small-table";

export interface TestDatabase {
  readonly client: DynamoDBDocumentClient;
  /** An empty history table; each call makes another one. */
  newTable(): Promise<string>;
  dropTable(name: string): Promise<void>;
  close(): void;
}

/** A DynamoDB on this machine (dynalite, in memory), which checks expressions as strictly as the real one. */
export async function startDatabase(): Promise<TestDatabase> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("dynalite listens on no port");
  const base = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  let tables = 0;
  return {
    client: documentClient(base),
    async newTable() {
      const TableName = `compliance-history-${++tables}`;
      await base.send(new CreateTableCommand({ TableName, ...historyTable }));
      return TableName;
    },
    async dropTable(TableName) {
      await base.send(new DeleteTableCommand({ TableName }));
    },
    close() {
      base.destroy();
      server.close();
    },
  };
}

/**
 * The same in memory (small-table.ts), whose answers come at once and always in the same order: for tests that play
 * thousands of requests, of which most of the time would go into signing and encoding them.
 */
export function memoryDatabase(): TestDatabase {
  const tables = new Map<string, SmallTable>();
  const base = new DynamoDBClient({});
  return {
    client: memoryClient(base, tables),
    async newTable() {
      const name = `compliance-history-${tables.size + 1}`;
      tables.set(name, new SmallTable());
      return name;
    },
    async dropTable(name) {
      tables.delete(name);
    },
    close: () => base.destroy(),
  };
}

/** What of requests and answers holds attribute values, as DynamoDBDocumentClient translates them. */
const VALUES = [
  "Item",
  "Key",
  "ExclusiveStartKey",
  "LastEvaluatedKey",
  "ExpressionAttributeValues",
  "Attributes",
];

/** A client of tables in memory, with DynamoDBDocumentClient's own translation of values. */
function memoryClient(base: DynamoDBClient, tables: ReadonlyMap<string, SmallTable>): DynamoDBDocumentClient {
  const client = documentClient(base);
  const send = async (
    command: { readonly input: object },
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<object> => {
    options?.abortSignal?.throwIfAborted();
    const input = translated(command.input, (value) => marshall(value, MARSHALL_OPTIONS));
    const [name = ""] = [input.TableName as string, ...Object.keys(input.RequestItems ?? {})].filter(Boolean);
    const table = tables.get(name);
    if (!table) throw new ResourceNotFoundException({ message: `no table ${name}`, $metadata: {} });
    const operation = command.constructor.name.replace(/Command$/, "");
    const answer = answerOf(() => table.answer(OPERATIONS[operation] ?? operation, input));
    // As over a network, others have their turn.
    await new Promise(setImmediate);
    options?.abortSignal?.throwIfAborted();
    return translated(answer, (value) => unmarshall(value as Parameters<typeof unmarshall>[0]));
  };
  return Object.assign(client, { send: send as typeof client.send });
}

const OPERATIONS: Readonly<Record<string, string>> = {
  Get: "GetItem",
  Put: "PutItem",
  Update: "UpdateItem",
  BatchWrite: "BatchWriteItem",
};

function translated(
  shape: object,
  translate: (value: Record<string, unknown>) => unknown,
): Record<string, unknown> {
  const members = Object.entries(shape).map(([name, value]) => {
    if (VALUES.includes(name) && value !== undefined) return [name, translate(value)];
    if (name === "Items") return [name, value.map(translate)];
    if (name !== "RequestItems") return [name, value];
    const tables = Object.entries(
      value as Record<string, { PutRequest: { Item: Record<string, unknown> } }[]>,
    );
    const writes = tables.map(([table, puts]) => [
      table,
      puts.map(({ PutRequest }) => ({ PutRequest: { Item: translate(PutRequest.Item) } })),
    ]);
    return [name, Object.fromEntries(writes)];
  });
  return Object.fromEntries(members);
}

function answerOf(answer: () => object): object {
  try {
    return answer();
  } catch (error) {
    const message = String(error);
    if (error instanceof ConditionFailed)
      throw new ConditionalCheckFailedException({ message, $metadata: {} });
    throw Object.assign(new Error(message), { name: "ValidationException" });
  }
}

/** As index.ts declares it; tests/program checks that declaration. */
const historyTable = {
  BillingMode: "PAY_PER_REQUEST" as const,
  AttributeDefinitions: ["resource_id", "evaluation_timestamp", "rule_shard", "transition_shard"].map(
    (AttributeName) => ({ AttributeName, AttributeType: "S" as const }),
  ),
  KeySchema: keys("resource_id"),
  GlobalSecondaryIndexes: [
    { IndexName: RULE_INDEX, KeySchema: keys("rule_shard"), Projection: { ProjectionType: "ALL" as const } },
    {
      IndexName: TRANSITION_INDEX,
      KeySchema: keys("transition_shard"),
      Projection: { ProjectionType: "ALL" as const },
    },
  ],
};

function keys(partitionKey: string) {
  return [
    { AttributeName: partitionKey, KeyType: "HASH" as const },
    { AttributeName: "evaluation_timestamp", KeyType: "RANGE" as const },
  ];
}
