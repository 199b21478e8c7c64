import { check } from "../../../lambdas/common/values/check";
import { longestGapHours, SCHEDULE } from "../../../program/settings/schedule";

test.each([
  "cron(0 0/6 * * ? *)",
  "cron(30 0/6 * * ? *)",
  "cron(0 4 ? * MON-FRI *)",
  "cron(15 10 L * ? *)",
  "cron(0 8 3W * ? *)",
  "cron(0 8 ? JAN,JUL 3#2 *)",
  "cron(0/15 8-17 ? * 2-6 2026-2199)",
])("%s is a schedule", (expression) => {
  expect(check(SCHEDULE, expression, "evaluationSchedule")).toBe(expression);
});

test.each([
  [
    "rate(6 hours)",
    /only cron\(\.\.\.\) is allowed, for rate\(\.\.\.\) shifts whenever the schedule is replaced/,
  ],
  ["every six hours", /only cron\(\.\.\.\) is allowed/],
  ["0 0/6 * * ? *", /only cron\(\.\.\.\) is allowed/],
  ["cron(0 0/6 * * ?)", /takes 6 fields/],
  ["cron(0  0/6 * * ? *)", /takes 6 fields/],
  ["cron(60 0/6 * * ? *)", /"60" is no minutes \(0 to 59\)/],
  ["cron(0 24 * * ? *)", /"24" is no hours \(0 to 23\)/],
  ["cron(0 0/0 * * ? *)", /"0\/0" is no hours/],
  ["cron(0 0/30 * * ? *)", /"0\/30" is no hours/],
  ["cron(0 6-1 * * ? *)", /"6-1" is no hours/],
  ["cron(0 0 32 * ? *)", /"32" is no day of month/],
  ["cron(0 0 ? FEV 2 *)", /"FEV" is no month/],
  ["cron(0 0 ? * 8 *)", /"8" is no day of week/],
  ["cron(0 0 ? * 2#6 *)", /"2#6" is no day of week/],
  ["cron(0 0/6 * * * *)", /exactly one of day of month and day of week must be \?/],
  ["cron(0 0/6 ? * ? *)", /exactly one of day of month and day of week must be \?/],
  ["cron(0 0/6 * * ? 1999)", /no time in the future/],
])("%s is refused", (expression, reason) => {
  const parse = () => check(SCHEDULE, expression, "evaluationSchedule");
  expect(parse).toThrow(reason);
  expect(parse).toThrow(/^evaluationSchedule is "/);
});

test.each([
  ["cron(0 0/6 * * ? *)", 6],
  ["cron(30 0/6 * * ? *)", 6],
  ["cron(0/5 * * * ? *)", 1],
  ["cron(0 3 * * ? *)", 24],
  ["cron(0 2,5 * * ? *)", 21],
  ["cron(0 4 ? * MON-FRI *)", 72],
  ["cron(0 4 ? * MON *)", 168],
  ["cron(0 0 1 * ? *)", 31 * 24],
  ["cron(0/5 * 1-20 * ? *)", 11 * 24 + 1],
])("%s leaves at most %i hours between two hours with a slot", (expression, hours) => {
  expect(longestGapHours(expression)).toBe(hours);
});

test("a schedule that ends leaves a gap without an end", () => {
  expect(longestGapHours("cron(0 0/6 * * ? 2028)")).toBe(Number.POSITIVE_INFINITY);
});
