/** The seal of a report on demand: a manifest beside it, written last, which is no link of the chain. */

import type { Finding, Summary } from "../content/report";
import { demandManifestKey } from "../content/report-keys";
import type { Period } from "../request/period";
import type { Link, ManifestFile } from "./chain";
import type { ReportStore } from "./storage";

/** What a report on demand was when it was made. */
export interface DemandManifest {
  readonly schemaVersion: "1.0";
  readonly kind: "on-demand";
  readonly reportId: string;
  readonly period: Period;
  readonly createdAt: string;
  /** Of the program that made the report. */
  readonly programVersion: string;
  /** SHA-256 of the settings that the report judged by, as canonical JSON. */
  readonly parametersHash: string;
  /** The last link of the chain when the report was begun; null while there was none. */
  readonly chainHead: { readonly sequence: number; readonly key: string; readonly sha256: string } | null;
  readonly files: readonly ManifestFile[];
  readonly summary: Summary;
  readonly findings: readonly Finding[];
}

/** A manifest as it was written. */
export interface Seal {
  readonly key: string;
  readonly sha256: string;
}

/**
 * Seals a report; this is what makes it count.
 * @param stem what the keys of its files begin with
 * @throws KeyTakenError when another manifest has the name; whatever the store throws, and then nothing is sealed.
 */
export async function seal(store: ReportStore, stem: string, manifest: DemandManifest): Promise<Seal> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  return await store.write(demandManifestKey(stem), [text], "application/json");
}

/** The link as a manifest names it. */
export function headOf(head: Link | undefined): DemandManifest["chainHead"] {
  return head === undefined ? null : { sequence: head.manifest.sequence, key: head.key, sha256: head.sha256 };
}
