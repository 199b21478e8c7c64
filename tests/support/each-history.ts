import { History } from "../../lambdas/common/history/history";
import { startDatabase, type TestDatabase } from "./dynamodb";

/** A history whose table is empty, and what it lies in. */
interface FreshHistory {
  readonly database: TestDatabase;
  readonly table: string;
  readonly history: History;
}

/** Gives every test of a block a history of its own, over one DynamoDB. */
export function eachHistory(take: (fresh: FreshHistory) => void): void {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    const table = await database.newTable();
    take({ database, table, history: new History(database.client, table) });
  });
}
