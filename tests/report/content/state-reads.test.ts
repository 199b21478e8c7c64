/** How the state is read: the result is the same whether or not a run's rows are few enough to be read in one go. */

import {
  type EvaluationFilter,
  FEW_EVALUATIONS,
  type HistoryReader,
} from "../../../lambdas/common/history/reader";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import { stateAt } from "../../../lambdas/report-generator/content/state";
import { Company } from "../swept-company";

const RULE = "s3-bucket-encryption";
const SWEEP = "2026-11-23T06:00:00.000Z";
const CHANGE = "2026-11-23T07:00:00.000Z";
const AT = "2026-11-23T08:00:00.000Z";

/** A run over so many buckets, of which every third fails; after it one is repaired, one fails and one is new. */
function companyWith(buckets: number): Company {
  const company = new Company();
  const verdicts = Array.from({ length: buckets }, (_, index) => [
    `bucket-${index}`,
    index % 3 === 0 ? ("NON_COMPLIANT" as const) : ("COMPLIANT" as const),
  ]);
  company.sweep(RULE, SWEEP, Object.fromEntries(verdicts));
  company.change(RULE, CHANGE, "bucket-0", "COMPLIANT");
  company.change(RULE, CHANGE, "bucket-1", "NON_COMPLIANT");
  company.change(RULE, CHANGE, "bucket-new", "ERROR");
  return company;
}

/** The history, and each span of evaluations that was asked of it. */
function watched({ history }: Company): { reader: HistoryReader; asked: string[] } {
  const asked: string[] = [];
  const reader: HistoryReader = Object.assign(Object.create(history) as HistoryReader, {
    evaluations(rule: string, from: string, to: string, filter?: EvaluationFilter) {
      asked.push([from, to, ...(filter?.complianceTypes ?? [])].join(" "));
      return history.evaluations(rule, from, to, filter);
    },
  });
  return { reader, asked };
}

const verdictsOf = (rows: readonly EvaluationRow[]) =>
  Object.fromEntries(rows.map(({ resource_name, compliance_type }) => [resource_name, compliance_type]));

describe.each([
  ["as many rows as are read in one go", FEW_EVALUATIONS, [`${SWEEP} ${AT}`], ""],
  [
    "one row more",
    FEW_EVALUATIONS + 1,
    ["2026-11-23T06:00:00.001Z 2026-11-23T08:00:00.000Z", `${SWEEP} ${SWEEP}`],
    // A large run is cut down by the table.
    " NON_COMPLIANT ERROR",
  ],
])("the state after a run of %s", (_, buckets, spans, onlyFailing) => {
  const company = companyWith(buckets);

  it("has the newest row of each resource, and tells how many came after the run", async () => {
    const { reader, asked } = watched(company);
    const { rows, laterEvaluations, missingRows } = await stateAt(reader, RULE, AT);
    expect(rows).toHaveLength(buckets + 1);
    expect(verdictsOf(rows)).toMatchObject({
      "bucket-0": "COMPLIANT",
      "bucket-1": "NON_COMPLIANT",
      "bucket-2": "COMPLIANT",
      "bucket-3": "NON_COMPLIANT",
      "bucket-new": "ERROR",
    });
    expect({ laterEvaluations, missingRows }).toEqual({ laterEvaluations: 3, missingRows: 0 });
    expect(asked).toEqual(spans);
  });

  it("is without what passes when only failures are wanted, and misses none of them", async () => {
    const { reader, asked } = watched(company);
    const { rows, laterEvaluations, missingRows } = await stateAt(reader, RULE, AT, "failing");
    // Every third of the run, less the one that was repaired, and two more.
    expect(rows).toHaveLength(Math.ceil(buckets / 3) + 1);
    expect(rows.filter(({ compliance_type }) => compliance_type === "COMPLIANT")).toEqual([]);
    expect(asked.at(-1)).toBe(`${spans.at(-1)}${onlyFailing}`);
    expect({ laterEvaluations, missingRows }).toEqual({ laterEvaluations: 3, missingRows: 0 });
  });

  it.each(["all", "failing"] as const)(
    "tells how many rows the index does not give yet, of %s",
    async (filter) => {
      const behind = companyWith(buckets);
      const missing = behind.history.rows.findIndex(({ resource_name }) => resource_name === "bucket-3");
      behind.history.rows.splice(missing, 1);
      expect(await stateAt(behind.history, RULE, AT, filter)).toMatchObject({ missingRows: 1 });
    },
  );

  it("is without what the run closed, however much that is", async () => {
    const before = "2026-11-23T00:00:00.000Z";
    const shrunk = new Company();
    const names = (from: number, to: number) =>
      Object.fromEntries(
        Array.from({ length: to - from }, (_, index) => [`bucket-${from + index}`, "COMPLIANT" as const]),
      );
    shrunk.sweep(RULE, before, names(0, buckets + 50));
    shrunk.sweep(RULE, SWEEP, names(50, buckets + 50));
    const { rows, laterEvaluations, missingRows } = await stateAt(shrunk.history, RULE, AT);
    expect(rows).toHaveLength(buckets);
    expect(rows.filter(({ gone }) => gone)).toEqual([]);
    expect({ laterEvaluations, missingRows }).toEqual({ laterEvaluations: 0, missingRows: 0 });
  });

  it("at the run's own instant is what the run saw", async () => {
    const { rows, laterEvaluations } = await stateAt(company.history, RULE, SWEEP);
    expect(rows).toHaveLength(buckets);
    expect(laterEvaluations).toBe(0);
  });
});
