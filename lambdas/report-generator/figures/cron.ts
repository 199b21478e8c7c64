/**
 * The instants that an EventBridge cron expression means, in UTC
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
 */

import { next } from "aws-cron-parser";

/** The numbers of each field. */
export type Cron = Parameters<typeof next>[0];

/** A field of a cron expression: the numbers in it, and the words for some of them, the first for `from`. */
export interface CronField {
  readonly key: keyof Cron;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}

/** The fields in their order. */
export const CRON_FIELDS: readonly CronField[] = [
  { key: "minutes", name: "minutes", from: 0, to: 59 },
  { key: "hours", name: "hours", from: 0, to: 23 },
  { key: "daysOfMonth", name: "day of month", from: 1, to: 31 },
  {
    key: "months",
    name: "month",
    from: 1,
    to: 12,
    words: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" "),
  },
  {
    key: "daysOfWeek",
    name: "day of week",
    from: 1,
    to: 7,
    words: "SUN MON TUE WED THU FRI SAT".split(" "),
  },
  { key: "years", name: "year", from: 1970, to: 2199 },
];

const ANY = "?";
const LAST_DAY_OF_WEEK = "L";
const MINUTE = 60_000;

/** The number that a text in a field is or means; NaN when it is none. */
export function numberIn({ words, from }: CronField, text: string): number {
  const word = words?.indexOf(text) ?? -1;
  if (word >= 0) return word + from;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * @param fields six, as EventBridge takes them, but for those that mean one day of each month (`L`, `15W`, `2#1`).
 * @throws RangeError when something in a field is none of its numbers.
 */
export function cronOf(fields: readonly string[]): Cron {
  const numbers = CRON_FIELDS.map((field, index) => [field.key, numbersOf(field, fields[index] ?? ANY)]);
  return Object.fromEntries(numbers) as Cron;
}

function numbersOf(field: CronField, text: string): number[] {
  if (text === ANY) return [];
  if (text === LAST_DAY_OF_WEEK && field.key === "daysOfWeek") return [field.to];
  const numbers = text.split(",").flatMap((part) => {
    const [range = part, step] = part.split("/");
    const [first = Number.NaN, last] =
      range === "*" ? [field.from, field.to] : range.split("-").map((end) => numberIn(field, end));
    const end = last ?? (step === undefined ? first : field.to);
    const by = Number(step ?? 1);
    if (!(first >= field.from && first <= end && end <= field.to && by > 0)) {
      throw new RangeError(`${JSON.stringify(part)} is no ${field.name} of a cron(…) expression`);
    }
    return Array.from({ length: Math.floor((end - first) / by) + 1 }, (_, index) => first + index * by);
  });
  // The parser takes the first that fits.
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** The first slot after an instant; null when there is none any more. */
export function nextSlot(cron: Cron, after: Date): Date | null {
  let begin = (Math.floor(after.getTime() / MINUTE) + 1) * MINUTE;
  for (;;) {
    const slot = next(cron, new Date(begin - 1));
    if (slot === null) return null;
    const month = Date.UTC(slot.getUTCFullYear(), slot.getUTCMonth());
    if (month <= begin) return slot;
    // In another month it may be a 31 April, which the parser takes for 1 May: look for that month's first.
    begin = month;
  }
}
