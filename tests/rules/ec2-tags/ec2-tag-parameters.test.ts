import { ec2RequiredTags } from "../../../lambdas/ec2-tags/rule";
import { parameters } from "./required-tags";

describe("parameters", () => {
  it("are taken as they are when they are right", () => {
    expect(ec2RequiredTags.parseParameters(parameters)).toEqual(parameters);
    const longest = { requiredTags: [{ key: "k".repeat(128), values: ["", "v".repeat(256)] }] };
    expect(ec2RequiredTags.parseParameters(longest)).toEqual(longest);
  });

  it.each<[string, unknown, string]>([
    ["are missing", undefined, "parameters must be an object, not missing"],
    ["are a list", [{ key: "Owner" }], 'parameters must be an object, not [{"key":"Owner"}]'],
    [
      "have an unknown field",
      { requiredTags: [{ key: "Owner" }], tags: [] },
      "parameters has unknown tags; allowed: requiredTags",
    ],
    ["lack the list", {}, "requiredTags must be a list, not missing"],
    ["have a text for the list", { requiredTags: "Owner" }, 'requiredTags must be a list, not "Owner"'],
    ["have an empty list", { requiredTags: [] }, "requiredTags must name at least one tag"],
    ["have a text for a tag", { requiredTags: ["Owner"] }, 'requiredTags[0] must be an object, not "Owner"'],
    [
      "have a tag without key",
      { requiredTags: [{ values: ["a"] }] },
      "requiredTags[0].key must be a non-empty text, not missing",
    ],
    [
      "have an empty key",
      { requiredTags: [{ key: "" }] },
      'requiredTags[0].key must be a non-empty text, not ""',
    ],
    [
      "misspell values",
      { requiredTags: [{ key: "Owner", value: "a" }] },
      "requiredTags[0] has unknown value; allowed: key, values",
    ],
    [
      "have a key of 129 characters",
      { requiredTags: [{ key: "k".repeat(129) }] },
      "requiredTags[0].key must have at most 128 characters and not begin with aws:",
    ],
    [
      "have a key that AWS reserves",
      { requiredTags: [{ key: "AWS:owner" }] },
      'requiredTags[0].key must have at most 128 characters and not begin with aws:, not "AWS:owner"',
    ],
    [
      "have a key that no row can hold",
      { requiredTags: [{ key: "__proto__" }] },
      "requiredTags[0].key must not be __proto__",
    ],
    [
      "name a key twice",
      { requiredTags: [{ key: "Owner" }, { key: "Owner", values: ["a"] }] },
      "requiredTags names the key Owner twice",
    ],
    [
      "have a text for the values",
      { requiredTags: [{ key: "Owner", values: "a" }] },
      'requiredTags[0].values must be a list, not "a"',
    ],
    [
      "have no values in the list",
      { requiredTags: [{ key: "Owner", values: [] }] },
      "requiredTags[0].values must name at least one value, or be left out",
    ],
    [
      "have a number among the values",
      { requiredTags: [{ key: "Owner" }, { key: "Tier", values: ["1", 2] }] },
      "requiredTags[1].values[1] must be a text of at most 256 characters, not 2",
    ],
    [
      "have a value of 257 characters",
      { requiredTags: [{ key: "Owner", values: ["v".repeat(257)] }] },
      "requiredTags[0].values[0] must be a text of at most 256 characters",
    ],
  ])("that %s are refused with the field and what is allowed", (_scenario, input, message) => {
    expect(() => ec2RequiredTags.parseParameters(input)).toThrow(
      expect.objectContaining({ name: "InvalidInputError", message: expect.stringContaining(message) }),
    );
  });

  it("are refused with everything that is wrong with them at once", () => {
    const wrong = { key: "aws:team", values: [1, 2], colour: "red" };
    const requiredTags = [wrong, { values: [] }, { key: "Owner" }, { key: "Owner" }];
    expect(() => ec2RequiredTags.parseParameters({ requiredTags, tags: [] })).toThrow(
      expect.objectContaining({
        problems: [
          'requiredTags[0].key must have at most 128 characters and not begin with aws:, not "aws:team"',
          "requiredTags[0].values[0] must be a text of at most 256 characters, not 1",
          "requiredTags[0].values[1] must be a text of at most 256 characters, not 2",
          "requiredTags[0] has unknown colour; allowed: key, values",
          "requiredTags[1].key must be a non-empty text, not missing",
          "requiredTags[1].values must name at least one value, or be left out",
          "parameters has unknown tags; allowed: requiredTags",
        ],
      }),
    );
  });

  it("may name keys that differ in nothing but case, as AWS tells them apart", () => {
    const both = { requiredTags: [{ key: "owner" }, { key: "Owner" }] };
    expect(ec2RequiredTags.parseParameters(both)).toEqual(both);
  });
});
