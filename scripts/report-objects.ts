/** Reading the objects of a report bucket, or of a copy of one. */

import { createHash } from "node:crypto";
import { collect } from "../lambdas/common/values/collect";
import type { Report } from "../lambdas/report-generator/content/report";

/** A report bucket, or a copy of one. */
export interface ReportSource {
  /** The keys with a prefix; with an empty one, all there are. */
  keys(prefix: string): AsyncIterable<string>;
  /**
   * An object's bytes, of the version when the source keeps versions; undefined when there is no such object.
   */
  read(key: string, versionId?: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Keys that were written or deleted more than once; a copy cannot tell. */
  rewritten?(prefix: string): AsyncIterable<string>;
}

/** The part of a JSON report that can be compared with its manifest; somebody may have taken from it. */
export type ReportHead = Partial<
  Pick<Report, "reportId" | "kind" | "generatedAt" | "period" | "source" | "chain" | "summary" | "findings">
>;

/** An object's hash, and what a JSON report says before its long lists. */
export async function digest(
  source: ReportSource,
  key: string,
  versionId?: string,
): Promise<{ sha256: string; bytes: number; head: ReportHead | undefined } | undefined> {
  const body = await source.read(key, versionId);
  if (body === undefined) return undefined;
  const hash = createHash("sha256");
  const start: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    if (bytes < MOST_HEAD_BYTES) start.push(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), bytes, head: parseHead(Buffer.concat(start).toString("utf8")) };
}

const MOST_HEAD_BYTES = 1024 * 1024;

/** Only the report's own keys stand one space from the edge, and texts hold no line breaks. */
function parseHead(text: string): ReportHead | undefined {
  const end = text.indexOf(',\n "rules": ');
  return end < 0 ? undefined : (parseJson(`${text.slice(0, end)}}`) as ReportHead | undefined);
}

/** The value that a text is as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An object's bytes; undefined when there is none. */
export async function readAll(source: ReportSource, key: string): Promise<Buffer | undefined> {
  const body = await source.read(key);
  return body === undefined ? undefined : Buffer.concat(await collect(body));
}
