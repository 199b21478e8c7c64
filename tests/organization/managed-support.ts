/** The accounts of an organization with managed rules, and what is read of its reports. */

import type { MemoryStore } from "../report/support";
import type { ManagedOrganization } from "../support/managed-organization";

/** The account of the deployment. */
export const OWN = "111111111111";

/** One of the others. */
export const MEMBER = "222222222222";

/** The last of them. */
export const OTHER = "333333333333";

/** The keys of the reports that were made. */
export const reportKeys = (organization: ManagedOrganization) =>
  [...(organization.generator.report.store as MemoryStore).objects.keys()].filter((key) =>
    key.endsWith(".json"),
  );
