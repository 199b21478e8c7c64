import { next, parse } from "aws-cron-parser";
import * as v from "valibot";
import { must, refuseFor, TOLD_MOST } from "../../lambdas/common/values/check";
import { cut } from "../../lambdas/common/values/text";

interface CronField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
  /** What stands alone in the field or in its list. */
  readonly special?: RegExp;
}

const FIELDS: readonly CronField[] = [
  { name: "minutes", from: 0, to: 59 },
  { name: "hours", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31, special: /^(\?|L|([1-9]|[12]\d|3[01])W)$/ },
  { name: "month", from: 1, to: 12, words: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ") },
  {
    name: "day of week",
    from: 1,
    to: 7,
    words: "SUN MON TUE WED THU FRI SAT".split(" "),
    special: /^(\?|L|[1-7]L|[1-7]#[1-5])$/,
  },
  { name: "year", from: 1970, to: 2199 },
];

/**
 * An alarm's periods of an hour may span 7 days
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html), one of them to spare.
 */
const LONGEST_WATCHABLE_GAP_HOURS = 7 * 24 - 1;

const HOUR = 3_600_000;
const HOURS_OF_A_LEAP_YEAR = 366 * 24;

/**
 * An EventBridge schedule expression
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html). AWS itself would refuse a
 * bad one only halfway through the deployment. `rate(…)` is not allowed: it counts from the creation of the rule, so
 * that the slots an auditor expects would shift whenever the rule is replaced.
 */
export const SCHEDULE = scheduleUnless(whyRefused);

/** A schedule whose runs an alarm can watch for, and so one of those that a stack may have. */
export const WATCHABLE_SCHEDULE = scheduleUnless(
  (expression) => whyRefused(expression) ?? whyUnwatchable(expression),
);

function scheduleUnless(why: (expression: string) => string | undefined) {
  return v.pipe(
    v.string(must("be a text")),
    refuseFor((expression) => {
      const reason = why(expression);
      return reason === undefined ? [] : [`is ${JSON.stringify(cut(expression, TOLD_MOST))}: ${reason}`];
    }),
  );
}

function whyRefused(expression: string): string | undefined {
  if (/^rate\(/.test(expression)) {
    return "only cron(...) is allowed, for rate(...) shifts whenever the schedule is replaced";
  }
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(" ");
  if (!fields) return "only cron(...) is allowed, such as cron(0 0/6 * * ? *)";
  if (fields.length !== FIELDS.length) {
    return `cron(...) takes ${FIELDS.length} fields, each after one space: ${namesOfFields()}`;
  }
  for (const [index, field] of FIELDS.entries()) {
    const bad = (fields[index] ?? "").split(",").find((part) => !isPartOf(field, part));
    if (bad !== undefined) return `${JSON.stringify(bad)} is no ${field.name} (${field.from} to ${field.to})`;
  }
  if ((fields[2] === "?") === (fields[4] === "?")) {
    return "exactly one of day of month and day of week must be ?";
  }
  if (next(parse(fields.join(" ")), new Date()) === null) return "it has no time in the future";
  return undefined;
}

function whyUnwatchable(expression: string): string | undefined {
  if (longestGapHours(expression) <= LONGEST_WATCHABLE_GAP_HOURS) return undefined;
  return (
    `at most ${LONGEST_WATCHABLE_GAP_HOURS} hours may pass between two runs, ` +
    "as no CloudWatch alarm can watch for longer"
  );
}

function isPartOf(field: CronField, part: string): boolean {
  if (field.special?.test(part)) return true;
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0) return false;
  if (step !== undefined && !(/^[1-9]\d*$/.test(step) && Number(step) <= field.to)) return false;
  if (range === "*") return true;
  const [first = Number.NaN, last = first, ...rest] = range.split("-").map((end) => numberIn(field, end));
  return rest.length === 0 && first >= field.from && first <= last && last <= field.to;
}

function numberIn({ words = [], from }: CronField, text: string): number {
  const word = words.indexOf(text);
  if (word >= 0) return word + from;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function namesOfFields(): string {
  return FIELDS.map(({ name }) => name).join(", ");
}

/**
 * The most hours that pass between two hours with a slot, over a whole leap year that is always the same: the
 * answer must not change from one deployment to the next.
 * @param expression a valid `cron(…)`.
 */
export function longestGapHours(expression: string): number {
  const cron = parse(expression.slice("cron(".length, -1));
  const start = Date.UTC(2028, 0, 1);
  let longest = 0;
  let previous = start;
  while (previous - start < HOURS_OF_A_LEAP_YEAR * HOUR) {
    // The parser looks strictly after the instant: begin with the last moment of the previous slot's hour.
    const slot = next(cron, new Date(previous + HOUR - 1));
    const hour = slot === null ? Number.POSITIVE_INFINITY : Math.floor(slot.getTime() / HOUR) * HOUR;
    longest = Math.max(longest, (hour - previous) / HOUR);
    previous = hour;
  }
  return longest;
}
