/** What asks AWS for the scan of an organization. */

import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { clientConfig, readerConfig } from "../aws/clients";
import { resourceNames } from "../deployment/names";
import type { Place } from "../deployment/place";
import type { OrganizationDependencies } from "../evaluator/evaluator";
import { OrganizationDirectory } from "../organization/accounts";
import { MemberRoles } from "../organization/member-roles";
import type { OrganizationSettings } from "../organization/settings";
import { BucketSweepObjects } from "../organization/sweep-objects";

/** A large account's observations are some megabytes. */
const SEND_TIMEOUT_MS = 60_000;

/** Made from the place and the settings alone. */
export function organizationDependencies(
  place: Place,
  rule: string,
  settings: OrganizationSettings,
): OrganizationDependencies {
  const bucket = resourceNames(place.environmentSuffix).sweepBucket(place.accountId);
  const sessionName = resourceNames(place.environmentSuffix).named(rule);
  return {
    directory: new OrganizationDirectory(new OrganizationsClient(clientConfig(place)), settings),
    members: new MemberRoles(new STSClient(readerConfig(place)), place.partition, settings, sessionName),
    objects: new BucketSweepObjects(
      new S3Client(clientConfig(place, SEND_TIMEOUT_MS)),
      bucket,
      place.accountId,
    ),
  };
}
