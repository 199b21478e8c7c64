import { complaints } from "../support/authorization";

const RULE = "arn:aws:config:us-east-1:123456789012:config-rule/config-rule-abc123";

describe("a grant is complained of", () => {
  test.each([
    [
      "an ARN where only * is known",
      { action: "config:DescribeConfigRuleEvaluationStatus", resource: RULE },
      "config:DescribeConfigRuleEvaluationStatus knows no resources",
    ],
    [
      "* where a resource type is known, without a reason",
      { action: "config:GetComplianceDetailsByConfigRule", resource: "*" },
      "config:GetComplianceDetailsByConfigRule takes resources of type ConfigRule (list_awsconfig.html), " +
        "but is granted on *",
    ],
    [
      "a resource of another type",
      { action: "s3:GetObject", resource: "arn:aws:s3:::reports" },
      "s3:GetObject takes resources of type object (list_amazons3.html), and arn:aws:s3:::reports is none",
    ],
    [
      "a log group's bare ARN, which stands for none of its streams",
      {
        action: "logs:PutLogEvents",
        resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f",
      },
      "logs:PutLogEvents takes resources of type log-stream",
    ],
    [
      "objects of any bucket",
      { action: "s3:PutObject", resource: "arn:aws:s3:::*/reports/*" },
      "s3:PutObject takes resources of type object",
    ],
    [
      "an action that nobody has looked up",
      { action: "iam:ListUsers", resource: "*" },
      "iam:ListUsers is not in the table",
    ],
  ])("that is of %s", (_case, grant, complaint) => {
    expect(complaints([grant])).toEqual([expect.stringContaining(complaint)]);
  });

  test.each([
    { action: "config:GetComplianceDetailsByConfigRule", resource: RULE },
    { action: "config:BatchGetResourceConfig", resource: "*" },
    { action: "config:DescribeConfigurationRecorders", resource: "*" },
    { action: "s3:GetEncryptionConfiguration", resource: "arn:aws:s3:::*" },
    { action: "dynamodb:Query", resource: "arn:aws:dynamodb:us-east-1:123456789012:table/t/index/i" },
  ])("not when AWS knows it so: $action on $resource", (grant) => {
    expect(complaints([grant])).toEqual([]);
  });
});
