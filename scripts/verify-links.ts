/** The manifests of the chain, each held against the one before it. */

import { sha256 } from "../lambdas/common/values/hash";
import { type Manifest, sequenceOfKey } from "../lambdas/report-generator/bucket/chain";
import { manifestKey } from "../lambdas/report-generator/content/report-keys";
import { parseJson, type ReportSource, readAll } from "./report-objects";

/** What is wrong, and where. */
export interface Break {
  readonly kind: "changed" | "missing" | "gap" | "fork";
  /** The link of the chain at which it shows. */
  readonly sequence: number;
  readonly key: string;
  readonly text: string;
}

/** A manifest as it lies in the bucket. */
export interface ReadLink {
  readonly key: string;
  readonly sha256: string;
  readonly manifest: Manifest;
}

/** The manifest of a number, or what is wrong with it. */
export async function readLink(source: ReportSource, sequence: number): Promise<ReadLink | Break> {
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

/** A manifest names the one before it and that one's SHA-256. */
export function compareHashes(
  { key, manifest }: ReadLink,
  previous: ReadLink | undefined,
): Break | undefined {
  const { sequence } = manifest;
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
      text:
        `manifest ${before.sequence} has the SHA-256 ${previous.sha256}, and manifest ${sequence} expects ` +
        `${manifest.previous?.sha256 ?? "none"}: one of them was changed or replaced`,
    };
  }
  return undefined;
}

/** A report begins where the one before it ends. */
export function comparePeriods(
  { key, manifest }: ReadLink,
  previous: ReadLink | undefined,
): Break | undefined {
  const { sequence, period } = manifest;
  const before = previous?.manifest;
  if (before === undefined || period.from === before.period.to) return undefined;
  const kind = period.from > before.period.to ? "gap" : "fork";
  const word = kind === "gap" ? "nothing covers the time between" : "both cover the time between";
  return {
    kind,
    sequence,
    key,
    text:
      `report ${before.sequence} ends at ${before.period.to} and report ${sequence} begins at ` +
      `${period.from}: ${word}`,
  };
}

/** Second manifests of one number: other names in a copy, other versions in a bucket. */
export async function findForks(
  source: ReportSource,
  keys: readonly string[],
  rewritten: ReadonlySet<string>,
): Promise<Map<number, Break>> {
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
  for (const key of rewritten) {
    const sequence = sequenceOfKey(key);
    if (sequence === undefined) continue;
    const text = `manifest ${sequence} was written or deleted more than once, which report runs never do`;
    forks.set(sequence, { kind: "fork", sequence, key, text });
  }
  return forks;
}

function parseManifest(bytes: Uint8Array): Manifest | undefined {
  const manifest = parseJson(Buffer.from(bytes).toString("utf8")) as Manifest | null | undefined;
  const isManifest =
    Number.isInteger(manifest?.sequence) &&
    Array.isArray(manifest?.files) &&
    Array.isArray(manifest.rules) &&
    typeof manifest.parametersHash === "string" &&
    typeof manifest.period?.from === "string";
  return isManifest ? (manifest ?? undefined) : undefined;
}
