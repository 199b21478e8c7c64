import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "../lambdas/common/monitoring/metrics";

/** What the dashboard shows, all of one Region. */
export interface DashboardSubject {
  readonly region: string;
  readonly environmentSuffix: string;
  /** Every rule, by the name that its metrics have. */
  readonly rules: readonly string[];
  readonly functionNames: readonly string[];
  readonly deadLetterQueueName: string;
  readonly alarmArns: readonly string[];
  /** The longest time between two runs: with a shorter period, a graph is nothing but single dots. */
  readonly runPeriodHours: number;
}

/** How many of the 24 columns wide and how many rows high. */
const WIDE = { width: 12, height: 7 };
const HOUR = 3600;
/** What a widget of alarms takes; and rules of which every graph together stays below what a dashboard takes. */
const ALARMS_MOST = 100;
const RULES_MOST = 200;

/**
 * The body of a CloudWatch dashboard
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).
 */
export function dashboardBody(subject: DashboardSubject): string {
  const { region, environmentSuffix, functionNames } = subject;
  const rules = subject.rules.slice(0, RULES_MOST);
  const period = subject.runPeriodHours * HOUR;

  const perRule = (metric: string, stat: string) =>
    rules.map((rule) => [
      METRIC_NAMESPACE,
      metric,
      METRIC_DIMENSIONS.environment,
      environmentSuffix,
      METRIC_DIMENSIONS.rule,
      rule,
      { label: rule, stat },
    ]);
  const perFunction = (metric: string, stat: string) =>
    functionNames.map((name) => ["AWS/Lambda", metric, "FunctionName", name, { label: name, stat }]);
  const graph = (title: string, metrics: readonly unknown[], properties: Record<string, unknown> = {}) => ({
    type: "metric",
    ...WIDE,
    properties: { title, metrics, region, view: "timeSeries", period, ...properties },
  });
  const percent = { yAxis: { left: { min: 0, max: 100, label: "%", showUnits: false } } };
  const count = { yAxis: { left: { min: 0, label: "resources", showUnits: false } } };

  const widgets = [
    {
      type: "alarm",
      width: 24,
      height: 4,
      properties: {
        title: "Is the scanner itself in order?",
        alarms: subject.alarmArns.slice(0, ALARMS_MOST),
      },
    },
    graph("Score: compliant of all evaluated", perRule(METRICS.score, "Minimum"), percent),
    graph("Coverage: evaluated of all that should be", perRule(METRICS.coverage, "Minimum"), percent),
    graph("Failing resources", perRule(METRICS.nonCompliant, "Maximum"), count),
    graph("Resources that could not be evaluated", perRule(METRICS.errors, "Maximum"), count),
    graph("Complete runs", perRule(METRICS.completedRuns, "Sum"), { view: "bar" }),
    graph("Hours since the last complete run", rules.flatMap(ageOfLastRun(environmentSuffix)), {
      period: HOUR,
      yAxis: { left: { min: 0, label: "hours", showUnits: false } },
    }),
    graph("Failed invocations", perFunction("Errors", "Sum"), { period: HOUR }),
    graph(
      "Dead letters",
      [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", subject.deadLetterQueueName]],
      { period: HOUR, stat: "Maximum" },
    ),
    graph(
      "Alerts that could not be sent, to be told by the next run",
      perRule(METRICS.undeliveredAlerts, "Sum"),
      {
        yAxis: { left: { min: 0, label: "alerts", showUnits: false } },
      },
    ),
    graph("Duration of a run", perRule(METRICS.duration, "Maximum")),
    graph("Duration of an invocation", perFunction("Duration", "Maximum"), { period: HOUR }),
  ];
  return JSON.stringify({ start: "-P14D", widgets });
}

/**
 * EPOCH has a value at every period, the runs have one where they ended: carried forward, the difference is
 * the age (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
 */
function ageOfLastRun(environmentSuffix: string) {
  return (rule: string, index: number): unknown[] => {
    const runs = `runs${index}`;
    const { environment, rule: ruleDimension } = METRIC_DIMENSIONS;
    return [
      [
        {
          expression: `(EPOCH(${runs}) - FILL(EPOCH(${runs}) * ${runs} / ${runs}, REPEAT)) / 3600`,
          label: rule,
        },
      ],
      [
        METRIC_NAMESPACE,
        METRICS.completedRuns,
        environment,
        environmentSuffix,
        ruleDimension,
        rule,
        { id: runs, stat: "Sum", visible: false },
      ],
    ];
  };
}
