/** Under which name and ARN the history has the resources that AWS Config calls by ids such as AIDA... or db-.... */

import {
  type BaseConfigurationItem,
  BatchGetResourceConfigCommand,
  type ConfigServiceClient,
  DescribeConfigurationRecordersCommand,
  paginateListDiscoveredResources,
  type ResourceKey,
  ResourceType,
} from "@aws-sdk/client-config-service";
import type { Target } from "../../common/aws/target";
import { isCustomersRecorder, recordingRecorder, recordsType } from "../../common/deployment/recorder";
import type { Log } from "../../common/monitoring/log";
import type { Resource } from "../../common/rule/judgement";
import { arnOfId } from "./arns";

/** What a resource's rows are of. */
export type Identity = Omit<Resource, "tags">;

/** What identities are looked up with. */
export interface IdentityDependencies {
  readonly config: ConfigServiceClient;
  readonly place: Target;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly log: Pick<Log, "warn">;
}

/**
 * BatchGetResourceConfig takes no more
 * (https://docs.aws.amazon.com/config/latest/APIReference/API_BatchGetResourceConfig.html).
 */
export const KEYS_MOST = 100;
/**
 * ListDiscoveredResources takes no more
 * (https://docs.aws.amazon.com/config/latest/APIReference/API_ListDiscoveredResources.html).
 */
const IDS_MOST = 20;
const FIRST_WAIT_MS = 200;
/** Answers in a row that bring nothing until a resource is given up, after some 13 seconds of waiting. */
const VAIN_ANSWERS_MOST = 7;

/** A resource as one text. */
export function keyText({ resourceType, resourceId }: Partial<ResourceKey>): string {
  return `${resourceType}/${resourceId}`;
}

/**
 * The identities of up to KEYS_MOST resources, by `keyText`. One that AWS Config does not know, because it is deleted
 * or not recorded yet, has none, and the log says so: under its bare id it would get a second history. Only of a type
 * that is not recorded at all, or cannot be, the id is all that there will ever be.
 * @throws Error when AWS Config does not tell now what it has to know: which resources exist must not be mistaken.
 */
export async function identify(
  keys: readonly ResourceKey[],
  dependencies: IdentityDependencies,
): Promise<Map<string, Identity>> {
  const { config, place, log } = dependencies;
  const identities = new Map<string, Identity>();
  for (const key of keys) if (isAccount(key)) identities.set(keyText(key), accountIdentity(place));
  const missing = () => keys.filter((key) => !identities.has(keyText(key)));

  for (const key of missing()) if (!isRecordable(key)) identities.set(keyText(key), identityById(key, place));

  for (const item of await recordedItems(missing(), dependencies)) {
    identities.set(keyText(item), identityOf(item, place));
  }
  if (missing().length === 0) return identities;

  const { ConfigurationRecorders = [] } = await config.send(new DescribeConfigurationRecordersCommand({}));
  const recorder = ConfigurationRecorders.find(isCustomersRecorder);
  for (const key of missing()) {
    const isRecorded = recorder !== undefined && recordsType(recorder, key.resourceType ?? "");
    if (!isRecorded) identities.set(keyText(key), identityById(key, place));
  }
  const unknown = missing();
  if (unknown.length > 0) {
    await assertUnknown(unknown, config);
    log.warn("AWS Config knows no such resources: deleted, or not recorded yet", {
      resources: unknown.map(keyText),
    });
  }
  return identities;
}

/**
 * What AWS Config has recorded of the resources; those that it leaves unprocessed are asked for again.
 * @throws Error when it goes on leaving some unprocessed.
 */
async function recordedItems(
  keys: readonly ResourceKey[],
  { config, sleep }: IdentityDependencies,
): Promise<BaseConfigurationItem[]> {
  const items: BaseConfigurationItem[] = [];
  let open = [...keys];
  let vain = 0;
  while (open.length > 0) {
    const { baseConfigurationItems = [], unprocessedResourceKeys = [] } = await config.send(
      new BatchGetResourceConfigCommand({ resourceKeys: open }),
    );
    items.push(...baseConfigurationItems);
    vain = unprocessedResourceKeys.length < open.length ? 0 : vain + 1;
    open = unprocessedResourceKeys;
    if (vain === VAIN_ANSWERS_MOST) {
      throw new Error(`AWS Config left ${named(open)} of ${keys.length} asked for unprocessed`);
    }
    if (open.length > 0) await sleep(FIRST_WAIT_MS * 2 ** vain);
  }
  return items;
}

/** @throws Error when AWS Config has discovered one of them, or could not have since it does not record. */
async function assertUnknown(keys: readonly ResourceKey[], config: ConfigServiceClient): Promise<void> {
  if (!(await recordingRecorder(config))) {
    throw new Error(`AWS Config's recorder is not recording, and has no name for ${named(keys)}`);
  }
  const discovered: ResourceKey[] = [];
  for (const [resourceType, ids] of idsByType(keys)) {
    for (let from = 0; from < ids.length; from += IDS_MOST) {
      const resourceIds = ids.slice(from, from + IDS_MOST);
      const pages = paginateListDiscoveredResources({ client: config }, { resourceType, resourceIds });
      for await (const { resourceIdentifiers = [] } of pages) {
        discovered.push(...resourceIdentifiers.map(({ resourceId }) => ({ resourceType, resourceId })));
      }
    }
  }
  if (discovered.length > 0) {
    throw new Error(`AWS Config has discovered ${named(discovered)}, but gives no configuration yet`);
  }
}

function idsByType(keys: readonly ResourceKey[]): Map<ResourceType, string[]> {
  const ids = new Map<ResourceType, string[]>();
  for (const { resourceType, resourceId } of keys) {
    if (resourceType === undefined || resourceId === undefined) continue;
    ids.set(resourceType, [...(ids.get(resourceType) ?? []), resourceId]);
  }
  return ids;
}

/** How many, and some of them by their ids. */
function named(keys: readonly ResourceKey[]): string {
  const some = keys.slice(0, 3).map(keyText).join(", ");
  return `${keys.length} resource${keys.length === 1 ? "" : "s"} (${some}${keys.length > 3 ? ", …" : ""})`;
}

function identityOf(item: BaseConfigurationItem, place: Target): Identity {
  const { resourceType, resourceId = "", resourceName, arn, accountId, awsRegion } = item;
  const byId = identityById({ resourceType, resourceId }, place);
  return {
    ...byId,
    arn: arn ?? byId.arn,
    name: resourceName ?? byId.name,
    accountId: accountId ?? byId.accountId,
    region: awsRegion ?? byId.region,
  };
}

/** The account itself is no recorded resource. */
function isAccount({ resourceType }: ResourceKey): boolean {
  return String(resourceType) === "AWS::::Account";
}

const RECORDABLE: ReadonlySet<unknown> = new Set(Object.values(ResourceType));

/** AWS Config refuses to be asked for types that it cannot record. */
function isRecordable({ resourceType }: ResourceKey): boolean {
  return RECORDABLE.has(resourceType);
}

function accountIdentity({ partition, accountId, region }: Target): Identity {
  const arn = `arn:${partition}:iam::${accountId}:root`;
  return { arn, type: "AWS::::Account", name: `account ${accountId}`, accountId, region };
}

/**
 * A resource of which AWS Config tells nothing but the id. Ids are unique in an account and Region only, and in a
 * member a rule may say any: there only an ARN of that account is taken, which a bucket's does not name.
 */
function identityById(key: ResourceKey, place: Target): Identity {
  const { accountId, region } = place;
  const { resourceType: type = "unknown", resourceId: id = "" } = key;
  const arn = arnOfId(type, id, place);
  const isOfPlace = place.credentials === undefined || arn?.split(":")[4] === accountId;
  return {
    arn: (isOfPlace ? arn : undefined) ?? `${type}/${accountId}/${region}/${id}`,
    type,
    name: id.startsWith("arn:") ? (id.split(/[:/]/).at(-1) ?? id) : id,
    accountId,
    region,
  };
}
