import { type Exception, exceptionId } from "../../lambdas/common/rule/exceptions";
import { InvalidInputError } from "../../lambdas/common/values/errors";
import { asFields, asList, asOneOf, asText, refuseOthers } from "../../lambdas/common/values/input";
import { checkAll, checkEach } from "./problems";

const DAY = 86_400_000;
/** A year, even from the day before a leap day. */
const LONGEST_DAYS = 366;

const FIELDS = ["rule", "resource", "reason", "owner", "approver", "ticket", "expires"] as const;

/**
 * Checks the setting `exceptions`.
 * @param rules names of the deployment's rules.
 * @returns all of them, and those of them that are over.
 * @throws InvalidInputError naming each field that is wrong and what is allowed.
 */
export function exceptionList(
  value: unknown,
  key: string,
  rules: readonly string[],
  now: Date,
): { exceptions: readonly Exception[]; expired: readonly Exception[] } {
  const exceptions = checkEach(asList(value, key), (one, index) =>
    asException(one, `${key}[${index}]`, rules, now),
  );
  const ids = exceptions.map(exceptionId);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice >= 0) {
    throw new InvalidInputError(
      `${key}[${twice}] has the ticket, rule and resource of ${key}[${ids.indexOf(ids[twice] ?? "")}]: to prolong an ` +
        "exception, change its date",
    );
  }
  return { exceptions, expired: exceptions.filter(({ expires }) => Date.parse(expires) <= now.getTime()) };
}

function asException(value: unknown, key: string, rules: readonly string[], now: Date): Exception {
  const fields = asFields(value, key);
  const text = (field: (typeof FIELDS)[number]) => asText(fields[field], `${key}.${field}`);
  const { others: _, ...exception } = checkAll({
    others: () => refuseOthers(fields, FIELDS, key),
    rule: () => asOneOf(fields.rule, rules, `${key}.rule`),
    resource: () => asArnPattern(text("resource"), `${key}.resource`),
    reason: () => text("reason"),
    owner: () => text("owner"),
    approver: () => text("approver"),
    // `pulumi config set` makes a number of a ticket that looks like one.
    ticket: () => (typeof fields.ticket === "number" ? String(fields.ticket) : text("ticket")),
    expires: () => asExpiry(text("expires"), `${key}.expires`, now),
  });
  return exception;
}

/** A whole ARN: a bare * or the name of a resource would not say what is meant. */
function asArnPattern(value: string, key: string): string {
  if (/^arn:[a-z-]+:[a-z0-9-]+:\S*:\S*:\S+$/.test(value)) return value;
  throw new InvalidInputError(
    `${key} must be an ARN in which * stands for any characters, such as arn:aws:s3:::legacy-*, ` +
      `not ${JSON.stringify(value)}`,
  );
}

function asExpiry(value: string, key: string, now: Date): string {
  const refuse = (allowed: string) => {
    throw new InvalidInputError(`${key} must be ${allowed}, not ${JSON.stringify(value)}`);
  };
  const date = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/.exec(value)?.[1];
  const instant = Date.parse(value);
  // Date.parse makes the 2nd of March of the 30th of February.
  if (!date || Number.isNaN(instant) || !new Date(instant).toISOString().startsWith(date)) {
    refuse("a date such as 2027-03-31, or an instant in UTC such as 2027-03-31T12:00:00Z");
  }
  const latest = new Date(now.getTime() + LONGEST_DAYS * DAY);
  if (instant > latest.getTime()) {
    refuse(`at most ${LONGEST_DAYS} days ahead, which is ${latest.toISOString().slice(0, 10)}`);
  }
  return value;
}
