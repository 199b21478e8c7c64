import { isFirstSight } from "../../lambdas/common/history/places";
import type { LedgerEntry } from "../../lambdas/common/history/rows";

const MEMBER = "222222222222";

function entry(account_id: string, region: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const counts = { listed: 0, evaluated: 0, compliant: 0, non_compliant: 0, not_applicable: 0 };
  return { account_id, region, ...counts, error: 0, error_codes: {}, excepted: 0, ...more };
}

/** A user of the member, whom AWS Config gives no Region. */
const user = {
  resource_id: `arn:aws:iam::${MEMBER}:user/alice`,
  transition: "first-seen",
  account_id: MEMBER,
  region: "global",
} as const;

describe("a resource without a Region in its ARN", () => {
  it.each([
    ["nothing of its account was scanned before", [entry("111111111111", "us-east-1")], true],
    ["nothing of its account could be read before", [entry(MEMBER, "us-east-1", { never_read: true })], true],
    ["its account was read, wherever", [entry(MEMBER, "us-east-1")], false],
  ])("is seen for the first time with its account: %s", (_, ledger, expected) => {
    expect(isFirstSight(user, { ledger })).toBe(expected);
  });

  it("is not when it was known, nor in a rule's first run", () => {
    expect(isFirstSight({ ...user, transition: "opened" }, { ledger: [] })).toBe(false);
    expect(isFirstSight(user, undefined)).toBe(false);
  });
});
