import fc from "fast-check";
import { attest } from "../../../lambdas/report-generator/figures/schedule";
import { Company, SIX_HOURLY } from "../swept-company";

const RULE = "s3-bucket-encryption";
const HOURLY = "cron(0 * * * ? *)";
const isIn = (instant: string, from: string, to: string) => instant >= from && instant < to;
const period = { from: "2026-11-22T12:30:00.000Z", to: "2026-11-23T12:30:00.000Z" };

function attested(company: Company, firstRun = "2026-11-01T00:00:00.000Z", of = period) {
  return attest(RULE, SIX_HOURLY, of, company.history.runRows, { firstRun });
}

function swept(...slots: [slot: string, completedAfterMinutes?: number][]): Company {
  const company = new Company();
  for (const [slot, completedAfterMinutes = 2] of slots) {
    company.sweep(RULE, slot, { alpha: "COMPLIANT" }, { completedAfterMinutes });
  }
  return company;
}

describe("schedule attestation", () => {
  it("finds every slot on time when every sweep was complete in five minutes", () => {
    const company = swept(
      ["2026-11-22T18:00:00Z"],
      ["2026-11-23T00:00:00Z"],
      ["2026-11-23T06:00:00Z", 5],
      ["2026-11-23T12:00:00Z"],
    );
    expect(attested(company)).toMatchObject({
      expected: 4,
      onTime: 4,
      late: 0,
      missing: 0,
      beforeFirstRun: 0,
    });
  });

  it("judges the past by the expression that was in force, and a run's own stretch by what promised less", () => {
    const daily = "cron(0 0 * * ? *)";
    const company = new Company();
    for (const day of ["20", "21", "22"]) {
      company.sweep(RULE, `2026-11-${day}T00:00:00Z`, { alpha: "COMPLIANT" }, { schedule: daily });
    }
    company.sweep(RULE, "2026-11-22T18:00:00Z", { alpha: "COMPLIANT" });
    company.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT" });
    const of = { from: "2026-11-19T12:00:00.000Z", to: "2026-11-23T12:00:00.000Z" };
    const result = attested(company, undefined, of);
    expect(result.slots.map(({ slot, status }) => `${slot.slice(8, 13)} ${status}`)).toEqual([
      "20T00 on-time",
      "21T00 on-time",
      "22T00 on-time",
      "22T18 on-time",
      "23T00 missing",
      "23T06 on-time",
    ]);
    expect(result).toMatchObject({ schedule: SIX_HOURLY, earlierSchedules: [daily] });
  });

  it("still finds an outage during which the schedule was changed", () => {
    const company = new Company();
    company.sweep(RULE, "2026-11-22T00:00:00Z", { alpha: "COMPLIANT" }, { schedule: "cron(30 0/6 * * ? *)" });
    expect(attested(company)).toMatchObject({ missing: 4 });
  });

  it("does not give a slot the run of the next one, though that is too young to be judged", () => {
    const company = new Company();
    const every10 = "cron(0/10 * * * ? *)";
    for (const minute of ["20", "30", "50"]) {
      company.sweep(RULE, `2026-11-23T11:${minute}:00Z`, { alpha: "COMPLIANT" }, { schedule: every10 });
    }
    const of = { from: "2026-11-23T11:40:00.000Z", to: "2026-11-23T12:00:00.000Z" };
    const { slots } = attest(RULE, every10, of, company.history.runRows, {
      firstRun: "2026-11-01T00:00:00.000Z",
    });
    expect(slots.map(({ slot, status }) => `${slot.slice(11, 16)} ${status}`)).toEqual([
      "11:30 on-time",
      "11:40 missing",
    ]);
  });

  it("calls a sweep late that completed after its bound", () => {
    const company = swept(
      ["2026-11-22T18:00:00Z"],
      ["2026-11-23T00:00:00Z", 11],
      ["2026-11-23T06:00:00Z"],
      ["2026-11-23T12:00:00Z"],
    );
    expect(attested(company)).toMatchObject({ expected: 4, onTime: 3, late: 1, missing: 0 });
  });

  it("calls a sweep on time up to six minutes after its slot, and late a millisecond later", () => {
    const millisecond = 1 / 60_000;
    const company = swept(
      ["2026-11-22T18:00:00Z", 6],
      ["2026-11-23T00:00:00Z", 6 + millisecond],
      ["2026-11-23T06:00:00Z"],
      ["2026-11-23T12:00:00Z"],
    );
    expect(attested(company).slots.map(({ status }) => status)).toEqual([
      "on-time",
      "late",
      "on-time",
      "on-time",
    ]);
  });

  it("names other schedules of runs that came after the slots of the period before, and none of older runs", () => {
    const daily = "cron(0 0 * * ? *)";
    const earlier = (at: string) => {
      const company = new Company();
      company.sweep(RULE, at, { alpha: "COMPLIANT" }, { schedule: daily });
      return attested(company).earlierSchedules;
    };
    // The slots of twenty minutes before the period are judged with those in it.
    expect(earlier("2026-11-22T12:10:00.000Z")).toEqual([]);
    expect(earlier("2026-11-22T12:10:00.001Z")).toEqual([daily]);
  });

  it("names the gap that a missing sweep left", () => {
    const company = swept(["2026-11-22T18:00:00Z"], ["2026-11-23T06:00:00Z"], ["2026-11-23T12:00:00Z"]);
    const { missing, slots } = attested(company);
    expect(missing).toBe(1);
    expect(slots[1]).toEqual({
      slot: "2026-11-23T00:00:00.000Z",
      status: "missing",
      completedAt: null,
      gap: { after: "2026-11-22T18:00:00.000Z", before: "2026-11-23T06:00:00.000Z" },
    });
  });

  it("does not take a run that a person asked for as the scheduled one, but ends the gap with it", () => {
    const company = swept(["2026-11-22T18:00:00Z"]);
    company.sweep(RULE, "2026-11-23T01:10:00Z", { alpha: "COMPLIANT" }, { trigger: "on-demand" });
    expect(attested(company).slots[1]).toMatchObject({
      status: "missing",
      gap: { before: "2026-11-23T01:10:00.000Z" },
    });
  });

  it("expects nothing of the time before the rule's very first run", () => {
    const company = swept(["2026-11-23T06:00:00Z"], ["2026-11-23T12:00:00Z"]);
    expect(attested(company, "2026-11-23T06:00:00.000Z")).toMatchObject({
      expected: 2,
      onTime: 2,
      beforeFirstRun: 2,
    });
  });

  it("expects nothing of a rule that has never run", () => {
    expect(attest(RULE, SIX_HOURLY, period, [], {})).toMatchObject({ expected: 0, beforeFirstRun: 4 });
  });

  it.each([
    ["that has never run", undefined],
    ["before its first run", "2026-11-23T12:00:00.000Z"],
  ])("expects of a rule %s what came after a scheduled report had named it", (_what, firstRun) => {
    const watchedSince = "2026-11-23T00:00:00.000Z";
    const { slots, ...counts } = attest(RULE, SIX_HOURLY, period, [], { firstRun, watchedSince });
    expect(slots.map(({ slot, status }) => `${slot.slice(8, 13)} ${status}`)).toEqual([
      "22T18 before-first-run",
      "23T00 before-first-run",
      "23T06 missing",
      "23T12 missing",
    ]);
    expect(slots[2]?.gap).toEqual({ after: null, before: null });
    expect(counts).toMatchObject({ expected: 2, missing: 2, beforeFirstRun: 2 });
  });

  it("expects everything of a rule whose first run was before it was watched", () => {
    const beginning = { firstRun: "2026-11-01T00:00:00.000Z", watchedSince: "2026-11-23T12:30:00.000Z" };
    expect(attest(RULE, SIX_HOURLY, period, [], beginning)).toMatchObject({ missing: 4, beforeFirstRun: 0 });
  });

  it("expects the slot at whose very instant somebody asked for the first run", () => {
    const company = new Company();
    const firstRun = "2026-11-23T06:00:00.000Z";
    company.sweep(RULE, firstRun, { alpha: "COMPLIANT" }, { trigger: "on-demand" });
    expect(attested(company, firstRun)).toMatchObject({ missing: 2, beforeFirstRun: 2 });
  });

  it("gives each slot what looking for it among all runs finds, whoever asked for them", () => {
    const run = fc.record({ minute: fc.integer({ min: -60, max: 24 * 60 }), isSweep: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(run, { selector: ({ minute }) => minute, maxLength: 12 }), (unordered) => {
        const company = new Company();
        const start = Date.parse(period.from);
        for (const { minute, isSweep } of unordered.sort((a, b) => a.minute - b.minute)) {
          const at = new Date(start + minute * 60_000).toISOString();
          const trigger = isSweep ? "sweep" : "on-demand";
          company.sweep(RULE, at, { alpha: "COMPLIANT" }, { trigger, schedule: HOURLY });
        }
        const { runRows } = company.history;
        const attestation = attest(RULE, HOURLY, period, runRows, { firstRun: "2026-01-01T00:00:00.000Z" });
        expect(attestation.slots).toHaveLength(24);
        for (const { slot, completedAt, gap } of attestation.slots) {
          const next = new Date(Date.parse(slot) + 60 * 60_000).toISOString();
          const own = runRows.find((row) => row.trigger === "sweep" && isIn(row.started_at, slot, next));
          expect(completedAt).toBe(own?.completed_at ?? null);
          if (own !== undefined) expect(gap).toBeNull();
          else {
            expect(gap).toEqual({
              after: runRows.findLast((row) => row.started_at < slot)?.started_at ?? null,
              before: runRows.find((row) => row.started_at >= slot)?.started_at ?? null,
            });
          }
        }
      }),
    );
  });

  it("judges a slot once it is twenty minutes old", () => {
    const last = (to: string) =>
      attested(new Company(), undefined, { from: period.from, to }).slots.at(-1)?.slot;
    expect(last("2026-11-23T12:19:59.999Z")).toBe("2026-11-23T06:00:00.000Z");
    expect(last("2026-11-23T12:20:00.000Z")).toBe("2026-11-23T12:00:00.000Z");
  });

  it("leaves a slot that is too young to be judged to the next report, and judges it there once", () => {
    const border = "2026-11-23T12:10:00.000Z";
    const slots = (from: string, to: string) =>
      attested(new Company(), undefined, { from, to }).slots.map(({ slot }) => slot);
    expect(slots(period.from, border)).not.toContain("2026-11-23T12:00:00.000Z");
    expect(slots(border, "2026-11-23T18:10:00.000Z")).toEqual(["2026-11-23T12:00:00.000Z"]);
  });
});
