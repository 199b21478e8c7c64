/** The settings that scheduled reports were judged by, each kept once in the bucket under its own hash. */

import type { ReportSettings } from "../../common/deployment/settings";
import { canonicalJson, parametersHash, sha256 } from "../../common/values/hash";
import { KeyTakenError, type ReportStore } from "./storage";

/** Where the settings with this SHA-256 (hex) are: the very bytes that have it. */
export function settingsKey(hash: string): string {
  return `reports/settings/${hash}.json`;
}

/**
 * Keeps settings, unless they are kept already.
 * @throws Error when others are kept in their place, or somebody else is just keeping them and may yet fail.
 */
export async function keepSettings(store: ReportStore, settings: ReportSettings): Promise<void> {
  const hash = parametersHash(settings);
  try {
    await store.write(settingsKey(hash), [canonicalJson(settings)], "application/json");
  } catch (error) {
    if (!(error instanceof KeyTakenError)) throw error;
    await keptSettings(store, hash);
  }
}

/**
 * The settings with this hash, as a manifest names them.
 * @throws Error when they are missing or others than those, which only somebody who tampered with them can have
 *   brought about: no report of their time can be made.
 */
export async function keptSettings(store: ReportStore, hash: string): Promise<ReportSettings> {
  const uri = store.uri(settingsKey(hash));
  const bytes = await store.read(settingsKey(hash));
  if (bytes === undefined) throw new Error(`${uri} is missing: what was in force then is not known`);
  if (sha256(bytes) !== hash) throw new Error(`${uri} was changed: its SHA-256 is ${sha256(bytes)}`);
  return JSON.parse(Buffer.from(bytes).toString("utf8")) as ReportSettings;
}
