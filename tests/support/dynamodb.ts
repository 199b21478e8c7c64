import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { documentClient } from "../../lambdas/common/documents";
import { RULE_INDEX, TRANSITION_INDEX } from "../../lambdas/common/names";

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
