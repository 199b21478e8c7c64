import * as v from "valibot";
import { must, refuseFor, TOLD_MOST } from "../../lambdas/common/values/check";
import { cut } from "../../lambdas/common/values/text";
import {
  CRON_FIELDS,
  type CronField,
  cronOf,
  nextSlot,
  numberIn,
} from "../../lambdas/report-generator/figures/cron";

/** What may stand alone in a field for one day of each month. */
const MONTHLY: Partial<Record<CronField["key"], RegExp>> = {
  daysOfMonth: /^(L|([1-9]|[12]\d|3[01])W)$/,
  daysOfWeek: /^([1-7]L|[1-7]#[1-5])$/,
};
/** What may stand alone in a field for anything else. */
const ALONE: Partial<Record<CronField["key"], readonly string[]>> = {
  daysOfMonth: ["?"],
  daysOfWeek: ["?", "L"],
};

/**
 * An alarm's periods of an hour may span 7 days
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html), one of them to spare.
 */
const LONGEST_WATCHABLE_GAP_HOURS = 7 * 24 - 1;

const HOUR = 3_600_000;
const HOURS_OF_A_LEAP_YEAR = 366 * 24;
/** What comes every day leaves the same hours between on each. */
const EVERY_DAY = /^cron\(\S+ \S+ [*?] \* [*?] \*\)$/;
const HOURS_OF_TWO_DAYS = 48;

const TOO_SELDOM =
  `at most ${LONGEST_WATCHABLE_GAP_HOURS} hours may pass between two runs, ` +
  "as no CloudWatch alarm can watch for longer";

/**
 * An EventBridge schedule expression
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html) whose runs an alarm can
 * watch for. AWS itself would refuse a bad one only halfway through the deployment. `rate(…)` is not allowed: it counts
 * from the creation of the rule, so that the slots an auditor expects would shift whenever the rule is replaced.
 */
export const WATCHABLE_SCHEDULE = v.pipe(
  v.string(must("be a text")),
  refuseFor((expression) => {
    const reason = whyRefused(expression);
    return reason === undefined ? [] : [`is ${JSON.stringify(cut(expression, TOLD_MOST))}: ${reason}`];
  }),
);

function whyRefused(expression: string): string | undefined {
  if (/^rate\(/.test(expression)) {
    return "only cron(...) is allowed, for rate(...) shifts whenever the schedule is replaced";
  }
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(" ");
  if (!fields) return "only cron(...) is allowed, such as cron(0 0/6 * * ? *)";
  if (fields.length !== CRON_FIELDS.length) {
    const names = CRON_FIELDS.map(({ name }) => name).join(", ");
    return `cron(...) takes ${CRON_FIELDS.length} fields, each after one space: ${names}`;
  }
  let isMonthly = false;
  for (const [index, field] of CRON_FIELDS.entries()) {
    const text = fields[index] ?? "";
    if (ALONE[field.key]?.includes(text)) continue;
    if (MONTHLY[field.key]?.test(text)) {
      isMonthly = true;
      continue;
    }
    const bad = text.split(",").find((part) => !isPartOf(field, part));
    if (bad !== undefined) return `${JSON.stringify(bad)} is no ${field.name} (${field.from} to ${field.to})`;
  }
  if ((fields[2] === "?") === (fields[4] === "?")) {
    return "exactly one of day of month and day of week must be ?";
  }
  if (isMonthly) return TOO_SELDOM;
  if (nextSlot(cronOf(fields), new Date()) === null) return "it has no time in the future";
  return longestGapHours(expression) <= LONGEST_WATCHABLE_GAP_HOURS ? undefined : TOO_SELDOM;
}

function isPartOf(field: CronField, part: string): boolean {
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0) return false;
  if (step !== undefined && !(/^[1-9]\d*$/.test(step) && Number(step) <= field.to)) return false;
  if (range === "*") return true;
  const [first = Number.NaN, last = first, ...rest] = range.split("-").map((end) => numberIn(field, end));
  return rest.length === 0 && first >= field.from && first <= last && last <= field.to;
}

/**
 * The most hours that pass between two hours with a slot, over a whole leap year that is always the same: the
 * answer must not change from one deployment to the next.
 * @param expression a valid `cron(…)`.
 */
export function longestGapHours(expression: string): number {
  const cron = cronOf(expression.slice("cron(".length, -1).split(" "));
  const start = Date.UTC(2028, 0, 1);
  const hours = EVERY_DAY.test(expression) ? HOURS_OF_TWO_DAYS : HOURS_OF_A_LEAP_YEAR;
  let longest = 0;
  let previous = start;
  while (previous - start < hours * HOUR) {
    // The parser looks strictly after the instant: begin with the last moment of the previous slot's hour.
    const slot = nextSlot(cron, new Date(previous + HOUR - 1));
    const hour = slot === null ? Number.POSITIVE_INFINITY : Math.floor(slot.getTime() / HOUR) * HOUR;
    longest = Math.max(longest, (hour - previous) / HOUR);
    previous = hour;
  }
  return longest;
}
