import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { KeyTakenError, S3ReportStore } from "../../../lambdas/report-generator/bucket/storage";

const OWNER = "111122223333";
const MIB = 1024 * 1024;

/** A store whose requests are answered here, and the headers by which each named the bucket's owner. */
function storeUnderTest() {
  const client = new S3Client({
    region: "us-east-1",
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
  });
  const store = new S3ReportStore(client, "reports", OWNER);
  const owners: [string, unknown, unknown][] = [];
  client.middlewareStack.add(
    (_next, { commandName = "" }) =>
      async ({ request }) => {
        const { headers } = request as { headers: Record<string, string> };
        owners.push([
          commandName,
          headers["x-amz-expected-bucket-owner"],
          headers["x-amz-source-expected-bucket-owner"],
        ]);
        if (commandName === UploadPartCommand.name) throw new Error("the line is cut");
        return { response: {}, output: { $metadata: {}, UploadId: "upload" } };
      },
    { step: "finalizeRequest", priority: "high" },
  );
  return { store, owners };
}

describe("every request to the report bucket names the account that has to own it", () => {
  test("to write, to read, to list", async () => {
    const { store, owners } = storeUnderTest();
    await store.write("reports/a.json", ["{}"], "application/json");
    await store.read("reports/a.json");
    for await (const key of store.keys("reports/")) expect(key).toBeUndefined();
    expect(owners).toEqual([
      [PutObjectCommand.name, OWNER, undefined],
      [GetObjectCommand.name, OWNER, undefined],
      [ListObjectsV2Command.name, OWNER, undefined],
    ]);
  });

  test("to copy, of both buckets", async () => {
    const { store, owners } = storeUnderTest();
    await store.copy("reports/a.json", "reports/latest.json");
    expect(owners).toEqual([[CopyObjectCommand.name, OWNER, OWNER]]);
  });

  test("to upload in parts, and to abort that", async () => {
    const { store, owners } = storeUnderTest();
    const text = Array.from({ length: 9 }, () => "x".repeat(MIB));
    await expect(store.write("reports/a.json", text, "application/json")).rejects.toThrow("the line is cut");
    expect(new Set(owners.map(([command]) => command))).toEqual(
      new Set([CreateMultipartUploadCommand.name, UploadPartCommand.name, AbortMultipartUploadCommand.name]),
    );
    expect(owners.filter(([, owner]) => owner !== OWNER)).toEqual([]);
  });
});

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  /** Of a refusal. */
  readonly code?: string;
  readonly body?: string;
}

/**
 * A store in front of an S3 that answers every request alike.
 * @param answer undefined for a request that is never answered
 * @param toReads the answer to reads, if that is another one
 */
function storeBefore(answer: Answer | undefined, toReads = answer) {
  const received: Received[] = [];
  const client = new S3Client({
    region: "us-east-1",
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    requestHandler: {
      async handle({ method, path, headers, body }: Omit<Received, "body"> & { body?: Uint8Array | string }) {
        received.push({ method, path, headers: { ...headers }, body: Buffer.from(body ?? "") });
        const given = method === "GET" ? toReads : answer;
        if (given === undefined) return new Promise<never>(() => {});
        const { status, code, body: text = "" } = given;
        const xml = code === undefined ? text : `<Error><Code>${code}</Code><Message>no</Message></Error>`;
        const answered = { "content-type": "application/xml", "x-amz-version-id": "v1" };
        return {
          response: { statusCode: status, headers: answered, body: Readable.from([Buffer.from(xml)]) },
        };
      },
    },
  });
  return { store: new S3ReportStore(client, "reports", OWNER), received };
}

describe("an object in the report bucket", () => {
  // Texts of one chunk and of several, the last of which may be as short as one character.
  it.each([
    ["nothing", []],
    ["one character", ["{"]],
    ["many small texts", Array.from({ length: 700 }, (_, index) => `${index},é€𝄞`.repeat(100))],
    ["texts of more than a chunk each, and one character", ["a".repeat(300_000), "b".repeat(300_000), "}"]],
  ])("holds each text once and in order, and is described as it is: %s", async (_what, texts) => {
    const { store, received } = storeBefore({ status: 200 });
    const stored = await store.write("reports/a.json", texts, "application/json");
    const whole = Buffer.from(texts.join(""), "utf8");
    expect(received).toHaveLength(1);
    expect(received[0]?.headers).toMatchObject({ "if-none-match": "*", "content-type": "application/json" });
    expect(received[0]?.body.equals(whole)).toBe(true);
    expect(stored).toEqual({
      key: "reports/a.json",
      contentType: "application/json",
      bytes: whole.length,
      sha256: createHash("sha256").update(whole).digest("hex"),
      versionId: "v1",
    });
  });

  it.each([
    ["it is there already", 412, "PreconditionFailed"],
    ["another writer is writing at the same time", 409, "ConditionalRequestConflict"],
  ])("is not written over when %s", async (_when, status, code) => {
    const { store } = storeBefore({ status, code }, { status: 200, body: "{ }" });
    await expect(store.write("reports/a.json", ["{}"], "application/json")).rejects.toMatchObject({
      name: "KeyTakenError",
      message: "s3://reports/reports/a.json exists",
      cause: { name: code },
    });
    const absent = storeBefore({ status, code }, { status: 404, code: "NoSuchKey" });
    const writing = absent.store.write("reports/a.json", ["{}"], "application/json");
    await expect(writing).rejects.toThrow(KeyTakenError);
  });

  it("is what was written when the answer to a first try was lost and the second finds it there", async () => {
    const { store } = storeBefore(
      { status: 412, code: "PreconditionFailed" },
      { status: 200, body: '{"own":true}' },
    );
    expect(await store.write("reports/a.json", ['{"own":', "true}"], "application/json")).toEqual({
      key: "reports/a.json",
      contentType: "application/json",
      bytes: 12,
      sha256: createHash("sha256").update('{"own":true}').digest("hex"),
      versionId: "v1",
    });
  });

  it("is not taken for one that is there already when S3 refuses it for another reason", async () => {
    const { store } = storeBefore({ status: 403, code: "AccessDenied" });
    const writing = store.write("reports/a.json", ["{}"], "application/json");
    await expect(writing).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("is given up, and not waited for, once the signal says so", async () => {
    const { store, received } = storeBefore(undefined);
    const abort = new AbortController();
    const writing = store.write("reports/a.json", ["{}"], "application/json", abort.signal);
    const failing = expect(writing).rejects.toMatchObject({ name: "AbortError" });
    while (received.length === 0) await new Promise(setImmediate);
    abort.abort();
    await failing;
  });

  it("leaves nothing with the signal once it is written or given up, since many objects have one signal", async () => {
    const { signal } = new AbortController();
    await storeBefore({ status: 200 }).store.write("reports/a.json", ["{}"], "application/json", signal);
    const refused = storeBefore({ status: 403, code: "AccessDenied" }).store;
    await expect(refused.write("reports/b.json", ["{}"], "application/json", signal)).rejects.toThrow();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("is listed by its key, as far as S3 names one", async () => {
    const body =
      "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>reports/a.json</Key></Contents>" +
      "<Contents><Size>1</Size></Contents><Contents><Key>reports/b.json</Key></Contents></ListBucketResult>";
    const { store } = storeBefore({ status: 200, body });
    const keys: string[] = [];
    for await (const key of store.keys("reports/")) keys.push(key);
    expect(keys).toEqual(["reports/a.json", "reports/b.json"]);
  });

  it("is undefined when it is not there, and an error when it may not be read", async () => {
    const absent = storeBefore({ status: 404, code: "NoSuchKey" });
    expect(await absent.store.read("reports/a.json")).toBeUndefined();
    const denied = storeBefore({ status: 403, code: "AccessDenied" });
    await expect(denied.store.read("reports/a.json")).rejects.toMatchObject({ name: "AccessDenied" });
  });
});
