import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import { driftBehind } from "../../lambdas/common/runs/single";
import { INSTANT, RULE, row } from "../support/factories";

/** A year of six-hourly evaluations, newest first, all failing; how many of them were read. */
function yearOfFailures(newest: Partial<EvaluationRow>[] = []) {
  const read = { rows: 0 };
  const rows = [...newest, ...Array.from({ length: 1_460 }, () => ({}))];
  return {
    read,
    async *backwards() {
      for (const [index, change] of rows.entries()) {
        read.rows++;
        const at = new Date(Date.parse(INSTANT) - (index + 1) * 6 * 3_600_000).toISOString();
        yield row({ evaluation_timestamp: `${at}#${RULE}`, transition: "ongoing", ...change });
      }
    },
    run: async () => ({ rule: RULE }) as RunRow,
    lastRun: async () => undefined,
    latest: async () => undefined,
  };
}

describe("looking for the drift behind a failure that can be read again", () => {
  it("ends at the first complete run that found it failing, for that run has told it", async () => {
    const history = yearOfFailures([
      { compliance_type: "ERROR", transition: "ongoing" },
      { compliance_type: "ERROR", transition: "errored" },
    ]);
    expect(await driftBehind(row({ transition: "recovered" }), history)).toBeUndefined();
    expect(history.read.rows).toBe(3);
  });

  it("ends where it passed: what failed before that was another failure", async () => {
    const history = yearOfFailures([
      { compliance_type: "ERROR", transition: "errored" },
      { compliance_type: "COMPLIANT", trigger: "change", transition: "resolved" },
      { trigger: "change", transition: "opened" },
    ]);
    expect(await driftBehind(row({ transition: "recovered" }), history)).toBeUndefined();
    expect(history.read.rows).toBe(2);
  });

  it("goes on behind what only a change event saw", async () => {
    const history = yearOfFailures([{ trigger: "change" }, { trigger: "change" }]);
    expect(await driftBehind(row({ transition: "recovered" }), history)).toBeUndefined();
    expect(history.read.rows).toBe(3);
  });
});
