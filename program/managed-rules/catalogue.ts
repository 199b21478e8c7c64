import { EC2_INSTANCES_RULES } from "./ec2-instances";
import { EC2_NETWORKS_RULES } from "./ec2-networks";
import { EC2_SECURITY_GROUPS_RULES } from "./ec2-security-groups";
import { IAM_ACCOUNT_RULES } from "./iam-account";
import { IAM_USERS_RULES } from "./iam-users";
import { RDS_CLUSTERS_RULES } from "./rds-clusters";
import { RDS_INSTANCES_RULES } from "./rds-instances";
import { RDS_LOGS_RULES } from "./rds-logs";
import type { CatalogueRule } from "./rule";
import { S3_RULES } from "./s3";

/** The managed rules that standards and the setting `managedRules` can choose from. */
export const CATALOGUE: readonly CatalogueRule[] = [
  ...IAM_ACCOUNT_RULES,
  ...IAM_USERS_RULES,
  ...EC2_INSTANCES_RULES,
  ...EC2_SECURITY_GROUPS_RULES,
  ...EC2_NETWORKS_RULES,
  ...RDS_INSTANCES_RULES,
  ...RDS_LOGS_RULES,
  ...RDS_CLUSTERS_RULES,
  ...S3_RULES,
];

/** The rule of this name, if the catalogue has it. */
export function catalogueRule(name: string): CatalogueRule | undefined {
  return CATALOGUE.find((rule) => rule.name === name);
}
