import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Patience } from "../../lambdas/common/aws/retry";
import { History } from "../../lambdas/common/history/history";
import type { TestDatabase } from "../support/dynamodb";
import { eachHistory } from "../support/each-history";
import { all, at, row } from "./test-rows";

let database: TestDatabase;
let table: string;
let history: History;
eachHistory((fresh) => {
  ({ database, table, history } = fresh);
});

/** A client that answers batch writes with what `unprocessed` leaves of them, and then really writes the rest. */
function leavingUnprocessed(unprocessed: (count: number) => number): DynamoDBDocumentClient {
  return new Proxy(database.client, {
    get: (client, property) => {
      if (property !== "send") return Reflect.get(client, property);
      return async (command: BatchWriteCommand) => {
        const requests = command.input.RequestItems?.[table] ?? [];
        const left = requests.slice(0, unprocessed(requests.length));
        const done = requests.slice(left.length);
        if (done.length > 0) await client.send(new BatchWriteCommand({ RequestItems: { [table]: done } }));
        return left.length > 0 ? { UnprocessedItems: { [table]: left } } : {};
      };
    },
  });
}

describe("what a rule observed", () => {
  const KEYS = ["constructor", "toString", "valueOf", "hasOwnProperty", "toJSON", "then", "prototype", "M"];

  it.each(KEYS)("is kept, whatever tag is called %s, written at once or in a batch", async (key) => {
    for (const value of ["payments", null]) {
      const observed = { state: "running", tags: { [key]: value, Owner: "ledger" } };
      await history.write([row("arn:batch", at(6), { observed })]);
      await history.record(row("arn:single", at(6), { observed }));
      expect((await history.at("arn:batch", "rule", at(6)))?.observed).toEqual(observed);
      expect((await history.at("arn:single", "rule", at(6)))?.observed).toEqual(observed);
      await database.dropTable(table);
      table = await database.newTable();
      history = new History(database.client, table);
    }
  });
});

describe("a write", () => {
  it("goes on until DynamoDB has processed every row", async () => {
    const reluctant = new History(
      leavingUnprocessed((count) => Math.floor(count / 2)),
      table,
    );
    await reluctant.write(Array.from({ length: 20 }, (_, i) => row(`arn:${i}`, at(1))));
    expect(await all(history.evaluations("rule", at(0), at(2)))).toHaveLength(20);
  });

  it("fails loudly when rows stay unprocessed and there is no time left", async () => {
    const waits: number[] = [];
    const clock = {
      now: () => waits.reduce((sum, wait) => sum + wait, 0),
      sleep: async (wanted: number) => waits.push(wanted),
      random: () => 1,
    };
    const patience = new Patience({ repeatsUntil: 2_000 }, clock);
    const stuck = new History(
      leavingUnprocessed((count) => Math.min(count, 3)),
      table,
      patience,
    );
    await expect(stuck.write(Array.from({ length: 5 }, (_, i) => row(`arn:${i}`, at(1))))).rejects.toThrow(
      "DynamoDB leaves 3 evaluations unprocessed, and no time is left",
    );
    // What was processed in between begins the back-off anew.
    expect(waits).toEqual([100, 200, 400, 800]);
  });

  it("waits little again whenever DynamoDB has taken something", async () => {
    const waits: number[] = [];
    const clock = { now: () => 0, sleep: async (wanted: number) => waits.push(wanted), random: () => 1 };
    const left = [4, 4, 4, 2, 2, 0];
    const slow = new History(
      leavingUnprocessed(() => left.shift() ?? 0),
      table,
      new Patience({ repeatsUntil: 1_000_000 }, clock),
    );
    await slow.write(Array.from({ length: 5 }, (_, i) => row(`arn:${i}`, at(1))));
    expect(waits).toEqual([100, 200, 400, 100, 200]);
  });

  it("that is aborted between two requests ends", async () => {
    const stuck = new History(
      leavingUnprocessed((count) => count),
      table,
    );
    await expect(stuck.write([row("a", at(1))], AbortSignal.timeout(50))).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  it("of the same evaluation again changes nothing", async () => {
    await history.write([row("a", at(1))]);
    await history.write([row("a", at(1))]);
    expect(await all(history.evaluations("rule", at(0), at(2)))).toHaveLength(1);
  });

  it("hands its signal to the request that is under way", async () => {
    const { signal } = new AbortController();
    let handed: unknown;
    const client = {
      send: async (_command: unknown, options: unknown) => {
        handed = options;
        return {};
      },
    } as DynamoDBDocumentClient;
    await new History(client, table).write([row("a", at(1))], signal);
    expect(handed).toEqual({ abortSignal: signal });
  });
});

describe("the record of a single evaluation", () => {
  it("yields to another verdict of the same instant, and is stored over an ERROR", async () => {
    expect(await history.record(row("a", at(1), { compliance_type: "ERROR" }))).toBe(true);
    expect(await history.record(row("a", at(1)))).toBe(true);
    expect(await history.record(row("a", at(1), { compliance_type: "NON_COMPLIANT" }))).toBe(false);
    const [stored] = await all(history.evaluations("rule", at(0), at(2)));
    expect(stored?.compliance_type).toBe("COMPLIANT");
  });

  it("fails, and says not that another was there, when DynamoDB could not store it", async () => {
    const missing = new History(database.client, `${table}-of-nobody`);
    await expect(missing.record(row("a", at(1)))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
