import type { Transition } from "../../lambdas/common/history/rows";
import { type ComparedState, compare, isOpen } from "../../lambdas/common/history/transition";
import type { ComplianceType, SettledType } from "../../lambdas/common/rule/judgement";

const BEFORE = "2026-11-23T06:00:00.000Z";
const SINCE = "2026-11-20T06:00:00.000Z";
const NOW = "2026-11-24T06:00:00.000Z";
const NEXT: ComplianceType[] = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "ERROR"];

function settled(compliance_type: SettledType, change: Partial<ComparedState> = {}): ComparedState {
  return {
    compliance_type,
    settled_type: compliance_type,
    instant: BEFORE,
    ...(compliance_type === "NON_COMPLIANT" && { open_since: SINCE }),
    ...change,
  };
}

/** Unreadable, after a verdict or before there was one. */
function unreadable(after?: SettledType, change: Partial<ComparedState> = {}): ComparedState {
  return { ...(after && settled(after)), compliance_type: "ERROR", instant: BEFORE, ...change };
}

function gone(after: SettledType): ComparedState {
  return { compliance_type: "NOT_APPLICABLE", settled_type: after, instant: BEFORE, gone: true };
}

describe("the transition from what was to what is", () => {
  // Columns: COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, ERROR.
  it.each<[string, ComparedState | undefined, Transition[]]>([
    ["never seen", undefined, ["first-seen", "first-seen", "first-seen", "first-seen"]],
    ["passing", settled("COMPLIANT"), ["ongoing", "opened", "ongoing", "errored"]],
    ["failing", settled("NON_COMPLIANT"), ["resolved", "ongoing", "resolved", "errored"]],
    ["not applicable", settled("NOT_APPLICABLE"), ["ongoing", "opened", "ongoing", "errored"]],
    ["never readable", unreadable(), ["recovered", "opened", "recovered", "ongoing"]],
    ["unreadable after passing", unreadable("COMPLIANT"), ["recovered", "opened", "recovered", "ongoing"]],
    [
      "unreadable after failing",
      unreadable("NON_COMPLIANT"),
      ["resolved", "recovered", "resolved", "ongoing"],
    ],
    [
      "unreadable after being exempt",
      unreadable("NOT_APPLICABLE"),
      ["recovered", "opened", "recovered", "ongoing"],
    ],
    ["gone", gone("NOT_APPLICABLE"), ["first-seen", "first-seen", "first-seen", "first-seen"]],
    [
      "gone, whatever it was",
      gone("NON_COMPLIANT"),
      ["first-seen", "first-seen", "first-seen", "first-seen"],
    ],
  ])("of a resource that was %s", (_scenario, previous, transitions) => {
    expect(
      NEXT.map((complianceType) => compare(previous, { complianceType, instant: NOW }).transition),
    ).toEqual(transitions);
  });
});

describe("the last verdict", () => {
  it.each(["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"] as const)(
    "is %s when that is what is seen",
    (complianceType) => {
      expect(compare(settled("COMPLIANT"), { complianceType, instant: NOW }).settled_type).toBe(
        complianceType,
      );
    },
  );

  it.each<[string, ComparedState | undefined, SettledType | undefined]>([
    ["stays while the resource cannot be read", settled("COMPLIANT"), "COMPLIANT"],
    ["stays however long it cannot be read", unreadable("NON_COMPLIANT"), "NON_COMPLIANT"],
    ["is none when there has been none", undefined, undefined],
    ["is none of one that was gone and cannot be read now", gone("NON_COMPLIANT"), undefined],
  ])("%s", (_scenario, previous, expected) => {
    expect(compare(previous, { complianceType: "ERROR", instant: NOW }).settled_type).toBe(expected);
  });
});

describe("since when a failure is open", () => {
  it.each<[string, ComparedState | undefined, ComplianceType, string | undefined]>([
    ["now, when it passed before", settled("COMPLIANT"), "NON_COMPLIANT", NOW],
    ["now, when it was never seen", undefined, "NON_COMPLIANT", NOW],
    ["now, when it was gone before", gone("NON_COMPLIANT"), "NON_COMPLIANT", NOW],
    ["now, when it passed and then could not be read", unreadable("COMPLIANT"), "NON_COMPLIANT", NOW],
    ["then, when it goes on", settled("NON_COMPLIANT"), "NON_COMPLIANT", SINCE],
    ["then, while it cannot be read", settled("NON_COMPLIANT"), "ERROR", SINCE],
    ["then, while it still cannot be read", unreadable("NON_COMPLIANT"), "ERROR", SINCE],
    ["then, when it can be read again", unreadable("NON_COMPLIANT"), "NON_COMPLIANT", SINCE],
    ["not any more, when it passes", settled("NON_COMPLIANT"), "COMPLIANT", undefined],
    ["not any more, when it is not applicable", settled("NON_COMPLIANT"), "NOT_APPLICABLE", undefined],
    ["not at all, when an error follows a pass", settled("COMPLIANT"), "ERROR", undefined],
  ])("%s", (_scenario, previous, complianceType, expected) => {
    expect(compare(previous, { complianceType, instant: NOW }).open_since).toBe(expected);
  });
});

describe("an exception", () => {
  const E = "SEC-1#00000000";
  const covered = settled("NON_COMPLIANT", { exception_id: E });

  it.each<[string, ComparedState | undefined, string | undefined, Transition]>([
    ["that begins opens nothing and resolves nothing", settled("NON_COMPLIANT"), E, "ongoing"],
    ["that goes on", covered, E, "ongoing"],
    ["that another one takes over from", covered, "SEC-2#00000000", "ongoing"],
    ["that ends opens the failure again", covered, undefined, "opened"],
    ["that was there before the failure", settled("COMPLIANT"), E, "opened"],
    ["that was there before the resource", undefined, E, "first-seen"],
    [
      "that goes on after the resource could not be read",
      unreadable("NON_COMPLIANT", { exception_id: E }),
      E,
      "recovered",
    ],
    [
      "that ends as soon as the resource can be read again",
      unreadable("NON_COMPLIANT", { exception_id: E }),
      undefined,
      "opened",
    ],
  ])("%s", (_scenario, previous, exceptionId, transition) => {
    expect(compare(previous, { complianceType: "NON_COMPLIANT", instant: NOW, exceptionId })).toEqual({
      transition,
      settled_type: "NON_COMPLIANT",
      open_since: previous?.open_since ?? NOW,
      exception_id: exceptionId,
    });
  });

  it("that ends while the resource cannot be read opens the failure again once it can", () => {
    const whileUnreadable = compare(covered, { complianceType: "ERROR", instant: BEFORE });
    const previous = { ...whileUnreadable, compliance_type: "ERROR" as const, instant: BEFORE };
    const readable = compare(previous, { complianceType: "NON_COMPLIANT", instant: NOW });
    expect(readable.transition).toBe("opened");
  });

  it("is noted on an error while a failure is open, and on no other error", () => {
    const error = { complianceType: "ERROR", instant: NOW, exceptionId: E } as const;
    expect(compare(covered, error).exception_id).toBe(E);
    expect(compare(settled("COMPLIANT"), error).exception_id).toBeUndefined();
    expect(compare(undefined, error).exception_id).toBeUndefined();
  });

  it.each(["COMPLIANT", "NOT_APPLICABLE"] as const)("is not noted on %s", (complianceType) => {
    expect(compare(covered, { complianceType, instant: NOW, exceptionId: E })).toEqual({
      transition: "resolved",
      settled_type: complianceType,
    });
  });
});

describe("a failure is open", () => {
  it.each<[string, ComparedState | undefined, boolean]>([
    ["that nobody accepted", settled("NON_COMPLIANT"), true],
    ["that cannot be read any more", unreadable("NON_COMPLIANT"), true],
    ["that an exception covers", settled("NON_COMPLIANT", { exception_id: "SEC-1#0" }), false],
    ["of what is gone", settled("NON_COMPLIANT", { gone: true }), false],
    ["of what passed", settled("COMPLIANT"), false],
    ["of what never was", undefined, false],
  ])("or not: one %s", (_which, state, expected) => {
    expect(isOpen(state)).toBe(expected);
  });
});
