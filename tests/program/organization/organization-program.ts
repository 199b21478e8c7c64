import { ConfigServiceClient, DescribeConfigurationRecordersCommand } from "@aws-sdk/client-config-service";
import { mockClient } from "aws-sdk-client-mock";
import { type Program, runProgram } from "../support";

/** All of it but the last letter. */
export const SUFFIX = "a-suffix-of-thirty-one-letters-".slice(0, 30);

/** As long as one may be. */
export const environmentSuffix = `${SUFFIX}s`;

/** The program with an organization whose members get their role by a StackSet. */
export async function organizationProgram(): Promise<Program> {
  mockClient(ConfigServiceClient)
    .on(DescribeConfigurationRecordersCommand)
    .resolves({ ConfigurationRecorders: [] });
  return runProgram({
    environmentSuffix,
    alertEmail: "a@example.com",
    organization: {
      id: "o-a1b2c3d4e5",
      units: ["ou-ab12-c3d4e5f6"],
      excludeAccounts: ["222222222222"],
      regions: ["us-east-1", "eu-west-1"],
      roleName: "compliance-reader",
      externalId: "shared-word",
      roleRollout: "stackset",
    },
  });
}
