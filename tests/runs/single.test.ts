import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import { driftBehind } from "../../lambdas/common/runs/single";
import { ACCOUNT, INSTANT, REGION, RULE, row } from "../support/factories";

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

/** A complete run of the day before. */
const RUN = {
  rule: RULE,
  rule_version: "1",
  parameters_hash: "0".repeat(64),
  evaluation_timestamp: `2026-11-23T12:00:00.000Z#${RULE}`,
  ledger: [{ account_id: ACCOUNT, region: REGION }],
} as unknown as RunRow;

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

  it.each(["opened", "first-seen"] as const)(
    "tells what a change event saw begin: %s",
    async (transition) => {
      const history = {
        ...yearOfFailures([{ compliance_type: "ERROR" }, { trigger: "change", transition }]),
      };
      const drift = await driftBehind(row({ transition: "recovered" }), {
        ...history,
        lastRun: async () => RUN,
      });
      expect(drift).toMatchObject({
        openedAt: "2026-11-23T18:00:00.000Z",
        previousInstant: "2026-11-23T17:59:59.999Z",
      });
    },
  );

  it("tells nothing that began while the run before it found it failing, too", async () => {
    const ofRun = row({ evaluation_timestamp: RUN.evaluation_timestamp, transition: "opened" });
    const history = yearOfFailures([
      { compliance_type: "ERROR" },
      { trigger: "change", transition: "opened" },
    ]);
    const known = { ...history, lastRun: async () => RUN, latest: async () => ofRun };
    expect(await driftBehind(row({ transition: "recovered" }), known)).toBeUndefined();
  });

  it("goes on behind what only a change event saw", async () => {
    const history = yearOfFailures([{ trigger: "change" }, { trigger: "change" }]);
    expect(await driftBehind(row({ transition: "recovered" }), history)).toBeUndefined();
    expect(history.read.rows).toBe(3);
  });
});
