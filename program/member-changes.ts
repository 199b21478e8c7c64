/**
 * How changes in the members of an organization come to the deployment: each Region of a member forwards what AWS
 * Config records there to a bus of the deployment's, whose rules invoke the evaluators
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html).
 */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CONFIGURATION_ITEM_CHANGE } from "../lambdas/common/evaluator/events";
import { itemChangePattern, PATTERN_LENGTH } from "./event-patterns";
import type { TemplatePart } from "./member-managed-rules";
import type { HomeOfOrganization } from "./organization-home";
import * as policies from "./policies";
import type { CustomRule } from "./rules";

/** The bus that members forward to, and what becomes of what they do. */
export interface MemberChanges {
  readonly busName: pulumi.Output<string>;
  /** Known when members may forward to it. */
  readonly busArn: pulumi.Output<string>;
  /** By custom rule, the rule of EventBridge's that has the changes of what it judges. */
  readonly rules: readonly {
    readonly name: string;
    /** Name of the custom rule. */
    readonly of: string;
    readonly rule: aws.cloudwatch.EventRule;
  }[];
}

/** What the bus, its rules and the members' rules are called. */
const CHANGES = "member-changes";

/** The role that forwards a Region's changes. Each Region has its own: a StackSet makes no Region wait for another. */
const forwarder = (region: string) => `${CHANGES}-${region}`;

/** Declares the bus and its rules. */
export function memberChanges(
  customRules: readonly Pick<CustomRule, "rule">[],
  home: HomeOfOrganization,
): MemberChanges {
  const { named } = home;
  const bus = new aws.cloudwatch.EventBus(CHANGES, {
    name: named(CHANGES),
    description: "Changes that AWS Config records in the accounts of the organization",
  });
  const policy = new aws.cloudwatch.EventBusPolicy(CHANGES, {
    eventBusName: bus.name,
    policy: policies.policy(forwardedChanges(bus.arn, home)),
  });
  const rules = customRules.map(({ rule: { name: of, resourceTypes } }) => {
    const name = `${of}-members`;
    const rule = new aws.cloudwatch.EventRule(name, {
      name: named(name),
      description: `Changes in members of the organization of what ${of} judges`,
      eventBusName: bus.name,
      eventPattern: home.accountId.apply((own) => changesOfMembers(resourceTypes, own, home.organization)),
    });
    return { name, of, rule };
  });
  return { busName: bus.name, busArn: pulumi.all([bus.arn, policy.id]).apply(([arn]) => arn), rules };
}

/**
 * Lets the members' own rules forward these events. A rule forwards to another account in its role's name, which is why
 * there is no aws:SourceArn to go by; what only some of such requests may carry, is held against where it is there
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html).
 */
function forwardedChanges(
  busArn: pulumi.Output<string>,
  { named, organization: { id, regions } }: HomeOfOrganization,
): policies.Statement {
  return {
    Sid: "ChangesOfMembers",
    Effect: "Allow",
    Principal: "*",
    Action: "events:PutEvents",
    Resource: busArn,
    Condition: {
      StringEquals: { "aws:PrincipalOrgID": id },
      ArnLike: {
        "aws:PrincipalArn": (regions === "all" ? ["*"] : regions).map(
          (region) => `arn:aws:iam::*:role/${named(forwarder(region))}`,
        ),
      },
      "ForAllValues:StringEquals": {
        "events:source": "aws.config",
        "events:detail-type": CONFIGURATION_ITEM_CHANGE,
      },
      StringEqualsIgnoreCaseIfExists: { "events:eventBusInvocation": "true" },
    },
  };
}

/**
 * The pattern of members' changes of resources of these types. It leaves out the accounts that nobody wants to hear of,
 * as far as it has room for them: the functions know them, too.
 * @param own the deployment's account.
 */
export function changesOfMembers(
  types: readonly string[],
  own: string,
  { excludeAccounts, regions }: HomeOfOrganization["organization"],
): string {
  const pattern = (...unwanted: readonly string[]) =>
    JSON.stringify(
      itemChangePattern(types, {
        account: [{ "anything-but": unwanted }],
        ...(regions !== "all" && { region: regions }),
      }),
    );
  const whole = pattern(own, ...excludeAccounts);
  return whole.length <= PATTERN_LENGTH ? whole : pattern(own);
}

/** What a Region of a member has that forwards its changes; the deployment's own account has rules of its own. */
export function forwardingRule(
  customRules: readonly Pick<CustomRule, "rule">[],
  busArn: pulumi.Input<string>,
  { named, accountId }: Pick<HomeOfOrganization, "named" | "accountId">,
): TemplatePart {
  const rule = { "Fn::Sub": `arn:aws:events:\${AWS::Region}:\${AWS::AccountId}:rule/${named(CHANGES)}` };
  const types = customRules.flatMap(({ rule: { resourceTypes } }) => resourceTypes);
  return {
    Conditions: {
      ForwardsChanges: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AWS::AccountId" }, accountId] }] },
    },
    Resources: {
      ChangeForwarding: {
        Type: "AWS::IAM::Role",
        Condition: "ForwardsChanges",
        Properties: {
          RoleName: { "Fn::Sub": named(forwarder(`\${AWS::Region}`)) },
          Description: "What EventBridge may do to forward changes to the compliance scanner",
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: { ArnEquals: { "aws:SourceArn": rule } },
              },
            ],
          },
          Policies: [
            {
              PolicyName: "forward",
              PolicyDocument: {
                Version: "2012-10-17",
                Statement: [{ Effect: "Allow", Action: "events:PutEvents", Resource: busArn }],
              },
            },
          ],
        },
      },
      Changes: {
        Type: "AWS::Events::Rule",
        Condition: "ForwardsChanges",
        Properties: {
          Name: named(CHANGES),
          Description: "Changes that AWS Config records here, for the compliance scanner",
          EventPattern: itemChangePattern(types, {
            account: [{ Ref: "AWS::AccountId" }],
            region: [{ Ref: "AWS::Region" }],
          }),
          Targets: [{ Id: "scanner", Arn: busArn, RoleArn: { "Fn::GetAtt": ["ChangeForwarding", "Arn"] } }],
        },
      },
    },
  };
}
