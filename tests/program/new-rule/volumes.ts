import { EC2Client, type Filter, paginateDescribeVolumes, type Volume } from "@aws-sdk/client-ec2";
import { clientOfTarget, readerConfig } from "../../../lambdas/common/aws/clients";
import { enabledRegions } from "../../../lambdas/common/aws/regions";
import type { Target } from "../../../lambdas/common/aws/target";
import type { Listed, ResourceSource } from "../../../lambdas/common/rule/rule";
import { tagRecord } from "../../../lambdas/common/rule/tags";
import { UnidentifiedResourceError } from "../../../lambdas/common/values/errors";
import type { VolumeFacts } from "./rule";

const clientOf = clientOfTarget((target) => new EC2Client(readerConfig(target)));

/** EBS volumes of an account and Region. */
export const volumes: ResourceSource<VolumeFacts> = {
  service: "ec2",
  enabledRegions,
  list: (target) => describe(target),
  // A filter, because with VolumeIds one id that does not exist refuses the others too.
  find: (target, ids) =>
    describe(target, [{ Name: "volume-id", Values: ids.map((id) => id.slice(id.indexOf("/") + 1)) }]),
  arnOf: (target, { resourceId }) =>
    /^vol-[0-9a-f]+$/.test(resourceId) ? arnOf(target, resourceId) : undefined,
};

async function* describe(target: Target, Filters?: Filter[]): AsyncGenerator<Listed<VolumeFacts>> {
  const pages = paginateDescribeVolumes({ client: clientOf(target), pageSize: 500 }, { Filters });
  for await (const { Volumes = [] } of pages) for (const volume of Volumes) yield listed(target, volume);
}

function listed(target: Target, { VolumeId: id, State, Encrypted, Tags }: Volume): Listed<VolumeFacts> {
  const tags = tagRecord(Tags);
  const known = id || "(unidentified)";
  const { accountId, region } = target;
  const resource = {
    arn: arnOf(target, known),
    type: "AWS::EC2::Volume",
    name: tags.Name || known,
    accountId,
    region,
    tags,
  };
  if (!id) return { resource, error: new UnidentifiedResourceError("EC2 did not tell the volume's id") };
  if (Encrypted === undefined) return { resource, error: new Error("EC2 did not tell the encryption") };
  return { resource, facts: { state: State ?? "unknown", encrypted: Encrypted } };
}

function arnOf({ partition, region, accountId }: Target, id: string): string {
  return `arn:${partition}:ec2:${region}:${accountId}:volume/${id}`;
}
