/**
 * The ledger of a run over more accounts and Regions than an item has room for: DynamoDB takes items of 400 KB
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). It is compressed and kept in
 * items of its own, which are written before the run is committed and called by what they hold: of two tries of one run
 * none overwrites the other's.
 */

import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { LedgerEntry, RunRow } from "./rows";

/** JSON that stays in the run's own item, where everybody can read it: some 700 accounts and Regions. */
const INLINE_BYTES = 100_000;
/** Leaves room for the keys. */
const PART_BYTES = 380_000;

/** What stands in a run's item in place of a ledger for which it has no room. */
export interface LedgerReference {
  /** SHA-256 (hex) of the ledger as JSON. */
  readonly sha256: string;
  /** How many accounts and Regions it has. */
  readonly entries: number;
  /** Over how many items it is spread. */
  readonly parts: number;
}

/** A run as the table has it. */
export type StoredRun = RunRow | (Omit<RunRow, "ledger"> & { readonly ledger_reference: LedgerReference });

/** One of the items of a ledger. */
export interface LedgerPart {
  /** `ledger#<rule>`. */
  readonly resource_id: string;
  /** `<instant>#<rule>#<sha256>#<number>`. */
  readonly evaluation_timestamp: string;
  /** A piece of the JSON, compressed by gzip. */
  readonly content: Uint8Array;
}

/** A run as it is stored, and the items of its ledger that are to be stored before it. */
export function storedRun(run: RunRow): {
  readonly stored: StoredRun;
  readonly parts: readonly LedgerPart[];
} {
  const json = Buffer.from(JSON.stringify(run.ledger));
  if (json.length <= INLINE_BYTES) return { stored: run, parts: [] };
  const { ledger, ...others } = run;
  const content = gzipSync(json, { level: 9 });
  const pieces = Array.from({ length: Math.ceil(content.length / PART_BYTES) }, (_, number) =>
    content.subarray(number * PART_BYTES, (number + 1) * PART_BYTES),
  );
  const sha256 = createHash("sha256").update(json).digest("hex");
  const reference = { sha256, entries: ledger.length, parts: pieces.length };
  const keys = partKeys(run, reference);
  return {
    stored: { ...others, ledger_reference: reference },
    parts: pieces.map((piece, number) => ({ ...(keys[number] as (typeof keys)[number]), content: piece })),
  };
}

/** Where the items of a run's ledger lie, in their order. */
export function partKeys(
  { rule, evaluation_timestamp }: Pick<RunRow, "rule" | "evaluation_timestamp">,
  { sha256, parts }: LedgerReference,
): Pick<LedgerPart, "resource_id" | "evaluation_timestamp">[] {
  return Array.from({ length: parts }, (_, number) => ({
    resource_id: `ledger#${rule}`,
    evaluation_timestamp: `${evaluation_timestamp}#${sha256}#${number}`,
  }));
}

/**
 * The ledger out of the contents of its items.
 * @throws Error when it is not the one that the run refers to.
 */
export function ledgerOf(contents: readonly Uint8Array[], { sha256 }: LedgerReference): LedgerEntry[] {
  const json = gunzipSync(Buffer.concat(contents));
  const found = createHash("sha256").update(json).digest("hex");
  if (found !== sha256)
    throw new Error(`the ledger of the run has the hash ${found} and must have ${sha256}`);
  return JSON.parse(json.toString()) as LedgerEntry[];
}

/** Whether a run is this very one: its commit was repeated because the answer to the first try was lost. */
export function isSameRun(one: RunRow, other: RunRow): boolean {
  return one.started_at === other.started_at && one.completed_at === other.completed_at;
}

/** Whatever else may have come into the partition of a rule's runs is no run, and keeps nobody from reading those. */
export function isRun(item: unknown): item is StoredRun {
  if (typeof item !== "object" || item === null) return false;
  return "ledger" in item ? Array.isArray(item.ledger) : "ledger_reference" in item;
}
