import { evaluatorHandler } from "../common/handler/handler";
import { buckets } from "./buckets";
import { s3BucketEncryption } from "./rule";

/** Lambda's entry: evaluates whether S3 buckets encrypt new objects strongly enough. */
export const handler = evaluatorHandler(s3BucketEncryption, buckets, __dirname);
