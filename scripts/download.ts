/** Saves a report's files, and compares what was saved with the report's manifest. */

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { sha256 } from "../lambdas/common/values/hash";
import type { DemandManifest } from "../lambdas/report-generator/bucket/demand-manifest";
import type { ReportResult } from "../lambdas/report-generator/report-files";
import { parseJson } from "./report-objects";
import { UnreadableError } from "./stack";

/** A file on this machine. */
export interface SavedFile {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Saves the files of a report and its manifest in a folder.
 * @returns the report's files first, the manifest last
 * @throws UnreadableError when the manifest is not the one that the report generator answered with, or a file not
 *   the one that the manifest names; whatever the client throws.
 */
export async function download(
  client: S3Client,
  { files, manifest }: Pick<ReportResult, "files" | "manifest">,
  folder: string,
): Promise<SavedFile[]> {
  const seal = await saveManifest(client, manifest, folder);
  const saved = await Promise.all(Object.values(files).map((uri) => save(client, uri, folder)));
  for (const { path, sha256: found } of saved) {
    const written = seal.files.find(({ key }) => basename(key) === basename(path));
    if (written?.sha256 === found) continue;
    const expected = written?.sha256 ?? "no file of that name";
    throw new UnreadableError(
      `${path} has the SHA-256 ${found}, and its manifest says ${expected}: it was changed since it was written`,
    );
  }
  return [...saved, seal.saved];
}

async function saveManifest(client: S3Client, manifest: ReportResult["manifest"], folder: string) {
  const body = await get(client, manifest.uri);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const found = sha256(bytes);
  if (found !== manifest.sha256) {
    throw new UnreadableError(
      `${manifest.uri} has the SHA-256 ${found}, and the report generator wrote ${manifest.sha256}: it was changed`,
    );
  }
  const path = join(folder, basename(keyOf(manifest.uri)));
  await writeFile(path, bytes);
  const { files } = parseJson(bytes.toString("utf8")) as DemandManifest;
  return { files, saved: { path, sha256: found } };
}

async function save(client: S3Client, uri: string, folder: string): Promise<SavedFile> {
  const path = join(folder, basename(keyOf(uri)));
  const hash = createHash("sha256");
  await pipeline(
    await get(client, uri),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  return { path, sha256: hash.digest("hex") };
}

async function get(client: S3Client, uri: string): Promise<Readable> {
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket: new URL(uri).hostname, Key: keyOf(uri) }),
  );
  return Body as Readable;
}

function keyOf(uri: string): string {
  return decodeURIComponent(new URL(uri).pathname.slice(1));
}
