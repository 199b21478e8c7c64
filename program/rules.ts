import { ec2RequiredTags } from "../lambdas/ec2-tags/rule";
import { rdsAutomatedBackups } from "../lambdas/rds-backups/rule";
import { s3BucketEncryption } from "../lambdas/s3-encryption/rule";

/** The custom rules: what can have exceptions and severities, and whose resources AWS Config has to record. */
export const CUSTOM_RULES = [ec2RequiredTags, s3BucketEncryption, rdsAutomatedBackups] as const;
