import fc from "fast-check";
import { instantOf } from "../../../lambdas/common/history/keys";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import { collect } from "../../../lambdas/common/values/collect";
import { justBefore, plus } from "../../../lambdas/common/values/instants";
import { KnownAt } from "../../../lambdas/report-generator/content/known-at";
import { type RuleState, stateAt } from "../../../lambdas/report-generator/content/state";
import { at, live, RULE, step } from "../random-company";
import { Company } from "../swept-company";

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
