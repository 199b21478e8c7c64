/** CloudWatch metrics that every complete run leaves behind; alarms and dashboard are built on these names. */

export const METRIC_NAMESPACE = "ComplianceScanner";

/** Dimensions of every metric. */
export const METRIC_DIMENSIONS = { environment: "EnvironmentSuffix", rule: "Rule" } as const;

/** Metric names; Score and Coverage are percentages, Duration is milliseconds, the others are counts. */
export const METRICS = {
  completedRuns: "CompletedRuns",
  listed: "Listed",
  compliant: "Compliant",
  nonCompliant: "NonCompliant",
  notApplicable: "NotApplicable",
  errors: "Errors",
  score: "Score",
  coverage: "Coverage",
  duration: "Duration",
  undeliveredAlerts: "UndeliveredAlerts",
  unimportedFindings: "UnimportedFindings",
} as const;
