import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { Claims } from "../../lambdas/common/alerts/claims";
import { startDatabase, type TestDatabase } from "../support/dynamodb";

const RULE = "good-things";
const THING = "arn:aws:test:us-east-1:111122223333:thing/a";
const FIRST = "2026-11-24T06:00:00.000Z";
const LATER = "2026-11-24T09:00:00.000Z";

let database: TestDatabase;
let claims: Claims;
let table: string;
let slept: number;
const clock = {
  now: () => new Date(Date.parse(LATER) + slept),
  sleep: async (wanted: number) => {
    slept += wanted;
  },
};

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  slept = 0;
  table = await database.newTable();
  claims = new Claims(database.client, table, clock);
});

describe("the claim of a failure's alert", () => {
  it("that nobody sends outlasts a window and the sending of its message, and runs out then", async () => {
    await claims.claimDrift(RULE, THING, FIRST);
    expect(await claims.claimDrift(RULE, THING, FIRST)).toBe(FIRST);
    expect(slept).toBeGreaterThan(120_000);
    expect(slept).toBeLessThan(150_000);
  });

  it("is of the past for a failure that opened after an evaluation of its very instant", async () => {
    await claims.claimDrift(RULE, THING, FIRST);
    await claims.driftSent(RULE, THING, FIRST);
    expect(await claims.claimDrift(RULE, THING, LATER, FIRST)).toBe(LATER);
  });

  it("is of this very failure for whoever saw it open later", async () => {
    await claims.claimDrift(RULE, THING, FIRST);
    await claims.driftSent(RULE, THING, FIRST);
    expect(await claims.claimDrift(RULE, THING, LATER, "2026-11-24T05:59:59.999Z")).toBeUndefined();
  });
});

describe("a message about a whole run", () => {
  let sent: string[];
  const send = (name: string) => async () => {
    sent.push(name);
  };
  beforeEach(() => {
    sent = [];
  });

  it("is sent once, whoever else is about to", async () => {
    await claims.sendOnce("digest", RULE, FIRST, send("first"));
    await claims.sendOnce("digest", RULE, FIRST, send("second"));
    await claims.sendOnce("digest", RULE, FIRST, send("of a run"), "a run");
    await claims.sendOnce("failure", RULE, FIRST, send("of a failure"), "a run");
    await claims.sendOnce("failure", RULE, FIRST, send("of a failure again"), "another run");
    expect(sent).toEqual(["first", "of a failure"]);
  });

  it("is sent by the next, without waiting, when the first could not", async () => {
    const failing = claims.sendOnce("digest", RULE, FIRST, async () => {
      throw new Error("no line");
    });
    await expect(failing).rejects.toThrow("no line");
    await claims.sendOnce("digest", RULE, FIRST, send("second"));
    expect(sent).toEqual(["second"]);
    expect(slept).toBe(0);
  });

  it("is left to whoever is sending it, by a run that waits for nobody", async () => {
    await claims.sendOnce("digest", RULE, FIRST, async () => {
      await claims.sendOnce("digest", RULE, FIRST, send("of a run"), "a run");
    });
    expect(sent).toEqual([]);
  });
});

it("a claim that DynamoDB deletes between two looks at it holds nobody up", async () => {
  let isDeleted = false;
  const client = {
    async send(command: Parameters<DynamoDBDocumentClient["send"]>[0]) {
      if (command instanceof GetCommand && !isDeleted) {
        isDeleted = true;
        return {};
      }
      return database.client.send(command);
    },
  } as DynamoDBDocumentClient;
  await claims.claimDrift(RULE, THING, FIRST);
  expect(await new Claims(client, table, clock).claimDrift(RULE, THING, FIRST)).toBe(FIRST);
  expect(isDeleted).toBe(true);
});

describe("whoever waits for nobody learns of a failure's alert", () => {
  it("that it is theirs, again in their next try; others that it may be sent yet, in the end that it was", async () => {
    const tryAs = (sender: string) => claims.tryDrift(RULE, THING, FIRST, undefined, sender);
    expect(await tryAs("one")).toEqual({ claimedFor: FIRST });
    expect(await tryAs("another")).toBe("taken");
    expect(await tryAs("one")).toEqual({ claimedFor: FIRST });
    await claims.driftSent(RULE, THING, FIRST);
    expect(await tryAs("another")).toBe("sent");
    expect(await tryAs("one")).toBe("sent");
    expect(slept).toBe(0);
  });
});

describe("a failure that came back, and whose alert is claimed anew", () => {
  beforeEach(async () => {
    await claims.claimDrift(RULE, THING, FIRST);
    await claims.claimDrift(RULE, THING, LATER, FIRST);
  });

  it("leaves nothing to tell of the time before", async () => {
    expect(await claims.isDriftSent(RULE, THING, FIRST)).toBe(true);
    expect(await claims.isDriftSent(RULE, THING, LATER)).toBe(false);
  });

  it("is not told when a late sender says that it has told the time before", async () => {
    await claims.driftSent(RULE, THING, FIRST);
    expect(await claims.isDriftSent(RULE, THING, LATER)).toBe(false);
    await claims.driftSent(RULE, THING, LATER);
    expect(await claims.isDriftSent(RULE, THING, LATER)).toBe(true);
  });

  it("goes into a window of its own, not into the one of the time before", async () => {
    const [ended, open] = ["2026-11-24T09:01:00.000Z", "2026-11-24T12:01:00.000Z"];
    expect(await claims.chooseWindow(RULE, THING, ended)).toBe(ended);
    expect(await claims.chooseWindow(RULE, THING, open)).toBe(ended);
    const again = "2026-11-24T12:00:00.000Z";
    await claims.claimDrift(RULE, THING, again, LATER);
    expect(await claims.chooseWindow(RULE, THING, open)).toBe(open);
  });

  it("stays with whoever claimed it when a late sender gives the time before back", async () => {
    await claims.releaseDrift(RULE, THING, FIRST);
    expect(await claims.tryDrift(RULE, THING, LATER, FIRST, "another")).toBe("taken");
  });
});
