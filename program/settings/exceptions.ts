import * as v from "valibot";
import { exceptionId } from "../../lambdas/common/rule/exceptions";
import { fields, list, must, oneOf, refuseFor, TEXT } from "../../lambdas/common/values/check";
import { DAY_MS } from "../../lambdas/common/values/instants";

/** A year, even from the day before a leap day. */
const LONGEST_DAYS = 366;

/** A whole ARN, or what reports call a resource whose ARN AWS Config does not tell: a bare * or a name would not do. */
const ARN_PATTERN = v.pipe(
  v.string(must("be a non-empty text")),
  v.regex(
    /^(arn:[a-z-]+:[a-z0-9-]+:\S*:\S*:\S+|AWS::[A-Za-z0-9]+::[A-Za-z0-9]+\/\d{12}\/[a-z0-9-]+\/\S+)$/,
    must("be an ARN in which * stands for any characters, such as arn:aws:s3:::legacy-*"),
  ),
);

/** `pulumi config set` makes a number of a ticket that looks like one. */
const TICKET = v.pipe(
  v.unknown(),
  v.transform((ticket) => (typeof ticket === "number" ? String(ticket) : ticket)),
  TEXT,
);

/**
 * What the setting `exceptions` may be.
 * @param rules names of the deployment's rules.
 * @param now exceptions reach at most a year ahead, as seen from here.
 */
export function exceptionList(rules: readonly string[], now: Date) {
  const exception = fields({
    rule: oneOf(rules),
    resource: ARN_PATTERN,
    reason: TEXT,
    owner: TEXT,
    approver: TEXT,
    ticket: TICKET,
    expires: expiry(now),
  });
  return v.pipe(
    list(exception),
    refuseFor((exceptions) => {
      const ids = exceptions.map(exceptionId);
      return ids.flatMap((id, index) => {
        const first = ids.indexOf(id);
        if (first === index) return [];
        const reason =
          `has the ticket, rule and resource of exceptions[${first}]: to prolong an exception, ` +
          "change its date";
        return [{ key: index, reason }];
      });
    }),
  );
}

function expiry(now: Date) {
  const latest = new Date(now.getTime() + LONGEST_DAYS * DAY_MS);
  return v.pipe(
    v.string(must("be a non-empty text")),
    refuseFor((expires) => {
      if (!isDateOrInstant(expires)) {
        return [must("be a date such as 2027-03-31, or an instant in UTC such as 2027-03-31T12:00:00Z")];
      }
      if (Date.parse(expires) <= latest.getTime()) return [];
      return [must(`be at most ${LONGEST_DAYS} days ahead, which is ${latest.toISOString().slice(0, 10)}`)];
    }),
  );
}

function isDateOrInstant(text: string): boolean {
  const date = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/.exec(text)?.[1];
  const instant = Date.parse(text);
  // Date.parse makes the 2nd of March of the 30th of February.
  return !!date && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(date);
}
