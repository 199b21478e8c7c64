import * as v from "valibot";
import type { Severity } from "../../lambdas/common/rule/rule";
import { fields, list, OBJECT, oneOf, refuseFor } from "../../lambdas/common/values/check";
import { MANAGED_RULES, type ManagedRule } from "../managed-rules";

const SEVERITIES = ["low", "medium", "high", "critical"] as const satisfies readonly Severity[];

const NAME = oneOf(MANAGED_RULES.map(({ name }) => name));

/** AWS Config wants texts. */
const PARAMETER = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "must be a text, a number or true or false"),
  v.transform(String),
);

/** A rule's name, or its name with the parameters that differ from the catalogue's. */
const MANAGED_RULE = v.lazy((given) => {
  if (typeof given === "string") {
    return v.pipe(
      NAME,
      v.transform((name) => withParameters(name, {})),
    );
  }
  const { name } = (given ?? {}) as { readonly name?: unknown };
  const rule = MANAGED_RULES.find((one) => one.name === name);
  return v.pipe(
    fields({ name: NAME, parameters: v.optional(rule ? parametersOf(rule) : OBJECT, {}) }),
    v.transform((changed) => withParameters(changed.name, changed.parameters as ManagedRule["parameters"])),
  );
});

function parametersOf({ name, parameters }: ManagedRule) {
  const entries = Object.keys(parameters).map((key) => [key, v.exactOptional(PARAMETER)] as const);
  return fields(Object.fromEntries(entries), `of ${name} `);
}

function withParameters(name: string, changed: ManagedRule["parameters"]): readonly ManagedRule[] {
  return MANAGED_RULES.filter((rule) => rule.name === name).map((rule) => ({
    ...rule,
    parameters: { ...rule.parameters, ...changed },
  }));
}

/** What the setting `managedRules` may be; becomes the chosen ones of the catalogue, with the stack's parameters. */
export const MANAGED_RULE_LIST = v.pipe(
  list(MANAGED_RULE),
  v.transform((rules) => rules.flat()),
  refuseFor((rules) => {
    const names = rules.map(({ name }) => name);
    const repeated = names.filter((name, index) => names.indexOf(name) !== index);
    return [
      ...(names.length === 0 ? ["must name at least one rule"] : []),
      ...repeated.map((name) => `must name each rule once, not ${name} twice`),
    ];
  }),
);

/**
 * What the setting `severities` may be.
 * @param rules names of the deployment's rules.
 */
export function severityMap(rules: readonly string[]) {
  return v.pipe(
    fields(Object.fromEntries(rules.map((rule) => [rule, v.exactOptional(oneOf(SEVERITIES))]))),
    v.transform((severities) => severities as Readonly<Record<string, Severity>>),
  );
}
