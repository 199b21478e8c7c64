import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { emulatorClient } from "../emulator/account/moto";
import type { Deployment } from "../emulator/stack/deployment";
import { PROJECT_DIRECTORY } from "../emulator/stack/settings";
import { ENDINGS, type Form } from "../lambdas/report-generator/bucket/chain";
import type { ReportResult } from "../lambdas/report-generator/report-files";

const DEMO_FOLDER = join(PROJECT_DIRECTORY, ".demo");
const BUCKET_COPY = "report-bucket";
const ALERT = "alert.json";

/** What stays of the demo once the emulated account is gone. */
export interface SavedReports {
  /** The report's file by form. */
  readonly files: Readonly<Record<keyof ReportResult["files"], string>>;
  /** A copy of the whole report bucket. */
  readonly bucketCopy: string;
}

/**
 * Copies the report bucket into the folder `.demo`, and puts one report's files where they are easily found, and the
 * first alert of drift beside them.
 * @param folder of its own within that one.
 */
export async function saveReports(
  deployment: Deployment,
  { files }: ReportResult,
  folder = "",
): Promise<SavedReports> {
  const directory = join(DEMO_FOLDER, folder);
  clear(directory);
  const bucketCopy = join(directory, BUCKET_COPY);
  const client = new S3Client(emulatorClient(deployment.moto.url));
  const bucket = { Bucket: deployment.reportBucketName };
  const objects = new Map<string, Uint8Array>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, bucket)) {
    for (const { Key = "" } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ ...bucket, Key }));
      objects.set(Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
    }
  }
  for (const [key, bytes] of objects) write(join(bucketCopy, key), bytes);
  const alert = deployment.mails().find(({ attributes }) => attributes.kind === "drift");
  if (alert) write(join(directory, ALERT), JSON.stringify(alert, null, 2));
  const saved = Object.entries(files).map(([form, uri]) => {
    const bytes = objects.get(new URL(uri).pathname.slice(1));
    if (!bytes) throw new Error(`the report names ${uri}, which is not in the bucket`);
    const file = join(directory, reportFile(ENDINGS[form as Form]));
    write(file, bytes);
    return [form, file];
  });
  return { files: Object.fromEntries(saved), bucketCopy };
}

/** Removes what an earlier run of a story left in its folder, and nothing of another story's in a folder inside. */
export function clear(directory: string): void {
  for (const name of [BUCKET_COPY, ALERT, ...Object.values(ENDINGS).map(reportFile)]) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function reportFile(ending: string): string {
  return `compliance-report.${ending}`;
}

function write(file: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
