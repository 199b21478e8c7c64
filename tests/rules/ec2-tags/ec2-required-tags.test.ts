import fc from "fast-check";
import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import { tagRecord } from "../../../lambdas/common/rule/tags";
import { ec2RequiredTags, type InstanceFacts, type RequiredTag } from "../../../lambdas/ec2-tags/rule";
import { parameters } from "./required-tags";

const passing: InstanceFacts = {
  state: "running",
  tags: { Environment: "Production", Owner: "payments", Name: "web-1" },
};

function tagged(tags: Record<string, string>): InstanceFacts {
  return { ...passing, tags };
}

describe("the verdict on an instance", () => {
  it.each<[string, InstanceFacts, ComplianceType, string]>([
    [
      "has every required tag with an allowed value",
      passing,
      "COMPLIANT",
      "Has the required tags Environment, Owner.",
    ],
    [
      "has the other allowed value",
      tagged({ Environment: "Staging", Owner: "payments" }),
      "COMPLIANT",
      "Has the required tags Environment, Owner.",
    ],
    [
      "has an empty value where any value is allowed",
      tagged({ Environment: "Production", Owner: "" }),
      "COMPLIANT",
      "Has the required tags Environment, Owner.",
    ],
    [
      "has an empty value where values are listed",
      tagged({ Environment: "", Owner: "payments" }),
      "NON_COMPLIANT",
      'Environment is "", allowed: Production, Staging.',
    ],
    ["lacks a required key", tagged({ Environment: "Production" }), "NON_COMPLIANT", "Missing tags: Owner."],
    ["has no tags at all", tagged({}), "NON_COMPLIANT", "Missing tags: Environment, Owner."],
    [
      "has a value that is not allowed",
      tagged({ Environment: "Test", Owner: "payments" }),
      "NON_COMPLIANT",
      'Environment is "Test", allowed: Production, Staging.',
    ],
    [
      "has an allowed value in another case",
      tagged({ Environment: "production", Owner: "payments" }),
      "NON_COMPLIANT",
      'Environment is "production", allowed: Production, Staging.',
    ],
    [
      "has a required key in another case",
      tagged({ Environment: "Production", owner: "payments" }),
      "NON_COMPLIANT",
      "Missing tags: Owner.",
    ],
    [
      "has an allowed value with a space after it",
      tagged({ Environment: "Production ", Owner: "payments" }),
      "NON_COMPLIANT",
      'Environment is "Production ", allowed: Production, Staging.',
    ],
    [
      "lacks one tag and has a wrong value in another",
      tagged({ Environment: "Test" }),
      "NON_COMPLIANT",
      'Missing tags: Owner. Environment is "Test", allowed: Production, Staging.',
    ],
    ["is stopped but tagged", { ...passing, state: "stopped" }, "COMPLIANT", "Has the required tags"],
    ["is stopped and untagged", { state: "stopped", tags: {} }, "NON_COMPLIANT", "Missing tags"],
    ["is pending and untagged", { state: "pending", tags: {} }, "NON_COMPLIANT", "Missing tags"],
    ["is in a state nobody named", { state: "unknown", tags: {} }, "NON_COMPLIANT", "Missing tags"],
    [
      "is shutting down, untagged",
      { state: "shutting-down", tags: {} },
      "NOT_APPLICABLE",
      "Instance is shutting-down.",
    ],
    [
      "is terminated, untagged",
      { state: "terminated", tags: {} },
      "NOT_APPLICABLE",
      "Instance is terminated.",
    ],
    [
      "is terminated, tagged",
      { ...passing, state: "terminated" },
      "NOT_APPLICABLE",
      "Instance is terminated.",
    ],
  ])("an instance that %s", (_scenario, facts, complianceType, annotation) => {
    const judgement = ec2RequiredTags.judge(facts, parameters);
    expect(judgement.complianceType).toBe(complianceType);
    expect(judgement.annotation).toContain(annotation);
  });

  it("keeps the state and the required tags it saw, and no other tag", () => {
    const facts = tagged({ Environment: "Test", Password: "not for the history" });
    expect(ec2RequiredTags.judge(facts, parameters).observed).toEqual({
      state: "running",
      tags: { Environment: "Test", Owner: null },
    });
  });

  it("allows a value that holds a comma, which AWS's own required-tags rule cannot express", () => {
    const withComma = { requiredTags: [{ key: "Team", values: ["Cards, Loans"] }] };
    expect(ec2RequiredTags.judge(tagged({ Team: "Cards, Loans" }), withComma).complianceType).toBe(
      "COMPLIANT",
    );
    expect(ec2RequiredTags.judge(tagged({ Team: "Cards" }), withComma).complianceType).toBe("NON_COMPLIANT");
  });

  it.each(["constructor", "toString", "__proto__"])(
    "misses a required tag called %s that the instance does not have",
    (key) => {
      const judgement = ec2RequiredTags.judge(tagged({}), { requiredTags: [{ key }] });
      expect(judgement).toMatchObject({
        complianceType: "NON_COMPLIANT",
        annotation: `Missing tags: ${key}.`,
      });
    },
  );
});

describe("laws of the verdict", () => {
  const key = fc.constantFrom("Environment", "Owner", "CostCenter", "Compliance");
  const value = fc.constantFrom("", "a", "A", "b");
  const tags = fc.dictionary(key, value, { noNullPrototype: true });
  const requiredTags = fc.uniqueArray(
    fc.record(
      { key, values: fc.uniqueArray(value, { minLength: 1 }) },
      { requiredKeys: ["key"], noNullPrototype: true },
    ),
    { minLength: 1, selector: (one) => one.key },
  );

  const verdict = (instanceTags: Record<string, string>, required: readonly RequiredTag[]) =>
    ec2RequiredTags.judge(tagged(instanceTags), { requiredTags: required }).complianceType;

  it("one more tag on a passing instance never makes it fail", () => {
    fc.assert(
      fc.property(tags, requiredTags, key, value, (before, required, addedKey, addedValue) => {
        const after = { [addedKey]: addedValue, ...before };
        expect([verdict(before, required), verdict(after, required)]).not.toEqual([
          "COMPLIANT",
          "NON_COMPLIANT",
        ]);
      }),
    );
  });

  it("one more required tag never makes a failing instance pass", () => {
    fc.assert(
      fc.property(tags, requiredTags, (instanceTags, required) => {
        const fewer = verdict(instanceTags, required.slice(1));
        expect([fewer, verdict(instanceTags, required)]).not.toEqual(["NON_COMPLIANT", "COMPLIANT"]);
      }),
    );
  });

  it("a failure names every required tag that is missing or wrong, and no other", () => {
    fc.assert(
      fc.property(tags, requiredTags, (instanceTags, required) => {
        const { annotation, complianceType } = ec2RequiredTags.judge(tagged(instanceTags), {
          requiredTags: required,
        });
        const failing = required.filter((one) => {
          const found = Object.hasOwn(instanceTags, one.key) ? instanceTags[one.key] : undefined;
          return found === undefined || (one.values !== undefined && !one.values.includes(found));
        });
        expect(complianceType).toBe(failing.length === 0 ? "COMPLIANT" : "NON_COMPLIANT");
        if (failing.length === 0) return;
        for (const one of required) expect(annotation.includes(one.key)).toBe(failing.includes(one));
      }),
    );
  });
});

describe("tags that are called like something in JavaScript", () => {
  it.each(["constructor", "toString", "hasOwnProperty"])("%s is missing where no tag is called so", (key) => {
    const required = { requiredTags: [{ key }] };
    expect(ec2RequiredTags.judge(tagged({ Owner: "a" }), required)).toMatchObject({
      complianceType: "NON_COMPLIANT",
      observed: { tags: { [key]: null } },
    });
    expect(ec2RequiredTags.judge(tagged({ [key]: "a" }), required)).toMatchObject({
      complianceType: "COMPLIANT",
      observed: { tags: { [key]: "a" } },
    });
  });

  it("a tag called __proto__ on an instance changes nothing", () => {
    const tags = tagRecord([
      { Key: "__proto__", Value: "a" },
      { Key: "Owner", Value: "b" },
    ]);
    expect(ec2RequiredTags.judge(tagged(tags), { requiredTags: [{ key: "Owner" }] })).toEqual(
      ec2RequiredTags.judge(tagged({ Owner: "b" }), { requiredTags: [{ key: "Owner" }] }),
    );
  });
});
