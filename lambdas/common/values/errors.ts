/** A setting, an event or a parameter that cannot be used. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  /** Each names what is wrong and what is allowed. */
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[]) {
    super([problems].flat().join("\n"));
    this.problems = [problems].flat();
  }
}

/** A listing named something without its id: there is something, and nobody can say what. */
export class UnidentifiedResourceError extends Error {
  override readonly name = "UnidentifiedResource";
}

/** What a `catch` caught, as an Error. */
export function asError(caught: unknown): Error {
  return caught instanceof Error ? caught : new Error(String(caught), { cause: caught });
}

const THROTTLES = /Throttl|SlowDown|RequestLimitExceeded|TooManyRequests|RequestTimeout/;

/**
 * Whether the next try may succeed where this one failed: the service was away, out of breath or did not answer. What
 * it refused, such as access, it refuses again.
 */
export function mayPass(error: Error): boolean {
  if (THROTTLES.test(error.name)) return true;
  const status = httpStatus(error);
  // The SDK notes its attempts on every error of a request that it sent, and a status only where there was an answer.
  return status === undefined ? "$metadata" in error : status >= 500 || status === 408 || status === 429;
}

/** The name AWS gave an error; its HTTP status when the answer had no name in it. */
export function errorCode(error: Error): string {
  const status = httpStatus(error);
  const nameless = error.name === "Error" || error.name === "Unknown" || error.name === "UnknownError";
  return nameless && status ? (status === 403 ? "AccessDenied" : `HTTP${status}`) : error.name;
}

function httpStatus(error: Error): number | undefined {
  return "$metadata" in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
}
