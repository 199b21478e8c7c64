import type { CustomRule } from "../../../program/rules";
import { type EbsEncryptionParameters, ebsVolumeEncryption } from "./rule";

export const EBS_ENCRYPTION = {
  rule: ebsVolumeEncryption,
  folder: "ebs-encryption",
  functionName: "ebs-encryption-evaluator",
  defaults: { checkDetachedVolumes: true },
  // DescribeVolumes knows no resources in policies.
  reads: () => [{ Effect: "Allow", Action: "ec2:DescribeVolumes", Resource: "*" }],
} as const satisfies CustomRule<EbsEncryptionParameters>;
