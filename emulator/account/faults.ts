import type { AwsRequest } from "./aws-request";
import type { Interceptor, NEVER, Reply } from "./proxy";

/** Which requests a fault hits. */
export interface FaultFilter {
  readonly service: string;
  readonly operation: string;
  /** Further condition, such as on the input. */
  readonly where?: (request: AwsRequest) => boolean;
}

/** Answers the first `times` matching requests (all of them unless given) with the reply. */
export function fault(
  filter: FaultFilter,
  reply: Reply | typeof NEVER | ((request: AwsRequest) => Reply | typeof NEVER),
  times = Number.POSITIVE_INFINITY,
): Interceptor {
  let left = times;
  return (request) => {
    if (left === 0 || request.service !== filter.service || request.operation !== filter.operation)
      return undefined;
    if (filter.where && !filter.where(request)) return undefined;
    left -= 1;
    return typeof reply === "function" ? reply(request) : reply;
  };
}

/** An error as the JSON protocols (DynamoDB, Config, SQS) give it. */
export function jsonError(code: string, message: string, status = 400): Reply {
  return json({ __type: code, message }, status);
}

/** A successful answer of the JSON protocols. */
export function json(body: unknown, status = 200): Reply {
  return { status, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) };
}

/** An error as S3 gives it. */
export function s3Error(code: string, message: string, status: number): Reply {
  return xml(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`, status);
}

/** An error as the form protocols give it: EC2, RDS, SNS. */
export function queryError(service: string, code: string, message: string, status: number): Reply {
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  return service === "ec2"
    ? xml(`<Response><Errors><Error>${error}</Error></Errors><RequestID>fault</RequestID></Response>`, status)
    : xml(
        `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>fault</RequestId></ErrorResponse>`,
        status,
      );
}

function xml(body: string, status = 200): Reply {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}
