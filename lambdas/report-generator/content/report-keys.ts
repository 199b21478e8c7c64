/** Where reports and their manifests lie in the report bucket. */

import type { Report } from "./report";

/** Where the manifests of scheduled reports are. */
export const CHAIN_PREFIX = "reports/chain/";

/** Where reports on demand are, each in the folder of its day. */
export const ON_DEMAND_PREFIX = "reports/on-demand/";

/** Zero-padded, so that the order of keys is the order of the chain. */
export function manifestKey(sequence: number): string {
  return `${CHAIN_PREFIX}${manifestName(sequence)}`;
}

/** The last part of that key. */
export function manifestName(sequence: number): string {
  return `${String(sequence).padStart(8, "0")}.json`;
}

/**
 * The manifest of a report on demand.
 * @param stem what the keys of its files begin with, up to the dot
 */
export function demandManifestKey(stem: string): string {
  return `${stem}.manifest.json`;
}

/** The folder of an instant (ISO-8601, or a name that begins so) below a prefix. */
export function dayFolder(prefix: string, instant: string): string {
  return `${prefix}${instant.slice(0, 10).replaceAll("-", "/")}/`;
}

/** The key of the manifest that a report has, or will have, once all its files are written. */
export function manifestKeyOf({ reportId, chain }: Pick<Report, "reportId" | "chain">): string {
  if (chain.sequence !== null) return manifestKey(chain.sequence);
  const folder = dayFolder(ON_DEMAND_PREFIX, reportId.slice(REPORT_NAME.length));
  return demandManifestKey(`${folder}${reportId}`);
}

/** What the name of every report begins with; its instant follows. */
export const REPORT_NAME = "compliance-report-";
