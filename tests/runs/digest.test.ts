import type { RunDigest } from "../../lambdas/common/alerts/alert-message";
import { Tally } from "../../lambdas/common/history/ledger";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { type Exception, exceptionId, RuleExceptions } from "../../lambdas/common/rule/exceptions";
import { DigestBuilder } from "../../lambdas/common/runs/digest";
import { ACCOUNT, bucketArn, exception, INSTANT, REGION, RULE, row } from "../support/factories";

const FIRST_RUN = {
  digestUntil: undefined,
  baseline: undefined,
  sameStandard: false,
  resolvedSince: [],
  foundByPreviousRun: new Set<string>(),
};

function digestOf(
  rows: readonly EvaluationRow[],
  exceptions: readonly Exception[] = [],
  past: ConstructorParameters<typeof DigestBuilder>[2] = FIRST_RUN,
): RunDigest {
  const builder = new DigestBuilder(INSTANT, new RuleExceptions(exceptions, RULE), past);
  const tally = new Tally([{ accountId: ACCOUNT, region: REGION }]);
  for (const one of rows) {
    builder.add(one);
    tally.add(one);
  }
  return builder.digest(tally);
}

type Section = "newlyFailing" | "stillFailing" | "resolved" | "errors";
const SECTIONS: readonly Section[] = ["newlyFailing", "stillFailing", "resolved", "errors"];

describe("where a digest puts a resource", () => {
  it.each<[string, Partial<EvaluationRow>, Section | undefined]>([
    ["that began to fail", { transition: "opened" }, "newlyFailing"],
    ["that fails and was never seen before", { transition: "first-seen" }, "newlyFailing"],
    ["that goes on failing", { transition: "ongoing" }, "stillFailing"],
    ["that fails and can be read again", { transition: "recovered" }, "stillFailing"],
    ["that was mended", { compliance_type: "COMPLIANT", transition: "resolved" }, "resolved"],
    [
      "that failed and is gone",
      { compliance_type: "NOT_APPLICABLE", transition: "resolved", gone: true },
      "resolved",
    ],
    ["that cannot be read any more", { compliance_type: "ERROR", transition: "errored" }, "errors"],
    ["that still cannot be read", { compliance_type: "ERROR", transition: "ongoing" }, "errors"],
    ["that passes", { compliance_type: "COMPLIANT", transition: "ongoing" }, undefined],
    ["that is not applicable", { compliance_type: "NOT_APPLICABLE", transition: "first-seen" }, undefined],
    ["that began to fail under an exception", { transition: "opened", exception_id: "SEC-1#0" }, undefined],
    [
      "that goes on failing under an exception",
      { transition: "ongoing", exception_id: "SEC-1#0" },
      undefined,
    ],
  ])("%s", (_scenario, change, section) => {
    const digest = digestOf([row(change)]);
    for (const one of SECTIONS) {
      expect([one, digest[one].count, digest[one].entries.length]).toEqual(
        one === section ? [one, 1, 1] : [one, 0, 0],
      );
    }
  });

  it("that was mended and was accepted anyway: nowhere", () => {
    const mended = row({ compliance_type: "COMPLIANT", transition: "resolved" });
    expect(digestOf([mended]).resolved.count).toBe(1);
    expect(digestOf([mended], [exception()]).resolved.count).toBe(0);
  });

  it("says with each resource what was found and since when", () => {
    const { stillFailing } = digestOf([row({ open_since: "2026-11-20T06:00:00.000Z" })]);
    expect(stillFailing.entries).toEqual([
      {
        resource: bucketArn("ledger"),
        name: "ledger",
        type: "AWS::S3::Bucket",
        account: ACCOUNT,
        region: REGION,
        annotation: "Default encryption is AES256, at least aws:kms is required.",
        openSince: "2026-11-20T06:00:00.000Z",
      },
    ]);
  });

  it("keeps 500 of a section and counts the others, so that memory stays flat", () => {
    const { stillFailing } = digestOf(
      Array.from({ length: 5_000 }, (_, index) => row({ resource_name: `b${index}` })),
    );
    expect([stillFailing.count, stillFailing.entries.length]).toEqual([5_000, 500]);
  });

  it("sums up the whole run", () => {
    const { instant, totals } = digestOf([row(), row({ compliance_type: "COMPLIANT" })]);
    expect(instant).toBe(INSTANT);
    expect(totals).toMatchObject({ listed: 2, score: 0.5, coverage: 1 });
  });
});

describe("a digest says that the standard has changed", () => {
  const digestUntil = "2026-11-24T00:00:00.000Z";

  it.each([
    ["when the run before judged by another one", { digestUntil, sameStandard: false }, true],
    ["not when that one judged by the same", { digestUntil, sameStandard: true }, false],
    ["not in the first run of all", { digestUntil: undefined, sameStandard: false }, false],
  ])("%s", (_scenario, past, expected) => {
    expect(digestOf([row()], [], { ...FIRST_RUN, ...past }).standardChanged).toBe(expected);
  });
});

describe("what a digest says of an exception", () => {
  it("is how many failing resources it covers", () => {
    const [used, unused] = [
      exception({ resource: "arn:aws:s3:::led*" }),
      exception({ resource: bucketArn("other") }),
    ];
    const covered = { exception_id: exceptionId(used) };
    const passing = row({ compliance_type: "COMPLIANT" });
    const digest = digestOf(
      [row(covered), row({ ...covered, resource_name: "ledger-2" }), passing],
      [used, unused],
    );
    expect(digest.exceptions.map(({ exception: { id }, covers }) => [id, covers])).toEqual([
      [exceptionId(used), 2],
      [exceptionId(unused), 0],
    ]);
  });

  it.each([
    ["2026-12-08T06:00:00.001Z", { endsSoon: false, expired: false }],
    ["2026-12-08T06:00:00.000Z", { endsSoon: true, expired: false }],
    ["2026-11-24T06:00:00.001Z", { endsSoon: true, expired: false }],
    ["2026-11-24T06:00:00.000Z", { endsSoon: false, expired: true }],
    ["2026-11-23", { endsSoon: false, expired: true }],
  ])("is, seen from 2026-11-24T06:00Z, of one that expires %s: %j", (expires, expected) => {
    const [use] = digestOf([], [exception({ expires })]).exceptions;
    expect(use).toMatchObject(expected);
  });
});
