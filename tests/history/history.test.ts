import {
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  type GetCommand,
  type QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { Patience } from "../../lambdas/common/aws/retry";
import { History } from "../../lambdas/common/history/history";
import { shardOf } from "../../lambdas/common/history/keys";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { startDatabase, type TestDatabase } from "../support/dynamodb";

let database: TestDatabase;
let table: string;
let history: History;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  table = await database.newTable();
  history = new History(database.client, table);
});

function row(resource: string, instant: string, changes: Partial<EvaluationRow> = {}): EvaluationRow {
  const rule = changes.rule ?? "rule";
  return {
    resource_id: resource,
    evaluation_timestamp: `${instant}#${rule}`,
    rule,
    rule_version: "1",
    parameters_hash: "0",
    rule_shard: shardOf(rule, resource),
    resource_type: "AWS::Test::Thing",
    resource_name: resource,
    account_id: "111122223333",
    region: "us-east-1",
    compliance_type: "COMPLIANT",
    annotation: "fine",
    observed: {},
    trigger: "sweep",
    observed_at: instant,
    transition: "ongoing",
    ...changes,
  };
}

const at = (hour: number) => `2026-11-24T${String(hour).padStart(2, "0")}:00:00.000Z`;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function writeAll(rows: readonly EvaluationRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 25) await history.write(rows.slice(i, i + 25));
}

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
      await writeAll([row("arn:batch", at(6), { observed })]);
      await history.record(row("arn:single", at(6), { observed }));
      expect((await history.at("arn:batch", "rule", at(6)))?.observed).toEqual(observed);
      expect((await history.at("arn:single", "rule", at(6)))?.observed).toEqual(observed);
      await database.dropTable(table);
      table = await database.newTable();
      history = new History(database.client, table);
    }
  });
});

describe("time ranges", () => {
  it("yield each evaluation of the rule in the range once, both ends included, over all shards and pages", async () => {
    const padding = "x".repeat(4_000);
    const resources = Array.from({ length: 600 }, (_, i) => `arn:${i}`);
    await writeAll(resources.flatMap((arn) => [row(arn, at(6), { annotation: padding })]));
    await writeAll([row("arn:0", at(5)), row("arn:0", at(7)), row("arn:1", at(6), { rule: "another" })]);

    const found = await all(history.evaluations("rule", at(6), at(6)));
    expect(found.map(({ resource_id }) => resource_id).sort()).toEqual([...resources].sort());
  });

  it("can be narrowed to verdicts", async () => {
    await writeAll([
      row("a", at(1)),
      row("b", at(1), { compliance_type: "ERROR" }),
      row("c", at(1), { compliance_type: "NON_COMPLIANT" }),
    ]);
    const found = await all(
      history.evaluations("rule", at(0), at(2), { complianceTypes: ["ERROR", "NON_COMPLIANT"] }),
    );
    expect(found.map(({ resource_id }) => resource_id).sort()).toEqual(["b", "c"]);
  });

  it("of transitions leave out what changed nothing", async () => {
    const opened = row("b", at(1), { transition: "opened", transition_shard: shardOf("rule", "b") });
    await writeAll([row("a", at(1)), opened]);
    expect(await all(history.transitions("rule", at(0), at(2)))).toEqual([opened]);
  });
});

describe("the latest evaluation of a resource", () => {
  it("is the newest of its rule strictly before the instant, however many others there are", async () => {
    const others = Array.from({ length: 80 }, (_, i) =>
      row("a", at(2).replace("00.000", `00.${100 + i}`), { rule: "another" }),
    );
    await writeAll([row("a", at(1)), row("a", at(3)), ...others]);
    expect((await history.latest("a", "rule", at(3)))?.evaluation_timestamp).toBe(`${at(1)}#rule`);
    expect(await history.latest("a", "rule", at(1))).toBeUndefined();
  });
});

describe("the last run", () => {
  const run = (instant: string) => ({
    resource_id: "run#rule",
    evaluation_timestamp: `${instant}#rule`,
    rule: "rule",
    rule_version: "1",
    parameters_hash: "0",
    trigger: "sweep" as const,
    schedule: "cron(0 0/6 * * ? *)",
    started_at: instant,
    completed_at: instant,
    duration_ms: 1,
    ledger: [],
    opened: 0,
    resolved: 0,
    gone: 0,
  });

  it("is found at, and strictly before, an instant", async () => {
    for (const hour of [0, 6, 12]) await history.commit(run(at(hour)));
    const instantOf = async (...args: Parameters<History["lastRun"]>) =>
      (await history.lastRun(...args))?.evaluation_timestamp.slice(0, 24);
    expect(await instantOf("rule", at(6))).toBe(at(6));
    expect(await instantOf("rule", at(6), { strictlyBefore: true })).toBe(at(0));
    expect(await instantOf("rule", at(11))).toBe(at(6));
    expect(await instantOf("rule", at(0), { strictlyBefore: true })).toBeUndefined();
    expect((await all(history.runs("rule", at(6), at(12)))).map(({ started_at }) => started_at)).toEqual([
      at(6),
      at(12),
    ]);
  });

  it("is none of whatever else lies in the partition of the runs", async () => {
    await history.commit(run(at(0)));
    await writeAll(Array.from({ length: 3 }, (_, index) => row("run#rule", at(6 + index))));
    expect((await history.lastRun("rule", at(12)))?.started_at).toBe(at(0));
    expect(await history.run("rule", at(6))).toBeUndefined();
    expect((await all(history.runs("rule", at(0), at(12)))).map(({ started_at }) => started_at)).toEqual([
      at(0),
    ]);
  });
});

describe("what decides about alerts", () => {
  it("is read with strong consistency: a run or a row of a moment ago is not missed", async () => {
    const reads: unknown[] = [];
    const watched = new Proxy(database.client, {
      get: (client, property) => {
        if (property !== "send") return Reflect.get(client, property);
        return async (command: QueryCommand | GetCommand) => {
          reads.push(command.input.ConsistentRead);
          return client.send(command as QueryCommand);
        };
      },
    });
    const observed = new History(watched, table);
    await observed.lastRun("rule", at(6));
    await observed.lastRun("rule", at(6), { strictlyBefore: true });
    await observed.run("rule", at(6));
    await all(observed.runs("rule", at(0), at(6)));
    await observed.latest("a", "rule");
    await observed.at("a", "rule", at(6));
    expect(reads).toEqual([true, true, true, true, true, true]);
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
