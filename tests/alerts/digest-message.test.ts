import type { AlertMessage, ExceptionUse, RunDigest } from "../../lambdas/common/alerts/alert-message";
import { fittingBody, textForm } from "../../lambdas/common/alerts/alerts";
import { digestMessage } from "../../lambdas/common/alerts/messages";
import { type Exception, exceptionId } from "../../lambdas/common/rule/exceptions";
import {
  alertContext,
  bucketArn,
  entries,
  entry,
  exception,
  INSTANT,
  REPORT_LINK,
} from "../support/factories";

const totals: RunDigest["totals"] = {
  listed: 12,
  evaluated: 10,
  compliant: 6,
  nonCompliant: 4,
  notApplicable: 1,
  error: 1,
  excepted: 2,
  score: 0.6,
  coverage: 10 / 11,
};

function use(change: Partial<Exception>, others: Partial<ExceptionUse> = {}): ExceptionUse {
  const one = exception(change);
  return {
    exception: { ...one, id: exceptionId(one) },
    covers: 1,
    endsSoon: false,
    expired: false,
    ...others,
  };
}

function runDigest(change: Partial<RunDigest> = {}): RunDigest {
  const none = entries();
  return {
    instant: INSTANT,
    standardChanged: false,
    totals,
    newlyFailing: none,
    stillFailing: none,
    resolved: none,
    errors: none,
    firstSights: [],
    exceptions: [],
    ...change,
  };
}

function digest(change: Partial<RunDigest>): AlertMessage {
  const message = digestMessage(alertContext(), runDigest(change));
  if (message === undefined) throw new Error("no digest is sent");
  return message;
}

describe("whether a digest is sent", () => {
  it.each<[string, Partial<RunDigest>, boolean]>([
    ["nothing fails and nothing changed", {}, false],
    ["everything that fails is under exceptions", { exceptions: [use({})] }, false],
    ["an exception matches nothing", { exceptions: [use({}, { covers: 0 })] }, false],
    [
      "an exception that covers nothing ends soon",
      { exceptions: [use({}, { covers: 0, endsSoon: true })] },
      false,
    ],
    [
      "an exception that covered something has expired",
      { exceptions: [use({}, { covers: 0, expired: true })] },
      false,
    ],
    ["an exception that covers something ends soon", { exceptions: [use({}, { endsSoon: true })] }, true],
    ["something began to fail", { newlyFailing: entries(entry()) }, true],
    ["something goes on failing", { stillFailing: entries(entry()) }, true],
    ["something was resolved", { resolved: entries(entry()) }, true],
    ["something could not be evaluated", { errors: entries(entry()) }, true],
  ])("when %s", (_scenario, change, isSent) => {
    expect(digestMessage(alertContext(), runDigest(change)) !== undefined).toBe(isSent);
  });
});

describe("the e-mail of a digest", () => {
  const full = digest({
    newlyFailing: entries(entry({ openSince: INSTANT })),
    stillFailing: entries(entry({ name: "archive", openSince: "2026-11-20T06:00:00.000Z" })),
    resolved: entries(
      entry({ name: "mended", annotation: "Default encryption is aws:kms, at least aws:kms is required." }),
    ),
    errors: entries(
      entry({ name: "closed", annotation: "Could not be evaluated: AccessDenied: Access Denied" }),
    ),
    exceptions: [
      use({}),
      use({ ticket: "SEC-2", resource: "arn:aws:s3:::legacy-*", expires: "2026-12-01" }, { endsSoon: true }),
      use({ ticket: "SEC-3", resource: bucketArn("typo") }, { covers: 0 }),
      use(
        { ticket: "SEC-4", resource: bucketArn("archive"), expires: "2026-11-20" },
        { covers: 0, expired: true },
      ),
    ],
  });

  it("tells what is new first, then what stands, and the exceptions", () => {
    expect(full.subject).toBe("[HIGH] s3-bucket-encryption: 2 failing (1 new), 1 resolved, 1 not evaluated");
    expect(textForm(full)).toBe(
      `S3 buckets encrypt new objects strongly enough: run of 2026-11-24 06:00 UTC

Score:    60 % (6 of 10 evaluated resources pass)
Coverage: 90.9 % (1 could not be evaluated)
Listed:   12, of which 1 not applicable
Failing:  2, of which 1 new; 2 more under exceptions
Severity: high
Account:  111122223333; us-east-1

Newly failing (1)
  - arn:aws:s3:::ledger: Default encryption is AES256, at least aws:kms is required. Since 2026-11-24 06:00 UTC.

Still failing (1)
  - arn:aws:s3:::archive: Default encryption is AES256, at least aws:kms is required. Since 2026-11-20 06:00 UTC.

Resolved (1)
  - arn:aws:s3:::mended: Default encryption is aws:kms, at least aws:kms is required.

Could not be evaluated (1)
  - arn:aws:s3:::closed: Could not be evaluated: AccessDenied: Access Denied

Exceptions in use (2)
  - SEC-2: arn:aws:s3:::legacy-*, covers 1, until 2026-12-01 (ENDS WITHIN 14 DAYS); owner payments, approved by ciso
  - SEC-1: arn:aws:s3:::ledger, covers 1, until 2027-03-31; owner payments, approved by ciso

Exceptions that match no failing resource, to be removed perhaps (1)
  - SEC-3: arn:aws:s3:::typo, covers 0, until 2027-03-31; owner payments, approved by ciso

Expired exceptions (1)
  - SEC-4: arn:aws:s3:::archive, covers 0, until 2026-11-20; owner payments, approved by ciso

What to do: Set the bucket's default encryption to the required algorithm.

Environment: prod
Newest report: ${REPORT_LINK}
`,
    );
  });

  it("leaves out sections that have nothing to tell", () => {
    const text = textForm(digest({ stillFailing: entries(entry()) }));
    expect(text).toContain("Still failing (1)");
    for (const heading of [
      "Newly failing",
      "Resolved",
      "Could not be evaluated (",
      "Exceptions in",
      "Expired",
    ]) {
      expect(text).not.toContain(heading);
    }
  });

  it("says a score with its coverage to a phone", () => {
    expect(full.sms).toBe(
      "Compliance s3-bucket-encryption: 2 failing (1 new), 1 resolved, 1 not evaluated. Score 60 % at 90.9 % coverage.",
    );
  });

  it("gives machines the totals and every exception with its use", () => {
    expect(full.data).toMatchObject({ instant: INSTANT, totals });
    const { default: machineForm } = JSON.parse(fittingBody(full));
    expect(JSON.parse(machineForm).exceptionsInUse).toMatchObject({
      count: 2,
      entries: [
        { ticket: "SEC-2" },
        { ...exception(), id: exceptionId(exception()), covers: 1, endsSoon: false, expired: false },
      ],
    });
  });
});
