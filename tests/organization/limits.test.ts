/** An organization of 1,000 accounts with 17 Regions each, and the limits of AWS that it meets first. */

import { isDeepStrictEqual } from "node:util";
import type { PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Alerts } from "../../lambdas/common/alerts/alerts";
import { digestMessage } from "../../lambdas/common/alerts/messages";
import type { History } from "../../lambdas/common/history/history";
import { evaluationTimestamp } from "../../lambdas/common/history/keys";
import { storedRun } from "../../lambdas/common/history/large-ledger";
import { Tally, totals } from "../../lambdas/common/history/ledger";
import type { RunRow } from "../../lambdas/common/history/rows";
import { memoryDatabase, type TestDatabase } from "../support/dynamodb";
import { eachHistory } from "../support/each-history";
import { Organization } from "../support/organization";
import { goodThings } from "../support/things";
import { World } from "../support/world";

const ACCOUNTS = Array.from({ length: 1_000 }, (_, index) => String(100_000_000_000 + index * 7_919));
const REGIONS = Array.from({ length: 17 }, (_, index) => `region-${index}`) as [string, ...string[]];

/** Counts that differ from entry to entry, so that they cannot be compressed to nothing. */
function run(instant: string, accounts = ACCOUNTS): RunRow {
  const places = accounts.flatMap((accountId) => REGIONS.map((region) => ({ accountId, region })));
  const ledger = new Tally(places).ledger().map((entry, index) => ({
    ...entry,
    listed: (index * 7_919) % 1_000,
    compliant: (index * 104_729) % 997,
    error: (index * 15_485_863) % 89,
    error_codes: { AccessDenied: (index * 15_485_863) % 89 },
  }));
  return {
    resource_id: "run#good-things",
    evaluation_timestamp: evaluationTimestamp(instant, "good-things"),
    rule: "good-things",
    rule_version: "1",
    parameters_hash: "h",
    trigger: "sweep",
    schedule: "cron(0 0/6 * * ? *)",
    started_at: instant,
    completed_at: instant,
    duration_ms: 0,
    ledger,
    opened: 0,
    resolved: 0,
    gone: 0,
  };
}

describe("the ledger of a run over 1,000 accounts with 17 Regions", () => {
  let database: TestDatabase;
  let table: string;
  let history: History;
  eachHistory((fresh) => {
    ({ database, table, history } = fresh);
  });
  const large = run("2026-11-24T06:00:00.000Z");
  /** Jest takes a second to compare two of 17,000 entries. */
  const isLarge = (read: unknown) => isDeepStrictEqual(read, large);

  it("is read as it was committed, by everything that reads runs", async () => {
    const small = run("2026-11-24T00:00:00.000Z", ACCOUNTS.slice(0, 2));
    for (const one of [small, large]) await expect(history.commit(one)).resolves.toBeUndefined();
    expect(isLarge(await history.run("good-things", "2026-11-24T06:00:00.000Z"))).toBe(true);
    expect(isLarge(await history.lastRun("good-things", "2026-11-24T23:00:00.000Z"))).toBe(true);
    const runs: RunRow[] = [];
    for await (const one of history.runs("good-things", "2026-11-24", "2026-11-25")) runs.push(one);
    expect(runs.map(isLarge)).toEqual([false, true]);
    expect(runs[0]).toEqual(small);
  });

  it("stays what was committed first, whatever another delivery of the run saw", async () => {
    await history.commit(large);
    const other = { ...large, completed_at: "2026-11-24T06:05:00.000Z", ledger: large.ledger.slice(1) };
    expect(isLarge(await history.commit(other))).toBe(true);
    expect(isLarge(await history.run("good-things", "2026-11-24T06:00:00.000Z"))).toBe(true);
  });

  it("is nothing that anybody takes for whole when a part of it is missing or changed", async () => {
    await history.commit(large);
    const [part] = storedRun(large).parts;
    const { content, ...Key } = part as NonNullable<typeof part>;
    await database.client.send(
      new PutCommand({
        TableName: table,
        Item: { ...Key, content: storedRun({ ...large, ledger: large.ledger.slice(1) }).parts[0]?.content },
      }),
    );
    await expect(history.lastRun("good-things", "2026-11-25")).rejects.toThrow("has the hash");
    await database.client.send(
      new UpdateCommand({ TableName: table, Key, UpdateExpression: "REMOVE content" }),
    );
    await expect(history.lastRun("good-things", "2026-11-25")).rejects.toThrow();
    await database.client.send(new DeleteCommand({ TableName: table, Key }));
    await expect(history.lastRun("good-things", "2026-11-25")).rejects.toThrow(
      `the ledger of the run ${large.evaluation_timestamp} lacks ${Key.evaluation_timestamp}`,
    );
    expect(content.length).toBeLessThan(400_000);
  });

  it("of a few hundred accounts and Regions stays in the run's own item, for people to read", () => {
    const { stored, parts } = storedRun(run("2026-11-24T00:00:00.000Z", ACCOUNTS.slice(0, 20)));
    expect(parts).toEqual([]);
    expect(stored).toHaveProperty("ledger");
  });
});

describe("a digest of 1,000 accounts with 17 Regions", () => {
  it("is taken by SNS, with every account to filter by", async () => {
    const sent: PublishCommandInput[] = [];
    const sns = { send: async ({ input }: { input: PublishCommandInput }) => sent.push(input) };
    const many = { entries: [], count: 0 };
    const entry = {
      resource: "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0",
      name: "n".repeat(200),
      type: "AWS::EC2::Instance",
      account: "111122223333",
      region: "us-east-1",
      annotation: "a".repeat(256),
    };
    const failing = { entries: Array.from({ length: 1_000 }, () => entry), count: 5_000 };
    const message = digestMessage(
      {
        rule: "good-things",
        title: "Things are good",
        remediation: "Make it good.",
        severity: "high",
        environmentSuffix: "test",
        accounts: ACCOUNTS,
        regions: REGIONS,
        reportUri: "s3://reports/latest.html",

        reportLink: "https://example.com/report",
      },
      {
        instant: "2026-11-24T00:00:00.000Z",
        standardChanged: false,
        totals: totals(run("2026-11-24T00:00:00.000Z").ledger),
        newlyFailing: failing,
        stillFailing: failing,
        resolved: many,
        errors: failing,
        firstSights: ACCOUNTS.flatMap((account) =>
          REGIONS.map((region) => ({ account, region, listed: 3, failing: 1 })),
        ),
        exceptions: [],
      },
    );
    if (message)
      await new Alerts(sns as unknown as SNSClient, "arn:aws:sns:us-east-1:1:alerts").publish(message);
    const { Message = "", MessageAttributes = {} } = sent[0] ?? {};
    const attributes = Object.entries(MessageAttributes).map(
      ([name, { DataType, StringValue }]) => `${name}${DataType}${StringValue}`,
    );
    expect(Buffer.byteLength(Message) + Buffer.byteLength(attributes.join(""))).toBeLessThan(262_144);
    expect(JSON.parse(MessageAttributes.account?.StringValue ?? "")).toEqual(ACCOUNTS);
    const { email } = JSON.parse(Message) as { email: string };
    expect(email).toContain("1000 accounts; region-0");
    expect(email).toContain("Scanned for the first time: 16980 more Regions of 999 accounts, 50940 listed");
    expect(email.split("\n").filter((line) => line.startsWith("Scanned")).length).toBe(21);
  });
});

describe("a run over 1,000 accounts with 17 Regions", () => {
  it("is recorded, told and read again by the next", async () => {
    const database = memoryDatabase();
    const world = new World(database.client, await database.newTable());
    world.regions = REGIONS;
    const organization = new Organization(world);
    organization.accounts = ACCOUNTS;
    for (let index = 0; index < 100; index++) {
      organization.put(
        ACCOUNTS[index * 10] ?? "",
        `thing-${index}`,
        index % 5 === 0 ? "bad" : "good",
        REGIONS[index % 17],
      );
    }
    await expect(organization.run()).resolves.toMatchObject({
      status: "complete",
      listed: 100,
      nonCompliant: 20,
    });
    world.pass(60);
    organization.put(ACCOUNTS[10] ?? "", "thing-1", "bad", REGIONS[1]);
    await expect(organization.run()).resolves.toMatchObject({ status: "complete", nonCompliant: 21 });
    expect(world.toldNames()).toEqual(["thing-1"]);
    const history = world.history();
    expect((await history.lastRun(goodThings.name, world.now.toISOString()))?.ledger).toHaveLength(17_000);
  }, 120_000);
});
