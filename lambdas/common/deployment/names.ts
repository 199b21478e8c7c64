/**
 * What everything is called. The program creates resources under these names and the functions find
 * them by the same code, from nothing but their environmentSuffix, account and Region.
 */

/**
 * Alias of the report generator by which EventBridge alone invokes it, and the state machine that it starts: what comes
 * by it is nobody's own word.
 */
export const EVENTS_ALIAS = "events";

/** The names of one deployment, each `{resource-type}-{environmentSuffix}`. */
export function resourceNames(environmentSuffix: string) {
  const named = (resourceType: string) => `${resourceType}-${environmentSuffix}`;
  return {
    named,
    historyTable: named("compliance-history"),
    alertTopic: named("compliance-alerts"),
    deadLetterQueue: named("compliance-dead-letters"),
    /** S3 names are global, so the account stands before the suffix. */
    reportBucket: (accountId: string) => named(`compliance-reports-${accountId}`),
    sweepBucket: (accountId: string) => named(`compliance-sweeps-${accountId}`),
    snapshotBucket: (accountId: string) => named(`config-snapshots-${accountId}`),
    /** An AWS Config rule, custom or managed. */
    configRule: (rule: string) => named(rule),
  };
}

/** ARN of the alert topic as the functions compute it. */
export function alertTopicArn(
  environmentSuffix: string,
  partition: string,
  region: string,
  accountId: string,
): string {
  return `arn:${partition}:sns:${region}:${accountId}:${resourceNames(environmentSuffix).alertTopic}`;
}
