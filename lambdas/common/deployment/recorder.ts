/** What AWS Config's recorder of an account records. */

import {
  type ConfigServiceClient,
  type ConfigurationRecorder,
  type ConfigurationRecorderStatus,
  DescribeConfigurationRecorderStatusCommand,
} from "@aws-sdk/client-config-service";

/** Whether it is the account's own: AWS services may have recorders of their own besides, which serve nobody else. */
export function isCustomersRecorder({ servicePrincipal, recordingScope }: ConfigurationRecorder): boolean {
  return !servicePrincipal && recordingScope !== "INTERNAL";
}

/** The account's own recorder, if it records. */
export async function recordingRecorder(
  config: ConfigServiceClient,
): Promise<ConfigurationRecorderStatus | undefined> {
  const { ConfigurationRecordersStatus = [] } = await config.send(
    new DescribeConfigurationRecorderStatusCommand({}),
  );
  return ConfigurationRecordersStatus.find(
    ({ recording, servicePrincipal }) => recording && !servicePrincipal,
  );
}

/** By the rules of https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html. */
export function recordsType({ recordingGroup = {} }: ConfigurationRecorder, type: string): boolean {
  const { recordingStrategy, exclusionByResourceTypes, resourceTypes = [] } = recordingGroup;
  const { includeGlobalResourceTypes = false } = recordingGroup;
  if (recordingStrategy?.useOnly === "EXCLUSION_BY_RESOURCE_TYPES") {
    return !exclusionByResourceTypes?.resourceTypes?.some((excluded) => excluded === type);
  }
  if (recordingStrategy?.useOnly === "INCLUSION_BY_RESOURCE_TYPES" || resourceTypes.length > 0) {
    return resourceTypes.some((included) => included === type);
  }
  return includeGlobalResourceTypes || !type.startsWith("AWS::IAM::");
}
