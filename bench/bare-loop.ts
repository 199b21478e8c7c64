/**
 * What a sweep cannot do without, by the SDK alone: every page of instances is read, and a row of each is written, 25
 * to a call and eight calls at once. Nothing is judged, compared, alerted of or committed. A handler, to be measured
 * side by side with the tag evaluator's.
 */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client, type Instance, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

const PAGE_SIZE = 1_000;
const BATCH_SIZE = 25;
const AT_ONCE = 8;

export async function handler(): Promise<{ readonly written: number }> {
  const ec2 = new EC2Client({});
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const under = new Set<Promise<unknown>>();
  let written = 0;
  const write = async (instances: readonly Instance[]) => {
    const requests = instances.map(({ InstanceId, Tags }) => ({
      PutRequest: { Item: { resource_id: InstanceId, evaluation_timestamp: "now", tags: Tags } },
    }));
    await table.send(new BatchWriteCommand({ RequestItems: { history: requests } }));
    written += requests.length;
  };
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client: ec2, pageSize: PAGE_SIZE },
    {},
  )) {
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    for (let first = 0; first < instances.length; first += BATCH_SIZE) {
      const call = write(instances.slice(first, first + BATCH_SIZE)).finally(() => under.delete(call));
      under.add(call);
      if (under.size === AT_ONCE) await Promise.race(under);
    }
  }
  await Promise.all(under);
  return { written };
}
