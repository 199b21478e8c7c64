import fc from "fast-check";
import { parametersHash } from "../../lambdas/common/values/hash";

describe("the hash of parameters", () => {
  it("is the SHA-256 of their canonical JSON, so that anybody can compute it", () => {
    // printf '%s' '{"a":1,"b":[true,null,{"c":"x","d":2}]}' | sha256sum
    expect(parametersHash({ b: [true, null, { d: 2, c: "x" }], a: 1 })).toBe(
      "81a23aa2cc25574824e4d8bf574b1aaa219136ebe4c5176ea806eec5f7515775",
    );
  });

  it("does not rest on the order of keys, at any depth", () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, reversed(member)]),
      );
    };
    const parameters = fc.object({
      withNullPrototype: false,
      values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
    });
    fc.assert(
      fc.property(parameters, (one) => {
        expect(parametersHash(reversed(one))).toBe(parametersHash(one));
      }),
    );
  });

  it("takes a key without value for no key", () => {
    expect(parametersHash({ key: "Owner", values: undefined })).toBe(parametersHash({ key: "Owner" }));
  });

  it.each([
    ["a value", { days: 7 }, { days: 8 }],
    ["a value's type", { days: 7 }, { days: "7" }],
    ["a key", { days: 7 }, { Days: 7 }],
    ["the order of a list", { tags: ["a", "b"] }, { tags: ["b", "a"] }],
    ["the depth", { a: { b: 1 } }, { a: 1, b: 1 }],
  ])("rests on %s", (_what, one, other) => {
    expect(parametersHash(one)).not.toBe(parametersHash(other));
  });
});
