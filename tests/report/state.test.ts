import fc from "fast-check";
import { instantOf } from "../../lambdas/common/history/keys";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import type { ComplianceType } from "../../lambdas/common/rule/judgement";
import { collect } from "../../lambdas/common/values/collect";
import { justBefore, plus } from "../../lambdas/common/values/instants";
import { KnownAt } from "../../lambdas/report-generator/content/known-at";
import { type RuleState, stateAt } from "../../lambdas/report-generator/content/state";
import { failingIntervals, resolutionTimes } from "../../lambdas/report-generator/figures/intervals";
import { arnOf, Company } from "./support";

const RULE = "s3-bucket-encryption";
const START = Date.parse("2026-11-01T00:00:00.000Z");
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

type Step =
  | {
      readonly kind: "sweep";
      readonly verdicts: Readonly<Record<string, ComplianceType>>;
      readonly crashes: boolean;
      readonly delay: number;
    }
  | {
      readonly kind: "change";
      readonly name: string;
      readonly verdict: ComplianceType;
      readonly delay: number;
    };

const names = ["alpha", "beta", "gamma", "delta"];
const verdict = fc.constantFrom<ComplianceType>("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "ERROR");
const delay = fc.integer({ min: 0, max: 150 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("sweep" as const),
    verdicts: fc.dictionary(fc.constantFrom(...names), verdict),
    crashes: fc.boolean(),
    delay,
  }),
  fc.record({ kind: fc.constant("change" as const), name: fc.constantFrom(...names), verdict, delay }),
);

/**
 * Each step an hour after the one before, observed `delay` minutes after its instant, a run complete a minute later.
 */
function live(steps: readonly Step[]): Company {
  const company = new Company();
  for (const [index, one] of steps.entries()) {
    const observedAt = at(index * 60 + one.delay);
    if (one.kind === "sweep") {
      const completedAfterMinutes = one.delay + 1;
      company.sweep(RULE, at(index * 60), one.verdicts, {
        crashes: one.crashes,
        observedAt,
        completedAfterMinutes,
      });
    } else company.change(RULE, at(index * 60), one.name, one.verdict, observedAt);
  }
  return company;
}

/**
 * Every row ever written, in time order: a complete run starts over from what it saw, any row replaces its resource's.
 */
function replay(
  { history }: Company,
  until: string,
  knownAt = "9999",
): Map<string, EvaluationRow> | undefined {
  const rows = history.rows.filter(({ observed_at }) => observed_at <= knownAt);
  const runRows = history.runRows.filter(({ completed_at }) => completed_at <= knownAt);
  const instants = [...new Set([...rows, ...runRows].map((row) => instantOf(row.evaluation_timestamp)))];
  let state: Map<string, EvaluationRow> | undefined;
  for (const instant of instants.sort()) {
    if (instant > until) break;
    if (runRows.some((run) => instantOf(run.evaluation_timestamp) === instant)) state = new Map();
    for (const row of rows) {
      if (instantOf(row.evaluation_timestamp) !== instant) continue;
      if (row.gone) state?.delete(row.resource_id);
      else state?.set(row.resource_id, row);
    }
  }
  return state;
}

function expectSame(state: RuleState, expected: Map<string, EvaluationRow> | undefined): void {
  const byId = (rows: Iterable<EvaluationRow>) =>
    [...rows].map((row) => `${row.resource_id} ${row.evaluation_timestamp} ${row.compliance_type}`).sort();
  expect(state.run === undefined).toBe(expected === undefined);
  expect(byId(state.rows)).toEqual(byId(expected?.values() ?? []));
  expect(state.missingRows).toBe(0);
}

describe("the state at an instant", () => {
  it("is what a replay of the whole history up to it gives, at any instant, and of what was known then", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 14 }),
        fc.integer({ min: -30, max: 15 * 60 }),
        async (steps, minutes) => {
          const company = live(steps);
          const state = await stateAt(company.history, RULE, at(minutes));
          expectSame(state, replay(company, at(minutes)));
          const known = await stateAt(new KnownAt(company.history, at(minutes)), RULE, at(minutes));
          expectSame(known, replay(company, at(minutes), at(minutes)));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("asks the history for failing and unreadable rows only, when that is all there is to know", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const company = live(steps);
        const all = await stateAt(company.history, RULE, at(10 * 60));
        const failing = await stateAt(company.history, RULE, at(10 * 60), "failing");
        const expected = all.rows.filter(({ compliance_type }) =>
          ["NON_COMPLIANT", "ERROR"].includes(compliance_type),
        );
        expect(new Set(failing.rows)).toEqual(new Set(expected));
      }),
    );
  });

  it("is unknown before the rule's first complete run, whatever change events have said", async () => {
    const company = new Company();
    company.change(RULE, at(0), "alpha", "COMPLIANT");
    expect(await stateAt(company.history, RULE, at(5))).toMatchObject({ rows: [], laterEvaluations: 0 });
    expect((await stateAt(company.history, RULE, at(5))).run).toBeUndefined();
  });

  it("counts the evaluations after the run, by resources that are gone too, and none of the run's own", async () => {
    const company = new Company();
    company.sweep(RULE, at(0), { alpha: "COMPLIANT", beta: "COMPLIANT" });
    const laterAt = async (instant: string) =>
      (await stateAt(company.history, RULE, instant)).laterEvaluations;
    expect(await laterAt(at(0))).toBe(0);
    company.change(RULE, plus(at(0), 1), "alpha", "NON_COMPLIANT");
    company.change(RULE, at(1), "alpha", "COMPLIANT");
    company.sweep(RULE, at(2), { alpha: "COMPLIANT" }, { crashes: true });
    expect(await laterAt(at(0))).toBe(0);
    expect(await laterAt(plus(at(0), 1))).toBe(1);
    expect(await laterAt(at(1))).toBe(2);
    expect(await laterAt(at(60))).toBe(4);
  });

  it.each([
    ["all", "COMPLIANT"],
    ["failing", "NON_COMPLIANT"],
  ] as const)(
    "counts the rows (%s) that a run counts and the index does not give, whatever it closed as gone",
    async (filter, verdict) => {
      const company = new Company();
      company.sweep(RULE, at(-60), { old: verdict, older: verdict });
      company.sweep(RULE, at(0), { alpha: verdict, beta: "ERROR", gamma: "NON_COMPLIANT" });
      const { rows } = company.history;
      expect((await stateAt(company.history, RULE, at(5), filter)).missingRows).toBe(0);
      for (const name of ["gamma", "alpha"]) {
        rows.splice(
          rows.findIndex((row) => row.resource_name === name),
          1,
        );
      }
      expect(await stateAt(company.history, RULE, at(5), filter)).toMatchObject({
        missingRows: 2,
        rows: [expect.objectContaining({ resource_name: "beta" })],
      });
    },
  );
});

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

describe("what was known at an instant", () => {
  /** A run complete at minute 10 whose row was observed at minute 9, and a change observed at minute 20. */
  function history() {
    const company = new Company();
    const verdicts = { alpha: "NON_COMPLIANT" as const };
    company.sweep(RULE, at(-60), verdicts, { observedAt: at(-59), completedAfterMinutes: 2 });
    company.sweep(RULE, at(0), { alpha: "COMPLIANT" }, { observedAt: at(9), completedAfterMinutes: 10 });
    company.change(RULE, at(5), "alpha", "NON_COMPLIANT", at(20));
    return company.history;
  }
  const instants = async (rows: AsyncIterable<{ evaluation_timestamp: string }>) =>
    (await collect(rows)).map((row) => instantOf(row.evaluation_timestamp));
  const known = (instant: string) => new KnownAt(history(), instant);

  it("has a run from the very instant on at which it was complete", async () => {
    const last = async (instant: string, options?: { strictlyBefore: boolean }) => {
      const run = await known(instant).lastRun(RULE, at(0), options);
      return run && instantOf(run.evaluation_timestamp);
    };
    expect(await last(justBefore(at(10)))).toBe(at(-60));
    expect(await last(at(10))).toBe(at(0));
    expect(await last(at(10), { strictlyBefore: true })).toBe(at(-60));
    expect(await last(justBefore(at(-58)))).toBeUndefined();
    expect(await instants(known(justBefore(at(10))).runs(RULE, at(-60), at(0)))).toEqual([at(-60)]);
    expect(await instants(known(at(10)).runs(RULE, at(-60), at(0)))).toEqual([at(-60), at(0)]);
  });

  it("has an evaluation from the very instant on at which it was observed", async () => {
    for (const rows of ["evaluations", "transitions"] as const) {
      expect(await instants(known(justBefore(at(20)))[rows](RULE, at(5), at(5)))).toEqual([]);
      expect(await instants(known(at(20))[rows](RULE, at(5), at(5)))).toEqual([at(5)]);
    }
  });

  it("has of the evaluations only those that were asked for", async () => {
    const filter = { complianceTypes: ["NON_COMPLIANT"] } as const;
    expect(await instants(known(at(20)).evaluations(RULE, at(0), at(5), filter))).toEqual([at(5)]);
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
