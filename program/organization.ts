/**
 * What is deployed for the accounts of an organization: for each rule a state machine, and the role that members have.
 */

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ScannedRegions } from "../lambdas/common/deployment/settings";
import { forwardingRule, type MemberChanges } from "./member-changes";
import { type MemberManagedRules, managedRuleReads, memberConfigRules } from "./member-managed-rules";
import { actionsOf, memberRoleTemplate } from "./member-role";
import { rollOutByStackSet } from "./member-roll-out";
import type { HomeOfOrganization } from "./organization-home";
import * as policies from "./policies";
import type { CustomRule, Surroundings } from "./rules";
import { MAP_LABEL, type Steps, sweepDefinition } from "./state-machine";

/**
 * What a function may do besides, to plan, scan and close.
 * @param prefix of what its steps leave for each other.
 */
export function organizationStatements(
  prefix: string,
  { organization, bucketArn, accountId }: HomeOfOrganization,
): policies.Statement[] {
  const { id, roleName, units } = organization;
  return [
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Resource: `arn:aws:iam::*:role/${roleName}`,
      // Whoever has an account can give a role that name.
      Condition: { StringEquals: { "aws:ResourceOrgID": id } },
    },
    // ListAccounts knows no resources in policies.
    { Effect: "Allow", Action: "organizations:ListAccounts", Resource: "*" },
    ...(units
      ? [
          {
            Effect: "Allow" as const,
            Action: ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"],
            Resource: [`arn:aws:organizations::*:ou/${id}/*`, `arn:aws:organizations::*:root/${id}/*`],
          },
        ]
      : []),
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject"],
      Resource: pulumi.interpolate`${bucketArn}/${prefix}/*`,
      Condition: policies.ofAccount(accountId),
    },
    // Not by prefix: without the right to list, S3 answers for a missing object as for a forbidden one.
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucketArn,
      Condition: policies.ofAccount(accountId),
    },
  ];
}

/** What of the stack's settings decides what is read of a resource. */
type Reading = Pick<Surroundings, "discoveryScope" | "ownerTag">;

/** What the session of a rule's function in a member account may do at most. */
export function sessionActions(
  rule: CustomRule,
  reading: Reading,
  home: { readonly region: string; readonly regions: ScannedRegions },
): string[] {
  return actionsOf(memberReads(rule, reading, home));
}

/** The same of the report generator's session, which reads results of managed rules. */
export function managedSessionActions(region: string): string[] {
  return actionsOf(managedRuleReads(region));
}

function memberReads(
  { reads }: CustomRule,
  { discoveryScope, ownerTag }: Reading,
  { region, regions }: { readonly region: string; readonly regions: ScannedRegions },
): readonly policies.Statement[] {
  return reads({ accountId: "*", region, regions, discoveryScope, ownerTag, looksUpRegions: true });
}

/**
 * A state machine that carries out runs over every account, and its role.
 * @param rule or whatever else the runs are called by.
 * @param functionArn what it invokes, which may be an alias.
 */
export function sweepMachine(
  rule: string,
  functionArn: pulumi.Output<string>,
  steps: Steps,
  { named, accountId, region }: HomeOfOrganization,
): aws.sfn.StateMachine {
  const name = named(`${rule}-sweep`);
  const arn = (resource: string) => pulumi.interpolate`arn:aws:states:${region}:${accountId}:${resource}`;
  const role = new aws.iam.Role(`${rule}-sweep`, {
    name: named(`${rule}-sweep-role`),
    description: `What the state machine ${name} may do`,
    assumeRolePolicy: policies.trust("states.amazonaws.com", accountId),
  });
  const permissions = new aws.iam.RolePolicy(`${rule}-sweep`, {
    name,
    role: role.name,
    policy: policies.policy(
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn },
      // A distributed map runs as executions of its own
      // (https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html).
      { Effect: "Allow", Action: "states:StartExecution", Resource: arn(`stateMachine:${name}`) },
      {
        Effect: "Allow",
        Action: ["states:DescribeExecution", "states:StopExecution"],
        Resource: arn(`execution:${name}:*`),
      },
      {
        Effect: "Allow",
        Action: "states:RedriveExecution",
        Resource: arn(`execution:${name}/${MAP_LABEL}:*`),
      },
    ),
  });
  return new aws.sfn.StateMachine(
    `${rule}-sweep`,
    {
      name,
      type: "STANDARD",
      roleArn: role.arn,
      definition: functionArn.apply((invoked) =>
        JSON.stringify(sweepDefinition(invoked, steps), undefined, 2),
      ),
    },
    { dependsOn: permissions },
  );
}

/** Starts the state machines by a rule of EventBridge's, by a role of this name. */
export function startBySchedule(
  name: string,
  schedule: aws.cloudwatch.EventRule,
  machines: readonly { readonly rule: string; readonly machine: aws.sfn.StateMachine }[],
  delivery: Pick<aws.cloudwatch.EventTargetArgs, "retryPolicy" | "deadLetterConfig">,
  dependsOn: pulumi.Resource,
  { named }: HomeOfOrganization,
): void {
  const role = new aws.iam.Role(name, {
    name: named(`${name}-role`),
    description: "What EventBridge may do to start the state machines",
    assumeRolePolicy: policies.trustRules([schedule.arn]),
  });
  const permission = new aws.iam.RolePolicy(name, {
    name: named(name),
    role: role.name,
    policy: policies.policy({
      Effect: "Allow",
      Action: "states:StartExecution",
      Resource: machines.map(({ machine }) => machine.arn),
    }),
  });
  for (const { rule, machine } of machines) {
    new aws.cloudwatch.EventTarget(
      `${rule}-sweep`,
      {
        rule: schedule.name,
        targetId: named(`${rule}-sweep`),
        arn: machine.arn,
        roleArn: role.arn,
        ...delivery,
      },
      { dependsOn: [permission, dependsOn] },
    );
  }
}

/**
 * The template of what every member has: the role, AWS's managed rules and what forwards changes; rolled out by a
 * StackSet if the settings say so.
 * @param managed read by the report generator, whose role is trusted where there are any.
 */
export function memberRole(
  rules: readonly CustomRule[],
  managed: Pick<MemberManagedRules, "rules" | "configRuleName">,
  { busArn }: Pick<MemberChanges, "busArn">,
  reading: Reading,
  home: HomeOfOrganization,
): pulumi.Output<string> {
  const { named, accountId, region, organization } = home;
  const { id, regions, roleName, externalId, roleRollout } = organization;
  const readsManaged = managed.rules.length > 0;
  const functions = rules.map(({ functionName }) => functionName);
  const templateBody = memberRoleTemplate({
    name: roleName,
    scannerAccountId: accountId,
    scannerRoleArns: [...functions, ...(readsManaged ? ["report-generator"] : [])].map(
      (name) => pulumi.interpolate`arn:aws:iam::${accountId}:role/${named(`${name}-role`)}`,
    ),
    organizationId: id,
    externalId,
    reads: [
      ...rules.flatMap((rule) => memberReads(rule, reading, { region, regions })),
      ...(readsManaged ? managedRuleReads(region) : []),
    ],
    region,
    further: [
      memberConfigRules({ ...managed, scannerAccountId: accountId, region }),
      forwardingRule(rules, busArn, home),
    ],
  });
  if (roleRollout === "stackset") rollOutByStackSet(templateBody, home);
  return templateBody;
}
