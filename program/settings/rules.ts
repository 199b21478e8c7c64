/** The settings `standards`, `managedRules` and `severities`: which rules the stack has, and how. */

import * as v from "valibot";
import type { Controls, Severity } from "../../lambdas/common/rule/rule";
import { STANDARD_TITLES, type StandardId } from "../../lambdas/common/rule/standards";
import { fields, list, must, OBJECT, oneOf, TEXT } from "../../lambdas/common/values/check";
import { CATALOGUE, catalogueRule } from "../managed-rules/catalogue";
import { isAvailable } from "../managed-rules/regions";
import type { CatalogueRule, ManagedRule } from "../managed-rules/rule";
import { CUSTOM_RULES } from "../rules";
import { type AskedRule, controlsOf, type ParameterNote, rulesOf } from "../standards/choice";
import { STANDARDS, type Standard } from "../standards/standards";
import { OWN_RULE, PARAMETER, SEVERITIES } from "./own-managed-rule";

/** What `managedRules` is when neither it nor `standards` is set. */
export const DEFAULT_MANAGED_RULES = [
  "iam-root-mfa",
  "iam-user-mfa",
  "iam-password-policy",
  "iam-access-keys-rotated",
  "iam-no-admin-policies",
  "iam-unused-credentials",
];

/**
 * AWS Config takes no more in a Region of an account
 * (https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html).
 */
const RULES_MOST = 1000;
/**
 * AWS Config takes no longer parameters (https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html).
 */
const PARAMETERS_LENGTH = 1024;

/** The managed rules of a stack. */
export interface ManagedRuleChoice {
  readonly rules: readonly ManagedRule[];
  readonly notes: readonly ParameterNote[];
}

/** An entry of `managedRules`: a rule with what is changed of it, or the name of one to leave out. */
type Entry =
  | { readonly add: CatalogueRule; readonly changed: Parameters; readonly controls?: Controls }
  | { readonly takeAway: string };

type Parameters = Readonly<Record<string, string>>;

/** What the setting `standards` may be; becomes the standards. */
export const STANDARD_LIST = v.pipe(
  list(oneOf(Object.keys(STANDARD_TITLES) as StandardId[])),
  v.transform((ids) => STANDARDS.filter(({ id }) => ids.includes(id))),
);

const NAME = v.lazy((name) => oneOf(ofSameFamily(name)));

/** The catalogue's names that begin as this one does; all of them when none does. */
function ofSameFamily(name: unknown): string[] {
  const [family = ""] = String(name).split("-");
  const names = CATALOGUE.map((rule) => rule.name);
  const alike = names.filter((one) => one.startsWith(`${family}-`));
  return alike.length > 0 ? alike : names;
}

const REMOVAL = v.pipe(
  fields({ name: TEXT, enabled: v.literal(false, must("be false, or be left out")) }),
  v.transform(({ name }): Entry => ({ takeAway: name })),
);

/** A rule's name, a change of one of the catalogue's, one to leave out, or a rule that the catalogue lacks. */
const ENTRY = v.lazy((given): v.GenericSchema<unknown, Entry> => {
  if (typeof given === "string") {
    return v.pipe(
      v.unknown(),
      NAME,
      v.transform((name) => changeOf(name, {})),
    );
  }
  const { name, identifier, enabled } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (identifier !== undefined) return OWN_RULE;
  if (enabled !== undefined) return REMOVAL;
  const rule = catalogueRule(String(name));
  return v.pipe(
    fields({ name: NAME, parameters: v.optional(rule ? parametersOf(rule) : OBJECT, {}) }),
    v.transform((changed) => changeOf(changed.name, changed.parameters as Parameters)),
  );
});

function parametersOf({ name, parameters, optionalParameters = [] }: CatalogueRule) {
  const keys = [...Object.keys(parameters), ...optionalParameters];
  return fields(Object.fromEntries(keys.map((key) => [key, v.exactOptional(PARAMETER)])), `of ${name} `);
}

function changeOf(name: string, changed: Parameters): Entry {
  const rule = catalogueRule(name);
  if (rule === undefined) throw new Error(`the catalogue has no ${name}`);
  return { add: rule, changed };
}

/**
 * What the setting `managedRules` may be, whose entries add to the rules of the standards and take away from them;
 * becomes all rules that AWS manages, and what there is to know of their parameters.
 */
export function managedRuleList(standards: readonly Standard[], region: string) {
  return v.pipe(
    list(ENTRY),
    v.rawTransform<readonly Entry[], ManagedRuleChoice>(({ dataset, addIssue, NEVER }) => {
      const asked = rulesOf(standards);
      const { chosen, problems } = choose(dataset.value, asked);
      problems.push(...unfit([...chosen.values()], region));
      for (const message of problems) addIssue({ message });
      return problems.length > 0 ? NEVER : { rules: [...chosen.values()], notes: notesOf(asked, chosen) };
    }),
  );
}

function choose(entries: readonly Entry[], asked: readonly AskedRule[]) {
  const names = entries.map((entry) => ("add" in entry ? entry.add.name : entry.takeAway));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const problems = repeated.map((name) => `must name each rule once, not ${name} twice`);
  const chosen = new Map<string, ManagedRule>();
  for (const { rule: name, parameters } of asked) {
    const rule = catalogueRule(name);
    if (rule) chosen.set(name, complete({ ...rule, parameters: parameters ?? rule.parameters }));
  }
  for (const entry of entries) {
    if ("add" in entry) {
      const rule = chosen.get(entry.add.name) ?? entry.add;
      const parameters = { ...rule.parameters, ...entry.changed };
      chosen.set(rule.name, complete({ ...rule, parameters }, entry.controls));
    } else if (!chosen.delete(entry.takeAway)) {
      problems.push(`takes away ${entry.takeAway}, which no chosen standard brings; leave it out`);
    }
  }
  return { chosen, problems };
}

function complete(rule: CatalogueRule, controls?: Controls): ManagedRule {
  return { ...rule, controls: controls ?? controlsOf(rule.name, rule.parameters) };
}

/** What the standards disagree about, as far as the stack's settings do not say otherwise. */
function notesOf(asked: readonly AskedRule[], chosen: ReadonlyMap<string, ManagedRule>): ParameterNote[] {
  return asked.flatMap(({ rule, parameters = {}, notes }) => {
    const deployed = chosen.get(rule)?.parameters;
    const isAsAsked =
      deployed && Object.entries(parameters).every(([name, value]) => deployed[name] === value);
    return isAsAsked ? notes : [];
  });
}

function unfit(rules: readonly ManagedRule[], region: string): string[] {
  const all = rules.length + CUSTOM_RULES.length;
  const absent = rules.filter(({ identifier }) => !isAvailable(identifier, region));
  const tooLong = rules.filter(({ parameters }) => JSON.stringify(parameters).length > PARAMETERS_LENGTH);
  return [
    ...(rules.length === 0 ? ["must name at least one rule"] : []),
    ...(all > RULES_MOST
      ? [`makes ${all} rules; AWS Config allows ${RULES_MOST} in a Region of an account`]
      : []),
    ...absent.map(
      ({ name, identifier }) =>
        `must be without ${name}, as AWS Config has no ${identifier} in ${region}; when a standard brings it, ` +
        `by {name: ${name}, enabled: false}`,
    ),
    ...tooLong.map(({ name }) => `must give ${name} parameters of at most ${PARAMETERS_LENGTH} characters`),
  ];
}

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
