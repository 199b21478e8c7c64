import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "./metrics";

/** What a log line tells besides its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One JSON line a call, on standard output. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, error: Error, fields?: LogFields): void;
  /** Metrics of one rule in CloudWatch's embedded metric format; undefined values are left out. */
  metrics(rule: string, values: Partial<Record<keyof typeof METRICS, number | undefined>>): void;
}

/**
 * Writes past `console`, which Lambda patches: it would wrap each line into another JSON object, where CloudWatch does
 * not look for embedded metrics
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function jsonLog(
  environmentSuffix: string,
  now: () => Date = () => new Date(),
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  const line = (level: string, message: string, fields: LogFields) =>
    write(`${JSON.stringify({ timestamp: now().toISOString(), level, message, ...fields })}\n`);
  return {
    info: (message, fields = {}) => line("INFO", message, fields),
    warn: (message, fields = {}) => line("WARN", message, fields),
    error: (message, error, fields = {}) =>
      line("ERROR", message, {
        errorType: error.name,
        errorMessage: error.message,
        stack: error.stack,
        ...(error.cause !== undefined && { cause: String(error.cause) }),
        ...fields,
      }),
    metrics(rule, values) {
      const named = Object.entries(values).filter(
        (entry): entry is [keyof typeof METRICS, number] => entry[1] !== undefined,
      );
      line("INFO", "metrics", {
        _aws: {
          Timestamp: now().getTime(),
          CloudWatchMetrics: [
            {
              Namespace: METRIC_NAMESPACE,
              Dimensions: [[METRIC_DIMENSIONS.environment, METRIC_DIMENSIONS.rule]],
              Metrics: named.map(([key]) => ({ Name: METRICS[key], Unit: unitOf(key) })),
            },
            // Over all rules, too, so that one alarm watches them: alarms search for no metrics.
            ...OVER_ALL_RULES.filter((key) => values[key] !== undefined).map((key) => ({
              Namespace: METRIC_NAMESPACE,
              Dimensions: [[METRIC_DIMENSIONS.environment]],
              Metrics: [{ Name: METRICS[key], Unit: "Count" }],
            })),
          ],
        },
        [METRIC_DIMENSIONS.environment]: environmentSuffix,
        [METRIC_DIMENSIONS.rule]: rule,
        ...Object.fromEntries(named.map(([key, value]) => [METRICS[key], value])),
      });
    },
  };
}

const OVER_ALL_RULES = [
  "undeliveredAlerts",
  "unimportedFindings",
] as const satisfies (keyof typeof METRICS)[];

function unitOf(metric: keyof typeof METRICS): string {
  if (metric === "duration") return "Milliseconds";
  return metric === "score" || metric === "coverage" ? "Percent" : "Count";
}
