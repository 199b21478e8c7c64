/** Text for people and for limits of AWS. */

/** At most `length` UTF-16 units, with an ellipsis where something was cut; no character is cut in half. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3).replace(/[\ud800-\udbff]$/, "")}...`;
}

/**
 * Without line breaks and other control characters, which a resource's name may hold to forge lines, and without those
 * that turn the direction of what follows (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
 */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, "");
}

/**
 * A name that somebody else gave, so that it cannot be read as a sentence of ours; at most `length` characters of it.
 */
export function quoted(name: string, length: number): string {
  return `"${cut(oneLine(name).replaceAll('"', "'"), length)}"`;
}

/** Text order by code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
