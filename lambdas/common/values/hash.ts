/** Hashes, and the bytes they are taken of. */

import { createHash } from "node:crypto";

/** SHA-256 (hex) of parameters, whatever the order of their keys. */
export function parametersHash(parameters: unknown): string {
  return createHash("sha256").update(canonicalJson(parameters)).digest("hex");
}

/** JSON without whitespace and with every object's keys in order: equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

/** SHA-256 in hex. */
export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}
