import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * What an alarm watches that is to tell when EventBridge could not hand over events of a rule. Of a bus of its own the
 * metrics may have the bus's name beside the rule's
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html): they are counted with and without it.
 * @param busName left out for the default bus.
 */
export function failedInvocations(
  ruleName: pulumi.Input<string>,
  busName?: pulumi.Input<string>,
): Partial<aws.cloudwatch.MetricAlarmArgs> {
  const namespace = "AWS/Events";
  const metricName = "FailedInvocations";
  const period = 300;
  if (busName === undefined) {
    return { namespace, metricName, dimensions: { RuleName: ruleName }, statistic: "Sum", period };
  }
  const metric = (dimensions: Record<string, pulumi.Input<string>>) => ({
    metric: { namespace, metricName, dimensions, stat: "Sum", period },
  });
  return {
    metricQueries: [
      { id: "failed", expression: "FILL(rule, 0) + FILL(onbus, 0)", label: metricName, returnData: true },
      { id: "rule", ...metric({ RuleName: ruleName }) },
      { id: "onbus", ...metric({ EventBusName: busName, RuleName: ruleName }) },
    ],
  };
}
