import fc from "fast-check";
import {
  doubtsAbout,
  type Exception,
  exceptionId,
  RuleExceptions,
} from "../../lambdas/common/rule/exceptions";
import { bucketArn, exception, INSTANT, RULE } from "../support/factories";

function covering(exceptions: Exception[], arn = bucketArn("ledger"), instant = INSTANT) {
  return new RuleExceptions(exceptions, RULE).covering(arn, instant);
}

describe("which resources an exception covers", () => {
  it.each([
    ["the very ARN", "arn:aws:s3:::ledger", "arn:aws:s3:::ledger", true],
    ["an ARN that merely begins so", "arn:aws:s3:::ledger", "arn:aws:s3:::ledger-2", false],
    ["an ARN that merely ends so", "arn:aws:s3:::ledger", "x:arn:aws:s3:::ledger", false],
    ["another case", "arn:aws:s3:::ledger", "arn:aws:s3:::Ledger", false],
    ["a star for the end", "arn:aws:s3:::led*", "arn:aws:s3:::ledger", true],
    ["a star for nothing", "arn:aws:s3:::ledger*", "arn:aws:s3:::ledger", true],
    ["a star at the beginning", "*:ledger", "arn:aws:s3:::ledger", true],
    [
      "stars in the middle",
      "arn:aws:ec2:*:*:instance/i-1",
      "arn:aws:ec2:eu-west-1:444455556666:instance/i-1",
      true,
    ],
    [
      "a star that would have to be more than is there",
      "arn:aws:s3:::led*gerr",
      "arn:aws:s3:::ledger",
      false,
    ],
    ["two stars in a row", "arn:aws:s3:::**", "arn:aws:s3:::ledger", true],
    ["nothing but a star", "*", "arn:aws:s3:::ledger", true],
    ["a dot, which is a dot", "arn:aws:s3:::a.b", "arn:aws:s3:::axb", false],
    ["a dot that is there", "arn:aws:s3:::a.b", "arn:aws:s3:::a.b", true],
    ["a question mark, which is one", "arn:aws:s3:::ledge?", "arn:aws:s3:::ledger", false],
    ["a bracketed set, which is none", "arn:aws:s3:::[a-z]*", "arn:aws:s3:::ledger", false],
    ["an alternative, which is none", "arn:aws:s3:::ledger|.", "arn:aws:s3:::ledger", false],
    ["characters of regular expressions", "a^$.+?()[]{}|\\b*", "a^$.+?()[]{}|\\bc", true],
  ])("%s", (_scenario, resource, arn, isCovered) => {
    expect(covering([exception({ resource })], arn) !== undefined).toBe(isCovered);
  });

  it("is the same as for a plain search of the pieces between the stars", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "/", "+"), maxLength: 8 });
    const pattern = fc.string({
      unit: fc.constantFrom("a", "b", ".", "/", "+", "*"),
      minLength: 1,
      maxLength: 6,
    });
    const matches = (wanted: string, found: string): boolean => {
      if (wanted === "") return found === "";
      if (wanted[0] === "*")
        return matches(wanted.slice(1), found) || (found !== "" && matches(wanted, found.slice(1)));
      return wanted[0] === found[0] && matches(wanted.slice(1), found.slice(1));
    };
    fc.assert(
      fc.property(pattern, text, (resource, arn) => {
        expect(covering([exception({ resource })], arn) !== undefined).toBe(matches(resource, arn));
      }),
    );
  });

  it("leaves out the exceptions of other rules", () => {
    const other = exception({ rule: "ec2-required-tags", resource: "*" });
    expect(covering([other])).toBeUndefined();
    expect(new RuleExceptions([other, exception()], RULE).all.map(({ rule }) => rule)).toEqual([RULE]);
  });
});

describe("until when an exception covers", () => {
  it.each([
    ["the millisecond before the date", "2027-03-30T23:59:59.999Z", "2027-03-31", true],
    ["the first instant of the date", "2027-03-31T00:00:00.000Z", "2027-03-31", false],
    ["the millisecond before the instant", "2027-03-31T11:59:59.999Z", "2027-03-31T12:00:00Z", true],
    ["the very instant", "2027-03-31T12:00:00.000Z", "2027-03-31T12:00:00Z", false],
    [
      "before an instant given in another zone",
      "2027-03-31T09:59:59.999Z",
      "2027-03-31T12:00:00+02:00",
      true,
    ],
    ["at an instant given in another zone", "2027-03-31T10:00:00.000Z", "2027-03-31T12:00:00+02:00", false],
  ])("%s", (_scenario, instant, expires, isCovered) => {
    expect(covering([exception({ expires })], undefined, instant) !== undefined).toBe(isCovered);
  });

  it.each([
    ["first", ["2027-06-30", "2027-03-31", "2027-01-31"]],
    ["in the middle", ["2027-01-31", "2027-06-30", "2027-03-31"]],
    ["last", ["2027-01-31", "2027-03-31", "2027-06-30"]],
  ])("is decided by the one that lasts longest, given %s", (_scenario, dates) => {
    const list = dates.map((expires, index) => exception({ expires, ticket: `SEC-${index}` }));
    expect(covering(list)?.expires).toBe("2027-06-30");
  });

  it("is decided by the one that is left when another one has expired", () => {
    const list = [exception({ expires: "2026-11-01", ticket: "SEC-OLD" }), exception({ ticket: "SEC-NEW" })];
    expect(covering(list)?.ticket).toBe("SEC-NEW");
  });

  it("compares instants, not texts", () => {
    const later = exception({ expires: "2027-03-31T01:00:00-05:00", ticket: "SEC-LATER" });
    const earlier = exception({ expires: "2027-03-31T05:00:00Z", ticket: "SEC-EARLIER" });
    expect(covering([earlier, later])?.ticket).toBe("SEC-LATER");
    expect(covering([later, earlier])?.ticket).toBe("SEC-LATER");
  });
});

describe("the id of an exception", () => {
  it("begins with the ticket", () => {
    expect(exceptionId(exception())).toMatch(/^SEC-1#[0-9a-f]{8}$/);
  });

  it("differs by resource and by rule, so that one ticket may hold many", () => {
    const ids = [
      exception(),
      exception({ resource: bucketArn("other") }),
      exception({ rule: "ec2-required-tags" }),
    ].map(exceptionId);
    expect(new Set(ids).size).toBe(3);
  });

  it("stays when the exception is prolonged or its reason reworded, so that nothing opens again", () => {
    expect(
      exceptionId(exception({ expires: "2027-09-30", reason: "another", owner: "x", approver: "y" })),
    ).toBe(exceptionId(exception()));
  });

  it("is the one that the covering exception goes by", () => {
    expect(covering([exception()])).toEqual({ ...exception(), id: exceptionId(exception()) });
  });
});

describe("the doubts about an exception", () => {
  it.each([
    "arn:aws:s3:::*",
    "arn:aws:s3:::**",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:ec2:us-east-1:111122223333:instance/i-*",
    "arn:aws:ec2:*:*:instance*",
    "arn:aws:rds:*:*:db:*",
    "arn:aws:rds:*:*:*",
    "arn:aws:iam::111122223333:user/*",
  ])("%s covers all of a kind", (resource) => {
    expect(doubtsAbout(exception({ resource }))).toEqual(["broad"]);
  });

  it.each([
    "arn:aws:s3:::legacy-*",
    "arn:aws:s3:::*-legacy",
    "arn:aws:s3:::db*",
    "arn:aws:ec2:*:*:instance/i-0abc*",
    "arn:aws:rds:*:*:db:a*",
    "arn:aws:iam::111122223333:root",
  ])("%s does not", (resource) => {
    expect(doubtsAbout(exception({ resource }))).toEqual([]);
  });

  it("name one that its owner approved", () => {
    expect(doubtsAbout(exception({ owner: "Payments ", approver: "payments" }))).toEqual(["self-approved"]);
  });
});
