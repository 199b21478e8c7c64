/** What Security Hub was last told, kept in the report bucket: one new object an import. */

import { manifestName } from "../content/report-keys";
import type { Subject } from "./asff";

/** A finding as it was last taken. */
export interface Imported extends Subject {
  /** Tells whether the finding would say anything else now. */
  readonly fingerprint: string;
  readonly at: string;
}

/** Of the report bucket, what it takes to remember. */
export interface ImportStore {
  keys(prefix: string): AsyncIterable<string>;
  read(key: string): Promise<Uint8Array | undefined>;
  write(key: string, text: Iterable<string>, contentType: string): Promise<unknown>;
}

/** Where imports are remembered. */
export const IMPORTS_PREFIX = "reports/security-hub/";

/** Whether a key is one that `remember` writes. */
export function isImportKey(key: string): boolean {
  return /^reports\/security-hub\/\d{8}\.json$/.test(key);
}

/** By `finding_info.uid`; empty when nothing was ever imported. */
export async function lastImported(store: ImportStore): Promise<Map<string, Imported>> {
  let last: string | undefined;
  for await (const key of store.keys(IMPORTS_PREFIX)) if (isImportKey(key)) last = key;
  const bytes = last === undefined ? undefined : await store.read(last);
  if (bytes === undefined) return new Map();
  return new Map(JSON.parse(Buffer.from(bytes).toString("utf8")) as [string, Imported][]);
}

/** Keeps what is in Security Hub after the import of a scheduled report. @param sequence of the report's manifest */
export async function remember(
  store: ImportStore,
  sequence: number,
  imported: ReadonlyMap<string, Imported>,
): Promise<void> {
  const key = `${IMPORTS_PREFIX}${manifestName(sequence)}`;
  await store.write(key, jsonOf(imported), "application/json");
}

function* jsonOf(imported: ReadonlyMap<string, Imported>): Generator<string> {
  let separator = "[\n";
  for (const entry of imported) {
    yield separator + JSON.stringify(entry);
    separator = ",\n";
  }
  yield imported.size === 0 ? "[]\n" : "\n]\n";
}
