/**
 * ec2-required-tags: every instance carries the tags that cost, ownership and incident processes rest on.
 *
 * Parameters: `requiredTags`, a list of `{key, values?}`. Keys and values are compared with their case, as
 * AWS does (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html).
 *
 * 1. Instance shutting down or terminated                       NOT_APPLICABLE
 *    (listed for up to an hour afterwards, with or without tags)
 * 2. A required key is missing                                  NON_COMPLIANT
 * 3. A required key has a value that is not an allowed one      NON_COMPLIANT
 * 4. Every required key is there, with an allowed value if any  COMPLIANT (an empty value is a value)
 */

import type { Judgement } from "../common/rule/judgement";
import type { Rule } from "../common/rule/rule";
import { InvalidInputError } from "../common/values/errors";
import { asFields, asList, asText, refuseOthers } from "../common/values/input";

/** What the rule needs to know of an instance. */
export interface InstanceFacts {
  /** EC2's instance state name. */
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
}

const ENDED_STATES = ["shutting-down", "terminated"];

/** The rule; the scenarios above are its whole judgement. */
export const ec2RequiredTags: Rule<InstanceFacts, Ec2TagParameters> = {
  name: "ec2-required-tags",
  version: "1",
  title: "EC2 instances carry the required tags",
  severity: "medium",
  remediation:
    "Add the missing tags, or correct their values, on the instance and in the template that launches it.",
  resourceTypes: ["AWS::EC2::Instance"],
  controls: {
    "SOC 2": ["CC6.1"],
    "PCI DSS 4.0": ["12.5.1"],
    "CIS AWS": [],
  },

  parseParameters(input) {
    const fields = asFields(input, "parameters");
    refuseOthers(fields, ["requiredTags"], "parameters");
    const requiredTags = asList(fields.requiredTags, "requiredTags").map(parseRequiredTag);
    if (requiredTags.length === 0) throw new InvalidInputError("requiredTags must name at least one tag");
    const keys = requiredTags.map(({ key }) => key);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) throw new InvalidInputError(`requiredTags names the key ${twice} twice`);
    return { requiredTags };
  },

  judge({ state, tags }, { requiredTags }): Judgement {
    const keys = requiredTags.map(({ key }) => key);
    const tagValue = (key: string) => (Object.hasOwn(tags, key) ? tags[key] : undefined);
    const observed = { state, tags: Object.fromEntries(keys.map((key) => [key, tagValue(key) ?? null])) };
    if (ENDED_STATES.includes(state)) {
      return { complianceType: "NOT_APPLICABLE", annotation: `Instance is ${state}.`, observed };
    }
    const missing = requiredTags.filter(({ key }) => tagValue(key) === undefined).map(({ key }) => key);
    const wrong = requiredTags.filter(({ key, values }) => {
      const value = tagValue(key);
      return value !== undefined && values !== undefined && !values.includes(value);
    });
    if (missing.length === 0 && wrong.length === 0) {
      return {
        complianceType: "COMPLIANT",
        annotation: `Has the required tags ${keys.join(", ")}.`,
        observed,
      };
    }
    const complaints = [
      missing.length > 0 ? `Missing tags: ${missing.join(", ")}.` : "",
      ...wrong.map(({ key, values }) => `${key} is "${tagValue(key)}", allowed: ${values?.join(", ")}.`),
    ];
    return { complianceType: "NON_COMPLIANT", annotation: complaints.filter(Boolean).join(" "), observed };
  },
};

function parseRequiredTag(input: unknown, index: number): RequiredTag {
  const field = `requiredTags[${index}]`;
  const fields = asFields(input, field);
  refuseOthers(fields, ["key", "values"], field);
  const key = asText(fields.key, `${field}.key`);
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
  if (key.length > 128 || /^aws:/i.test(key)) {
    throw new InvalidInputError(
      `${field}.key must have at most 128 characters and not begin with aws:, not ${key}`,
    );
  }
  // The SDK for DynamoDB takes it for the prototype of an object, and what was observed would be lost.
  if (key === "__proto__") throw new InvalidInputError(`${field}.key must not be __proto__`);
  if (fields.values === undefined) return { key };
  const values = asList(fields.values, `${field}.values`).map((value) => {
    if (typeof value === "string" && value.length <= 256) return value;
    throw new InvalidInputError(`${field}.values must be texts of at most 256 characters`);
  });
  if (values.length === 0)
    throw new InvalidInputError(`${field}.values must name at least one value, or be left out`);
  return { key, values };
}

/** One required tag: the key alone, or the key and the values it may have. Case counts, as in AWS. */
export interface RequiredTag {
  readonly key: string;
  readonly values?: readonly string[];
}

/** Parameters of `ec2-required-tags`. */
export interface Ec2TagParameters {
  readonly requiredTags: readonly RequiredTag[];
}
