import { evaluatorHandler } from "../shared/handler";
import { buckets } from "./buckets";
import { s3BucketEncryption } from "./rule";

export const handler = evaluatorHandler(s3BucketEncryption, buckets, __dirname);
