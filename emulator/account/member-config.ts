/** AWS Config of an organization's members, asked with the sessions that moto's STS has given out. */

import type { AwsRequest } from "./aws-request";
import { jsonError } from "./faults";
import type { ManagedRules } from "./managed-rules";
import { CREDENTIALS, REGION } from "./moto";
import type { Interceptor, Reply } from "./proxy";

/** Whose the sessions are by which requests are made. */
export class Sessions {
  private readonly accounts = new Map<string, Promise<string>>();

  /** @param endpoint of moto. */
  constructor(private readonly endpoint: string) {}

  /** The account of a request; undefined when it was made without a session, as functions do in their own account. */
  of(request: Pick<AwsRequest, "headers">): Promise<string> | undefined {
    const [, key = ""] = /Credential=([^/]+)\//.exec(String(request.headers.authorization ?? "")) ?? [];
    if (key === CREDENTIALS.accessKeyId) return undefined;
    const account = this.accounts.get(key) ?? this.ask(key);
    this.accounts.set(key, account);
    return account;
  }

  /** GetCallerIdentity; moto looks at no signature. */
  private async ask(accessKeyId: string): Promise<string> {
    const response = await fetch(this.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization:
          `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261124/${REGION}/sts/aws4_request, ` +
          "SignedHeaders=host, Signature=0",
      },
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    });
    const [, account] = /<Account>(\d{12})<\/Account>/.exec(await response.text()) ?? [];
    if (account === undefined) throw new Error(`moto knows no session of ${accessKeyId}`);
    return account;
  }
}

/** Answers what members' AWS Config is asked for: by account, its managed rules. */
export function configOfMembers(
  sessions: Sessions,
  managedRules: (accountId: string) => ManagedRules | undefined,
): Interceptor {
  return (request) => {
    const asked = request.service === "config" ? sessions.of(request) : undefined;
    return asked?.then((account) => answer(request, managedRules(account)));
  };
}

function answer(request: AwsRequest, rules: ManagedRules | undefined): Reply {
  return (
    rules?.interceptor(request) ??
    jsonError("AccessDeniedException", `${request.operation} is not allowed here`)
  );
}
