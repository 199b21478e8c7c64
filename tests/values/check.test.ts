import * as v from "valibot";
import {
  BOOLEAN,
  check,
  fields,
  fieldsAmongOthers,
  INSTANT,
  JSON_TEXT,
  list,
  must,
  OBJECT,
  oneOf,
  refuseFor,
  TEXT,
  wholeNumber,
} from "../../lambdas/common/values/check";
import { asError, errorCode } from "../../lambdas/common/values/errors";

function problems(refused: () => unknown): readonly string[] {
  try {
    refused();
  } catch (error) {
    expect(error).toMatchObject({ name: "InvalidInputError" });
    return (error as { problems: readonly string[] }).problems;
  }
  throw new Error("nothing was refused");
}

describe("a refusal", () => {
  it.each<[string, v.GenericSchema, unknown, string]>([
    ["of what is no object", OBJECT, "x", 'field must be an object, not "x"'],
    ["of a list as an object", fields({}), [], "field must be an object, not []"],
    ["of null as an object", fieldsAmongOthers({}), null, "field must be an object, not null"],
    ["of what is no list", list(TEXT), { length: 1 }, 'field must be a list, not {"length":1}'],
    ["of what is missing", TEXT, undefined, "field must be a non-empty text, not missing"],
    ["of a text of spaces", TEXT, "  ", 'field must be a non-empty text, not "  "'],
    ["of what is not allowed", oneOf(["a", "b"]), "c", 'field must be one of a, b, not "c"'],
    ["of NaN", wholeNumber(1, 9), Number.NaN, "field must be a whole number from 1 to 9, not null"],
    ["of a truth value as text", BOOLEAN, "true", 'field must be true or false, not "true"'],
    [
      "of unknown keys",
      fields({ a: wholeNumber(1, 1) }),
      { a: 1, b: 2, c: 3 },
      "field has unknown b, c; allowed: a",
    ],
    [
      "of keys that every object has",
      fields({ a: wholeNumber(1, 1) }),
      JSON.parse('{ "a": 1, "constructor": 2, "__proto__": 3 }'),
      "field has unknown constructor, __proto__; allowed: a",
    ],
    ["of a field that is missing", fields({ a: TEXT }), {}, "field.a must be a non-empty text, not missing"],
    [
      "of a day that does not exist",
      INSTANT,
      "2026-02-30",
      expect.stringMatching(/^field must be an ISO-8601/),
    ],
  ])("%s names the field and what is allowed", (_scenario, schema, value, message) => {
    expect(problems(() => check(schema, value, "field"))).toEqual([message]);
  });

  const person = fields({
    name: TEXT,
    age: wholeNumber(0, 150),
    friends: v.optional(
      v.pipe(
        list(fields({ name: TEXT })),
        refuseFor((friends) =>
          friends.length > 1 ? ["must be one friend", { key: 1, reason: "is too many" }] : [],
        ),
      ),
    ),
  });

  it("tells everything that is wrong at once, each with its place as users write it", () => {
    const value = { name: "", friends: [{ name: 1, nick: "x" }, {}], pet: "cat" };
    expect(problems(() => check(person, value, "person"))).toEqual([
      'person.name must be a non-empty text, not ""',
      "person.age must be a whole number from 0 to 150, not missing",
      "person.friends[0].name must be a non-empty text, not 1",
      "person.friends[0] has unknown nick; allowed: name",
      "person.friends[1].name must be a non-empty text, not missing",
      "person has unknown pet; allowed: name, age, friends",
    ]);
  });

  it("tells of the whole by its name, and of its parts by theirs alone when asked to", () => {
    const value = { name: "a", age: 1, friends: [{ name: "b" }, { name: "c" }] };
    expect(problems(() => check(person, [], "person", { within: "" }))).toEqual([
      "person must be an object, not []",
    ]);
    expect(problems(() => check(person, value, "person", { within: "" }))).toEqual([
      "friends must be one friend",
      "friends[1] is too many",
    ]);
  });

  it("shows no more than the first 80 characters of what was given", () => {
    const refused = () => check(BOOLEAN, "x".repeat(1_000), "field");
    expect(problems(refused)).toEqual([`field must be true or false, not "${"x".repeat(76)}...`]);
  });

  it("takes a secret out of what was given before it is cut, and out of unknown keys", () => {
    const conceal = (text: string) => text.replace(/hunter2{70}/g, "***");
    const secret = `hunter${"2".repeat(70)}`;
    const schema = fields({ a: BOOLEAN });
    expect(
      problems(() => check(schema, { a: `0123456789${secret}`, [secret]: 1 }, "field", { conceal })),
    ).toEqual(['field.a must be true or false, not "0123456789***"', "field has unknown ***; allowed: a"]);
  });

  it("tells what was there only where the message asks for it", () => {
    const silent = v.custom<string>(() => false, "must be an address");
    expect(problems(() => check(silent, "secret", "field"))).toEqual(["field must be an address"]);
    const telling = v.custom<string>(() => false, must("be an address"));
    expect(problems(() => check(telling, "x", "field"))).toEqual(['field must be an address, not "x"']);
  });

  it("of text that is no JSON keeps the parser's own complaint", () => {
    expect(problems(() => check(JSON_TEXT, "{", "field"))).toEqual([
      expect.stringMatching(/^field must be JSON text: .*JSON/),
    ]);
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
