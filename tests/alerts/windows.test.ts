import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type WindowEntry, Windows } from "../../lambdas/common/alerts/windows";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { entry, INSTANT } from "../support/factories";

const RULE = "s3-bucket-encryption";
const END = "2026-11-24T06:01:00.000Z";

let database: TestDatabase;
let table: string;
let windows: Windows;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  table = await database.newTable();
  windows = new Windows(database.client, table);
});

function alert(name: string): WindowEntry {
  return { entry: entry({ name }), openedAt: INSTANT };
}

/** One alert after another, each of a sender of its own; what became of them. */
async function enterEach(...names: string[]) {
  const places = [];
  for (const name of names) places.push(await windows.enter(RULE, END, name, [alert(name)]));
  return places;
}

async function closedNames(): Promise<string[]> {
  return (await windows.close(RULE, END)).map((one) => one.entry.name).sort();
}

/** The table's client, with what happens before a command is sent. */
function before(happens: (command: unknown) => Promise<void>): DynamoDBDocumentClient {
  return new Proxy(database.client, {
    get: (client, property) => {
      if (property !== "send") return Reflect.get(client, property);
      return async (command: Parameters<DynamoDBDocumentClient["send"]>[0]) => {
        await happens(command);
        return client.send(command);
      };
    },
  });
}

describe("a window of drift alerts", () => {
  it("has five sent singly, makes the sixth the folder, and the others wait for it", async () => {
    expect(await enterEach("a", "b", "c", "d", "e", "f", "g")).toEqual([
      ...["single", "single", "single", "single", "single"],
      ...["folder", "folded"],
    ]);
  });

  it("counts each of the alerts that enter it together", async () => {
    const together = ["a", "b", "c", "d", "e", "f"].map(alert);
    expect(await windows.enter(RULE, END, "sender", together)).toBe("folder");
    expect(await closedNames()).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("has the same folder when that one enters it again after a crash", async () => {
    await enterEach("a", "b", "c", "d", "e", "f");
    expect(await enterEach("f")).toEqual(["folder"]);
    expect(await closedNames()).toEqual(["f"]);
  });

  it("gives, when it is closed, what was not sent singly, and when its failure opened", async () => {
    await enterEach("a", "b", "c", "d", "e", "f");
    await windows.enter(RULE, END, "g", [{ ...alert("g"), openedAt: "2026-11-24T06:00:30.000Z" }]);
    const closed = await windows.close(RULE, END);
    expect(closed.map((one) => [one.entry.name, one.openedAt])).toEqual([
      ["f", INSTANT],
      ["g", "2026-11-24T06:00:30.000Z"],
    ]);
  });

  it("that is closed takes nothing more", async () => {
    await enterEach("a");
    await windows.close(RULE, END);
    expect(await enterEach("b")).toEqual(["closed"]);
  });

  it("that is closed while an alert enters it makes that one no folder: its message is being made", async () => {
    await enterEach("a", "b", "c", "d", "e");
    let updates = 0;
    const late = new Windows(
      before(async (command) => {
        // The first update counts the alert, the second makes it the folder.
        if ((command as object).constructor.name === "UpdateCommand" && ++updates === 2)
          await windows.close(RULE, END);
      }),
      table,
    );
    expect(await late.enter(RULE, END, "f", [alert("f")])).toBe("closed");
    expect(updates).toBe(2);
  });

  it("is one rule's, and of one minute", async () => {
    await enterEach("a", "b", "c", "d", "e", "f");
    expect(await windows.enter("another-rule", END, "f", [alert("f")])).toBe("single");
    expect(await windows.enter(RULE, "2026-11-24T06:02:00.000Z", "f", [alert("f")])).toBe("single");
    await windows.close("another-rule", END);
    expect(await enterEach("g")).toEqual(["folded"]);
    expect(await closedNames()).toEqual(["f", "g"]);
  });

  it("is read with strong consistency, so that what entered it last is told", async () => {
    const reads: unknown[] = [];
    const watched = before(async (command) => {
      if (command instanceof QueryCommand) reads.push(command.input.ConsistentRead);
    });
    await new Windows(watched, table).close(RULE, END);
    expect(reads).toEqual([true]);
  });
});
