import * as v from "valibot";
import { fields, list, oneOf, refuseFor, textLike } from "../../lambdas/common/values/check";
import { withoutPaths } from "./secrets";

const EMAIL = { pattern: /^[^\s@]+@[^\s@/:?#]+\.[^\s@/:?#]+$/, allowed: "an e-mail address" };

/** What an endpoint must look like, by protocol (https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html). */
const ENDPOINTS = {
  email: EMAIL,
  "email-json": EMAIL,
  sms: { pattern: /^\+[1-9]\d{6,14}$/, allowed: "a telephone number such as +12065550100" },
  sqs: {
    pattern: /^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/,
    allowed: "the ARN of a standard queue (a FIFO queue cannot subscribe)",
  },
  lambda: {
    pattern: /^arn:aws:lambda:us-east-1:\d{12}:function:[\w:-]+$/,
    allowed: "the ARN of a function in us-east-1, of this account",
  },
  https: { pattern: /^https:\/\/[^\s/]+\S*$/, allowed: "an address that begins with https://" },
} as const;

type Protocol = keyof typeof ENDPOINTS;

/** What the setting `alertEmail` may be. */
export const EMAIL_ADDRESS = endpoint("email");

/**
 * Narrows alerts by their attributes (https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html).
 */
const FILTER_POLICY = fields({
  kind: v.optional(list(v.unknown())),
  rule: v.optional(list(v.unknown())),
  severity: v.optional(list(v.unknown())),
  account: v.optional(list(v.unknown())),
  region: v.optional(list(v.unknown())),
});

const PROTOCOL = oneOf(Object.keys(ENDPOINTS) as Protocol[]);

/** What an endpoint must look like is the protocol's to say; without one, nothing is known of it. */
const SUBSCRIPTION = v.lazy((subscription) => {
  const { protocol } = (subscription ?? {}) as { readonly protocol?: unknown };
  return fields({
    protocol: PROTOCOL,
    endpoint: v.is(PROTOCOL, protocol)
      ? endpoint(protocol)
      : v.pipe(v.optional(v.unknown()), v.transform(String)),
    filterPolicy: v.optional(FILTER_POLICY),
  });
});

/** Someone who hears of alerts. */
export type Subscription = v.InferOutput<typeof SUBSCRIPTION>;

/**
 * What the setting `alertSubscriptions` may be.
 * @param alertEmail the setting `alertEmail`, which is one more subscription.
 */
export function subscriptionList(alertEmail: string | undefined) {
  return v.pipe(
    list(SUBSCRIPTION),
    v.transform((listed): readonly Subscription[] =>
      alertEmail === undefined ? listed : [{ protocol: "email", endpoint: alertEmail }, ...listed],
    ),
    refuseFor((all) => {
      const names = all.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`);
      const repeated = names.filter((name, index) => names.indexOf(name) !== index);
      // SNS would answer both with one subscription, which the first of the two to go would take along.
      return repeated.map((name) => `must not subscribe ${withoutPaths(name)} twice, alertEmail included`);
    }),
  );
}

function endpoint(protocol: Protocol) {
  const { pattern, allowed } = ENDPOINTS[protocol];
  if (protocol !== "https") return textLike(pattern, allowed);
  // A webhook's address is its password, often enough.
  return v.custom<string>((value) => typeof value === "string" && pattern.test(value), `must be ${allowed}`);
}
