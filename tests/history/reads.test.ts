import type { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { History } from "../../lambdas/common/history/history";
import { shardOf } from "../../lambdas/common/history/keys";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import type { TestDatabase } from "../support/dynamodb";
import { eachHistory } from "../support/each-history";
import { all, at, row } from "./test-rows";

let database: TestDatabase;
let table: string;
let history: History;
eachHistory((fresh) => {
  ({ database, table, history } = fresh);
});

async function writeAll(rows: readonly EvaluationRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 25) await history.write(rows.slice(i, i + 25));
}

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
