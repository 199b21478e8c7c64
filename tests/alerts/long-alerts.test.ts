import { fittingBody } from "../../lambdas/common/alerts/alerts";
import { digestMessage, foldedDriftMessage } from "../../lambdas/common/alerts/messages";
import { exceptionId } from "../../lambdas/common/rule/exceptions";
import { alertContext, entries, entry, exception, INSTANT } from "../support/factories";
import { bodiesOf, longEntries, type Machine, sns } from "./published";

/** What SNS takes, body and attributes together. */
const SNS_BYTES = 262_144;
beforeEach(() => sns.reset());

describe("a message that is too long", () => {
  it.each([
    ["letters of one byte", "x"],
    ["letters of three bytes", "字"],
    ["quotation marks, which JSON doubles twice", '"'],
  ])("of 5,000 long entries in %s stays below SNS's limit, cut at whole entries", (_what, filler) => {
    const all = longEntries(5_000, filler);
    const body = fittingBody(foldedDriftMessage(alertContext(), entries(...all)));
    expect(Buffer.byteLength(body)).toBeLessThan(SNS_BYTES - 10_000);

    const { email, machine } = bodiesOf(body);
    const { entries: shown, leftOut, count } = machine.drifts;
    expect(shown.length).toBeGreaterThan(10);
    expect(shown).toEqual(all.slice(0, shown.length));
    expect([count, leftOut]).toEqual([5_000, 5_000 - shown.length]);

    const lines = email.split("\n").filter((line) => line.startsWith("  "));
    expect(lines).toHaveLength(shown.length + 1);
    expect(lines.at(-1)).toBe(`  ... and ${leftOut} more, which the report lists.`);
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^ {2}- arn:.* Since 2026-11-24 06:00 UTC\.$/);
  });

  it("shares the room among all sections of a digest", () => {
    const section = entries(...longEntries(500));
    const message = digestMessage(alertContext(), {
      instant: INSTANT,
      standardChanged: false,
      firstSights: [],
      totals: {
        listed: 2_000,
        evaluated: 1_500,
        compliant: 500,
        nonCompliant: 1_000,
        notApplicable: 0,
        error: 500,
        excepted: 0,
        score: 1 / 3,
        coverage: 0.75,
      },
      newlyFailing: section,
      stillFailing: section,
      resolved: section,
      errors: section,
      exceptions: [],
    });
    if (message === undefined) throw new Error("no digest is sent");
    const body = fittingBody(message);
    expect(Buffer.byteLength(body)).toBeLessThan(SNS_BYTES - 10_000);
    const { machine } = bodiesOf(body);
    for (const key of ["newlyFailing", "stillFailing", "resolved", "errors"]) {
      expect((machine[key] as Machine["drifts"]).entries.length).toBeGreaterThan(10);
    }
  });

  it("is cut to the limit it is given, to no entries at all if need be", () => {
    const message = foldedDriftMessage(alertContext(), entries(...longEntries(100)));
    const { email, machine } = bodiesOf(fittingBody(message, 2_000));
    expect(machine.drifts).toEqual({ count: 100, leftOut: 100, entries: [] });
    expect(email).toContain("Began to fail (100)\n  ... and 100 more, which the report lists.\n");
  });

  it("because of a thousand exceptions in use stays below the limit: one that SNS refuses fails its run", () => {
    const exceptions = Array.from({ length: 1_000 }, (_, index) => {
      const one = exception({
        ticket: `SEC-${index}`,
        resource: `arn:aws:s3:::legacy-bucket-number-${index}`,
      });
      return { exception: { ...one, id: exceptionId(one) }, covers: 1, endsSoon: false, expired: false };
    });
    const message = digestMessage(alertContext(), {
      instant: INSTANT,
      standardChanged: false,
      firstSights: [],
      totals: {
        listed: 1_001,
        evaluated: 1_001,
        compliant: 0,
        nonCompliant: 1_001,
        notApplicable: 0,
        error: 0,
        excepted: 1_000,
        score: 0,
        coverage: 1,
      },
      newlyFailing: entries(entry()),
      stillFailing: entries(),
      resolved: entries(),
      errors: entries(),
      exceptions,
    });
    if (message === undefined) throw new Error("no digest is sent");
    expect(Buffer.byteLength(fittingBody(message))).toBeLessThan(SNS_BYTES);
  });
});
