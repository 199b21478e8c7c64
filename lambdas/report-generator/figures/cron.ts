/**
 * The instants that an EventBridge cron expression means, in UTC
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
 */

import { next, parse } from "aws-cron-parser";

/** The numbers of each field. */
export type Cron = ReturnType<typeof parse>;

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

const LAST_DAY_OF_WEEK = "7";
/** What stands alone in a field: any day, or one day of each month. */
const ALONE = /^(\?|L|\d+[LW]|\d#\d)$/;
const MINUTE = 60_000;

/** The number that a text in a field is or means; NaN when it is none. */
export function numberIn({ words = [], from }: CronField, text: string): number {
  const word = words.indexOf(text);
  if (word >= 0) return word + from;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * @param fields six, as EventBridge takes them.
 * @throws Error when a number is none of its field's.
 */
export function cronOf(fields: readonly string[]): Cron {
  const texts = fields.map((text, index) => (index === 4 && text === "L" ? LAST_DAY_OF_WEEK : text));
  const parsed = parse(texts.join(" "));
  // The parser takes lists as they are ordered, and of a list only the first step.
  for (const [index, field] of CRON_FIELDS.entries()) {
    const text = texts[index] ?? "";
    if (!ALONE.test(text)) parsed[field.key] = numbersOf(field, text);
  }
  return parsed;
}

function numbersOf(field: CronField, text: string): number[] {
  const numbers = text.split(",").flatMap((part) => {
    const [range = "", step] = part.split("/");
    const [first = field.from, last] =
      range === "*" ? [field.from, field.to] : range.split("-").map((end) => numberIn(field, end));
    const end = last ?? (step === undefined ? first : field.to);
    const by = Number(step ?? 1);
    return Array.from({ length: Math.floor((end - first) / by) + 1 }, (_, index) => first + index * by);
  });
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
