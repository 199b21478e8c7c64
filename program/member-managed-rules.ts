/**
 * AWS's managed rules in the accounts of an organization: as resources of a template, and what reading their results
 * takes.
 */

import type * as pulumi from "@pulumi/pulumi";
import type { ManagedRule } from "./managed-rules/rule";
import * as policies from "./policies";

/** A part of a template of CloudFormation's. */
export interface TemplatePart {
  readonly Parameters?: Readonly<Record<string, object>>;
  readonly Conditions?: Readonly<Record<string, object>>;
  readonly Resources: Readonly<Record<string, object>>;
}

/** AWS's managed rules of the deployment, for the members. */
export interface MemberManagedRules {
  readonly rules: readonly ManagedRule[];
  /** What a rule is called in AWS Config, here and in every member. */
  readonly configRuleName: (rule: string) => string;
  /** The deployment's own account, which has the rules already, and its Region, the only one whose results are read. */
  readonly scannerAccountId: pulumi.Input<string>;
  readonly region: string;
}

const CONDITION = "HasManagedRules";

/**
 * The rules as a member has them. An account whose recorder is missing cannot have any, and CloudFormation would take
 * back the whole stack there: hence the parameter
 * (https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html,
 * NoAvailableConfigurationRecorderException).
 */
export function memberConfigRules({
  rules,
  configRuleName,
  scannerAccountId,
  region,
}: MemberManagedRules): TemplatePart {
  if (rules.length === 0) return { Resources: {} };
  return {
    Parameters: {
      ManagedRules: {
        Type: "String",
        AllowedValues: ["deploy", "omit"],
        Default: "deploy",
        Description: `omit where AWS Config has no recorder in ${region}: rules cannot be made there`,
      },
    },
    Conditions: {
      [CONDITION]: {
        "Fn::And": [
          { "Fn::Equals": [{ Ref: "ManagedRules" }, "deploy"] },
          { "Fn::Equals": [{ Ref: "AWS::Region" }, region] },
          { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AWS::AccountId" }, scannerAccountId] }] },
        ],
      },
    },
    Resources: Object.fromEntries(
      rules.map((rule) => [logicalId(rule.name), configRule(rule, configRuleName(rule.name))]),
    ),
  };
}

/**
 * Without a description: a template has room for 51,200 bytes
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configrule.html).
 */
function configRule({ identifier, parameters, trigger }: ManagedRule, name: string): object {
  return {
    Type: "AWS::Config::ConfigRule",
    Condition: CONDITION,
    Properties: {
      ConfigRuleName: name,
      Source: { Owner: "AWS", SourceIdentifier: identifier },
      ...(Object.keys(parameters).length > 0 && { InputParameters: parameters }),
      ...(trigger.maximumExecutionFrequency && {
        MaximumExecutionFrequency: trigger.maximumExecutionFrequency,
      }),
      ...(trigger.resourceTypes && { Scope: { ComplianceResourceTypes: trigger.resourceTypes } }),
    },
  };
}

/** Logical ids are letters and digits; names of rules have no capital letters, so that no two become the same. */
function logicalId(rule: string): string {
  return `Rule${rule.replaceAll("-", "X")}`;
}

/** What of AWS Config the report generator reads in a member. */
export function managedRuleReads(region: string): readonly policies.Statement[] {
  return [
    {
      Effect: "Allow",
      Action: "config:GetComplianceDetailsByConfigRule",
      // ARNs of rules hold ids that AWS draws.
      Resource: `arn:aws:config:${region}:*:config-rule/*`,
    },
    {
      Effect: "Allow",
      Action: [
        "config:BatchGetResourceConfig",
        "config:DescribeConfigRuleEvaluationStatus",
        "config:DescribeConfigurationRecorders",
        "config:DescribeConfigurationRecorderStatus",
        "config:ListDiscoveredResources",
      ],
      Resource: "*",
      Condition: policies.inRegions([region]),
    },
  ];
}
