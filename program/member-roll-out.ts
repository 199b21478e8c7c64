/** What members have, brought to them by a StackSet. */

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { HomeOfOrganization } from "./organization-home";

/**
 * Makes the stack in every Region that is scanned, unit by unit, one after another: a StackSet takes one operation at a
 * time. A unit that is added or taken away leaves the others' stacks alone. Where all Regions are, nobody knows them
 * yet.
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
  for (const [unit, region] of units.flatMap((one) =>
    [home, ...others].map((region) => [one, region] as const),
  )) {
    const instance = new aws.cloudformation.StackSetInstance(
      `member-role-${unit}-${region}`,
      {
        stackSetName: stackSet.name,
        callAs: "DELEGATED_ADMIN",
        stackSetInstanceRegion: region,
        deploymentTargets: {
          organizationalUnitIds: [unit],
          ...(excludeAccounts.length > 0 && {
            accountFilterType: "DIFFERENCE",
            accounts: [...excludeAccounts],
          }),
        },
        operationPreferences,
      },
      // What is replaced would otherwise take away at its end what its successor has made.
      { dependsOn, deleteBeforeReplace: true },
    );
    dependsOn = [instance];
  }
}
