import { ACCOUNT_ID, CREDENTIALS, REGION } from "./moto";

/** Who is called, in which account and Region. */
interface Callee {
  readonly endpoint: string;
  /** As AWS signs for it: `events`, `cloudformation` … */
  readonly service: string;
  readonly region?: string;
  readonly accountId?: string;
}

/** Calls an operation of a service for which there is no client here, in JSON or, with a version, as a form. */
export async function callMoto(
  { endpoint, service, region = REGION, accountId = ACCOUNT_ID }: Callee,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const isForm = input.Version !== undefined;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/x-amz-json-1.1",
      ...(!isForm && { "x-amz-target": operation }),
      "x-moto-account-id": accountId,
      // moto reads Region and service from it, and looks at no signature.
      authorization:
        "AWS4-HMAC-SHA256 " +
        `Credential=${CREDENTIALS.accessKeyId}/20261124/${region}/${service}/aws4_request, ` +
        "SignedHeaders=host, Signature=0",
    },
    body: isForm
      ? new URLSearchParams({ Action: operation, ...(input as Record<string, string>) }).toString()
      : JSON.stringify(input),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${answer}`);
  return answer;
}
