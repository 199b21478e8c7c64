import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { clientConfig } from "../../lambdas/common/aws/clients";
import { InvocationTime, Patience, PatientRetries, RESERVE_MS } from "../../lambdas/common/aws/retry";

const TARGET = { partition: "aws", accountId: "111122223333", region: "us-east-1" };
const MINUTE = 60_000;

/** A clock that waits at once, and what was waited. */
function waiting(random = () => 0.5) {
  const waits: number[] = [];
  let milliseconds = 0;
  return {
    waits,
    now: () => milliseconds,
    random,
    sleep: async (wanted: number) => {
      waits.push(wanted);
      milliseconds += wanted;
    },
  };
}

describe("patience", () => {
  it("waits longer after each failure, up to ten seconds, and at random within that", async () => {
    const clock = waiting(() => 0.5);
    const patience = new Patience({ repeatsUntil: Number.POSITIVE_INFINITY }, clock);
    for (let failures = 1; failures <= 9; failures++) expect(await patience.wait(failures)).toBe(true);
    expect(clock.waits).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    const eager = waiting(() => 0);
    await new Patience({ repeatsUntil: 1 }, eager).wait(9);
    expect(eager.waits).toEqual([0]);
  });

  it("waits as long as the service wants", async () => {
    const clock = waiting();
    const patience = new Patience({ repeatsUntil: MINUTE }, clock);
    expect(await patience.wait(1, 30_000)).toBe(true);
    expect(clock.waits).toEqual([30_000]);
  });

  it("ends where the time does, without waiting for it", async () => {
    const clock = waiting();
    const patience = new Patience({ repeatsUntil: 20_000 }, clock);
    expect(await patience.wait(1, 20_000)).toBe(false);
    expect(clock.waits).toEqual([]);
    expect(await patience.wait(1, 19_900)).toBe(true);
    expect(await patience.wait(1)).toBe(true);
    expect(await patience.wait(9)).toBe(false);
  });
});

it("an invocation repeats calls until its reserve is all that is left of its time", () => {
  const time = new InvocationTime();
  time.begin({ getRemainingTimeInMillis: () => 5 * MINUTE }, 1_000);
  expect(time.repeatsUntil).toBe(1_000 + 5 * MINUTE - RESERVE_MS);
  time.begin({ getRemainingTimeInMillis: () => MINUTE }, 2_000);
  expect(time.repeatsUntil).toBe(2_000 + MINUTE - RESERVE_MS);
});

it("an invocation that reads several Regions leaves half of its time to what has to be done besides", () => {
  const time = new InvocationTime();
  time.begin({ getRemainingTimeInMillis: () => 5 * MINUTE }, 0);
  expect(time.readsUntil).toBe(time.repeatsUntil);
  time.endReadingEarly(0);
  expect(time.readsUntil).toBe((5 * MINUTE - RESERVE_MS) / 2);
  expect(time.repeatsUntil).toBe(5 * MINUTE - RESERVE_MS);
  time.begin({ getRemainingTimeInMillis: () => 5 * MINUTE }, 0);
  expect(time.readsUntil).toBe(time.repeatsUntil);
});

describe("a call", () => {
  let server: Server;
  /** Answers to the requests in their order; the last one goes on. */
  let answers: (Answer | "stalls" | "resets")[];
  let requests: number;

  interface Answer {
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
  }

  beforeEach(async () => {
    requests = 0;
    server = createServer((request, response) => {
      const answer = answers[Math.min(requests++, answers.length - 1)];
      request.resume();
      if (answer === "stalls") return;
      if (answer === "resets" || answer === undefined) {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0", ...answer.headers });
      response.end(JSON.stringify(answer.body ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const clock = waiting();
  const call = async ({ repeatsUntil = Number.POSITIVE_INFINITY, requestTimeoutMs = 2_000 } = {}) => {
    const client = new DynamoDBClient({
      ...clientConfig(TARGET, requestTimeoutMs),
      retryStrategy: new PatientRetries(new Patience({ repeatsUntil }, clock)),
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      return await client.send(new ListTablesCommand({}));
    } finally {
      client.destroy();
    }
  };
  const OK: Answer = { status: 200, body: { TableNames: ["history"] } };
  const error = (status: number, type: string): Answer => ({ status, body: { __type: type } });

  it.each<[string, Answer | "stalls" | "resets"]>([
    ["throttled", error(400, "ThrottlingException")],
    ["throttled by a table", error(400, "ProvisionedThroughputExceededException")],
    ["met with an internal error", error(500, "InternalServerError")],
    ["met with an unavailable service", error(503, "ServiceUnavailable")],
    ["cut off", "resets"],
  ])("that is %s is repeated, 50 times and more", async (_, fault) => {
    answers = [...Array.from({ length: 50 }, () => fault), OK];
    expect(await call()).toMatchObject({ TableNames: ["history"] });
    expect(requests).toBe(51);
  });

  it("that is never answered ends within the request timeout, and is repeated", async () => {
    answers = ["stalls", OK];
    const started = performance.now();
    expect(await call({ requestTimeoutMs: 200 })).toMatchObject({ TableNames: ["history"] });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(requests).toBe(2);
  });

  it("that is refused is not repeated", async () => {
    answers = [error(400, "AccessDeniedException")];
    await expect(call()).rejects.toMatchObject({ name: "AccessDeniedException", $metadata: { attempts: 1 } });
    expect(requests).toBe(1);
  });

  it("fails with what the service said when the time is over", async () => {
    answers = [error(500, "InternalServerError")];
    await expect(call({ repeatsUntil: clock.now() + 5_000 })).rejects.toMatchObject({
      name: "InternalServerError",
    });
    expect(requests).toBeGreaterThan(3);
  });

  it("takes nothing from the patience of the next", async () => {
    answers = [error(500, "InternalServerError")];
    for (let calls = 0; calls < 20; calls++) {
      await expect(call({ repeatsUntil: clock.now() + 5_000 })).rejects.toThrow();
    }
    requests = 0;
    answers = [error(500, "InternalServerError"), OK];
    expect(await call()).toMatchObject({ TableNames: ["history"] });
  });
});
