/** What AWS's SDK throws before AWS has answered, as a person can act on it. */

/** What of the environment a message depends on. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Tells an error that AWS, or AWS's SDK, is the author of. Three that the SDK says little of come with what to do: no
 * Region, no credentials, and nothing that listens at the endpoint
 * (https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html).
 * @returns undefined for an error of another author.
 */
export function tellAwsError(error: unknown, variables: Variables): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === "Region is missing") {
    return "no AWS Region is set: set AWS_REGION, for example to eu-west-1";
  }
  if (error.name === "CredentialsProviderError") {
    return (
      `no AWS credentials were found (${error.message}): set AWS_PROFILE, ` +
      "or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    );
  }
  if ("code" in error && error.code === "ECONNREFUSED") return nothingListens(error, variables);
  return "$metadata" in error ? `${error.name}: ${error.message}` : undefined;
}

function nothingListens(error: Error, variables: Variables): string {
  const set = Object.entries(variables).filter(([name, url]) => /^AWS_ENDPOINT_URL(_|$)/.test(name) && url);
  if (set.length === 0) return `AWS could not be reached: ${error.message || "the connection was refused"}`;
  return (
    `nothing answers at ${set.map(([name, url]) => `${url} (${name})`).join(" or ")}. If that was an emulated ` +
    `account that has ended, ask AWS itself: \`unset ${set.map(([name]) => name).join(" ")}\``
  );
}
