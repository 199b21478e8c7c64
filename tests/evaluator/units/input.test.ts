import { asError, errorCode } from "../../../lambdas/common/values/errors";
import {
  asBoolean,
  asFields,
  asList,
  asOneOf,
  asText,
  asWholeNumber,
  parseJson,
  refuseOthers,
} from "../../../lambdas/common/values/input";

describe("a refusal", () => {
  it.each<[string, () => unknown, string]>([
    ["of what is no object", () => asFields("x", "field"), 'field must be an object, not "x"'],
    ["of a list as an object", () => asFields([], "field"), "field must be an object, not []"],
    ["of null as an object", () => asFields(null, "field"), "field must be an object, not null"],
    ["of what is no list", () => asList({ length: 1 }, "field"), 'field must be a list, not {"length":1}'],
    ["of what is missing", () => asText(undefined, "field"), "field must be a non-empty text, not missing"],
    ["of a text of spaces", () => asText("  ", "field"), 'field must be a non-empty text, not "  "'],
    ["of what is not allowed", () => asOneOf("c", ["a", "b"], "field"), 'field must be one of a, b, not "c"'],
    [
      "of NaN",
      () => asWholeNumber(Number.NaN, 1, 9, "field"),
      "field must be a whole number from 1 to 9, not null",
    ],
    ["of a truth value as text", () => asBoolean("true", "field"), 'field must be true or false, not "true"'],
    [
      "of unknown keys",
      () => refuseOthers({ a: 1, b: 2, c: 3 }, ["a"], "field"),
      "field has unknown b, c; allowed: a",
    ],
    ["of text that is no JSON", () => parseJson("{", "field"), "field must be JSON text"],
  ])("%s names the field and what is allowed", (_scenario, refused, message) => {
    expect(refused).toThrow(expect.objectContaining({ name: "InvalidInputError", message }));
  });

  it("shows no more than the first 80 characters of what was given", () => {
    const refused = () => asBoolean("x".repeat(1_000), "field");
    expect(refused).toThrow(`field must be true or false, not "${"x".repeat(76)}...`);
  });

  it("keeps the parser's own complaint as its cause", () => {
    try {
      parseJson("{", "field");
      throw new Error("not refused");
    } catch (error) {
      expect(error).toMatchObject({ name: "InvalidInputError", cause: expect.any(SyntaxError) });
    }
  });
});

describe("the code of an error", () => {
  const answered = (name: string, httpStatusCode?: number) =>
    Object.assign(new Error("message"), { name, $metadata: { httpStatusCode } });

  it.each<[string, Error, string]>([
    ["is the name AWS gave it", answered("AccessDenied", 403), "AccessDenied"],
    ["is AccessDenied for a nameless 403", answered("Unknown", 403), "AccessDenied"],
    ["is the HTTP status of another nameless answer", answered("UnknownError", 503), "HTTP503"],
    ["is its own name when nobody answered", answered("TimeoutError"), "TimeoutError"],
    ["is Error when nothing else is known", new Error("message"), "Error"],
  ])("%s", (_scenario, error, code) => {
    expect(errorCode(error)).toBe(code);
  });
});

describe("what was caught", () => {
  it("is itself when it is an error", () => {
    const error = new TypeError("message");
    expect(asError(error)).toBe(error);
  });

  it("becomes an error that keeps it as its cause", () => {
    expect(asError("a text")).toMatchObject({ message: "a text", cause: "a text" });
  });
});
