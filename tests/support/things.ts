/** What the evaluator's tests are about: invented things, a rule over them, and AWS Config's word of their changes. */

import type { Rule } from "../../lambdas/common/rule/rule";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

/** What a thing of the test's world is like; `unreadable` cannot be read, `exempt` is not applicable. */
export type Condition = "good" | "bad" | "unreadable" | "exempt";

/** A rule over invented things, so that tests speak of the evaluator and not of AWS services. */
export const goodThings: Rule<Condition, { readonly strict: boolean }> = {
  name: "good-things",
  version: "1",
  title: "Things are good",
  severity: "high",
  remediation: "Make it good.",
  resourceTypes: ["AWS::Test::Thing"],
  controls: { "soc-2": ["CC6.1"], "pci-dss-4.0": [], "cis-aws-3.0": [] },
  parseParameters: (input) => input as { strict: boolean },
  judge: (condition, { strict }) => {
    if (condition === "exempt")
      return { complianceType: "NOT_APPLICABLE", annotation: "It is exempt.", observed: { condition } };
    const passes = condition === "good" && !strict;
    return {
      complianceType: passes ? "COMPLIANT" : "NON_COMPLIANT",
      annotation: `It is ${condition}.`,
      observed: { condition },
    };
  },
};

/** An accepted failure, of things whose names begin with legacy-. */
export const EXCEPTION = {
  rule: "good-things",
  resource: "arn:aws:test:*:thing/legacy-*",
  reason: "replaced in spring",
  owner: "payments",
  approver: "ciso",
  ticket: "SEC-1",
  expires: "2026-12-24",
};

/** The ARN of a thing that lies in a Region of an account. */
export function thingArn(name: string, account = ACCOUNT, region = REGION): string {
  return `arn:aws:test:${region}:${account}:thing/${name}`;
}

/** AWS Config's event for a thing that changed. */
export function changeEvent(name: string, time: Date, gone = false): Record<string, unknown> {
  return {
    version: "1.0",
    configRuleName: "good-things-test",
    resultToken: "token",
    eventLeftScope: false,
    ruleParameters: "",
    invokingEvent: JSON.stringify({
      messageType: "ConfigurationItemChangeNotification",
      notificationCreationTime: time.toISOString(),
      configurationItem: {
        resourceType: "AWS::Test::Thing",
        resourceId: `id-of-${name}`,
        resourceName: name,
        ARN: thingArn(name),
        awsAccountId: ACCOUNT,
        awsRegion: REGION,
        configurationItemStatus: gone ? "ResourceDeleted" : "OK",
        configurationItemCaptureTime: time.toISOString(),
      },
    }),
  };
}
