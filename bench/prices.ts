/**
 * What AWS asks in us-east-1, in US dollars: list prices of 2026, without the free tier. The pages they are from change
 * without notice: look there before you quote them.
 */

/** https://aws.amazon.com/step-functions/pricing/ (Standard Workflows) */
export const STATE_TRANSITION = 0.025 / 1_000;

/** https://aws.amazon.com/lambda/pricing/ (Arm) */
export const LAMBDA_GB_SECOND = 0.0000133334;
export const LAMBDA_REQUEST = 0.2 / 1_000_000;

/** https://aws.amazon.com/s3/pricing/ (S3 Standard) */
export const S3_PUT = 0.005 / 1_000;
export const S3_GET = 0.0004 / 1_000;

/** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
export const DYNAMODB_WRITE_UNIT = 0.625 / 1_000_000;
export const DYNAMODB_READ_UNIT = 0.125 / 1_000_000;
export const DYNAMODB_GB_MONTH = 0.25;
