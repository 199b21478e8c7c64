import type { Frequency } from "../../lambdas/common/deployment/settings";
import type { Controls, Severity } from "../../lambdas/common/rule/rule";

/** A rule that AWS Config brings along and evaluates itself, as this product uses it. */
export interface CatalogueRule {
  /** Rule name in settings, rows, metrics and exceptions. */
  readonly name: string;
  /** AWS's identifier (https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html). */
  readonly identifier: string;
  readonly title: string;
  /** Unless the stack's settings say otherwise. */
  readonly severity: Severity;
  readonly remediation: string;
  /** Input parameters, as AWS Config wants them: texts without spaces. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Further parameters that the rule takes; without them AWS Config asks for nothing of the kind. */
  readonly optionalParameters?: readonly string[];
  readonly trigger: RuleTrigger;
  /** What the results of a rule are of that waits for no changes; of others it is what they wait for. */
  readonly reportsOn?: readonly string[];
  /** One Region's evaluation is of the whole account, and further Regions would only repeat it. */
  readonly isGlobal?: true;
}

/** A rule as a stack deploys it. */
export interface ManagedRule extends CatalogueRule {
  /** Controls that the rule supports with these parameters. */
  readonly controls: Controls;
}

/** How AWS Config comes to evaluate: at intervals, when a resource of one of these types changes, or by both. */
export type RuleTrigger =
  | { readonly maximumExecutionFrequency: Frequency; readonly resourceTypes?: readonly string[] }
  | { readonly maximumExecutionFrequency?: undefined; readonly resourceTypes: readonly string[] };

/** As often as the custom rules' sweeps. */
export const EVERY_SIX_HOURS = { maximumExecutionFrequency: "Six_Hours" } as const;

/** When a resource of one of these types changes. */
export function onChange(...resourceTypes: readonly string[]) {
  return { resourceTypes };
}

/** When a resource of one of these types changes, and once a day besides, as AWS Config does by default. */
export function onChangeAndDaily(...resourceTypes: readonly string[]) {
  return { resourceTypes, maximumExecutionFrequency: "TwentyFour_Hours" } as const;
}

/** The types of resources that the rule's results are of. */
export function resultTypes({ trigger, reportsOn }: CatalogueRule): readonly string[] {
  return trigger.resourceTypes ?? reportsOn ?? [];
}
