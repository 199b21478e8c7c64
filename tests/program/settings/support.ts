import { readSettings } from "../../../program/settings/settings";
import { PROJECT, rawSettings } from "../support";

/** When the settings are read. */
export const NOW = new Date("2026-11-24T12:00:00Z");

/** The account of the topics' subscribers. */
export const ACCOUNT = "123456789012";

/** The settings as the program reads them, with what it cannot do without. */
export const read = (settings: Record<string, unknown>) =>
  readSettings(rawSettings({ environmentSuffix: "dev", ...settings }), PROJECT, NOW);

/** An accepted failure of buckets. */
export const exception = {
  rule: "s3-bucket-encryption",
  resource: "arn:aws:s3:::legacy-*",
  reason: "Read by a system that cannot use KMS",
  owner: "payments",
  approver: "ciso@example.com",
  ticket: "RISK-7",
  expires: "2027-03-31",
};

/** So many tags. */
export function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Tag${index}`, "x"]));
}

/** Why the settings are refused. */
export function messageOf(settings: Record<string, unknown>): string {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("the settings were not refused");
}
