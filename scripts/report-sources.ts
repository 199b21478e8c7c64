/** Where verify-reports reads from: the bucket, or a copy of it in a folder. */

import { createReadStream, existsSync, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ReportSource } from "./report-objects";

/** The report bucket. Files are read in the very version that their manifest names. */
export class BucketSource implements ReportSource {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async *keys(prefix: string): AsyncGenerator<string> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key } of Contents) if (Key !== undefined) yield Key;
    }
  }

  async read(key: string, versionId?: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { Body } = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key, ...(versionId && { VersionId: versionId }) }),
      );
      return Body as Readable | undefined;
    } catch (error) {
      if (error instanceof Error && ["NoSuchKey", "NoSuchVersion"].includes(error.name)) return undefined;
      throw error;
    }
  }

  async *rewritten(prefix: string): AsyncGenerator<string> {
    const seen = new Set<string>();
    let position: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (position !== undefined) {
      const page: ListObjectVersionsCommandOutput = await this.client.send(
        new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: prefix, ...position }),
      );
      for (const { Key } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        if (Key === undefined) continue;
        if (seen.has(Key)) yield Key;
        seen.add(Key);
      }
      position = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
  }
}

/** Whether a folder looks like a copy of a report bucket, or of its `reports/`. */
export function isCopy(folder: string): boolean {
  return existsSync(join(folder, "reports")) || existsSync(join(folder, "chain"));
}

/** The first folder in this one that looks like a copy of a report bucket. */
export function copyInside(folder: string): string | undefined {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .find((path) => isCopy(path));
}

/** A copy made with `aws s3 cp --recursive`, of the bucket or of its `reports/`. */
export class FolderSource implements ReportSource {
  private readonly root: string;

  constructor(folder: string) {
    const isReportsItself = !existsSync(join(folder, "reports")) && existsSync(join(folder, "chain"));
    this.root = resolve(folder);
    this.inside = isReportsItself ? "reports/" : "";
  }

  /** What every key has in front of the path inside the folder. */
  private readonly inside: string;

  async *keys(prefix: string): AsyncGenerator<string> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map(
        (entry) => this.inside + relative(this.root, join(entry.parentPath, entry.name)).split(sep).join("/"),
      );
    yield* keys.filter((key) => key.startsWith(prefix)).sort();
  }

  async read(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = join(this.root, key.slice(this.inside.length));
    return existsSync(path) ? createReadStream(path) : undefined;
  }
}
