import { ACCOUNT_ID, type Program } from "../support";
import { arn, FUNCTIONS, SUFFIX, TOPIC, theProgram } from "./program";

let program: Program;
beforeAll(() => {
  program = theProgram();
});

describe("alerts", () => {
  test("the topic refuses whoever comes without TLS, and its policy admits none but this account's alarms", () => {
    const targets = program.of("cloudwatch/EventTarget").map(({ inputs }) => inputs.arn);
    expect(targets).not.toContain(TOPIC);
    expect(program.statements("sns/TopicPolicy", "alerts")).toEqual([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: [
          "sns:AddPermission",
          "sns:DeleteTopic",
          "sns:GetTopicAttributes",
          "sns:ListSubscriptionsByTopic",
          "sns:Publish",
          "sns:RemovePermission",
          "sns:SetTopicAttributes",
          "sns:Subscribe",
        ],
        Resource: [TOPIC],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "AlarmsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: TOPIC,
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } },
      },
    ]);
  });

  test("nobody is subscribed whom the settings do not name", () => {
    expect(program.of("sns/TopicSubscription")).toEqual([]);
  });
});

describe("alarms", () => {
  test("all of them alert", () => {
    const alarms = program.of("cloudwatch/MetricAlarm");
    expect(alarms).not.toHaveLength(0);
    for (const { inputs } of alarms) expect(inputs.alarmActions).toEqual([TOPIC]);
  });

  test.each(FUNCTIONS)("the first error of %s alarms", (name) => {
    expect(program.the("cloudwatch/MetricAlarm", `${name}-errors`).inputs).toMatchObject({
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: `${name}-${SUFFIX}` },
      statistic: "Sum",
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
    });
  });

  test.each([
    "ec2-required-tags",
    "s3-bucket-encryption",
    "rds-automated-backups",
    "iam-root-mfa",
    "iam-user-mfa",
    "iam-password-policy",
    "iam-access-keys-rotated",
    "iam-unused-credentials",
  ])(
    "a period and a bit without a complete run of %s alarms, and the next run says that all is well",
    (rule) => {
      expect(program.the("cloudwatch/MetricAlarm", `${rule}-missed-run`).inputs).toMatchObject({
        metricQueries: [
          { expression: "FILL(runs, 0)", returnData: true },
          {
            id: "runs",
            metric: {
              namespace: "ComplianceScanner",
              metricName: "CompletedRuns",
              dimensions: { EnvironmentSuffix: SUFFIX, Rule: rule },
              stat: "Sum",
              period: 3600,
            },
          },
        ],
        evaluationPeriods: 7,
        threshold: 1,
        comparisonOperator: "LessThanThreshold",
        treatMissingData: "breaching",
        okActions: [TOPIC],
      });
    },
  );

  test("a rule that waits for changes is not expected to run", () => {
    const names = program.of("cloudwatch/MetricAlarm").map(({ name }) => name);
    expect(names).not.toContain("iam-no-admin-policies-missed-run");
  });

  test("a dead letter alarms, and so does an event that could not be delivered", () => {
    expect(program.the("cloudwatch/MetricAlarm", "dead-letters").inputs).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: `compliance-dead-letters-${SUFFIX}` },
      // SQS tells the metric every minute: an average over five of them is below one at first.
      statistic: "Maximum",
      threshold: 1,
      evaluationPeriods: 1,
    });
    const rules = program.of("cloudwatch/EventRule");
    expect(rules).not.toHaveLength(0);
    for (const { name, inputs } of rules) {
      expect(program.the("cloudwatch/MetricAlarm", `${name}-undelivered`).inputs).toMatchObject({
        namespace: "AWS/Events",
        metricName: "FailedInvocations",
        dimensions: { RuleName: inputs.name },
        threshold: 1,
      });
    }
  });
});

test("alerts that a run owes alarm, whichever rule it was", () => {
  expect(program.the("cloudwatch/MetricAlarm", "undelivered-alerts").inputs).toMatchObject({
    namespace: "ComplianceScanner",
    metricName: "UndeliveredAlerts",
    dimensions: { EnvironmentSuffix: SUFFIX },
    statistic: "Sum",
    threshold: 1,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
  });
});

describe("dashboard", () => {
  const widgets = () =>
    JSON.parse(String(program.the("cloudwatch/Dashboard", "compliance").inputs.dashboardBody)).widgets as {
      type: string;
      properties: {
        title: string;
        region?: string;
        alarms?: string[];
        metrics?: unknown[][];
        period?: number;
      };
    }[];
  const graph = (metric: string) =>
    widgets().find(({ properties }) => properties.metrics?.some((one) => one[1] === metric))?.properties;

  test.each(["Score", "Coverage", "CompletedRuns", "Errors", "NonCompliant", "UndeliveredAlerts"])(
    "shows %s of every rule",
    (metric) => {
      const rules = graph(metric)
        ?.metrics?.filter((one) => one[0] === "ComplianceScanner")
        .map((one) => one[5]);
      expect(rules).toHaveLength(9);
      expect(rules).toContain("ec2-required-tags");
      expect(rules).toContain("iam-root-mfa");
      expect(graph(metric)?.region).toBe("us-east-1");
    },
  );

  test("draws lines, not dots: one period is the time between two runs", () => {
    expect(graph("Score")?.period).toBe(6 * 3600);
  });

  test("shows how long ago the last complete run of each rule was", () => {
    const { metrics } =
      widgets().find(({ properties }) => properties.title.startsWith("Hours since"))?.properties ?? {};
    expect(metrics?.[0]).toEqual([
      {
        expression: "(EPOCH(runs0) - FILL(EPOCH(runs0) * runs0 / runs0, REPEAT)) / 3600",
        label: "ec2-required-tags",
      },
    ]);
    expect(metrics?.[1]).toEqual([
      "ComplianceScanner",
      "CompletedRuns",
      "EnvironmentSuffix",
      SUFFIX,
      "Rule",
      "ec2-required-tags",
      { id: "runs0", stat: "Sum", visible: false },
    ]);
  });

  test("shows every alarm", () => {
    const shown = widgets().find(({ type }) => type === "alarm")?.properties.alarms;
    const declared = program
      .of("cloudwatch/MetricAlarm")
      .map(({ inputs }) => arn("cloudwatch", `alarm:${inputs.name}`));
    expect(shown?.sort()).toEqual(declared.sort());
  });
});
