import type { AwsRequest } from "./aws-request";
import { jsonError, queryError } from "./faults";
import type { Interceptor } from "./proxy";

/** Refuses what AWS refuses and moto accepts, so that the emulator proves nothing that is not true. */
export const awsLimits: Interceptor = (request) => {
  const complaint = CHECKS[`${request.service}:${request.operation}`]?.(request);
  if (complaint === undefined) return undefined;
  return request.service === "sns"
    ? queryError("sns", "InvalidParameter", `Invalid parameter: ${complaint}`, 400)
    : jsonError(
        request.service === "dynamodb" ? "ValidationException" : "InvalidParameterValueException",
        complaint,
      );
};

const CHECKS: Readonly<Record<string, (request: AwsRequest) => string | undefined>> = {
  "sns:Publish": ({ input }) => publishComplaint(input as Record<string, string>),
  "dynamodb:BatchWriteItem": ({ input }) =>
    batchWriteComplaint(input as { RequestItems: Record<string, unknown[]> }),
  "config:PutEvaluations": ({ input }) =>
    putEvaluationsComplaint(input as { Evaluations: SubmittedEvaluation[] }),
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function publishComplaint({
  Subject,
  Message = "",
  MessageStructure,
}: Record<string, string>): string | undefined {
  if (Message === "") return "Empty message";
  if (Buffer.byteLength(Message) > 262_144) return "Message too long";
  if (Subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(Subject)) return "Subject";
  if (MessageStructure !== "json") return undefined;
  const bodies = Object.entries(JSON.parse(Message) as Record<string, unknown>);
  if (!bodies.some(([protocol]) => protocol === "default"))
    return "Message Structure - No default entry in JSON message body";
  if (bodies.some(([, body]) => typeof body !== "string"))
    return "Message Structure - JSON message body failed to parse";
  return undefined;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
function batchWriteComplaint({
  RequestItems,
}: {
  RequestItems: Record<string, unknown[]>;
}): string | undefined {
  const writes = Object.values(RequestItems).flat().length;
  return writes > 25 ? "Too many items requested for the BatchWriteItem call" : undefined;
}

interface SubmittedEvaluation {
  readonly ComplianceType: string;
  readonly Annotation?: string;
}

/** https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html */
function putEvaluationsComplaint({
  Evaluations,
}: {
  Evaluations: SubmittedEvaluation[];
}): string | undefined {
  if (Evaluations.length > 100) return "at most 100 evaluations";
  for (const { ComplianceType, Annotation = "-" } of Evaluations) {
    if (!["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"].includes(ComplianceType))
      return `ComplianceType ${ComplianceType}`;
    if (Annotation.length < 1 || Annotation.length > 256) return "Annotation must have 1 to 256 characters";
  }
  return undefined;
}
