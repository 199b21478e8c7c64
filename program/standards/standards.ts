import { STANDARD_TITLES, type StandardId } from "../../lambdas/common/rule/standards";
import { FSBP_EC2 } from "./aws-fsbp-ec2";
import { FSBP_IAM_S3 } from "./aws-fsbp-iam-s3";
import { FSBP_RDS } from "./aws-fsbp-rds";
import { CIS_IAM } from "./cis-aws-iam";
import { CIS_SERVICES } from "./cis-aws-services";
import type { StandardControl } from "./control";
import { PCI_IDENTITY_AND_LOGS } from "./pci-dss-identity-and-logs";
import { PCI_NETWORKS_AND_DATA } from "./pci-dss-networks-and-data";
import { SOC_2 } from "./soc-2";

/** A standard, as far as it can be checked here. */
export interface Standard {
  readonly id: StandardId;
  readonly title: string;
  /** Which of the standard's controls are listed. */
  readonly scope: string;
  readonly controls: readonly StandardControl[];
}

/** The standards that the setting `standards` can choose from. */
export const STANDARDS: readonly Standard[] = [
  standard("cis-aws-3.0", "Every control of the benchmark.", [...CIS_IAM, ...CIS_SERVICES]),
  standard(
    "aws-fsbp",
    "The controls for the account, IAM, EC2, RDS and S3; those of other services are not listed.",
    [...FSBP_IAM_S3, ...FSBP_EC2, ...FSBP_RDS],
  ),
  standard(
    "pci-dss-4.0",
    "Requirements that rules for IAM, EC2, RDS and S3 support; all others are not listed.",
    [...PCI_NETWORKS_AND_DATA, ...PCI_IDENTITY_AND_LOGS],
  ),
  standard(
    "soc-2",
    "Criteria that rules for IAM, EC2, RDS and S3 support; all others are not listed.",
    SOC_2,
  ),
];

function standard(id: StandardId, scope: string, controls: readonly StandardControl[]): Standard {
  return { id, title: STANDARD_TITLES[id], scope, controls };
}
