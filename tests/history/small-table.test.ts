/** The table in memory against dynalite, which knows DynamoDB's language and its refusals. */

import { BatchWriteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { memoryDatabase, startDatabase, type TestDatabase } from "../support/dynamodb";
import { goneFrom, withoutAlerts } from "../support/troubles";
import { World } from "../support/world";

let real: TestDatabase;
const memory = memoryDatabase();
beforeAll(async () => {
  real = await startDatabase();
});
afterAll(() => real.close());

/** Some of everything that the evaluator does with its table. */
async function play(database: TestDatabase): Promise<World> {
  const world = new World(database.client, await database.newTable());
  const names = await world.manyBeginToFail(9);
  for (const name of names.slice(0, 7)) await world.change(name);
  world.beforeEffect = goneFrom("Publish");
  await expect(world.sweep()).rejects.toThrow("the function is gone");
  world.beforeEffect = () => {};
  world.pass(1);
  await world.sweep();
  world.things.delete("thing-3");
  world.things.set("thing-4", "unreadable");
  world.things.set("thing-5", "good");
  world.pass(1);
  await world.change("thing-5");
  world.beforeEffect = withoutAlerts;
  world.things.set("thing-5", "bad");
  world.pass(360);
  await world.sweep();
  world.beforeEffect = () => {};
  world.pass(360);
  await world.sweep();
  return world;
}

it("holds the same after the same happened, and the same was told", async () => {
  const [one, other] = [await play(real), await play(memory)];
  expect(await itemsOf(other)).toEqual(await itemsOf(one));
  expect(other.alerts).toEqual(one.alerts);
  expect(one.alerts.length).toBeGreaterThan(5);
});

/** But for the random names of who held what. */
async function itemsOf(world: World) {
  const items = await world.items();
  const named = items.map(({ claimed_by, held_by, ...item }) => item);
  const key = (item: Record<string, unknown>) => `${item.resource_id} ${item.evaluation_timestamp}`;
  return named.sort((one, other) => key(one).localeCompare(key(other)));
}

describe("a request that DynamoDB refuses is refused by both", () => {
  const put = (item: Record<string, unknown>) => (TableName: string) =>
    new PutCommand({ TableName, Item: { resource_id: "a", evaluation_timestamp: "1", ...item } });
  const batch = (...keys: string[]) => {
    const requests = keys.map((id) => ({
      PutRequest: { Item: { resource_id: id, evaluation_timestamp: "1" } },
    }));
    return (table: string) => new BatchWriteCommand({ RequestItems: { [table]: requests } });
  };

  it.each<[string, (table: string) => object]>([
    ["an empty partition key", put({ resource_id: "" })],
    ["an item of more than 400 KB", put({ text: "x".repeat(410_000) })],
    ["a batch of 26", batch(...Array.from({ length: 26 }, (_, index) => `id-${index}`))],
    ["a batch with one key twice", batch("a", "a")],
    [
      "a range that ends before it begins",
      (TableName) =>
        new QueryCommand({
          TableName,
          KeyConditionExpression: "resource_id = :id AND evaluation_timestamp BETWEEN :from AND :to",
          ExpressionAttributeValues: { ":id": "a", ":from": "2", ":to": "1" },
        }),
    ],
  ])("%s", async (_, command) => {
    for (const database of [real, memory]) {
      const sent = database.client.send(command(await database.newTable()) as PutCommand);
      await expect(sent).rejects.toMatchObject({ name: "ValidationException" });
    }
  });

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html */
  it("an empty key of an index, which dynalite takes, is refused as DynamoDB does", async () => {
    const sent = memory.client.send(put({ rule_shard: "" })(await memory.newTable()));
    await expect(sent).rejects.toMatchObject({ name: "ValidationException" });
  });
});
