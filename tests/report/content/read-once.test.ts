/** What is read once answers as the history does, and only what is few is read once. */

import fc from "fast-check";
import {
  type EvaluationFilter,
  FEW_EVALUATIONS,
  type HistoryReader,
} from "../../../lambdas/common/history/reader";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import { collect } from "../../../lambdas/common/values/collect";
import { readOnce, spanOfFew } from "../../../lambdas/report-generator/content/read-once";
import { at, live, RULE, step } from "../random-company";
import { Company } from "../swept-company";

/** The history, and whatever was asked of its indexes, and of its runs. */
function watched({ history }: Company): { reader: HistoryReader; asked: string[]; ofRuns: string[] } {
  const asked: string[] = [];
  const ofRuns: string[] = [];
  const reader: HistoryReader = Object.assign(Object.create(history) as HistoryReader, {
    evaluations(rule: string, from: string, to: string, filter?: EvaluationFilter) {
      asked.push(`evaluations ${from} ${to}`);
      return history.evaluations(rule, from, to, filter);
    },
    transitions(rule: string, from: string, to: string) {
      asked.push(`transitions ${from} ${to}`);
      return history.transitions(rule, from, to);
    },
    lastRun(rule: string, instant: string, options?: { strictlyBefore?: boolean }) {
      ofRuns.push(instant);
      return history.lastRun(rule, instant, options);
    },
  });
  return { reader, asked, ofRuns };
}

/** As a report does it. */
async function readOnceIfFew(
  history: HistoryReader,
  rule: string,
  from: string,
  to: string,
): Promise<HistoryReader> {
  const few = await spanOfFew(history, rule, { from, to });
  return few === undefined ? history : readOnce(history, rule, few);
}

const keysOf = async (rows: AsyncIterable<EvaluationRow>) =>
  (await collect(rows)).map(({ resource_id, evaluation_timestamp }) => [resource_id, evaluation_timestamp]);
const inOrder = async (rows: AsyncIterable<EvaluationRow>) => (await keysOf(rows)).sort();

function verdicts(count: number, verdict: ComplianceType = "COMPLIANT"): Record<string, ComplianceType> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`bucket-${index}`, verdict]));
}

describe("evaluations that are read once", () => {
  it("are those that the history gives: of any time, of some compliance types, and as changes of state", async () => {
    const minutes = fc.integer({ min: -90, max: 13 * 60 });
    const types = fc.subarray<ComplianceType>(["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "ERROR"]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 12 }),
        fc.uniqueArray(minutes, { minLength: 4, maxLength: 4 }),
        types,
        async (steps, instants, complianceTypes) => {
          const { history } = live(steps);
          const [a, b, c, d] = instants.sort((one, other) => one - other).map(at) as [
            string,
            string,
            string,
            string,
          ];
          const filter = complianceTypes.length > 0 ? { complianceTypes } : undefined;
          for (const [from, to] of [
            [a, d],
            [b, c],
          ] as const) {
            const once = await readOnceIfFew(history, RULE, from, to);
            for (const [start, end] of [
              [a, b],
              [b, c],
              [a, d],
              [c, c],
            ] as const) {
              expect(await inOrder(once.evaluations(RULE, start, end, filter))).toEqual(
                await inOrder(history.evaluations(RULE, start, end, filter)),
              );
              expect(await inOrder(once.transitions(RULE, start, end))).toEqual(
                await inOrder(history.transitions(RULE, start, end)),
              );
            }
            expect(await once.lastRun(RULE, c)).toEqual(await history.lastRun(RULE, c));
            expect(await once.lastRun(RULE, c, { strictlyBefore: true })).toEqual(
              await history.lastRun(RULE, c, { strictlyBefore: true }),
            );
            expect(await collect(once.runs(RULE, a, c))).toEqual(await collect(history.runs(RULE, a, c)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("begin with the last run of before, and are asked of the history in one go", async () => {
    const company = new Company();
    company.sweep(RULE, at(-360), verdicts(3));
    company.sweep(RULE, at(0), verdicts(3, "NON_COMPLIANT"));
    company.change(RULE, at(30), "bucket-0", "COMPLIANT");
    const { reader, asked } = watched(company);
    const once = await readOnceIfFew(reader, RULE, at(20), at(60));
    expect(await keysOf(once.evaluations(RULE, at(0), at(60)))).toHaveLength(4);
    expect(await keysOf(once.transitions(RULE, at(0), at(60)))).toHaveLength(4);
    expect(await keysOf(once.evaluations(RULE, at(30), at(30)))).toHaveLength(1);
    expect(asked).toEqual([`evaluations ${at(0)} ${at(60)}`]);
  });

  it("come with the runs of their time, of which those before another are not asked for again", async () => {
    const company = new Company();
    for (const minute of [-360, 0, 60]) company.sweep(RULE, at(minute), verdicts(1));
    const { reader, ofRuns } = watched(company);
    const once = await readOnceIfFew(reader, RULE, at(20), at(90));
    expect(ofRuns.splice(0)).toEqual([at(20)]);
    const lastRun = async (instant: string, strictlyBefore?: boolean) =>
      (await once.lastRun(RULE, instant, { strictlyBefore }))?.evaluation_timestamp.split("#")[0];
    expect(await lastRun(at(60), true)).toBe(at(0));
    expect(await lastRun(at(20))).toBe(at(0));
    expect(await lastRun(at(0))).toBe(at(0));
    expect(ofRuns).toEqual([]);

    expect(await lastRun(at(0), true)).toBe(at(-360));
    expect(await lastRun(at(-1))).toBe(at(-360));
    expect(await lastRun(at(60))).toBe(at(60));
    expect(await once.lastRun("another-rule", at(20))).toBeUndefined();
    expect(ofRuns).toEqual([at(0), at(-1), at(60), at(20)]);
  });

  it("hide no run that was committed since, whose rows may not have been among them", async () => {
    const company = new Company();
    company.sweep(RULE, at(0), verdicts(1));
    const once = await readOnceIfFew(company.history, RULE, at(20), at(90));
    company.sweep(RULE, at(80), verdicts(2));
    expect((await once.lastRun(RULE, at(90)))?.evaluation_timestamp).toContain(at(80));
  });

  it("are no answer for another time or another rule", async () => {
    const company = new Company();
    company.sweep(RULE, at(-60), verdicts(1));
    company.sweep(RULE, at(0), verdicts(2));
    company.sweep("another-rule", at(0), verdicts(3));
    company.change(RULE, at(61), "bucket-0", "NON_COMPLIANT");
    const once = await readOnceIfFew(company.history, RULE, at(0), at(60));
    expect(await keysOf(once.evaluations(RULE, at(-60), at(60)))).toHaveLength(3);
    expect(await keysOf(once.evaluations(RULE, at(0), at(61)))).toHaveLength(3);
    expect(await keysOf(once.evaluations("another-rule", at(0), at(60)))).toHaveLength(3);
    expect(await keysOf(once.transitions(RULE, at(-60), at(60)))).toHaveLength(2);
    expect(await keysOf(once.transitions(RULE, at(0), at(61)))).toHaveLength(2);
    expect(await keysOf(once.transitions("another-rule", at(0), at(60)))).toHaveLength(3);
  });
});

describe("where there are more evaluations than may stay in memory", () => {
  const span = `evaluations ${at(0)} ${at(120)}`;
  const half = FEW_EVALUATIONS / 2;

  it.each([
    ["as many as may stay are read at once", half, [span]],
    ["one more is read when it is asked for", half + 1, []],
  ])("by the counts of the runs, %s", async (_, second, readAtOnce) => {
    const company = new Company();
    company.sweep(RULE, at(0), verdicts(half));
    company.sweep(RULE, at(120), verdicts(second));
    const { reader, asked } = watched(company);
    const once = await readOnceIfFew(reader, RULE, at(10), at(120));
    expect(asked).toEqual(readAtOnce);
    expect(await keysOf(once.evaluations(RULE, at(0), at(120)))).toHaveLength(half + second);
    expect(asked).toEqual([span]);
  });

  it("whose runs have more places than that are not counted to their end", async () => {
    const company = new Company();
    company.sweep(RULE, at(0), verdicts(1));
    company.sweep(RULE, at(120), verdicts(1));
    company.sweep(RULE, at(240), verdicts(1));
    const withPlaces = (places: number) => {
      let read = 0;
      const reader: HistoryReader = Object.assign(Object.create(company.history) as HistoryReader, {
        async *runs(rule: string, from: string, to: string) {
          for await (const run of company.history.runs(rule, from, to)) {
            read += 1;
            yield { ...run, ledger: Array.from({ length: places }, () => ({ ...run.ledger[0], listed: 0 })) };
          }
        },
      });
      return { reader, read: () => read };
    };
    const few = withPlaces(FEW_EVALUATIONS / 2);
    expect(await spanOfFew(few.reader, RULE, { from: at(10), to: at(120) })).toMatchObject({
      from: at(0),
      to: at(120),
    });
    const many = withPlaces(FEW_EVALUATIONS / 2 + 1);
    expect(await spanOfFew(many.reader, RULE, { from: at(10), to: at(240) })).toBeUndefined();
    expect(many.read()).toBe(2);
  });

  it.each([
    ["as many as may stay are read once", FEW_EVALUATIONS - 2, [span]],
    ["one more is read again when it is asked for", FEW_EVALUATIONS - 1, [span, span]],
  ])("with what no run counts, %s", async (_, closed, expected) => {
    const company = new Company();
    company.sweep(RULE, at(-120), { ...verdicts(closed), stays: "COMPLIANT" });
    company.sweep(RULE, at(0), { stays: "COMPLIANT" });
    company.change(RULE, at(60), "stays", "NON_COMPLIANT");
    const { reader, asked } = watched(company);
    const once = await readOnceIfFew(reader, RULE, at(10), at(120));
    expect(await keysOf(once.evaluations(RULE, at(0), at(120)))).toHaveLength(closed + 2);
    expect(asked).toEqual(expected);
  });
});
