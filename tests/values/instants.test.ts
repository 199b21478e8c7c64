import fc from "fast-check";
import { AFTER_INSTANT, evaluationTimestamp, instantOf } from "../../lambdas/common/history/keys";
import { isoInstant, justBefore } from "../../lambdas/common/values/instants";

const instants = fc
  .date({
    min: new Date("1970-01-01T00:00:00.001Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const rules = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/);

describe("an instant", () => {
  it.each([
    ["without milliseconds", "2026-11-24T06:00:00Z"],
    ["with a tenth of a second", "2026-11-24T06:00:00.0Z"],
    ["in another zone", "2026-11-24T07:00:00+01:00"],
    ["with microseconds", "2026-11-24T06:00:00.000999Z"],
  ])("%s is written in UTC with milliseconds", (_scenario, given) => {
    expect(isoInstant(given)).toBe("2026-11-24T06:00:00.000Z");
  });

  it("that is none is refused", () => {
    expect(() => isoInstant("yesterday")).toThrow(new RangeError('not an ISO-8601 instant: "yesterday"'));
  });

  it("is one millisecond after the one just before it", () => {
    expect(justBefore("2026-11-24T00:00:00.000Z")).toBe("2026-11-23T23:59:59.999Z");
  });
});

describe("sort keys", () => {
  it("order as their instants do, whatever the rules", () => {
    fc.assert(
      fc.property(instants, rules, instants, rules, (one, oneRule, other, otherRule) => {
        fc.pre(one !== other);
        const isBefore = evaluationTimestamp(one, oneRule) < evaluationTimestamp(other, otherRule);
        expect(isBefore).toBe(Date.parse(one) < Date.parse(other));
      }),
    );
  });

  it("differ between two rules at one instant", () => {
    fc.assert(
      fc.property(instants, rules, rules, (instant, one, other) => {
        fc.pre(one !== other);
        expect(evaluationTimestamp(instant, one)).not.toBe(evaluationTimestamp(instant, other));
      }),
    );
  });

  it("give their instant back", () => {
    fc.assert(
      fc.property(instants, rules, (instant, rule) => {
        expect(instantOf(evaluationTimestamp(instant, rule))).toBe(instant);
      }),
    );
  });

  it("lie in a range from their instant to the mark after it, and in no range that ends just before", () => {
    fc.assert(
      fc.property(instants, rules, (instant, rule) => {
        const key = evaluationTimestamp(instant, rule);
        expect(instant < key && key < instant + AFTER_INSTANT).toBe(true);
        expect(justBefore(instant) + AFTER_INSTANT < key).toBe(true);
      }),
    );
  });
});
