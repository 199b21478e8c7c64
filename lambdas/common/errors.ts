/** A setting, an event or a parameter that cannot be used; the message names it and what is allowed. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
}

/** A listing named something without its id: there is something, and nobody can say what. */
export class UnidentifiedResourceError extends Error {
  override readonly name = "UnidentifiedResource";
}

/** What a `catch` caught, as an Error. */
export function asError(caught: unknown): Error {
  return caught instanceof Error ? caught : new Error(String(caught), { cause: caught });
}

/** The name AWS gave an error; its HTTP status when the answer had no name in it. */
export function errorCode(error: Error): string {
  const status =
    "$metadata" in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
  const nameless = error.name === "Error" || error.name === "Unknown" || error.name === "UnknownError";
  return nameless && status ? (status === 403 ? "AccessDenied" : `HTTP${status}`) : error.name;
}
