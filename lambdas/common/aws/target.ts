import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";

/** One account and Region to evaluate. Credentials are the function's own unless given. */
export interface Target {
  /** `aws`, `aws-us-gov` or `aws-cn`. */
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  readonly credentials?: AwsCredentialIdentityProvider;
}
