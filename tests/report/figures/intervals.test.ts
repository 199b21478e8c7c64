import fc from "fast-check";
import { instantOf } from "../../../lambdas/common/history/keys";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import { stateAt } from "../../../lambdas/report-generator/content/state";
import { failingIntervals, resolutionTimes } from "../../../lambdas/report-generator/figures/intervals";
import { at, live, names, RULE, START, step } from "../random-company";
import { arnOf, Company } from "../swept-company";

describe("failing intervals", () => {
  const period = { from: at(0), to: at(600) };

  it("are what walking through every evaluation minute by minute finds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 0, max: 11 }),
        async (steps, hour) => {
          const complete = steps.map((one) => (one.kind === "sweep" ? { ...one, crashes: false } : one));
          const company = live([{ kind: "sweep", verdicts: {}, crashes: false, delay: 0 }, ...complete]);
          const asked = { from: at(hour * 60 + 30), to: at(13 * 60) };
          const found = await intervalsOf(company, asked);
          expect(found).toEqual(bruteForce(company, asked));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("begin before the period where the failure did, and count only its part in the period", async () => {
    const company = new Company();
    company.sweep(RULE, at(-120), { alpha: "NON_COMPLIANT" });
    company.sweep(RULE, at(60), { alpha: "COMPLIANT" });
    const transitions = company.history.rows.filter(({ transition }) => transition === "resolved");
    const before = await stateAt(company.history, RULE, period.from, "failing");
    expect(failingIntervals(before.rows, transitions, [], period)).toEqual([
      expect.objectContaining({
        resourceId: arnOf("alpha"),
        since: at(-120),
        until: at(60),
        outcome: "compliant",
        durationMs: 180 * 60_000,
        durationInPeriodMs: 60 * 60_000,
      }),
    ]);
  });

  it("are told by their end alone when nothing knows of their beginning", () => {
    const company = new Company();
    company.change(RULE, at(-60), "alpha", "NON_COMPLIANT");
    const end = company.change(RULE, at(30), "alpha", "COMPLIANT");
    // The rule had no complete run at the period's start, so no state of then is known.
    expect(failingIntervals([], [end], [], period)).toEqual([
      expect.objectContaining({
        resourceId: arnOf("alpha"),
        since: null,
        until: at(30),
        durationMs: null,
        durationInPeriodMs: null,
      }),
    ]);
  });

  it("do not end when the resource cannot be read for a while", async () => {
    const company = new Company();
    for (const [minute, verdict] of [
      [10, "NON_COMPLIANT"],
      [20, "ERROR"],
      [30, "NON_COMPLIANT"],
      [40, "COMPLIANT"],
    ] as const) {
      company.change(RULE, at(minute), "alpha", verdict);
    }
    const transitions = company.history.rows.filter(({ transition }) => transition !== "ongoing");
    expect(failingIntervals([], transitions, [], period)).toMatchObject([
      { since: at(10), until: at(40), durationMs: 30 * 60_000, durationInPeriodMs: 30 * 60_000 },
    ]);
  });

  it("keep their beginning when two evaluations that crossed disagree about it", () => {
    const company = new Company();
    const first = company.change(RULE, at(10), "alpha", "NON_COMPLIANT");
    const crossed: EvaluationRow = {
      ...company.change(RULE, at(20), "alpha", "NON_COMPLIANT"),
      open_since: at(20),
    };
    expect(failingIntervals([], [crossed, first], [], period)).toMatchObject([
      { since: at(10), until: null },
    ]);
  });

  it("say when a failure ended because the resource is gone", () => {
    const company = new Company();
    company.sweep(RULE, at(10), { alpha: "NON_COMPLIANT" });
    company.sweep(RULE, at(20), {});
    expect(failingIntervals([], company.history.rows, [], period)).toMatchObject([
      { until: at(20), outcome: "gone" },
    ]);
  });

  it("are told by their end once when two evaluations that crossed both saw it", () => {
    const company = new Company();
    company.change(RULE, at(-60), "alpha", "NON_COMPLIANT");
    const end = company.change(RULE, at(30), "alpha", "COMPLIANT");
    const crossed = { ...end, evaluation_timestamp: `${at(31)}#${RULE}` };
    expect(told([], [crossed, end], [])).toEqual([[null, 30]]);
    const begin = company.change(RULE, at(20), "alpha", "NON_COMPLIANT");
    expect(told([], [begin, crossed, end], [])).toEqual([[20, 30]]);
  });

  it("are none while nothing fails: neither passing nor unreadable resources open any", () => {
    const company = new Company();
    const passing = company.change(RULE, at(-60), "alpha", "COMPLIANT");
    const unreadable = company.change(RULE, at(-60), "beta", "ERROR");
    const seen = company.change(RULE, at(30), "gamma", "COMPLIANT");
    expect(told([passing, unreadable], [seen], [passing, unreadable, seen])).toEqual([]);
  });

  it("are known from the state at the end when no evaluation of the period tells of them", () => {
    const company = new Company();
    const failing = company.change(RULE, at(-60), "alpha", "NON_COMPLIANT");
    expect(told([], [], [failing])).toEqual([[-60, null]]);
  });

  it("keep the beginning that the period tells of when the state at the end has another", () => {
    const company = new Company();
    const begin = company.change(RULE, at(10), "alpha", "NON_COMPLIANT");
    const crossed = { ...company.change(RULE, at(20), "alpha", "NON_COMPLIANT"), open_since: at(20) };
    expect(told([], [begin], [crossed])).toEqual([[10, null]]);
  });

  it("give the median and the worst time to resolve, and leave open failures out", () => {
    const company = new Company();
    for (const [name, minutes] of [
      ["a", 10],
      ["b", 20],
      ["c", 40],
      ["d", 400],
    ] as const) {
      company.change(RULE, at(0), name, "NON_COMPLIANT");
      company.change(RULE, at(minutes), name, "COMPLIANT");
    }
    company.change(RULE, at(0), "open", "NON_COMPLIANT");
    const intervals = failingIntervals([], company.history.rows, [], { ...period, from: at(-1) });
    expect(resolutionTimes(intervals)).toEqual({
      resolved: 4,
      medianMs: 30 * 60_000,
      worstMs: 400 * 60_000,
      worst: { resourceId: arnOf("d"), rule: RULE },
    });
    const unknown = intervals.map((interval) => ({ ...interval, since: null, durationMs: null }));
    expect(resolutionTimes(unknown)).toEqual({ resolved: 4, medianMs: null, worstMs: null, worst: null });
    expect(resolutionTimes([])).toEqual({ resolved: 0, medianMs: null, worstMs: null, worst: null });
  });
});

/** Intervals as minutes of beginning and end. */
function told(...[atStart, transitions, atEnd]: EvaluationRow[][]): (number | null)[][] {
  const minutes = (instant: string | null) => instant && (Date.parse(instant) - START) / 60_000;
  const period = { from: at(0), to: at(600) };
  const intervals = failingIntervals(atStart ?? [], transitions ?? [], atEnd ?? [], period);
  return intervals.map(({ since, until }) => [minutes(since), minutes(until)] as (number | null)[]);
}

describe("failing intervals of the time before the period, of which its report could not know", () => {
  it("are told when an evaluation that arrived late ended them", () => {
    const company = new Company();
    company.change(RULE, at(-60), "alpha", "NON_COMPLIANT");
    const end = company.change(RULE, at(-10), "alpha", "COMPLIANT");
    expect(told([], [end], [])).toEqual([[null, -10]]);
  });

  it("have their beginning when that arrived late too, in whatever order", () => {
    const company = new Company();
    const begin = company.change(RULE, at(-20), "alpha", "NON_COMPLIANT");
    const end = company.change(RULE, at(-10), "alpha", "COMPLIANT");
    expect(told([], [end, begin], [])).toEqual([[-20, -10]]);
    expect(failingIntervals([], [end, begin], [], { from: at(0), to: at(600) })).toMatchObject([
      { durationMs: 10 * 60_000, durationInPeriodMs: 0 },
    ]);
  });

  it.each([-20, 0])("are over when the state at the start knows of no failure (begun at %i)", (minute) => {
    const company = new Company();
    const begin = company.change(RULE, at(minute), "alpha", "NON_COMPLIANT");
    // That it ended was known in time, and so is no late evaluation's news.
    expect(told([], [begin], [])).toEqual([]);
  });

  it("go on with the beginning that the state at the start knows", () => {
    const company = new Company();
    const failing = company.change(RULE, at(-30), "alpha", "NON_COMPLIANT");
    const crossed = { ...company.change(RULE, at(-20), "alpha", "NON_COMPLIANT"), open_since: at(-20) };
    const end = company.change(RULE, at(30), "alpha", "COMPLIANT");
    expect(told([failing], [crossed, end], [])).toEqual([[-30, 30]]);
  });

  it("do not stand in for one of the same resource that ended in the period", () => {
    const company = new Company();
    company.change(RULE, at(-60), "alpha", "NON_COMPLIANT");
    const late = company.change(RULE, at(-10), "alpha", "COMPLIANT");
    company.change(RULE, at(-5), "alpha", "NON_COMPLIANT");
    const end = company.change(RULE, at(30), "alpha", "COMPLIANT");
    expect(told([], [late, end], [])).toEqual([
      [null, -10],
      [null, 30],
    ]);
  });
});

async function intervalsOf(company: Company, period: { from: string; to: string }) {
  const { history } = company;
  const before = await stateAt(history, RULE, period.from, "failing");
  const end = await stateAt(history, RULE, period.to);
  const inPeriod = history.rows.filter((row) => {
    const instant = instantOf(row.evaluation_timestamp);
    return row.transition !== "ongoing" && instant > period.from && instant <= period.to;
  });
  return sorted(
    failingIntervals(before.rows, inPeriod, end.rows, period).map(({ resourceName, since, until }) => ({
      resourceName,
      since,
      until,
    })),
  );
}

/** From the verdicts alone: failing from the first NON_COMPLIANT to the next verdict that is neither that nor ERROR. */
function bruteForce(company: Company, period: { from: string; to: string }) {
  const found: { resourceName: string; since: string; until: string | null }[] = [];
  for (const name of names) {
    let since: string | undefined;
    const ofResource = company.history.rows.filter(({ resource_name }) => resource_name === name);
    for (const row of ofResource) {
      const instant = instantOf(row.evaluation_timestamp);
      if (instant > period.to) break;
      if (row.compliance_type === "NON_COMPLIANT") since ??= instant;
      else if (row.compliance_type !== "ERROR" && since !== undefined) {
        if (instant > period.from) found.push({ resourceName: name, since, until: instant });
        since = undefined;
      }
    }
    if (since !== undefined) found.push({ resourceName: name, since, until: null });
  }
  return sorted(found);
}

function sorted<Item extends { resourceName: string; since: string | null }>(items: Item[]): Item[] {
  return items.sort((a, b) => (a.resourceName + a.since < b.resourceName + b.since ? -1 : 1));
}
