import { EC2Client, type Filter, type Instance, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { clientOfTarget, readerConfig } from "../common/aws/clients";
import { enabledRegions } from "../common/aws/regions";
import type { Target } from "../common/aws/target";
import type { Listed, ResourceSource } from "../common/rule/rule";
import { tagRecord } from "../common/rule/tags";
import { UnidentifiedResourceError } from "../common/values/errors";
import type { InstanceFacts } from "./rule";

/** EC2 would give 1,000, whose XML takes more memory while it is read than everything else of a sweep. */
const PAGE_SIZE = 500;

const clientOf = clientOfTarget((target) => new EC2Client(readerConfig(target)));

/** EC2 instances of an account and Region, ended ones included while EC2 still lists them. */
export const instances: ResourceSource<InstanceFacts> = {
  service: "ec2",
  enabledRegions,

  list: (target) => describe(target),

  // A filter, because with InstanceIds one id that does not exist refuses the others too.
  find: (target, ids) =>
    describe(target, [{ Name: "instance-id", Values: ids.map((id) => id.slice(id.indexOf("/") + 1)) }]),

  arnOf: (target, { resourceId }) =>
    /^i-[0-9a-f]+$/.test(resourceId) ? instanceArn(target, target.accountId, resourceId) : undefined,
};

async function* describe(target: Target, filters?: Filter[]): AsyncGenerator<Listed<InstanceFacts>> {
  const pages = paginateDescribeInstances(
    { client: clientOf(target), pageSize: PAGE_SIZE },
    { Filters: filters },
  );
  for await (const page of pages) {
    for (const { OwnerId, Instances = [] } of page.Reservations ?? []) {
      for (const instance of Instances) yield listed(target, OwnerId ?? target.accountId, instance);
    }
  }
}

function listed(
  target: Target,
  accountId: string,
  { InstanceId: id, State, Tags }: Instance,
): Listed<InstanceFacts> {
  const tags = tagRecord(Tags);
  const known = id || "(unidentified)";
  const resource = {
    arn: instanceArn(target, accountId, known),
    type: "AWS::EC2::Instance",
    name: tags.Name || known,
    accountId,
    region: target.region,
    tags,
  };
  if (id) return { resource, facts: { state: State?.Name ?? "unknown", tags } };
  return { resource, error: new UnidentifiedResourceError("EC2 did not tell the instance's id") };
}

function instanceArn({ partition, region }: Target, accountId: string, id: string): string {
  return `arn:${partition}:ec2:${region}:${accountId}:instance/${id}`;
}
