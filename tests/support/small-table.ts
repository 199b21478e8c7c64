/**
 * The history table in memory, as far as the functions' own requests need DynamoDB, and as strict with them: for tests
 * and benchmarks of very many requests. Whether the requests themselves are DynamoDB's language dynalite knows better
 * (dynamodb.ts), which all other tests of the history use.
 */

import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { RULE_INDEX, TRANSITION_INDEX } from "../../lambdas/common/history/keys";
import { checkBatch, checkBetween, checkItem, checkKey, type Keyed } from "./dynamodb-limits";

type Item = Record<string, unknown>;
/** As requests give it: attribute values with their types. */
type Typed = Parameters<typeof unmarshall>[0];

interface Request {
  readonly Item: Typed;
  readonly Key: Typed;
  readonly RequestItems: Readonly<
    Record<string, readonly { readonly PutRequest: { readonly Item: Typed } }[]>
  >;
  readonly IndexName?: string;
  readonly ExclusiveStartKey?: Typed;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Typed;
}

const SORT_KEY = "evaluation_timestamp";
const PARTITION_KEYS = {
  table: "resource_id",
  [RULE_INDEX]: "rule_shard",
  [TRANSITION_INDEX]: "transition_shard",
} as const;
/** Small, so that faults come between pages, too. */
const PAGE_ITEMS = 100;

/** The condition of a write does not hold. */
export class ConditionFailed extends Error {}

/** A table and its indexes, which are as new as the table. */
export class SmallTable {
  private readonly byKey = new Map<string, Item>();
  /** Name of the key, its value → the items in the order of their sort keys. */
  private readonly partitions = new Map<string, Item[]>();
  /** Item → as it is sent: an item that is there does not change, another takes its place. */
  private readonly sent = new WeakMap<Item, Typed>();

  /** @throws ConditionFailed; ValidationException; Error for an operation that it does not know. */
  answer(operation: string, input: Readonly<Record<string, unknown>>): object {
    const request = input as unknown as Request;
    switch (operation) {
      case "GetItem": {
        const item = this.byKey.get(keyOf(unmarshall(request.Key)));
        return item ? { Item: this.typed(item) } : {};
      }
      case "PutItem": {
        const item = unmarshall(request.Item);
        this.check(request, item);
        this.put(item, request.Item);
        return {};
      }
      case "BatchWriteItem":
        this.putAll(Object.values(request.RequestItems).flat());
        return {};
      case "UpdateItem":
        return { Attributes: this.typed(this.update(request)) };
      case "Query":
        return this.query(request);
      case "Scan":
        return { Items: this.items("").map((item) => this.typed(item)) };
      default:
        throw new Error(`the table in memory does not know ${operation}`);
    }
  }

  /** Everything whose partition key begins so. */
  items(prefix: string): Item[] {
    return [...this.byKey.values()].filter(({ resource_id: id }) => String(id).startsWith(prefix));
  }

  private putAll(writes: Request["RequestItems"][string]): void {
    const items = writes.map(({ PutRequest: { Item: typed } }) => ({ item: unmarshall(typed), typed }));
    checkBatch(items.map(({ item }) => item) as unknown as Keyed[]);
    for (const { item, typed } of items) this.put(item, typed);
  }

  private put(item: Item, typed?: Typed): void {
    checkItem(item as unknown as Keyed, ["rule_shard", "transition_shard"]);
    if (typed) this.sent.set(item, typed);
    const old = this.byKey.get(keyOf(item));
    this.byKey.set(keyOf(item), item);
    for (const name of Object.values(PARTITION_KEYS)) {
      if (old?.[name] !== undefined) {
        const from = this.partition(name, old[name]);
        from.splice(from.indexOf(old), 1);
      }
      if (item[name] === undefined) continue;
      const into = this.partition(name, item[name]);
      const after = into.findLastIndex((other) => String(other[SORT_KEY]) <= String(item[SORT_KEY]));
      into.splice(after + 1, 0, item);
    }
  }

  private update(request: Request): Item {
    const key = unmarshall(request.Key);
    this.check(request, key);
    const item: Item = { ...key, ...this.byKey.get(keyOf(key)) };
    const values = valuesOf(request);
    const expression = (request.UpdateExpression ?? "").replace(/\s+/g, " ");
    for (const [, action = "", list = ""] of expression.matchAll(
      /(SET|REMOVE|ADD) (.*?)(?= SET | REMOVE | ADD |$)/g,
    )) {
      for (const change of list.split(/, (?![^(]*\))/)) {
        const [, name = "", once, value = ""] =
          /^(\w+)(?: =)?(?: (if_not_exists)\(\w+, | )?(:\w+)?\)?$/.exec(change) ?? [];
        if (name === "") throw new Error(`the table in memory does not understand ${change}`);
        if (action === "REMOVE") delete item[name];
        else if (action === "ADD") item[name] = Number(item[name] ?? 0) + Number(values[value]);
        else if (!once || item[name] === undefined) item[name] = values[value];
      }
    }
    this.put(item);
    return item;
  }

  private query(request: Request): object {
    const { IndexName, ScanIndexForward = true, Limit = PAGE_ITEMS, KeyConditionExpression = "" } = request;
    const name = PARTITION_KEYS[(IndexName ?? "table") as keyof typeof PARTITION_KEYS];
    const [, value = ""] = new RegExp(`${name} = (:\\w+)`).exec(KeyConditionExpression) ?? [];
    const [, low = "", high = ""] = /BETWEEN (:\w+) AND (:\w+)/.exec(KeyConditionExpression) ?? [];
    const values = valuesOf(request);
    checkKey(name, values[value]);
    if (low) {
      checkKey(SORT_KEY, values[low], "RANGE");
      checkBetween(String(values[low]), String(values[high]));
    }
    const isInRange = compiled(KeyConditionExpression, request);
    const found = this.partition(name, values[value]).filter(isInRange);
    if (!ScanIndexForward) found.reverse();
    const start = request.ExclusiveStartKey && keyOf(unmarshall(request.ExclusiveStartKey));
    const from = start ? found.findIndex((item) => keyOf(item) === start) + 1 : 0;
    const page = found.slice(from, from + Limit);
    const last = page.at(-1);
    return {
      Items: page.filter(compiled(request.FilterExpression, request)).map((item) => this.typed(item)),
      ...(last &&
        from + Limit < found.length && {
          LastEvaluatedKey: marshall({
            resource_id: last.resource_id,
            [SORT_KEY]: last[SORT_KEY],
            [name]: last[name],
          }),
        }),
    };
  }

  private check(request: Request, key: Item): void {
    const holds = compiled(request.ConditionExpression, request);
    if (!holds(this.byKey.get(keyOf(key)) ?? {})) throw new ConditionFailed();
  }

  private typed(item: Item): Typed {
    const typed = this.sent.get(item) ?? (marshall(item, MARSHALL) as Typed);
    this.sent.set(item, typed);
    return typed;
  }

  private partition(name: string, value: unknown): Item[] {
    const id = `${name} ${value}`;
    const known = this.partitions.get(id) ?? [];
    this.partitions.set(id, known);
    return known;
  }
}

const MARSHALL = { removeUndefinedValues: true };

function keyOf(item: Item): string {
  return `${item.resource_id} ${item[SORT_KEY]}`;
}

function valuesOf({ ExpressionAttributeValues = {} }: Request): Item {
  return unmarshall(ExpressionAttributeValues);
}

type Condition = (item: Item) => boolean;
const compiledConditions = new Map<string, (item: Item, values: Item) => boolean>();

/** A condition as a function: DynamoDB's language is close to that of JavaScript. */
function compiled(expression: string | undefined, request: Request): Condition {
  if (!expression) return () => true;
  const named = expression
    .replace(/\s+/g, " ")
    .replace(/#\w+/g, (name) => request.ExpressionAttributeNames?.[name] ?? name);
  const known =
    compiledConditions.get(named) ?? (new Function("item", "values", `return ${translated(named)}`) as never);
  compiledConditions.set(named, known);
  const values = valuesOf(request);
  return (item) => known(item, values);
}

function translated(expression: string): string {
  const value = (name: string) => `values[${JSON.stringify(name)}]`;
  return expression
    .replace(/(\w+) BETWEEN (:\w+) AND (:\w+)/g, "($1 >= $2 && $1 <= $3)")
    .replace(/attribute_not_exists\((\w+)\)/g, "($1 === undefined)")
    .replace(/ = /g, " === ")
    .replace(/ AND /g, " && ")
    .replace(/ OR /g, " || ")
    .replace(/(:\w+)|\b([a-z]\w*)\b/g, (word, given, name) =>
      given ? value(given) : name === "undefined" ? word : `item.${name}`,
    );
}
