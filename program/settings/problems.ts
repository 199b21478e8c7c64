import { InvalidInputError } from "../../lambdas/common/values/errors";

/** Several things that are wrong with one setting, so that all of them can be mended at once. */
export class InvalidInputErrors extends InvalidInputError {
  constructor(
    /** Each names its field and what is allowed. */
    readonly problems: readonly string[],
  ) {
    super(problems.join("\n"));
  }
}

/**
 * Checks every part of something, also after one was refused.
 * @returns what the checks made of it.
 * @throws InvalidInputErrors with everything that was refused.
 */
export function checkAll<Checks extends Readonly<Record<string, () => unknown>>>(
  checks: Checks,
): { [Part in keyof Checks]: ReturnType<Checks[Part]> } {
  const problems: string[] = [];
  const parts: [string, unknown][] = [];
  for (const [part, check] of Object.entries(checks)) {
    try {
      parts.push([part, check()]);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...(error instanceof InvalidInputErrors ? error.problems : [error.message]));
    }
  }
  if (problems.length > 0) throw new InvalidInputErrors(problems);
  return Object.fromEntries(parts) as { [Part in keyof Checks]: ReturnType<Checks[Part]> };
}

/**
 * Checks every entry of a list, also after one was refused.
 * @throws InvalidInputErrors with everything that was refused.
 */
export function checkEach<Entry, Value>(
  entries: readonly Entry[],
  check: (entry: Entry, index: number) => Value,
): Value[] {
  return Object.values(
    checkAll(
      Object.fromEntries(entries.map((entry, index) => [String(index), () => check(entry, index)] as const)),
    ),
  );
}
