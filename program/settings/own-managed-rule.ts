/** A managed rule of AWS Config that the catalogue lacks, as an entry of the setting `managedRules` describes it. */

import * as v from "valibot";
import { FREQUENCY_HOURS, type Frequency } from "../../lambdas/common/deployment/settings";
import type { Controls } from "../../lambdas/common/rule/rule";
import { STANDARD_TITLES } from "../../lambdas/common/rule/standards";
import {
  fields,
  list,
  must,
  OBJECT,
  oneOf,
  refuseFor,
  TEXT,
  textLike,
} from "../../lambdas/common/values/check";
import { catalogueRule } from "../managed-rules/catalogue";
import type { CatalogueRule, RuleTrigger } from "../managed-rules/rule";
import { CUSTOM_RULES } from "../rules";

/** How much a failure can matter. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
const FREQUENCIES = Object.keys(FREQUENCY_HOURS) as Frequency[];

/** AWS Config wants texts, and refuses those with spaces. */
export const PARAMETER = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "must be a text, a number or true or false"),
  v.transform(String),
  v.check((text) => !/\s/.test(text), "must have no spaces"),
);

const NEW_NAME = v.pipe(
  v.custom<string>(
    (name) => typeof name === "string" && name.length <= 64 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name),
    must("be 1 to 64 lower-case letters, digits and single hyphens within"),
  ),
  v.check(
    (name) => !catalogueRule(name) && CUSTOM_RULES.every(({ rule }) => rule.name !== name),
    "must be another name than those that there are",
  ),
);

const TYPES = v.pipe(
  list(textLike(/^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$/, "a type such as AWS::SNS::Topic")),
  v.minLength(1, "must name at least one type"),
);

const CONTROLS = fields(
  Object.fromEntries(Object.keys(STANDARD_TITLES).map((id) => [id, v.exactOptional(list(TEXT))])),
);

/** The entry; becomes the rule and the controls that it supports. */
export const OWN_RULE = v.pipe(
  fields({
    name: NEW_NAME,
    identifier: textLike(
      /^[A-Z0-9]+(_[A-Z0-9]+)*$/,
      "AWS's identifier of a managed rule, such as SNS_ENCRYPTED_KMS",
    ),
    parameters: v.optional(v.pipe(v.unknown(), OBJECT, v.record(v.string(), PARAMETER)), {}),
    severity: v.optional(oneOf(SEVERITIES), "medium"),
    resourceTypes: v.exactOptional(TYPES),
    frequency: v.exactOptional(oneOf(FREQUENCIES)),
    controls: v.optional(CONTROLS, {}),
    title: v.exactOptional(TEXT),
    remediation: v.exactOptional(TEXT),
  }),
  refuseFor(({ resourceTypes, frequency }) =>
    resourceTypes === undefined && frequency === undefined
      ? [
          "must have resourceTypes when AWS evaluates the rule at changes, frequency when at intervals, " +
            "and both when by both",
        ]
      : [],
  ),
  v.transform(({ resourceTypes, frequency, controls, title, remediation, ...rule }) => ({
    add: {
      ...rule,
      title: title ?? `AWS's rule ${rule.identifier}`,
      remediation: remediation ?? `See what AWS Config's documentation says of ${rule.identifier}.`,
      trigger: triggerOf(resourceTypes, frequency),
    } satisfies CatalogueRule,
    changed: {},
    controls: controls as Controls,
  })),
);

function triggerOf(
  resourceTypes: readonly string[] | undefined,
  maximumExecutionFrequency: Frequency | undefined,
): RuleTrigger {
  if (maximumExecutionFrequency === undefined) return { resourceTypes: resourceTypes ?? [] };
  return { maximumExecutionFrequency, ...(resourceTypes && { resourceTypes }) };
}
