import { ACCOUNT_ID, type Program } from "../support";
import { arn, EVALUATORS, QUEUE, SUFFIX, theProgram } from "./program";

let program: Program;
beforeAll(() => {
  program = theProgram();
});

describe("events", () => {
  test("one schedule drives all evaluators, another one the report half an hour later", () => {
    const { inputs } = program.the("cloudwatch/EventRule", "evaluation-schedule");
    expect(inputs.scheduleExpression).toBe("cron(0 0/6 * * ? *)");
    const swept = program.of("cloudwatch/EventTarget").filter((target) => target.inputs.rule === inputs.name);
    expect(swept.map((target) => target.inputs.arn)).toEqual(
      EVALUATORS.map((name) => arn("lambda", `function:${name}-${SUFFIX}`)),
    );
    expect(program.the("cloudwatch/EventRule", "report-schedule").inputs.scheduleExpression).toBe(
      "cron(30 0/6 * * ? *)",
    );
    expect(program.the("cloudwatch/EventTarget", "report-generator").inputs).toMatchObject({
      rule: `compliance-report-schedule-${SUFFIX}`,
      arn: arn("lambda", `function:report-generator-${SUFFIX}:events`),
    });
  });

  test("changes under our managed rules, and no others, reach the report generator", () => {
    const { inputs } = program.the("cloudwatch/EventRule", "managed-rule-changes");
    expect(JSON.parse(String(inputs.eventPattern))).toEqual({
      source: ["aws.config"],
      "detail-type": ["Config Rules Compliance Change"],
      account: [ACCOUNT_ID],
      region: ["us-east-1"],
      detail: {
        messageType: ["ComplianceChangeNotification"],
        configRuleName: [
          `iam-root-mfa-${SUFFIX}`,
          `iam-user-mfa-${SUFFIX}`,
          `iam-password-policy-${SUFFIX}`,
          `iam-access-keys-rotated-${SUFFIX}`,
          `iam-no-admin-policies-${SUFFIX}`,
          `iam-unused-credentials-${SUFFIX}`,
        ],
      },
    });
    expect(program.the("cloudwatch/EventTarget", "managed-rule-changes").inputs).toMatchObject({
      rule: inputs.name,
      arn: arn("lambda", `function:report-generator-${SUFFIX}:events`),
    });
  });

  test("every target may be invoked by its own rule only, is retried, and keeps what cannot be delivered", () => {
    const targets = program.of("cloudwatch/EventTarget");
    expect(targets).toHaveLength(5);
    for (const { name, inputs, dependsOn } of targets) {
      expect(inputs.retryPolicy).toEqual({ maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 185 });
      expect(inputs.deadLetterConfig).toEqual({ arn: QUEUE });
      expect(dependsOn).toEqual([`lambda/Permission ${name}`, "sqs/QueuePolicy dead-letters"]);
      const permission = program.the("lambda/Permission", name).inputs;
      expect(permission).toMatchObject({
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        sourceArn: arn("events", `rule/${inputs.rule}`),
      });
      const qualifier = permission.qualifier === undefined ? "" : `:${permission.qualifier}`;
      expect(inputs.arn).toBe(arn("lambda", `function:${permission.function}${qualifier}`));
    }
  });

  test("EventBridge has an alias of the report generator for itself; its events are retried and kept there", () => {
    expect(program.of("lambda/Alias")).toHaveLength(1);
    expect(program.the("lambda/Alias", "report-events").inputs).toMatchObject({
      name: "events",
      functionName: `report-generator-${SUFFIX}`,
      functionVersion: "$LATEST",
    });
    const permissions = program.of("lambda/Permission").filter(({ inputs }) => {
      return inputs.function === `report-generator-${SUFFIX}`;
    });
    expect(permissions.map(({ inputs }) => inputs)).toEqual(
      ["report-generator", "managed-rule-changes"].map(() =>
        expect.objectContaining({ qualifier: "events", principal: "events.amazonaws.com" }),
      ),
    );
    expect(program.the("lambda/FunctionEventInvokeConfig", "report-events").inputs).toMatchObject({
      functionName: `report-generator-${SUFFIX}`,
      qualifier: "events",
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
  });

  test("dead letters are kept for two weeks, encrypted, and come from our rules only", () => {
    expect(program.the("sqs/Queue", "dead-letters").inputs).toMatchObject({
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
    expect(program.statements("sqs/QueuePolicy", "dead-letters")).toEqual([
      expect.objectContaining({ Effect: "Deny", Action: "sqs:*", Resource: [QUEUE] }),
      {
        Sid: "UndeliveredEvents",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: QUEUE,
        Condition: {
          ArnEquals: {
            "aws:SourceArn": program
              .of("cloudwatch/EventRule")
              .map(({ inputs }) => arn("events", `rule/${inputs.name}`)),
          },
        },
      },
    ]);
  });
});
