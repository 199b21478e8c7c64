/** Sort keys of the history: `<ISO-8601 UTC, always milliseconds>#<rule>`, so that text order is time order. */

/**
 * Normalises an instant to ISO-8601 UTC with milliseconds.
 * @throws RangeError when `instant` is no date.
 */
export function isoInstant(instant: string | number | Date): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime()))
    throw new RangeError(`not an ISO-8601 instant: ${JSON.stringify(instant)}`);
  return date.toISOString();
}

/** The sort key of what `rule` said at `instant`. */
export function evaluationTimestamp(instant: string, rule: string): string {
  return `${instant}#${rule}`;
}

/** The instant of a sort key. */
export function instantOf(evaluationTimestamp: string): string {
  return evaluationTimestamp.slice(0, evaluationTimestamp.indexOf("#"));
}

/** Sorts after every sort key of its instant: `#` and every rule name are below it. */
export const AFTER_INSTANT = "~";

/** The last instant before this one; instants are whole milliseconds. */
export function justBefore(instant: string): string {
  return new Date(Date.parse(instant) - 1).toISOString();
}

/** The first instant after this one. */
export function justAfter(instant: string): string {
  return new Date(Date.parse(instant) + 1).toISOString();
}
