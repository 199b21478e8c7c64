/** Walks the chain of scheduled reports and names the first thing that is not as it was written. */

import { createHash } from "node:crypto";
import { CHAIN_PREFIX, type Manifest, type ManifestFile, manifestKey, sequenceOfKey, sha256 } from "./chain";

/** A report bucket, or a copy of one. */
export interface ReportSource {
  keys(prefix: string): AsyncIterable<string>;
  /**
   * An object's bytes, of the version when the source keeps versions; undefined when there is no such object.
   */
  read(key: string, versionId?: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Keys that were written or deleted more than once; a copy cannot tell. */
  rewritten?(prefix: string): AsyncIterable<string>;
}

/** What is wrong, and where. */
export interface Break {
  readonly kind: "changed" | "missing" | "gap" | "fork";
  /** The link of the chain at which it shows. */
  readonly sequence: number;
  readonly key: string;
  readonly text: string;
}

/** What the walk found. */
export interface Verification {
  readonly links: number;
  readonly files: number;
  readonly bytes: number;
  readonly from: string | null;
  readonly to: string | null;
  /** SHA-256 of each manifest, first to last: one that was kept elsewhere tells a chain rewritten as a whole. */
  readonly manifests: readonly string[];
  readonly firstBreak: Break | null;
  /** Files that belong to no report: of attempts that were never completed. */
  readonly uncommitted: readonly string[];
}

interface ReadLink {
  readonly key: string;
  readonly sha256: string;
  readonly manifest: Manifest;
}

/**
 * Verifies every manifest, in order, and every file it names.
 * @param onProgress told the number of each link that is sound
 */
export async function verifyChain(
  source: ReportSource,
  onProgress: (sequence: number, last: number) => void = () => {},
): Promise<Verification> {
  const keys = await collect(source.keys(CHAIN_PREFIX));
  const last = keys.reduce((highest, key) => Math.max(highest, sequenceOfKey(key) ?? 0), 0);
  const counted = { links: 0, files: 0, bytes: 0 };
  const named = new Set<string>();
  const manifests: string[] = [];
  let first: ReadLink | undefined;
  let previous: ReadLink | undefined;
  const result = (firstBreak: Break | null, uncommitted: readonly string[]): Verification => ({
    ...counted,
    from: first?.manifest.period.from ?? null,
    to: previous?.manifest.period.to ?? null,
    manifests,
    firstBreak,
    uncommitted,
  });

  const forks = await findForks(source, keys);
  for (let sequence = 1; sequence <= last; sequence++) {
    const link = await readLink(source, sequence);
    const broken = "kind" in link ? link : (forks.get(sequence) ?? compareWithPrevious(link, previous));
    if (broken !== undefined) return result(broken, []);
    if ("kind" in link) return result(link, []);
    for (const file of link.manifest.files) {
      const fault = await checkFile(source, sequence, file);
      if (fault !== undefined) return result(fault, []);
      counted.files += 1;
      counted.bytes += file.bytes;
      named.add(file.key);
    }
    counted.links += 1;
    manifests.push(link.sha256);
    first ??= link;
    previous = link;
    onProgress(sequence, last);
  }
  const cut = await checkTail(source, previous);
  return result(cut ?? null, cut === undefined ? await uncommittedFiles(source, named) : []);
}

async function readLink(source: ReportSource, sequence: number): Promise<ReadLink | Break> {
  const key = manifestKey(sequence);
  const bytes = await readAll(source, key);
  if (bytes === undefined) {
    return {
      kind: "missing",
      sequence,
      key,
      text: `manifest ${sequence} is missing, and later ones are there`,
    };
  }
  const manifest = parseManifest(bytes);
  if (manifest === undefined || manifest.sequence !== sequence) {
    return { kind: "changed", sequence, key, text: `manifest ${sequence} is not what a report run writes` };
  }
  return { key, sha256: sha256(bytes), manifest };
}

function compareWithPrevious({ key, manifest }: ReadLink, previous: ReadLink | undefined): Break | undefined {
  const { sequence, period } = manifest;
  if (previous === undefined) {
    if (manifest.previous === null) return undefined;
    return {
      kind: "missing",
      sequence,
      key,
      text: `manifest ${sequence} names one before it, which is missing`,
    };
  }
  const before = previous.manifest;
  if (manifest.previous?.sequence !== before.sequence || manifest.previous.sha256 !== previous.sha256) {
    return {
      kind: "changed",
      sequence: before.sequence,
      key: previous.key,
      text: `manifest ${before.sequence} has the SHA-256 ${previous.sha256}, and manifest ${sequence} expects ${manifest.previous?.sha256 ?? "none"}: one of them was changed or replaced`,
    };
  }
  if (period.from !== before.period.to) {
    const kind = period.from > before.period.to ? "gap" : "fork";
    const word = kind === "gap" ? "nothing covers the time between" : "both cover the time between";
    return {
      kind,
      sequence,
      key,
      text: `report ${before.sequence} ends at ${before.period.to} and report ${sequence} begins at ${period.from}: ${word}`,
    };
  }
  return undefined;
}

async function checkFile(
  source: ReportSource,
  sequence: number,
  file: ManifestFile,
): Promise<Break | undefined> {
  const { key } = file;
  const body = await source.read(key, file.versionId);
  if (body === undefined)
    return { kind: "missing", sequence, key, text: `a file of report ${sequence} is missing` };
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const found = hash.digest("hex");
  if (found === file.sha256 && bytes === file.bytes) return undefined;
  return {
    kind: "changed",
    sequence,
    key,
    text: `it has ${bytes} bytes with the SHA-256 ${found}; manifest ${sequence} says ${file.bytes} bytes with ${file.sha256}`,
  };
}

/** Second manifests of one number: other names in a copy, other versions in a bucket. */
async function findForks(source: ReportSource, keys: readonly string[]): Promise<Map<number, Break>> {
  const forks = new Map<number, Break>();
  for (const key of keys) {
    if (sequenceOfKey(key) !== undefined) continue;
    const sequence = parseManifest((await readAll(source, key)) ?? new Uint8Array())?.sequence;
    if (sequence === undefined) continue;
    forks.set(sequence, {
      kind: "fork",
      sequence,
      key,
      text: `a second manifest says that it is number ${sequence}`,
    });
  }
  if (source.rewritten === undefined) return forks;
  for await (const key of source.rewritten(CHAIN_PREFIX)) {
    const sequence = sequenceOfKey(key);
    if (sequence === undefined) continue;
    const text = `manifest ${sequence} was written or deleted more than once, which report runs never do`;
    forks.set(sequence, { kind: "fork", sequence, key, text });
  }
  return forks;
}

/** The newest report says which link it is or follows: that finds links cut off at the end. */
async function checkTail(source: ReportSource, last: ReadLink | undefined): Promise<Break | undefined> {
  const key = "reports/latest.json";
  const bytes = await readAll(source, key);
  if (bytes === undefined) return undefined;
  const { chain } = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
    chain: { sequence: number | null; previous: { sequence: number; manifestSha256: string } | null };
  };
  const known = chain.sequence ?? chain.previous?.sequence ?? 0;
  const end = last?.manifest.sequence ?? 0;
  if (known <= end) return undefined;
  const text = `the newest report knows of report ${known}, and the chain ends with ${end}`;
  return { kind: "missing", sequence: end + 1, key: manifestKey(end + 1), text };
}

async function uncommittedFiles(source: ReportSource, named: ReadonlySet<string>): Promise<string[]> {
  const uncommitted: string[] = [];
  for await (const key of source.keys("reports/")) {
    if (/^reports\/\d{4}\//.test(key) && !named.has(key)) uncommitted.push(key);
  }
  return uncommitted;
}

function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    const manifest = JSON.parse(Buffer.from(bytes).toString("utf8")) as Manifest;
    const isManifest =
      Number.isInteger(manifest.sequence) &&
      Array.isArray(manifest.files) &&
      typeof manifest.period?.from === "string";
    return isManifest ? manifest : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

async function readAll(source: ReportSource, key: string): Promise<Buffer | undefined> {
  const body = await source.read(key);
  return body === undefined ? undefined : Buffer.concat(await collect(body));
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
