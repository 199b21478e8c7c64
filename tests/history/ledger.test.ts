import fc from "fast-check";
import { Tally, totals } from "../../lambdas/common/history/ledger";
import type { EvaluationRow, LedgerEntry, Transition } from "../../lambdas/common/history/rows";
import type { ComplianceType } from "../../lambdas/common/rule/judgement";
import { ACCOUNT, REGION, row } from "../support/factories";

const EMPTY: LedgerEntry = {
  account_id: ACCOUNT,
  region: REGION,
  listed: 0,
  evaluated: 0,
  compliant: 0,
  non_compliant: 0,
  not_applicable: 0,
  error: 0,
  error_codes: {},
  excepted: 0,
};

function tallyOf(...rows: EvaluationRow[]): Tally {
  const tally = new Tally([{ accountId: ACCOUNT, region: REGION }]);
  for (const one of rows) tally.add(one);
  return tally;
}

describe("the ledger", () => {
  it("has an entry for a scanned account and Region in which nothing was listed", () => {
    expect(tallyOf().ledger()).toEqual([EMPTY]);
  });

  it.each<[string, Partial<EvaluationRow>, Partial<LedgerEntry>]>([
    ["passes", { compliance_type: "COMPLIANT" }, { evaluated: 1, compliant: 1 }],
    ["fails", {}, { evaluated: 1, non_compliant: 1 }],
    [
      "fails under an exception",
      { exception_id: "SEC-1#0" },
      { evaluated: 1, non_compliant: 1, excepted: 1 },
    ],
    ["is not applicable", { compliance_type: "NOT_APPLICABLE" }, { not_applicable: 1 }],
    [
      "could not be evaluated",
      { compliance_type: "ERROR", error_code: "AccessDenied" },
      { error: 1, error_codes: { AccessDenied: 1 } },
    ],
    [
      "could not be evaluated, nobody knows why",
      { compliance_type: "ERROR" },
      { error: 1, error_codes: { Unknown: 1 } },
    ],
    [
      "could not be evaluated and is under an exception",
      { compliance_type: "ERROR", error_code: "AccessDenied", exception_id: "SEC-1#0" },
      { error: 1, error_codes: { AccessDenied: 1 } },
    ],
  ])("counts a resource that %s", (_scenario, change, counts) => {
    expect(tallyOf(row(change)).ledger()).toEqual([{ ...EMPTY, listed: 1, ...counts }]);
  });

  it("does not count what is gone as listed", () => {
    const tally = tallyOf(row({ compliance_type: "NOT_APPLICABLE", gone: true }));
    expect(tally.ledger()).toEqual([EMPTY]);
    expect(tally.gone).toBe(1);
  });

  it("counts error codes apart", () => {
    const denied = row({ compliance_type: "ERROR", error_code: "AccessDenied" });
    const slow = row({ compliance_type: "ERROR", error_code: "SlowDown" });
    expect(tallyOf(denied, slow, denied).ledger()[0]?.error_codes).toEqual({ AccessDenied: 2, SlowDown: 1 });
  });

  it("keeps accounts and Regions apart, in order, those of a bucket elsewhere too", () => {
    const tally = new Tally([{ accountId: "222", region: "us-east-1" }]);
    for (const [account_id, region] of [
      ["222", "us-east-1"],
      ["111", "us-west-2"],
      ["222", "eu-west-1"],
      ["222", "us-east-1"],
    ]) {
      tally.add(row({ account_id, region }));
    }
    expect(tally.ledger().map((entry) => [entry.account_id, entry.region, entry.listed])).toEqual([
      ["111", "us-west-2", 1],
      ["222", "eu-west-1", 1],
      ["222", "us-east-1", 2],
    ]);
  });

  const complianceTypes: ComplianceType[] = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "ERROR"];
  const rows = fc.array(
    fc
      .record({
        compliance_type: fc.constantFrom(...complianceTypes),
        account_id: fc.constantFrom("111", "222"),
        region: fc.constantFrom("us-east-1", "eu-west-1"),
        error_code: fc.constantFrom("AccessDenied", "SlowDown", undefined),
      })
      .map(row),
  );

  it("always adds up: listed is evaluated, not applicable and errors; errors are their codes", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const ledger = tallyOf(...list).ledger();
        for (const one of ledger) {
          expect(one.listed).toBe(one.evaluated + one.not_applicable + one.error);
          expect(one.evaluated).toBe(one.compliant + one.non_compliant);
          expect(one.error).toBe(Object.values(one.error_codes).reduce((sum, count) => sum + count, 0));
        }
        expect(totals(ledger).listed).toBe(list.length);
      }),
    );
  });
});

describe("what opened and what was resolved", () => {
  it.each<[string, ComplianceType, Transition, number, number]>([
    ["a failure that began", "NON_COMPLIANT", "opened", 1, 0],
    ["a failure seen for the first time", "NON_COMPLIANT", "first-seen", 1, 0],
    ["a failure that goes on", "NON_COMPLIANT", "ongoing", 0, 0],
    ["a failure that can be read again", "NON_COMPLIANT", "recovered", 0, 0],
    ["a pass seen for the first time", "COMPLIANT", "first-seen", 0, 0],
    ["a failure that was mended", "COMPLIANT", "resolved", 0, 1],
    ["a failure that is not applicable any more", "NOT_APPLICABLE", "resolved", 0, 1],
    ["an error", "ERROR", "errored", 0, 0],
  ])("%s", (_scenario, compliance_type, transition, opened, resolved) => {
    const tally = tallyOf(row({ compliance_type, transition }));
    expect({ opened: tally.opened, resolved: tally.resolved }).toEqual({ opened, resolved });
  });

  it("a failing resource that is gone is resolved and gone", () => {
    const tally = tallyOf(row({ compliance_type: "NOT_APPLICABLE", transition: "resolved", gone: true }));
    expect(tally).toMatchObject({ resolved: 1, gone: 1 });
  });
});

describe("totals", () => {
  it("sum all entries and give score and coverage of the sums", () => {
    const ledger = [
      { ...EMPTY, listed: 5, evaluated: 3, compliant: 3, not_applicable: 2 },
      { ...EMPTY, region: "eu-west-1", listed: 2, evaluated: 1, non_compliant: 1, error: 1, excepted: 1 },
    ];
    expect(totals(ledger)).toEqual({
      listed: 7,
      evaluated: 4,
      compliant: 3,
      nonCompliant: 1,
      notApplicable: 2,
      error: 1,
      excepted: 1,
      score: 0.75,
      coverage: 0.8,
    });
  });

  it.each([
    ["nothing was listed", EMPTY, undefined, undefined],
    ["nothing is applicable", { ...EMPTY, listed: 3, not_applicable: 3 }, undefined, undefined],
    ["nothing could be evaluated", { ...EMPTY, listed: 3, error: 3 }, undefined, 0],
    ["everything fails", { ...EMPTY, listed: 2, evaluated: 2, non_compliant: 2 }, 0, 1],
  ])("when %s", (_scenario, ledger, score, coverage) => {
    expect(totals([ledger])).toMatchObject({ score, coverage });
  });
});
