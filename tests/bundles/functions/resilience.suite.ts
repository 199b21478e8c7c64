import { type IncomingMessage, request } from "node:http";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { scheduledEvent } from "../../../emulator/account/events";
import { fault, json, jsonError, queryError, s3Error } from "../../../emulator/account/faults";
import { CREDENTIALS, emulatorClient } from "../../../emulator/account/moto";
import { NEVER } from "../../../emulator/account/proxy";
import { LambdaFunction } from "../../../emulator/stack/lambda";
import { deployed, mailKinds, rowKeys, SLOT, sweep } from "../deployed";

const RETRY = "2026-11-23T06:01:00.000Z";
const NEXT = "2026-11-23T12:00:00.000Z";
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const environment = deployed();

describe("when the history table", () => {
  test("leaves items unprocessed, they are written again until all are stored", async () => {
    const { estate } = environment.stack;
    for (let launched = 0; launched < 3; launched++) await estate.launch(TAGS);
    environment.stack.inject(leaveUnprocessed(1));

    await sweep(environment.stack, "ec2-tag-evaluator");

    expect(await environment.stack.evaluations()).toHaveLength(3);
    expect(await environment.stack.runs()).toHaveLength(1);
  });

  test("leaves items unprocessed for good, the run fails, alerts, and commits nothing", async () => {
    await environment.stack.estate.launch(TAGS);
    environment.stack.inject(leaveUnprocessed(Number.POSITIVE_INFINITY));

    await inTime(22, async (hurried) => {
      await expect(hurried.invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT })).rejects.toThrow(
        /unprocessed/,
      );
    });

    expect(await environment.stack.runs()).toEqual([]);
    expect(mailKinds(environment.stack)).toEqual(["system"]);
  });

  test("is throttled for a moment, the run completes", async () => {
    await environment.stack.estate.launch(TAGS);
    const throttled = jsonError(
      "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
      "slow down",
    );
    environment.stack.inject(fault({ service: "dynamodb", operation: "BatchWriteItem" }, throttled, 2));

    await sweep(environment.stack, "ec2-tag-evaluator");

    expect(await environment.stack.evaluations()).toHaveLength(1);
  });
});

test("a request that the emulator knows nothing of leaves the next ones as they are", async () => {
  const { url } = environment.stack.proxy;
  const dynamodb = new DynamoDBClient(emulatorClient(url));
  const scope = `${CREDENTIALS.accessKeyId}/20261123/us-east-1/account/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  for (let round = 0; round < 3; round++) {
    const unknown = await fetch(`${url}/listRegions`, {
      method: "POST",
      body: "{}",
      headers: { authorization },
    });
    expect(unknown.status).toBe(404);
    const { TableNames } = await dynamodb.send(new ListTablesCommand({}));
    expect(TableNames).toContain(environment.stack.tableName);
  }
});

test("who asks the emulator whether to send a large body is told to before it is sent", async () => {
  const { moto, reportBucketName } = environment.stack;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(`${moto.url}/${reportBucketName}/large`, {
      method: "PUT",
      headers: { expect: "100-continue", "content-length": 5 },
    });
    asking
      .once("continue", () => asking.end("large"))
      .once("response", resolve)
      .once("error", reject);
    asking.flushHeaders();
  });
  answer.resume();
  expect(answer.statusCode).toBe(200);
});

describe("when a service", () => {
  test("takes a request and never answers it, the request is ended and repeated", async () => {
    await environment.stack.estate.launch(TAGS);
    const unanswered = jest.fn((): typeof NEVER => NEVER);
    environment.stack.inject(fault({ service: "ec2", operation: "DescribeInstances" }, unanswered, 1));

    const { payload } = await environment.stack.functions["ec2-tag-evaluator"].invoke(
      scheduledEvent(SLOT, "sweep"),
      { now: SLOT, timerRate: 8 },
    );

    expect(payload).toMatchObject({ status: "complete", listed: 1 });
    expect(unanswered).toHaveBeenCalledTimes(1);
  });

  test("throttles its listing, the run waits and completes", async () => {
    await environment.stack.estate.launch(TAGS);
    const throttled = queryError("ec2", "RequestLimitExceeded", "Request limit exceeded.", 503);
    environment.stack.inject(fault({ service: "ec2", operation: "DescribeInstances" }, throttled, 3));

    const { payload } = await sweep(environment.stack, "ec2-tag-evaluator");

    expect(payload).toMatchObject({ status: "complete", listed: 1 });
  });

  test("denies its listing, the run fails, and what it saw before is not called gone", async () => {
    await environment.stack.estate.launch({ Name: "still-there" });
    await sweep(environment.stack, "ec2-tag-evaluator");
    const denied = queryError("ec2", "UnauthorizedOperation", "You are not authorized.", 403);
    environment.stack.inject(fault({ service: "ec2", operation: "DescribeInstances" }, denied));
    const before = await rowKeys(environment.stack);

    await expect(sweep(environment.stack, "ec2-tag-evaluator", NEXT)).rejects.toMatchObject({
      errorType: "UnauthorizedOperation",
    });

    expect(await rowKeys(environment.stack)).toEqual(before);
    expect(await environment.stack.runs()).toHaveLength(1);
    expect(mailKinds(environment.stack)).toEqual(["digest", "system"]);
  });

  test("denies one bucket, that one is ERROR with the error's name and the others are judged", async () => {
    const { estate } = environment.stack;
    await estate.createBucket("open-bucket", "AES256");
    await estate.createBucket("locked-bucket", "aws:kms");
    const where = ({ path }: { path: string }) => path.includes("locked-bucket");
    const denied = s3Error("AccessDenied", "Access Denied", 403);
    environment.stack.inject(fault({ service: "s3", operation: "GetBucketEncryption", where }, denied));

    const { payload } = await sweep(environment.stack, "s3-encryption-evaluator");

    const rows = await environment.stack.evaluations();
    const row = rows.find(({ resource_name }) => resource_name === "locked-bucket");
    expect(row).toMatchObject({ compliance_type: "ERROR", error_code: "AccessDenied" });
    expect(payload).toMatchObject({ error: 1, nonCompliant: 0 });
    const [run] = await environment.stack.runs();
    expect(run?.ledger).toMatchObject([{ error: 1, error_codes: { AccessDenied: 1 } }]);
  });
});

describe("a run that broke off between its rows and its commit", () => {
  const commit = { service: "dynamodb", operation: "PutItem" };
  const refused = jsonError(
    "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
    "Requested resource not found",
  );

  test("writes the same keys when it is tried again, then commits, and sends one digest in all", async () => {
    const { estate } = environment.stack;
    await estate.launch({ Name: "failing" });
    await estate.launch(TAGS);
    environment.stack.inject(fault(commit, refused, 1));
    await expect(sweep(environment.stack, "ec2-tag-evaluator")).rejects.toThrow();
    const written = await rowKeys(environment.stack);

    const { payload } = await sweep(environment.stack, "ec2-tag-evaluator", SLOT, RETRY);

    expect(payload).toMatchObject({ status: "complete", listed: 2 });
    expect(await rowKeys(environment.stack)).toEqual(written);
    expect(await environment.stack.runs()).toHaveLength(1);
    expect(mailKinds(environment.stack).filter((kind) => kind === "digest")).toHaveLength(1);
  });

  test("because its time ran out is carried out by the next try, without a second digest", async () => {
    const { estate } = environment.stack;
    await estate.launch({ Name: "failing" });
    let runOut = () => {};
    const timeIsUp = new Promise<void>((resolve) => {
      runOut = resolve;
    });
    const unanswered = (): typeof NEVER => {
      runOut();
      return NEVER;
    };
    environment.stack.inject(fault(commit, unanswered));
    const { "ec2-tag-evaluator": evaluator } = environment.stack.functions;
    const invocation = evaluator.invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT, timeIsUp });
    await expect(invocation).rejects.toMatchObject({ errorType: "Sandbox.Timedout" });
    expect(await environment.stack.evaluations()).toHaveLength(1);
    environment.stack.heal();

    await sweep(environment.stack, "ec2-tag-evaluator", SLOT, RETRY);

    expect(await environment.stack.evaluations()).toHaveLength(1);
    expect(await environment.stack.runs()).toHaveLength(1);
    expect(mailKinds(environment.stack)).toEqual(["digest"]);
  });

  test("does not take its own rows for the state before", async () => {
    const { estate } = environment.stack;
    const [drifting = ""] = await estate.launch(TAGS);
    await sweep(environment.stack, "ec2-tag-evaluator");
    await estate.untag(drifting, "Compliance");
    environment.stack.inject(fault(commit, refused, 1));
    await expect(sweep(environment.stack, "ec2-tag-evaluator", NEXT)).rejects.toThrow();

    await sweep(environment.stack, "ec2-tag-evaluator", NEXT, "2026-11-23T12:01:00.000Z");

    const last = (await environment.stack.evaluations()).at(-1);
    expect(last).toMatchObject({ transition: "opened", open_since: NEXT });
    expect((await environment.stack.runs()).at(-1)).toMatchObject({ opened: 1 });
    expect(mailKinds(environment.stack).filter((kind) => kind === "drift")).toHaveLength(1);
  });
});

test("a sweep that AWS delivers twice at the same moment stores each row and sends its digest once", async () => {
  await environment.stack.estate.launch({ Name: "failing" });

  await Promise.all([
    sweep(environment.stack, "ec2-tag-evaluator"),
    sweep(environment.stack, "ec2-tag-evaluator"),
  ]);

  expect(await environment.stack.evaluations()).toHaveLength(1);
  expect(await environment.stack.runs()).toHaveLength(1);
  expect(mailKinds(environment.stack)).toEqual(["digest"]);
});

/** The tag evaluator with so many seconds for an invocation. */
async function inTime(
  timeoutSeconds: number,
  happens: (hurried: LambdaFunction) => Promise<void>,
): Promise<void> {
  const { functions, proxy } = environment.stack;
  const { declaration } = functions["ec2-tag-evaluator"];
  const hurried = new LambdaFunction({ ...declaration, timeoutSeconds }, proxy.url);
  try {
    await happens(hurried);
  } finally {
    hurried.stop();
  }
}

/** Answers BatchWriteItem `times` times with all of its items unprocessed. */
function leaveUnprocessed(times: number) {
  return fault(
    { service: "dynamodb", operation: "BatchWriteItem" },
    ({ input }) => json({ UnprocessedItems: input.RequestItems }),
    times,
  );
}
