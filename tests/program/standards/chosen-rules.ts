import { readSettings } from "../../../program/settings/settings";

/** The settings as the program reads them, with what it cannot do without. */
export const read = (settings: Readonly<Record<string, unknown>>) =>
  readSettings(
    Object.fromEntries(
      Object.entries({ environmentSuffix: "dev", alertEmail: "a@b.example", ...settings }).map(
        ([key, value]) => [`scanner:${key}`, typeof value === "string" ? value : JSON.stringify(value)],
      ),
    ),
    "scanner",
    new Date("2026-11-25T00:00:00Z"),
  );

/** Name → the managed rule that the settings choose. */
export const chosen = (settings: Readonly<Record<string, unknown>>) =>
  new Map(read(settings).managedRules.map((rule) => [rule.name, rule]));
