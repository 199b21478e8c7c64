/** What the setting `organization` is, complete and checked, and where everything is declared that follows from it. */

import type * as pulumi from "@pulumi/pulumi";
import type { ScannedRegions } from "../lambdas/common/deployment/settings";

/** The organization whose accounts are scanned, complete and checked. */
export interface OrganizationSetting {
  readonly id: string;
  readonly units?: readonly string[];
  readonly excludeAccounts: readonly string[];
  readonly regions: ScannedRegions;
  readonly roleName: string;
  readonly externalId?: string;
  readonly roleRollout: "template" | "stackset";
}

/** What a deployment gives to what it declares for an organization. */
export interface HomeOfOrganization {
  readonly named: (resourceType: string) => string;
  readonly accountId: pulumi.Output<string>;
  readonly region: string;
  readonly organization: OrganizationSetting;
  /** Where the steps of a run leave what they saw for each other. */
  readonly bucketArn: pulumi.Output<string>;
}
