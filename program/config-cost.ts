import { FREQUENCY_HOURS } from "../lambdas/common/deployment/settings";
import { type CatalogueRule, resultTypes } from "./managed-rules/rule";

/** USD for one configuration item (https://aws.amazon.com/config/pricing/, us-east-1, continuous recording). */
const ITEM_PRICE = 0.003;
/** USD for one evaluation, and for how many of a month: the same page. */
const EVALUATION_TIERS = [
  { most: 100_000, price: 0.001 },
  { most: 500_000, price: 0.0008 },
  { most: Number.POSITIVE_INFINITY, price: 0.0005 },
];
const HOURS_A_MONTH = 730;
/** How often in a month a resource is supposed to change. */
export const CHANGES_A_MONTH = 4;

/** What AWS Config is supposed to cost in a month, and of what. */
export interface ConfigCost {
  readonly items: number;
  readonly evaluations: number;
  /** USD. */
  readonly total: number;
}

/**
 * An estimate: every recorded type is supposed to have as many resources, each of which changes
 * CHANGES_A_MONTH times a month. docs/operations.md states the formula.
 * @param changeRules the types that custom rules wait for changes of, a list for each rule.
 */
export function estimateConfigCost(
  managedRules: readonly CatalogueRule[],
  changeRules: readonly (readonly string[])[],
  recordedTypes: readonly string[],
  resourcesOfType: number,
): ConfigCost {
  const resources = (types: readonly string[]) =>
    types.reduce((sum, type) => sum + (recordedTypes.includes(type) ? resourcesOfType : 1), 0);
  const changes = (types: readonly string[] = []) =>
    types.filter((type) => recordedTypes.includes(type)).length * resourcesOfType * CHANGES_A_MONTH;
  const passes = ({ trigger }: CatalogueRule) =>
    trigger.maximumExecutionFrequency
      ? HOURS_A_MONTH / FREQUENCY_HOURS[trigger.maximumExecutionFrequency]
      : 0;

  const items = changes(recordedTypes);
  const evaluations = Math.round(
    changeRules.reduce((sum, types) => sum + changes(types), 0) +
      managedRules.reduce(
        (sum, rule) =>
          sum +
          changes(rule.trigger.resourceTypes) +
          passes(rule) * Math.max(1, resources(resultTypes(rule))),
        0,
      ),
  );
  return { items, evaluations, total: items * ITEM_PRICE + evaluationPrice(evaluations) };
}

function evaluationPrice(evaluations: number): number {
  let before = 0;
  let total = 0;
  for (const { most, price } of EVALUATION_TIERS) {
    total += Math.max(0, Math.min(evaluations, most) - before) * price;
    before = most;
  }
  return total;
}
