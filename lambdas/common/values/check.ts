/**
 * Checks of input from outside. What is allowed is a schema of valibot (https://valibot.dev/guides/schemas/); here is
 * how a refusal reads: everything that is wrong at once, each with its field as users write it, what is allowed and
 * what was there.
 */

import * as v from "valibot";
import { asError, InvalidInputError } from "./errors";
import { cut } from "./text";

/** The most of a refused value that is told, in characters. */
export const TOLD_MOST = 80;
const INSTEAD = ", not";

/** How a refusal tells of fields and of what was there. */
export interface Telling {
  /** What the names of fields begin with: the name of the whole unless given, "" for nothing. */
  readonly within?: string;
  /** Takes secrets out of a text that was there. */
  readonly conceal?: (text: string) => string;
}

/**
 * Checks a value.
 * @param name what the value is called where all of it is refused.
 * @returns what the schema makes of it.
 * @throws InvalidInputError with everything that is wrong.
 */
export function check<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  name: string,
  { within = name, conceal = (text) => text }: Telling = {},
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  const problems = issues.map((issue) => {
    // The last part of the path is the key itself, which is no field.
    const path = isUnknownKey(issue) ? issue.path?.slice(0, -1) : issue.path;
    return `${fieldOf(path ?? [], within) || name} ${reasonOf(issue, conceal)}`;
  });
  throw new InvalidInputError([...new Set(problems)]);
}

function isUnknownKey({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === "strict_object" && expected === "never";
}

function reasonOf(issue: v.BaseIssue<unknown>, conceal: (text: string) => string): string {
  if (isUnknownKey(issue)) return conceal(issue.message);
  if (!issue.message.endsWith(INSTEAD)) return issue.message;
  // What is cut in half can no longer be told from a harmless text.
  return `${issue.message} ${cut(conceal(JSON.stringify(issue.input) ?? "missing"), TOLD_MOST)}`;
}

function fieldOf(path: readonly { readonly key?: unknown }[], within: string): string {
  return path.reduce((field, { key }) => {
    if (typeof key === "number") return `${field}[${key}]`;
    return field === "" ? String(key) : `${field}.${String(key)}`;
  }, within);
}

/** The message of a schema: what a field must be or have, after which `check` tells what was there instead. */
export function must(allowed: string): string {
  return `must ${allowed}${INSTEAD}`;
}

/** Why a value is refused, in words that follow the field's name: the value's own, or that of a part of it. */
export type Reason = string | { readonly key: string | number; readonly reason: string };

/** Refuses a value for every reason that is found. */
export function refuseFor<Value>(reasons: (value: Value) => readonly Reason[]) {
  return v.rawCheck<Value>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const reason of reasons(dataset.value)) {
      if (typeof reason === "string") addIssue({ message: reason });
      else addIssue({ message: reason.reason, ...partOf(dataset.value, reason.key) });
    }
  });
}

function partOf(whole: unknown, key: string | number): { input: unknown; path: [v.UnknownPathItem] } {
  const value = (whole as Readonly<Record<string | number, unknown>>)[key];
  return { input: value, path: [{ type: "unknown", origin: "value", input: whole, key, value }] };
}

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object, whatever is in it. */
export const OBJECT = v.custom<Fields>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  must("be an object"),
);

/**
 * A JSON object with these fields and no others.
 * @param whose stands between the object's name and the unknown keys: "of iam-user-mfa ".
 */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries, whose = "") {
  const schema = v.strictObject(entries, (issue) =>
    isUnknownKey(issue) ? `${whose}${unknownKeys(entries, issue)}` : ofMissing(entries, issue),
  );
  return v.pipe(v.unknown(), OBJECT, schema, v.readonly());
}

/** A JSON object with these fields, which may have others. */
export function fieldsAmongOthers<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = v.object(entries, (issue) => ofMissing(entries, issue));
  return v.pipe(v.unknown(), OBJECT, schema, v.readonly());
}

/** valibot tells of the first one only. */
function unknownKeys(entries: v.ObjectEntries, { path }: v.BaseIssue<unknown>): string {
  const allowed = Object.keys(entries);
  const unknown = Object.keys(path?.[0].input as Fields).filter((one) => !allowed.includes(one));
  return `has unknown ${unknown.join(", ")}; allowed: ${allowed.join(", ")}`;
}

/** Of a missing field valibot does not tell what it may be. */
function ofMissing(entries: v.ObjectEntries, { path, message }: v.BaseIssue<unknown>): string {
  const schema = entries[String(path?.[0].key)];
  const [refusal] = (schema && v.safeParse(schema as v.GenericSchema, undefined).issues) ?? [];
  return refusal?.message ?? message;
}

/** A list of nothing but such entries. */
export function list<const Entry extends v.GenericSchema>(entry: Entry) {
  return v.pipe(v.array(entry, must("be a list")), v.readonly());
}

/** A text with something in it. */
export const TEXT = v.custom<string>(
  (value) => typeof value === "string" && value.trim() !== "",
  must("be a non-empty text"),
);

/** A text of a form that is said in words: "an e-mail address". */
export function textLike(pattern: RegExp, form: string) {
  return v.custom<string>((value) => typeof value === "string" && pattern.test(value), must(`be ${form}`));
}

/** One of these texts. */
export function oneOf<const Text extends string>(allowed: readonly Text[]) {
  return v.picklist(allowed, must(`be one of ${allowed.join(", ")}`));
}

/** A whole number from `lowest` to `highest`. */
export function wholeNumber(lowest: number, highest: number) {
  return v.custom<number>(
    (value) => Number.isInteger(value) && Number(value) >= lowest && Number(value) <= highest,
    must(`be a whole number from ${lowest} to ${highest}`),
  );
}

/** True or false. */
export const BOOLEAN = v.boolean(must("be true or false"));

/** JSON text; becomes what it says. */
export const JSON_TEXT = v.pipe(
  TEXT,
  v.rawTransform<string, unknown>(({ dataset, addIssue, NEVER }) => {
    try {
      return JSON.parse(dataset.value);
    } catch (error) {
      addIssue({ message: `must be JSON text: ${asError(error).message}` });
      return NEVER;
    }
  }),
);

// Without its zone an instant would be another one on every machine.
const ISO_INSTANT = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** An ISO-8601 date (its first instant in UTC) or instant; becomes an instant in UTC with milliseconds. */
export const INSTANT = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, string>(({ dataset: { value }, addIssue, NEVER }) => {
    const [text, year, month, day] = (typeof value === "string" && ISO_INSTANT.exec(value)) || [];
    // JavaScript takes 30 February for 2 March.
    const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
    const date = new Date(text ?? Number.NaN);
    if (text !== undefined && Number(day) <= daysInMonth && !Number.isNaN(date.getTime())) {
      return date.toISOString();
    }
    const allowed = "be an ISO-8601 date or instant with its zone, such as 2026-11-24T06:00:00Z";
    addIssue({ message: must(allowed) });
    return NEVER;
  }),
);
