/** Text for people and for limits of AWS. */

/** At most `length` UTF-16 units, with an ellipsis where something was cut; no character is cut in half. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3).replace(/[\ud800-\udbff]$/, "")}...`;
}

/** Without line breaks and other control characters, which a resource's name may hold to forge lines. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
