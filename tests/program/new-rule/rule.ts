/**
 * ebs-volume-encryption: what is on a disk is of no use without its key.
 *
 * 1. Volume being deleted                            NOT_APPLICABLE
 * 2. Not attached, unless checkDetachedVolumes       NOT_APPLICABLE
 * 3. Encrypted                                       COMPLIANT
 * 4. Not encrypted                                   NON_COMPLIANT
 */
import type { InferOutput } from "valibot";
import type { Judgement } from "../../../lambdas/common/rule/judgement";
import type { Rule } from "../../../lambdas/common/rule/rule";
import { BOOLEAN, check, fields } from "../../../lambdas/common/values/check";

/** What the rule needs to know of a volume. */
export interface VolumeFacts {
  /** EC2's volume state. */
  readonly state: string;
  readonly encrypted: boolean;
}

const PARAMETERS = fields({ checkDetachedVolumes: BOOLEAN });

/** Parameters of `ebs-volume-encryption`. */
export type EbsEncryptionParameters = InferOutput<typeof PARAMETERS>;

/** The rule; the scenarios above are its whole judgement. */
export const ebsVolumeEncryption: Rule<VolumeFacts, EbsEncryptionParameters> = {
  name: "ebs-volume-encryption",
  version: "1",
  title: "EBS volumes are encrypted",
  severity: "high",
  remediation: "Copy a snapshot of the volume with encryption, and make the new volume of that.",
  resourceTypes: ["AWS::EC2::Volume"],
  controls: {},

  parseParameters(input) {
    return check(PARAMETERS, input, "parameters", { within: "" });
  },

  judge({ state, encrypted }, { checkDetachedVolumes }): Judgement {
    const observed = { state, encrypted };
    if (state.startsWith("delet") || (state === "available" && !checkDetachedVolumes)) {
      return { complianceType: "NOT_APPLICABLE", annotation: `Volume is ${state}.`, observed };
    }
    return {
      complianceType: encrypted ? "COMPLIANT" : "NON_COMPLIANT",
      annotation: `Volume is ${encrypted ? "encrypted" : "not encrypted"}.`,
      observed,
    };
  },
};
