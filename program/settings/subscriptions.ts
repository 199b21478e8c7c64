import { InvalidInputError } from "../../lambdas/common/values/errors";
import { asFields, asList, asOneOf, refuseOthers } from "../../lambdas/common/values/input";
import { checkAll, checkEach, InvalidInputErrors } from "./problems";
import { withoutPaths } from "./secrets";

/** Someone who hears of alerts. */
export interface Subscription {
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** On message attributes (https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html). */
  readonly filterPolicy?: Readonly<Record<string, unknown>>;
}

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

/** Attributes of alerts; a filter policy on any other would match none. */
const FILTER_ATTRIBUTES = ["kind", "rule", "severity", "account", "region"];

/** @throws InvalidInputError naming the key and what is allowed. */
export function asEmail(value: string, key: string): string {
  return withoutAddresses(() => asEndpoint("email", value, key));
}

/**
 * Checks the setting `alertSubscriptions`.
 * @param alertEmail the setting `alertEmail`, which is one more subscription.
 * @throws InvalidInputError naming each field that is wrong and what is allowed.
 */
export function subscriptionList(
  value: unknown,
  key: string,
  alertEmail: string | undefined,
): Subscription[] {
  return withoutAddresses(() => subscriptionsOf(value, key, alertEmail));
}

/**
 * A webhook's address is its password, often enough, wherever in the setting it has come by mistake: what is refused
 * is told without the path and the query of anything that may be one.
 */
function withoutAddresses<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw error instanceof InvalidInputErrors
      ? new InvalidInputErrors(error.problems.map(withoutAddress))
      : new InvalidInputError(withoutAddress(error.message));
  }
}

function withoutAddress(problem: string): string {
  const [told, echoed] = problem.split(/(?<=, not |subscribe )(.*)/s);
  return echoed === undefined ? problem : `${told}${withoutPaths(echoed)}`;
}

function subscriptionsOf(value: unknown, key: string, alertEmail: string | undefined): Subscription[] {
  const own: Subscription[] = alertEmail === undefined ? [] : [{ protocol: "email", endpoint: alertEmail }];
  const listed = checkEach(asList(value, key), (one, index) => asSubscription(one, `${key}[${index}]`));
  const all = [...own, ...listed];
  const names = all.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  // SNS would answer both with one subscription, which the first of the two to go would take along.
  if (twice !== undefined) {
    throw new InvalidInputError(`${key} must not subscribe ${twice} twice, alertEmail included`);
  }
  return all;
}

function asSubscription(value: unknown, key: string): Subscription {
  const fields = asFields(value, key);
  const { where, filterPolicy } = checkAll({
    others: () => refuseOthers(fields, ["protocol", "endpoint", "filterPolicy"], key),
    // What an endpoint must look like is the protocol's to say.
    where: () => {
      const protocol = asOneOf(fields.protocol, Object.keys(ENDPOINTS) as Protocol[], `${key}.protocol`);
      return { protocol, endpoint: asEndpoint(protocol, fields.endpoint, `${key}.endpoint`) };
    },
    filterPolicy: () => asFilterPolicy(fields.filterPolicy, `${key}.filterPolicy`),
  });
  return { ...where, ...(filterPolicy && { filterPolicy }) };
}

function asFilterPolicy(value: unknown, key: string): Subscription["filterPolicy"] {
  if (value === undefined) return undefined;
  const filterPolicy = asFields(value, key);
  refuseOthers(filterPolicy, FILTER_ATTRIBUTES, key);
  checkEach(Object.entries(filterPolicy), ([attribute, values]) => asList(values, `${key}.${attribute}`));
  return filterPolicy;
}

function asEndpoint(protocol: Protocol, value: unknown, key: string): string {
  const { pattern, allowed } = ENDPOINTS[protocol];
  if (typeof value === "string" && pattern.test(value)) return value;
  const echo = protocol === "https" ? "" : `, not ${JSON.stringify(value)}`;
  throw new InvalidInputError(`${key} must be ${allowed}${echo}`);
}
