import { check } from "../../../lambdas/common/values/check";
import { longestGapHours, WATCHABLE_SCHEDULE } from "../../../program/settings/schedule";

test.each([
  "cron(0 0/6 * * ? *)",
  "cron(30 0/6 * * ? *)",
  "cron(0 4 ? * MON-FRI *)",
  "cron(0/15 8-17 ? * 2-6 *)",
  "cron(0 0/6 * * ? 1970-2199)",
  "cron(0,59 0,23 1,6-26/5,31 1-12 ? *)",
  "cron(0/59 0/23 ? * 1,7 *)",
  "cron(*/10 5-5 * * ? *)",
  "cron(0 0,1 ? * MON *)",
  "cron(0 0,1 ? * L *)",
  "cron(0 0 ? JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC SUN,MON,TUE,WED,THU,FRI,SAT *)",
])("%s is a schedule", (expression) => {
  expect(check(WATCHABLE_SCHEDULE, expression, "evaluationSchedule")).toBe(expression);
});

test.each([
  "cron(0 0 ? * MON *)",
  "cron(0 0 ? * L *)",
  "cron(0 0 L * ? *)",
  "cron(0 0 1W * ? *)",
  "cron(0 0 9W * ? *)",
  "cron(0 0 10W * ? *)",
  "cron(0 0 29W * ? *)",
  "cron(0 0 30W * ? *)",
  "cron(0 0 31W 2 ? *)",
  "cron(0 0 ? * 1L *)",
  "cron(0 0 ? * 7L *)",
  "cron(0 0 ? 2 1#5 *)",
  "cron(0 8 ? JAN,JUL 7#1 *)",
  "cron(0 0 1 * ? *)",
  "cron(0 0/6 * * ? 2199)",
])("%s is a schedule that no alarm can watch, and is refused with what one can", (expression) => {
  expect(() => check(WATCHABLE_SCHEDULE, expression, "evaluationSchedule")).toThrow(
    `evaluationSchedule is "${expression}": at most 167 hours may pass between two runs, as no CloudWatch alarm can ` +
      "watch for longer",
  );
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
  ["every rate(6 hours)", /such as cron\(0 0\/6 \* \* \? \*\)$/],
  ["at cron(0 0/6 * * ? *)", /: only cron\(\.\.\.\) is allowed, such as/],
  ["cron(0 0/6 * * ? *) UTC", /: only cron\(\.\.\.\) is allowed, such as/],
  ["cron()", /each after one space: minutes, hours, day of month, month, day of week, year$/],
  ["cron(0/60 0 * * ? *)", /"0\/60" is no minutes/],
  ["cron(0/x 0 * * ? *)", /"0\/x" is no minutes/],
  ["cron(0/1x 0 * * ? *)", /"0\/1x" is no minutes/],
  ["cron(0/x1 0 * * ? *)", /"0\/x1" is no minutes/],
  ["cron(0/05 0 * * ? *)", /"0\/05" is no minutes/],
  ["cron(0/1e1 0 * * ? *)", /"0\/1e1" is no minutes/],
  ["cron(1e1 0 * * ? *)", /"1e1" is no minutes/],
  ["cron(+5 0 * * ? *)", /"\+5" is no minutes/],
  ["cron(0/ 0 * * ? *)", /"0\/" is no minutes/],
  ["cron(/5 0 * * ? *)", /"\/5" is no minutes/],
  ["cron(0/5/5 0 * * ? *)", /"0\/5\/5" is no minutes/],
  ["cron(1-2-3 0 * * ? *)", /"1-2-3" is no minutes/],
  ["cron(1- 0 * * ? *)", /"1-" is no minutes/],
  ["cron(1-60 0 * * ? *)", /"1-60" is no minutes/],
  ["cron(0,,5 0 * * ? *)", /"" is no minutes/],
  ["cron(0,60 0 * * ? *)", /"60" is no minutes/],
  ["cron(1x 0 * * ? *)", /"1x" is no minutes/],
  ["cron(x1 0 * * ? *)", /"x1" is no minutes/],
  ["cron(? 0 * * ? *)", /"\?" is no minutes/],
  ["cron(0 ? * * ? *)", /"\?" is no hours/],
  ["cron(0 0 ?,5 * ? *)", /"\?" is no day of month/],
  ["cron(0 0 L,15 * ? *)", /"L" is no day of month/],
  ["cron(0 0 9W,10W * ? *)", /"9W" is no day of month/],
  ["cron(0 0 * ? ? *)", /"\?" is no month/],
  ["cron(0 0 ? * 1#1,7#5 *)", /"1#1" is no day of week/],
  ["cron(0 0 ? * L,2 *)", /"L" is no day of week/],
  ["cron(0 0 0 * ? *)", /"0" is no day of month \(1 to 31\)/],
  ["cron(0 0 0W * ? *)", /"0W" is no day of month/],
  ["cron(0 0 32W * ? *)", /"32W" is no day of month/],
  ["cron(0 0 W * ? *)", /"W" is no day of month/],
  ["cron(0 0 03W * ? *)", /"03W" is no day of month/],
  ["cron(0 0 3WW * ? *)", /"3WW" is no day of month/],
  ["cron(0 0 LW3 * ? *)", /"LW3" is no day of month/],
  ["cron(0 0 xL * ? *)", /"xL" is no day of month/],
  ["cron(0 0 * 0 ? *)", /"0" is no month \(1 to 12\)/],
  ["cron(0 0 * 13 ? *)", /"13" is no month/],
  ["cron(0 0 * jan ? *)", /"jan" is no month/],
  ["cron(0 0 ? * 0 *)", /"0" is no day of week \(1 to 7\)/],
  ["cron(0 0 ? * 0L *)", /"0L" is no day of week/],
  ["cron(0 0 ? * 8L *)", /"8L" is no day of week/],
  ["cron(0 0 ? * 6LL *)", /"6LL" is no day of week/],
  ["cron(0 0 ? * 16L *)", /"16L" is no day of week/],
  ["cron(0 0 ? * 0#1 *)", /"0#1" is no day of week/],
  ["cron(0 0 ? * 3#0 *)", /"3#0" is no day of week/],
  ["cron(0 0 ? * 3#22 *)", /"3#22" is no day of week/],
  ["cron(0 0 ? * 33#2 *)", /"33#2" is no day of week/],
  ["cron(0 0 * * ? 1969)", /"1969" is no year \(1970 to 2199\)/],
  ["cron(0 0 * * ? 2200)", /"2200" is no year/],
])("%s is refused", (expression, reason) => {
  const parse = () => check(WATCHABLE_SCHEDULE, expression, "evaluationSchedule");
  expect(parse).toThrow(reason);
  expect(parse).toThrow(/^evaluationSchedule is "/);
});

test("anything but a text is refused", () => {
  expect(() => check(WATCHABLE_SCHEDULE, 6, "evaluationSchedule")).toThrow(
    /^evaluationSchedule must be a text, not 6$/,
  );
});

test("of a long text only its beginning is told", () => {
  const parse = () => check(WATCHABLE_SCHEDULE, "x".repeat(200), "evaluationSchedule");
  expect(parse).toThrow(/^evaluationSchedule is "x{70,80}…?[^x]*": only cron/);
});

test.each([
  ["cron(0 0/6 * * ? *)", 6],
  ["cron(30 0/6 * * ? *)", 6],
  ["cron(0/5 * * * ? *)", 1],
  ["cron(0 * * * ? *)", 1],
  ["cron(0 0 1 1 ? *)", 366 * 24],
  ["cron(0 0 1 1 ? 2029)", 366 * 24],
  ["cron(0 3 * * ? *)", 24],
  ["cron(0 2,5 * * ? *)", 21],
  ["cron(0 5,2 * * ? *)", 21],
  ["cron(0 0/12,5 * * ? *)", 12],
  ["cron(0 0 ? * L *)", 168],
  ["cron(0 0 2,8,14,20,26,31 * ? *)", 6 * 24],
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
