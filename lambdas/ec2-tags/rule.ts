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

import * as v from "valibot";
import type { Judgement } from "../common/rule/judgement";
import type { Rule } from "../common/rule/rule";
import { check, fields, list, must, refuseFor, TEXT } from "../common/values/check";

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
  // Its point of focus on the inventory of information assets (AICPA, Trust Services Criteria 2017).
  controls: { "soc-2": ["CC6.1"] },

  parseParameters(input) {
    return check(PARAMETERS, input, "parameters", { within: "" });
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

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const KEY = v.pipe(
  TEXT,
  v.check(
    (key) => key.length <= 128 && !/^aws:/i.test(key),
    must("have at most 128 characters and not begin with aws:"),
  ),
  // The SDK for DynamoDB takes it for the prototype of an object, and what was observed would be lost.
  v.check((key) => key !== "__proto__", "must not be __proto__"),
);

const VALUE = v.custom<string>(
  (value) => typeof value === "string" && value.length <= 256,
  must("be a text of at most 256 characters"),
);

const REQUIRED_TAG = fields({
  key: KEY,
  values: v.optional(
    v.pipe(
      list(VALUE),
      v.check(({ length }) => length > 0, "must name at least one value, or be left out"),
    ),
  ),
});

const PARAMETERS = fields({
  requiredTags: v.pipe(
    list(REQUIRED_TAG),
    refuseFor((tags) => {
      const keys = tags.map(({ key }) => key);
      const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
      return [
        ...(keys.length === 0 ? ["must name at least one tag"] : []),
        ...repeated.map((key) => `names the key ${key} twice`),
      ];
    }),
  ),
});

/** Parameters of `ec2-required-tags`. */
export type Ec2TagParameters = v.InferOutput<typeof PARAMETERS>;

/** One required tag: the key alone, or the key and the values it may have. Case counts, as in AWS. */
export type RequiredTag = Ec2TagParameters["requiredTags"][number];
