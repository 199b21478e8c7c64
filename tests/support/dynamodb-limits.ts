/** What DynamoDB refuses, for histories in memory that would take anything. */

/** As DynamoDB words its refusals. */
export class ValidationException extends Error {
  override readonly name = "ValidationException";
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const MOST_ITEM_BYTES = 400 * 1024;
const MOST_PARTITION_KEY_BYTES = 2048;
const MOST_SORT_KEY_BYTES = 1024;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const MOST_BATCH_ITEMS = 25;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
const MOST_IN_OPERANDS = 100;

/** The primary key that every item needs. */
export interface Keyed {
  readonly resource_id: string;
  readonly evaluation_timestamp: string;
}

/** The name under which an item is replaced by the next one with the same key. */
export function primaryKey({ resource_id, evaluation_timestamp }: Keyed): string {
  return JSON.stringify([resource_id, evaluation_timestamp]);
}

/**
 * `attribute BETWEEN lower AND upper`
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html).
 * @throws ValidationException when no value can be between them.
 */
export function checkBetween(lower: string, upper: string): void {
  if (Buffer.compare(Buffer.from(lower), Buffer.from(upper)) <= 0) return;
  throw new ValidationException(
    "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal " +
      `to lower bound; lower bound operand: ${lower}, upper bound operand: ${upper}`,
  );
}

/**
 * `attribute IN (…)`
 * @throws ValidationException without operands, and with more than 100.
 */
export function checkIn(operands: readonly string[]): void {
  if (operands.length > 0 && operands.length <= MOST_IN_OPERANDS) return;
  throw new ValidationException(`Invalid FilterExpression: IN has ${operands.length} operands`);
}

/**
 * A partition or sort key's value, of the table or of an index.
 * @throws ValidationException when it is empty, no string or too long.
 */
export function checkKey(name: string, value: unknown, kind: "HASH" | "RANGE" = "HASH"): void {
  if (typeof value !== "string") throw new ValidationException(`Type mismatch for key ${name} expected: S`);
  if (value === "") {
    throw new ValidationException(
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain " +
        `an empty string value. Key: ${name}`,
    );
  }
  const most = kind === "HASH" ? MOST_PARTITION_KEY_BYTES : MOST_SORT_KEY_BYTES;
  if (Buffer.byteLength(value) > most) {
    throw new ValidationException(`Size of the key ${name} has exceeded the maximum of ${most} bytes`);
  }
}

/**
 * An item of the history table.
 * @param indexKeys partition keys of sparse indexes, which it need not have
 * @throws ValidationException when a key or the whole is not as the table takes it.
 */
export function checkItem(item: Keyed, indexKeys: readonly string[] = []): void {
  checkKey("resource_id", item.resource_id);
  checkKey("evaluation_timestamp", item.evaluation_timestamp, "RANGE");
  const attributes = new Map<string, unknown>(Object.entries(item));
  for (const key of indexKeys) if (attributes.has(key)) checkKey(key, attributes.get(key));
  if (itemBytes(item) > MOST_ITEM_BYTES) {
    throw new ValidationException("Item size has exceeded the maximum allowed size");
  }
}

/**
 * The puts of one BatchWriteItem.
 * @throws ValidationException when there are none or too many, and when two have one key.
 */
export function checkBatch(items: readonly Keyed[]): void {
  if (items.length === 0 || items.length > MOST_BATCH_ITEMS) {
    throw new ValidationException(
      `1 validation error detected: a batch of ${items.length} requests; Member must have length less than ` +
        `or equal to ${MOST_BATCH_ITEMS}, Member must have length greater than or equal to 1`,
    );
  }
  if (new Set(items.map(primaryKey)).size < items.length) {
    throw new ValidationException("Provided list of item keys contains duplicates");
  }
}

/**
 * How large DynamoDB takes an item to be
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function itemBytes(item: object): number {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(value).replace(/\D/g, "").length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum: number, member) => sum + 1 + valueBytes(member), 3);
  if (typeof value === "object" && value !== null) return 3 + Object.keys(value).length + itemBytes(value);
  return 1;
}
