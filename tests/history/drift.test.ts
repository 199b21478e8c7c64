import fc from "fast-check";
import type { Transition } from "../../lambdas/common/history/rows";
import { compare, isDrift, type PreviousState, stateOf } from "../../lambdas/common/history/transition";
import type { ComplianceType } from "../../lambdas/common/rule/judgement";
import { row } from "../support/factories";

const STANDARD = { parameters_hash: "a", rule_version: "1" } as const;
const NOW = "2026-11-24T06:00:00.000Z";

describe("drift", () => {
  it.each<[string, ComplianceType, Transition, string | undefined, boolean]>([
    ["a failure that began", "NON_COMPLIANT", "opened", undefined, true],
    ["a failing resource seen for the first time", "NON_COMPLIANT", "first-seen", undefined, true],
    ["a failure that began under an exception", "NON_COMPLIANT", "opened", "SEC-1#0", false],
    ["a failing resource first seen under an exception", "NON_COMPLIANT", "first-seen", "SEC-1#0", false],
    ["a failure that goes on", "NON_COMPLIANT", "ongoing", undefined, false],
    ["a failure that can be read again", "NON_COMPLIANT", "recovered", undefined, false],
    ["a passing resource seen for the first time", "COMPLIANT", "first-seen", undefined, false],
    ["an unreadable resource seen for the first time", "ERROR", "first-seen", undefined, false],
    ["an exempt resource seen for the first time", "NOT_APPLICABLE", "first-seen", undefined, false],
    ["a failure that was mended", "COMPLIANT", "resolved", undefined, false],
  ])("is %s: %s %s under %s is %s", (_scenario, compliance_type, transition, exception_id, expected) => {
    const seen = { compliance_type, transition, exception_id, ...STANDARD };
    expect(isDrift(seen, undefined, STANDARD)).toBe(expected);
    expect(isDrift(seen, undefined, undefined)).toBe(false);
  });

  const failing = { compliance_type: "NON_COMPLIANT", transition: "opened" } as const;
  const before = { instant: NOW, compliance_type: "COMPLIANT", settled_type: "COMPLIANT" } as const;

  it.each<[string, object, Partial<PreviousState> | undefined, boolean]>([
    ["other parameters than the last run's", { parameters_hash: "b" }, undefined, false],
    ["another rule version than the last run's", { rule_version: "2" }, undefined, false],
    ["other parameters, by which it passed", { parameters_hash: "b" }, { parameters_hash: "b" }, true],
    ["another rule version, by which it passed", { rule_version: "2" }, { rule_version: "2" }, true],
    ["other parameters, when it passed by the old ones only", { parameters_hash: "b" }, {}, false],
    [
      "other parameters, by which it failed",
      { parameters_hash: "b" },
      { parameters_hash: "b", settled_type: "NON_COMPLIANT" },
      false,
    ],
    [
      "other parameters, by which it failed under an exception that ended",
      { parameters_hash: "b" },
      { parameters_hash: "b", settled_type: "NON_COMPLIANT", exception_id: "SEC-1#0" },
      true,
    ],
    [
      "other parameters, by which it was declared gone",
      { parameters_hash: "b" },
      { parameters_hash: "b", gone: true },
      false,
    ],
  ])("of a failure judged by %s", (_, standard, previous, expected) => {
    const seen = { ...failing, ...STANDARD, ...standard };
    expect(isDrift(seen, previous && { ...before, ...STANDARD, ...previous }, STANDARD)).toBe(expected);
  });
});

describe("a sequence of evaluations", () => {
  const steps = fc.array(
    fc.record({
      complianceType: fc.constantFrom<ComplianceType>(
        "COMPLIANT",
        "NON_COMPLIANT",
        "NOT_APPLICABLE",
        "ERROR",
      ),
      covered: fc.boolean(),
      gone: fc.constantFrom(false, false, false, false, true),
    }),
    { maxLength: 12 },
  );

  function play(sequence: readonly { complianceType: ComplianceType; covered: boolean; gone: boolean }[]) {
    let previous: PreviousState | undefined;
    return sequence.map(({ complianceType: seen, covered, gone: isGone }, index) => {
      const instant = new Date(Date.parse(NOW) + index * 60_000).toISOString();
      const complianceType = isGone ? "NOT_APPLICABLE" : seen;
      const exceptionId = covered ? "SEC-1#0" : undefined;
      const comparison = compare(previous, { complianceType, instant, exceptionId });
      const written = row({ compliance_type: complianceType, ...comparison, ...(isGone && { gone: true }) });
      previous = stateOf(written, instant);
      return { written, instant };
    });
  }

  /** The same story told from the verdicts alone: what an alarm bell would do. */
  function retell(sequence: readonly { complianceType: ComplianceType; covered: boolean; gone: boolean }[]) {
    let failsSince: number | undefined;
    let rings = false;
    return sequence.map(({ complianceType, covered, gone: isGone }, index) => {
      if (!isGone && complianceType === "ERROR") return { drift: false, failsSince };
      const fails = !isGone && complianceType === "NON_COMPLIANT";
      failsSince = fails ? (failsSince ?? index) : undefined;
      const rang = rings;
      rings = fails && !covered;
      return { drift: rings && !rang, failsSince };
    });
  }

  it("without exceptions rings once for each failure, and keeps since when it has been open", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const sequence = given.map((step) => ({ ...step, covered: false }));
        const played = play(sequence);
        expect(played.map(({ written }) => isDrift(written, undefined, written))).toEqual(
          retell(sequence).map(({ drift }) => drift),
        );
        expect(played.map(({ written }) => written.open_since)).toEqual(
          retell(sequence).map(({ failsSince }) =>
            failsSince === undefined ? undefined : played[failsSince]?.instant,
          ),
        );
      }),
    );
  });

  it("without errors rings exactly when a failure stands that no exception covers and did not stand before", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const sequence = given.filter(({ complianceType }) => complianceType !== "ERROR");
        const rang = play(sequence).map(({ written }) => isDrift(written, undefined, written));
        expect(rang).toEqual(retell(sequence).map(({ drift }) => drift));
      }),
    );
  });

  it("with errors in between misses none of them", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const rang = play(sequence).map(({ written }) => isDrift(written, undefined, written));
        const missed = retell(sequence).flatMap(({ drift }, index) => (drift && !rang[index] ? [index] : []));
        expect(missed).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
