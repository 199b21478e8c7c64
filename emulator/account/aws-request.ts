/** A request to AWS as the wire shows it, and what can be read off it without the SDK that sent it. */
export interface AwsRequest {
  /** Signing name of the service: `s3`, `dynamodb`, `sns`, `config` … */
  readonly service: string;
  /** Name of the API operation, such as `GetBucketEncryption`; for S3 worked out from method, path and query. */
  readonly operation: string;
  readonly region: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The operation's input: parsed JSON, or the form's fields; empty for S3, whose input is the path. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: AwsRequest["headers"];
  readonly body: Buffer;
}

/**
 * Reads service, operation and input off a signed request, by the protocol that its headers show: JSON
 * (DynamoDB, Config, SQS), form (EC2, RDS, SNS) or REST (S3).
 * @returns undefined for a request that no AWS SDK signed.
 */
export function parseAwsRequest(wire: WireRequest): AwsRequest | undefined {
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    String(wire.headers.authorization ?? ""),
  );
  const [, region, service] = scope ?? [];
  if (region === undefined || service === undefined) return undefined;
  return { ...wire, region, service, ...operationOf(wire, service) };
}

function operationOf(wire: WireRequest, service: string): Pick<AwsRequest, "operation" | "input"> {
  const target = wire.headers["x-amz-target"];
  if (typeof target === "string") {
    return {
      operation: target.slice(target.lastIndexOf(".") + 1),
      input: JSON.parse(wire.body.toString() || "{}"),
    };
  }
  const restful = RESTFUL[`${service} ${wire.method} ${wire.path}`];
  if (restful !== undefined) return { operation: restful, input: JSON.parse(wire.body.toString() || "{}") };
  if (service === "s3") return { operation: s3Operation(wire), input: {} };
  const form = Object.fromEntries(new URLSearchParams(wire.body.toString()));
  return { operation: form.Action ?? "unknown", input: form };
}

/** Operations of services that name them by method and path, with JSON in the body. */
const RESTFUL: Readonly<Record<string, string>> = {
  "securityhub POST /findings/import": "BatchImportFindings",
};

/** Bucket and key that an S3 request in path style is about. */
export function s3Address(path: string): { bucket: string; key: string } {
  const [bucket = "", ...key] = new URL(path, "http://s3").pathname
    .slice(1)
    .split("/")
    .map(decodeURIComponent);
  return { bucket, key: key.join("/") };
}

/** Query parameters that name a sub-resource, and the noun S3's operations use for it. */
const S3_BUCKET_PARTS: Readonly<Record<string, string>> = {
  encryption: "BucketEncryption",
  location: "BucketLocation",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
};
const VERBS: Readonly<Record<string, string>> = {
  GET: "Get",
  HEAD: "Head",
  PUT: "Put",
  DELETE: "Delete",
  POST: "Post",
};

function s3Operation(wire: WireRequest): string {
  const { method, path } = wire;
  const { bucket, key } = s3Address(path);
  const query = new URL(path, "http://s3").searchParams;
  const verb = VERBS[method] ?? method;
  if (bucket === "") return "ListBuckets";
  if (key === "") {
    const part = Object.keys(S3_BUCKET_PARTS).find((name) => query.has(name));
    if (part !== undefined) return `${verb}${S3_BUCKET_PARTS[part]}`;
    if (method === "GET") return query.has("versions") ? "ListObjectVersions" : "ListObjectsV2";
    return method === "PUT" ? "CreateBucket" : `${verb}Bucket`;
  }
  if (query.has("uploads")) return "CreateMultipartUpload";
  if (query.has("uploadId")) return UPLOAD_OPERATIONS[method] ?? `${verb}Upload`;
  return wire.headers["x-amz-copy-source"] === undefined ? `${verb}Object` : "CopyObject";
}

const UPLOAD_OPERATIONS: Readonly<Record<string, string>> = {
  PUT: "UploadPart",
  POST: "CompleteMultipartUpload",
  DELETE: "AbortMultipartUpload",
  GET: "ListParts",
};
