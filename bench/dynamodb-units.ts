/**
 * What DynamoDB counts of a request in on-demand mode
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html).
 */

import type { AwsRequest } from "../emulator/account/aws-request";
import type { Item } from "./history-query";

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;
/** Attributes that an item needs to be in an index. */
const INDEX_KEYS = ["rule_shard", "transition_shard"];

/** Units that requests took, and bytes that new items take, those in the indexes included. */
export interface Units {
  write: number;
  read: number;
  storedBytes: number;
}

/** Adds what a request took that was answered with these items. */
export function count(units: Units, { operation, input }: AwsRequest, answered: readonly Item[]): void {
  if (operation === "Query" || operation === "GetItem") {
    const bytes = answered.map(sizeOf).reduce((sum, size) => sum + size, 0);
    const perUnit = input.ConsistentRead === true ? 1 : 0.5;
    units.read += Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * perUnit;
    return;
  }
  const items = writtenItems(input);
  // Of an update nothing but the change is sent: those here are of small items.
  if (items.length === 0) units.write++;
  for (const item of items) {
    const copies = 1 + INDEX_KEYS.filter((key) => key in item).length;
    const size = sizeOf(item);
    units.write += copies * Math.ceil(size / WRITE_UNIT_BYTES);
    units.storedBytes += copies * size;
  }
}

function writtenItems(input: AwsRequest["input"]): Item[] {
  const { Item: single, RequestItems: batch = {} } = input as {
    Item?: Item;
    RequestItems?: Record<string, { PutRequest?: { Item: Item } }[]>;
  };
  const batched = Object.values(batch)
    .flat()
    .map(({ PutRequest }) => PutRequest?.Item);
  return [single, ...batched].filter((item) => item !== undefined);
}

/**
 * Bytes of an item (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
function sizeOf(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value as Item[string]),
    0,
  );
}

function valueSize(value: Item[string]): number {
  const [[type, content] = ["NULL", true]] = Object.entries(value);
  if (type === "S") return Buffer.byteLength(content as string);
  if (type === "N") return Math.ceil((content as string).length / 2) + 1;
  if (type === "B") return Math.floor(((content as string).length * 3) / 4);
  if (type === "M") return 3 + Object.keys(content as Item).length + sizeOf(content as Item);
  if (type === "L") return (content as Item[string][]).reduce((sum, one) => sum + 1 + valueSize(one), 3);
  return 1;
}
