import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { documentClient } from "../../lambdas/common/aws/documents";
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
 * The same in memory and without a network (small-table.ts), whose answers come at once and always in the same order:
 * for tests that play thousands of requests.
 */
export function memoryDatabase(): TestDatabase {
  const tables = new Map<string, SmallTable>();
  const handle = async ({ body, headers }: { body: Uint8Array; headers: Record<string, string> }) => {
    const input = JSON.parse(new TextDecoder().decode(body));
    const table = tables.get(input.TableName ?? Object.keys(input.RequestItems)[0]);
    const operation = headers["x-amz-target"]?.split(".")[1] ?? "";
    const [statusCode, answer] = answerOf(() => table?.answer(operation, input) ?? {});
    const text = new TextEncoder().encode(JSON.stringify(answer));
    return {
      response: { statusCode, headers: { "content-type": "application/x-amz-json-1.0" }, body: text },
    };
  };
  const base = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: { handle } as never,
  });
  return {
    client: documentClient(base),
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

function answerOf(answer: () => object): [statusCode: number, answer: object] {
  try {
    return [200, answer()];
  } catch (error) {
    const type = error instanceof ConditionFailed ? "ConditionalCheckFailedException" : "ValidationException";
    return [400, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: String(error) }];
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
