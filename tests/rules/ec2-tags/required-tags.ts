import type { Ec2TagParameters } from "../../../lambdas/ec2-tags/rule";

/** Two tags, of which one has to have one of two values. */
export const parameters: Ec2TagParameters = {
  requiredTags: [{ key: "Environment", values: ["Production", "Staging"] }, { key: "Owner" }],
};
