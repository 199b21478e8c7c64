import { type CustomRule, readsAll } from "../../../program/rules";
import { type EbsEncryptionParameters, ebsVolumeEncryption } from "./rule";

export const EBS_ENCRYPTION = {
  rule: ebsVolumeEncryption,
  folder: "ebs-encryption",
  functionName: "ebs-encryption-evaluator",
  defaults: { checkDetachedVolumes: true },
  // DescribeVolumes knows no resources in policies.
  reads: (where) => readsAll("ec2:DescribeVolumes", where),
} as const satisfies CustomRule<EbsEncryptionParameters>;
