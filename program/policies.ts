import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy. */
export type Statement = aws.iam.PolicyStatement;

type Arn = pulumi.Input<string>;

/** The statements as a policy document. */
export function policy(...statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** Lets an AWS service take a role on; with an account, only on that account's behalf. */
export function trust(service: string, accountId?: pulumi.Input<string>): pulumi.Output<string> {
  return policy({
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    ...(accountId && { Condition: { StringEquals: { "aws:SourceAccount": accountId } } }),
  });
}

/** Lets EventBridge take a role on, for these of its rules. */
export function trustRules(eventRuleArns: readonly Arn[]): pulumi.Output<string> {
  return policy({
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { ArnEquals: { "aws:SourceArn": [...eventRuleArns] } },
  });
}

/** Refuses whoever does not come by TLS. */
export function tlsOnly(action: string | readonly string[], resources: readonly Arn[]): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: typeof action === "string" ? action : [...action],
    Resource: [...resources],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/**
 * Condition that the resource is the account's own: a bucket's ARN does not name its account
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount).
 */
export function ofAccount(accountId: pulumi.Input<string>) {
  return { StringEquals: { "aws:ResourceAccount": accountId } };
}

/** Condition that a call goes to one of these Regions, for actions that know no resources. */
export function inRegions(regions: readonly string[]) {
  return { StringEquals: { "aws:RequestedRegion": [...regions] } };
}

/**
 * What AWS Config needs of the bucket that its snapshots go to
 * (https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html).
 */
export function configDelivery(bucketArn: Arn, accountId: pulumi.Input<string>): Statement[] {
  const sourceAccount = { "aws:SourceAccount": accountId };
  const config = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } } as const;
  return [
    {
      ...config,
      Sid: "ConfigChecksTheBucket",
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: sourceAccount },
    },
    {
      ...config,
      Sid: "ConfigFindsTheBucket",
      Action: "s3:ListBucket",
      Resource: bucketArn,
      Condition: { StringEquals: sourceAccount },
    },
    {
      ...config,
      Sid: "ConfigDelivers",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${accountId}/Config/*`,
      Condition: { StringEquals: { ...sourceAccount, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

/** The same for the recorder's own role, which delivers too. */
export function recorderDelivery(bucketArn: Arn, accountId: pulumi.Input<string>): Statement[] {
  return [
    { Effect: "Allow", Action: "s3:GetBucketAcl", Resource: bucketArn },
    {
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${accountId}/Config/*`,
      Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

/**
 * What a topic's policy can allow or refuse, of what anybody does with a topic; SNS takes no `sns:*` there
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html).
 */
export const TOPIC_ACTIONS: readonly string[] = [
  "sns:AddPermission",
  "sns:DeleteTopic",
  "sns:GetTopicAttributes",
  "sns:ListSubscriptionsByTopic",
  "sns:Publish",
  "sns:RemovePermission",
  "sns:SetTopicAttributes",
  "sns:Subscribe",
];

/**
 * Lets the account's alarms publish. Its people and programs need nothing here: within an account their own policies
 * are enough.
 */
export function alarmsOf(topicArn: Arn, accountId: pulumi.Input<string>): Statement {
  return {
    Sid: "AlarmsOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
}

/** Lets EventBridge leave what it could not deliver, for these of its rules. */
export function deadLettersOf(eventRuleArns: readonly Arn[], queueArn: Arn): Statement {
  return {
    Sid: "UndeliveredEvents",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: { ArnEquals: { "aws:SourceArn": [...eventRuleArns] } },
  };
}

/** Not logs:CreateLogGroup: a late invocation would leave a log group behind that no stack owns. */
export function writeLogs(logGroupArn: Arn): Statement {
  return {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    // Log streams; the log group's bare ARN stands for none of them.
    Resource: pulumi.interpolate`${logGroupArn}:*`,
  };
}

/** Reading and writing the history; an index has an ARN of its own. */
export function useHistory(tableArn: Arn, indexes: readonly string[]): Statement[] {
  return [
    {
      Effect: "Allow",
      Action: [
        "dynamodb:BatchWriteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
      ],
      Resource: tableArn,
    },
    {
      Effect: "Allow",
      Action: "dynamodb:Query",
      Resource: indexes.map((index) => pulumi.interpolate`${tableArn}/index/${index}`),
    },
  ];
}

/** The company's key, by way of the services that encrypt with it and not directly. */
export function useKey(keyArn: Arn | undefined, region: string, services: readonly string[]): Statement[] {
  if (keyArn === undefined) return [];
  return [
    {
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: keyArn,
      Condition: {
        StringEquals: { "kms:ViaService": services.map((service) => `${service}.${region}.amazonaws.com`) },
      },
    },
  ];
}
