import { CONFIGURATION_ITEM_CHANGE } from "../lambdas/common/evaluator/events";

/** An event pattern takes 2,048 characters (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html). */
export const PATTERN_LENGTH = 2048;
/** What a pattern for compliance changes has besides the rules' names, and something to spare. */
const OTHER_LENGTH = 348;

/** The names in as few parts as have room in an event pattern each; never none. */
export function inPatterns(names: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let room = PATTERN_LENGTH - OTHER_LENGTH;
  for (const name of names) {
    const length = JSON.stringify(name).length + 1;
    if (length > room) {
      parts.push([]);
      room = PATTERN_LENGTH - OTHER_LENGTH;
    }
    parts.at(-1)?.push(name);
    room -= length;
  }
  return parts;
}

/**
 * What a field of an event may be, as a pattern says it; in a template of CloudFormation's also what stands for that.
 */
type Allowed = readonly unknown[];

/**
 * The pattern of AWS Config's events on changes of resources of these types; a large one has a summary only.
 * @param account whose events: another account may send its own to a bus.
 * @param region from which Regions; left out, from all.
 */
export function itemChangePattern(
  types: readonly string[],
  { account, region }: { readonly account: Allowed; readonly region?: Allowed },
) {
  return {
    source: ["aws.config"],
    "detail-type": [CONFIGURATION_ITEM_CHANGE],
    account,
    ...(region && { region }),
    detail: {
      messageType: ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"],
      $or: [
        { configurationItem: { resourceType: types } },
        { configurationItemSummary: { resourceType: types } },
      ],
    },
  };
}
