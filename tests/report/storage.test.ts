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
import { S3ReportStore } from "../../lambdas/report-generator/storage";

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
