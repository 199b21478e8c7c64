/** What a rule judges, and what it says. */

import { errorCode } from "../values/errors";

/** AWS Config's compliance types, and ERROR for a resource nobody could evaluate. */
export type ComplianceType = "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE" | "ERROR";

/** A verdict somebody observed; ERROR is the absence of one. */
export type SettledType = Exclude<ComplianceType, "ERROR">;

/** Values read from the API that a verdict rests on; plain JSON. */
export type Observed = { readonly [name: string]: JsonValue };

/** Whatever JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A resource as every rule sees it. */
export interface Resource {
  /** ARN: unique over accounts, Regions and services. */
  readonly arn: string;
  /** CloudFormation type name, such as `AWS::S3::Bucket`. */
  readonly type: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Whom it belongs to, by the tag that the setting ownerTag names. */
  readonly owner?: string;
  /** Undefined when they were asked for and could not be read. */
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/** What a rule says of one resource. */
export interface Judgement {
  readonly complianceType: ComplianceType;
  /** One sentence that holds the measured value. */
  readonly annotation: string;
  readonly observed: Observed;
  /** With ERROR: the name of the error that kept the resource from being read. */
  readonly errorCode?: string;
}

/** A resource that could not be read: neither a pass nor a failure. */
export function unreadable(error: Error): Judgement {
  const code = errorCode(error);
  return {
    complianceType: "ERROR",
    errorCode: code,
    annotation: `Could not be evaluated: ${code}${error.message ? `: ${error.message}` : ""}`,
    observed: {},
  };
}
