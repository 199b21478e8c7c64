/** S3 of one account, as far as the listing of buckets asks it. */

import {
  GetBucketEncryptionCommand,
  type GetBucketEncryptionCommandOutput,
  ListBucketsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";

/** Refuses what no test has given it an answer to. */
export const s3 = mockClient(S3Client);

/** Where no rule and no owner tag needs them. */
export const NO_TAGS = { tags: false };

/** Where one does. */
export const WITH_TAGS = { tags: true };

/** What S3 answers about a bucket's encryption. */
export type Encryption = Pick<GetBucketEncryptionCommandOutput, "ServerSideEncryptionConfiguration">;

/** S3's answer with one rule. */
export function encryption(SSEAlgorithm: "AES256" | "aws:kms", KMSMasterKeyID?: string): Encryption {
  return {
    ServerSideEncryptionConfiguration: {
      Rules: [
        { ApplyServerSideEncryptionByDefault: { SSEAlgorithm, KMSMasterKeyID }, BucketKeyEnabled: true },
      ],
    },
  };
}

/** Has S3 list buckets of these names, all with its own encryption. */
export function account(...names: string[]) {
  s3.on(ListBucketsCommand).resolves({ Buckets: names.map((Name) => ({ Name, BucketRegion: "us-east-1" })) });
  s3.on(GetBucketEncryptionCommand).resolves(encryption("AES256"));
}
