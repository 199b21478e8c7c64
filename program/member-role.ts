/** The role that the functions take on in every account of an organization, as a template of CloudFormation's. */

import * as pulumi from "@pulumi/pulumi";
import type { TemplatePart } from "./member-managed-rules";
import type { Statement } from "./policies";

/** What a member's role is made of. */
export interface MemberRole {
  readonly name: string;
  /** The deployment's account. */
  readonly scannerAccountId: pulumi.Input<string>;
  /** The functions' roles, which alone may take it on. */
  readonly scannerRoleArns: readonly pulumi.Input<string>[];
  readonly organizationId: string;
  readonly externalId?: string;
  readonly reads: readonly Statement[];
  /** The only Region in which the template makes the role: one is enough for an account. */
  readonly region: string;
  /** What members have besides. */
  readonly further: readonly TemplatePart[];
}

/**
 * The template, JSON. The trust names the scanner's account and holds the roles' ARNs in a condition: in the principal
 * AWS would replace them by ids, and a role that is made again would be a stranger
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles).
 */
export function memberRoleTemplate(role: MemberRole): pulumi.Output<string> {
  const { name, scannerAccountId, scannerRoleArns, organizationId, externalId, reads, region, further } =
    role;
  const ownPart = {
    Conditions: { [HOME]: { "Fn::Equals": [{ Ref: "AWS::Region" }, region] } },
    Resources: {},
  };
  return pulumi.jsonStringify(
    {
      AWSTemplateFormatVersion: "2010-09-09",
      Description: "Lets the compliance scanner read the configuration of what it judges, and nothing else",
      ...merged("Parameters", further),
      ...merged("Conditions", [ownPart, ...further]),
      Resources: {
        ...Object.assign({}, ...further.map(({ Resources }) => Resources)),
        ComplianceReader: {
          Type: "AWS::IAM::Role",
          Condition: HOME,
          Properties: {
            RoleName: name,
            Description: pulumi.interpolate`What the compliance scanner of ${scannerAccountId} may read`,
            AssumeRolePolicyDocument: {
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Principal: { AWS: pulumi.interpolate`arn:aws:iam::${scannerAccountId}:root` },
                  Action: "sts:AssumeRole",
                  Condition: {
                    ArnEquals: { "aws:PrincipalArn": [...scannerRoleArns] },
                    StringEquals: {
                      "aws:PrincipalOrgID": organizationId,
                      ...(externalId !== undefined && { "sts:ExternalId": externalId }),
                    },
                  },
                },
              ],
            },
            Policies: [
              {
                PolicyName: "read",
                PolicyDocument: { Version: "2012-10-17", Statement: mergedReads(reads) },
              },
            ],
          },
        },
      },
    },
    undefined,
    // Without white space: CloudFormation takes no more than 51,200 bytes.
    0,
  );
}

/** Condition of what an account needs in one Region only. */
const HOME = "InHomeRegion";

/** A section of a template out of its parts; none where no part has it, as CloudFormation takes no empty one. */
function merged(section: "Parameters" | "Conditions", parts: readonly TemplatePart[]): object {
  const all = Object.assign({}, ...parts.map((part) => part[section] ?? {}));
  return Object.keys(all).length > 0 ? { [section]: all } : {};
}

/** Of several rules that read by the same statement one is enough. */
function mergedReads(reads: readonly Statement[]): readonly Statement[] {
  const known = new Set<string>();
  return reads.filter((statement) => {
    const key = actionsOf([statement]).join();
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** The actions of statements, each once. */
export function actionsOf(statements: readonly Statement[]): string[] {
  const actions = statements.flatMap(({ Action }) => Action as string | string[]);
  return [...new Set(actions)].sort();
}
