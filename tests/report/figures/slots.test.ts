import fc from "fast-check";
import { slotsOf } from "../../../lambdas/report-generator/figures/schedule";
import { SIX_HOURLY } from "../swept-company";

describe("the slots of a schedule", () => {
  it("leave out the period's beginning and include its end, as periods that share a border need", () => {
    const slots = slotsOf(SIX_HOURLY, { from: "2026-11-22T06:00:00.000Z", to: "2026-11-23T00:00:00.000Z" });
    expect(slots).toEqual([
      "2026-11-22T12:00:00.000Z",
      "2026-11-22T18:00:00.000Z",
      "2026-11-23T00:00:00.000Z",
    ]);
  });

  it("are the minutes that a minute-by-minute look at the expression accepts", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom(1, 2, 3, 4, 6, 8, 12),
        fc.constantFrom("MON-FRI", "*", "SUN"),
        fc.integer({ min: 0, max: 3000 }),
        (minute, hours, days, offset) => {
          const from = Date.parse("2026-02-26T00:00:00.000Z") + offset * 60_000;
          const to = from + 4 * 24 * 60 * 60_000;
          const [dayOfMonth, dayOfWeek] = days === "*" ? ["*", "?"] : ["?", days];
          const expected: string[] = [];
          for (let instant = from + 60_000; instant <= to; instant += 60_000) {
            const date = new Date(instant);
            const weekday = date.getUTCDay();
            const isDay = days === "*" || (days === "SUN" ? weekday === 0 : weekday >= 1 && weekday <= 5);
            if (isDay && date.getUTCMinutes() === minute && date.getUTCHours() % hours === 0) {
              expected.push(date.toISOString());
            }
          }
          const expression = `cron(${minute} 0/${hours} ${dayOfMonth} * ${dayOfWeek} *)`;
          const asked = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
          expect(slotsOf(expression, asked)).toEqual(expected);
        },
      ),
    );
  });

  it("are at most 100,000", () => {
    const from = "2026-01-01T00:00:00.000Z";
    const minutes = (count: number) =>
      slotsOf("cron(* * * * ? *)", { from, to: new Date(Date.parse(from) + count * 60_000).toISOString() });
    expect(minutes(100_000)).toHaveLength(100_000);
    expect(() => minutes(100_001)).toThrow(/more than 100000 slots/);
  }, 60_000);

  it.each(["rate(6 hours)", "0 0/6 * * ? *", "cron(0 0/6 * * ?)", "cron()"])("refuse %s", (expression) => {
    const period = { from: "2026-11-22T12:30:00.000Z", to: "2026-11-23T12:30:00.000Z" };
    expect(() => slotsOf(expression, period)).toThrow(/is no cron/);
  });

  it.each([
    ["a list in any order", "0 12,0 * * ? *", ["24T12", "25T00", "25T12", "26T00", "26T12"]],
    [
      "a list with steps",
      "0 0/12,5 * * ? *",
      ["24T05", "24T12", "25T00", "25T05", "25T12", "26T00", "26T05", "26T12"],
    ],
    ["a step within a range", "0 1-9/8 * * ? *", ["24T01", "24T09", "25T01", "25T09", "26T01", "26T09"]],
    ["a range of days by name", "0 6 ? NOV TUE-WED *", ["24T06", "25T06"]],
    ["the last day of the week", "0 6 ? * L *", []],
  ])("are those of %s", (_what, fields, hours) => {
    const slots = slotsOf(`cron(${fields})`, {
      from: "2026-11-24T00:00:00.000Z",
      to: "2026-11-26T13:00:00.000Z",
    });
    expect(slots).toEqual(hours.map((hour) => `2026-11-${hour}:00:00.000Z`));
  });

  it("are on Saturday on the last day of the week", () => {
    const november = { from: "2026-11-01T00:00:00.000Z", to: "2026-11-20T00:00:00.000Z" };
    expect(slotsOf("cron(0 6 ? * L *)", november)).toEqual([
      "2026-11-07T06:00:00.000Z",
      "2026-11-14T06:00:00.000Z",
    ]);
  });

  it("leave out a day that a month does not have", () => {
    const days = (expression: string, from: string, to: string) =>
      slotsOf(`cron(0 6 ${expression} * ? *)`, {
        from: `${from}T12:00:00.000Z`,
        to: `${to}T12:00:00.000Z`,
      }).map((slot) => slot.slice(0, 10));
    expect(days("2,26,31", "2026-03-20", "2026-05-10")).toEqual([
      "2026-03-26",
      "2026-03-31",
      "2026-04-02",
      "2026-04-26",
      "2026-05-02",
    ]);
    expect(days("2,3,29,30", "2026-02-10", "2026-03-10")).toEqual(["2026-03-02", "2026-03-03"]);
    expect(days("2,29", "2028-02-10", "2028-03-10")).toEqual(["2028-02-29", "2028-03-02"]);
    expect(days("31", "2026-11-10", "2027-04-30")).toEqual(["2026-12-31", "2027-01-31", "2027-03-31"]);
  });

  it.each([
    ["60 0 * * ? *", '"60" is no minutes'],
    ["0 24 * * ? *", '"24" is no hours'],
    ["0 0-24 * * ? *", '"0-24" is no hours'],
    ["0 5-2 * * ? *", '"5-2" is no hours'],
    ["0 1,0/0 * * ? *", '"0/0" is no hours'],
    ["0 1/x * * ? *", '"1/x" is no hours'],
    ["0 0 0 * ? *", '"0" is no day of month'],
    ["0 0 L * ? *", '"L" is no day of month'],
    ["0 0 * JANUARY ? *", '"JANUARY" is no month'],
    ["0 0 ? * 2#1 *", '"2#1" is no day of week'],
    ["0 0 * * ? 1969", '"1969" is no year'],
  ])("are not guessed of %s", (fields, reason) => {
    const asked = { from: "2026-11-24T00:00:00.000Z", to: "2026-11-26T13:00:00.000Z" };
    expect(() => slotsOf(`cron(${fields})`, asked)).toThrow(
      new RangeError(`${reason} of a cron(…) expression`),
    );
  });
});
