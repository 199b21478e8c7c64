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

/** The last instant before this one; instants are whole milliseconds. */
export function justBefore(instant: string): string {
  return new Date(Date.parse(instant) - 1).toISOString();
}

/** The first instant after this one. */
export function justAfter(instant: string): string {
  return new Date(Date.parse(instant) + 1).toISOString();
}

/** A day in milliseconds. */
export const DAY_MS = 24 * 60 * 60 * 1000;

/** The instant that many milliseconds after (or, negative, before) another. */
export function plus(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}
