/** What members have, brought to them by a StackSet. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { HomeOfOrganization } from "./organization-home";

/**
 * Makes the stack in every Region that is scanned, one after another: a StackSet takes one operation at a time. Where
 * all are, nobody knows them yet.
 */
export function rollOutByStackSet(
  templateBody: pulumi.Output<string>,
  { named, region: home, organization }: HomeOfOrganization,
): void {
  const { units = [], excludeAccounts, regions } = organization;
  const operationPreferences = { failureTolerancePercentage: 100, maxConcurrentPercentage: 100 };
  const stackSet = new aws.cloudformation.StackSet("member-role", {
    name: named("compliance-member-role"),
    description: "What the compliance scanner needs in the accounts of the organization",
    permissionModel: "SERVICE_MANAGED",
    callAs: "DELEGATED_ADMIN",
    capabilities: ["CAPABILITY_NAMED_IAM"],
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
    operationPreferences,
    templateBody,
  });
  const others = regions === "all" ? [] : regions.filter((region) => region !== home);
  let dependsOn: pulumi.Resource[] = [];
  for (const region of [home, ...others]) {
    const instance = new aws.cloudformation.StackSetInstance(
      region === home ? "member-role" : `member-role-${region}`,
      {
        stackSetName: stackSet.name,
        callAs: "DELEGATED_ADMIN",
        stackSetInstanceRegion: region,
        deploymentTargets: {
          organizationalUnitIds: [...units],
          ...(excludeAccounts.length > 0 && {
            accountFilterType: "DIFFERENCE",
            accounts: [...excludeAccounts],
          }),
        },
        operationPreferences,
      },
      { dependsOn },
    );
    dependsOn = [instance];
  }
}
