/** Narrowing of input from outside: every refusal names the field and what is allowed. */

import { InvalidInputError } from "./errors";

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws InvalidInputError when `value` is no JSON object. */
export function asFields(value: unknown, field: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidInputError(`${field} must be an object, not ${describe(value)}`);
  }
  return value as Fields;
}

/** @throws InvalidInputError when `value` is no list. */
export function asList(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new InvalidInputError(`${field} must be a list, not ${describe(value)}`);
  return value;
}

/** @throws InvalidInputError when `value` is no text or an empty one. */
export function asText(value: unknown, field: string): string {
  if (typeof value !== "string" || value.trim() === "") {
    throw new InvalidInputError(`${field} must be a non-empty text, not ${describe(value)}`);
  }
  return value;
}

/** @throws InvalidInputError when `value` is not one of `allowed`. */
export function asOneOf<T extends string>(value: unknown, allowed: readonly T[], field: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new InvalidInputError(`${field} must be one of ${allowed.join(", ")}, not ${describe(value)}`);
  }
  return found;
}

/** @throws InvalidInputError when `value` is no whole number from `lowest` to `highest`. */
export function asWholeNumber(value: unknown, lowest: number, highest: number, field: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < lowest || value > highest) {
    throw new InvalidInputError(
      `${field} must be a whole number from ${lowest} to ${highest}, not ${describe(value)}`,
    );
  }
  return value;
}

/** @throws InvalidInputError when `value` is neither true nor false. */
export function asBoolean(value: unknown, field: string): boolean {
  if (typeof value !== "boolean")
    throw new InvalidInputError(`${field} must be true or false, not ${describe(value)}`);
  return value;
}

// Without its zone an instant would be another one on every machine.
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * An ISO-8601 date (its first instant in UTC) or instant, in UTC with milliseconds.
 * @throws InvalidInputError when `value` is neither.
 */
export function asInstant(value: unknown, field: string): string {
  const [text, year, month, day] = (typeof value === "string" && INSTANT.exec(value)) || [];
  // JavaScript takes 30 February for 2 March.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const date = new Date(text ?? Number.NaN);
  if (text === undefined || Number(day) > daysInMonth || Number.isNaN(date.getTime())) {
    throw new InvalidInputError(
      `${field} must be an ISO-8601 date or instant with its zone, such as 2026-11-24T06:00:00Z, not ${describe(value)}`,
    );
  }
  return date.toISOString();
}

/** @throws InvalidInputError when `fields` has a key that is not in `allowed`. */
export function refuseOthers(fields: Fields, allowed: readonly string[], field: string): void {
  const unknown = Object.keys(fields).filter((key) => !allowed.includes(key));
  if (unknown.length > 0) {
    throw new InvalidInputError(`${field} has unknown ${unknown.join(", ")}; allowed: ${allowed.join(", ")}`);
  }
}

/** @throws InvalidInputError when `text` is not JSON. */
export function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`${field} must be JSON text`, { cause: error });
  }
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
