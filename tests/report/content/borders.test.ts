import { assembleReport } from "../../../lambdas/report-generator/content/assemble";
import type { AssemblyRequest } from "../../../lambdas/report-generator/content/request";
import { exception, rule, settings } from "../support";
import { ACCOUNT, Company, REGION, SIX_HOURLY } from "../swept-company";

const RULE = "s3-bucket-encryption";
const FROM = "2026-11-22T12:00:00.000Z";
const TO = "2026-11-23T12:00:00.000Z";
const DAY_MS = 24 * 60 * 60_000;
const later = (instant: string, milliseconds: number) =>
  new Date(Date.parse(instant) + milliseconds).toISOString();

interface Asked extends Partial<Pick<AssemblyRequest, "previousReadAt" | "period">> {
  readonly rules?: readonly ReturnType<typeof rule>[];
  readonly evaluationSchedule?: string;
  /** When the settings were in force, and so the end of what the history is asked for. */
  readonly knownAt?: string;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** The report of noon to noon, made five seconds after it. */
function report(company: Company, asked: Asked = {}) {
  const { rules = [rule(RULE)], evaluationSchedule = SIX_HOURLY, sleep = async () => {}, ...rest } = asked;
  const period = asked.period ?? { from: FROM, to: TO };
  const { knownAt = later(period.to, 5_000) } = asked;
  const source = { environmentSuffix: "test", accountId: ACCOUNT, region: REGION };
  return assembleReport(
    { history: company.history, source, sleep },
    {
      reportId: "id",
      kind: "scheduled",
      generatedAt: later(period.to, 5_000),
      period,
      chain: { sequence: 1, previous: null },
      standard: {
        settings: { ...settings(rules, [exception()]), evaluationSchedule },
        knownAt,
        watchedSince: new Map(),
        removed: [],
      },
      programVersion: "1",
      asKnownThen: false,
      ...rest,
    },
  );
}

describe("what lies on the border of two periods is told once", () => {
  it("at the beginning by the report before, at the end by this one", async () => {
    const company = new Company();
    company.sweep(RULE, FROM, { alpha: "NON_COMPLIANT" });
    company.sweep(RULE, TO, { alpha: "NON_COMPLIANT", beta: "NON_COMPLIANT" });
    const { runs, changes, summary, rules, failures } = await report(company);
    expect(runs.map(({ at }) => at)).toEqual([TO]);
    expect(changes.map(({ resourceName }) => resourceName)).toEqual(["beta"]);
    expect(summary.opened).toBe(1);
    expect(rules.map(({ opened }) => opened)).toEqual([1]);
    expect(failures.map(({ resourceName, since }) => [resourceName, since])).toEqual([
      ["alpha", FROM],
      ["beta", TO],
    ]);
  });

  it("and a run at the beginning is the one that those of the period are compared with", async () => {
    const company = new Company();
    company.sweep(RULE, FROM, { alpha: "COMPLIANT" }, { parametersHash: "b".repeat(64) });
    company.sweep(RULE, later(FROM, 1), { alpha: "COMPLIANT" });
    const { findings } = await report(company);
    expect(findings).toContainEqual(expect.objectContaining({ code: "parameters-changed", rules: [RULE] }));
  });
});

describe("what arrived late", () => {
  const previousReadAt = later(FROM, 60_000);
  const completedAt = async (at: string, completed: string) => {
    const company = new Company();
    const completedAfterMinutes = (Date.parse(completed) - Date.parse(at)) / 60_000;
    company.sweep(RULE, at, { alpha: "NON_COMPLIANT" }, { completedAfterMinutes, observedAt: completed });
    company.sweep(RULE, later(FROM, 6 * 60 * 60_000), { alpha: "NON_COMPLIANT" });
    const { runs, changes } = await report(company, { previousReadAt });
    return [...runs, ...changes].filter(({ arrivedLate }) => arrivedLate).length;
  };

  it("is what the report before could not have read, to the millisecond", async () => {
    const at = later(FROM, -60_000);
    expect(await completedAt(at, previousReadAt)).toBe(0);
    expect(await completedAt(at, later(previousReadAt, 1))).toBe(2);
  });

  it("can be of the very end of the period before, and not of this one", async () => {
    expect(await completedAt(FROM, later(previousReadAt, 1))).toBe(2);
    expect(await completedAt(later(FROM, 1), later(previousReadAt, 1))).toBe(0);
  });
});

describe("the trend", () => {
  it("goes back thirty days, or as far as the period when that is longer", async () => {
    expect((await report(new Company())).trend.from).toBe(later(TO, -30 * DAY_MS));
    const from = later(TO, -31 * DAY_MS);
    expect((await report(new Company(), { period: { from, to: TO } })).trend.from).toBe(from);
  });

  it("shows the runs after its beginning, and none of its very instant", async () => {
    const company = new Company();
    const start = later(TO, -30 * DAY_MS);
    company.sweep(RULE, start, { alpha: "COMPLIANT" });
    company.sweep(RULE, later(start, 1), { alpha: "COMPLIANT" });
    company.sweep(RULE, TO, { alpha: "COMPLIANT" });
    const { byRule } = (await report(company)).trend;
    expect(byRule[RULE]?.map(({ at }) => at)).toEqual([later(start, 1), TO]);
  });
});

describe("a state that another run should have replaced", () => {
  const DAILY = "cron(0 12 * * ? *)";
  const isStale = async (to: string, schedule: string, evaluationSchedule: string) => {
    const company = new Company();
    company.sweep(RULE, FROM, { alpha: "COMPLIANT" }, { schedule });
    const { findings } = await report(company, { period: { from: FROM, to }, evaluationSchedule });
    return findings.some(({ code }) => code === "state-stale");
  };

  it("is told once that run has been due for twenty minutes", async () => {
    expect(await isStale(later(TO, 20 * 60_000 - 1), DAILY, DAILY)).toBe(false);
    expect(await isStale(later(TO, 20 * 60_000), DAILY, DAILY)).toBe(true);
  });

  it.each([
    [DAILY, SIX_HOURLY],
    [SIX_HOURLY, DAILY],
  ])("is none as long as %s or %s, both in force since, promised no run", async (before, after) => {
    expect(await isStale(TO, before, after)).toBe(false);
    expect(await isStale(later(TO, 20 * 60_000), before, after)).toBe(true);
  });
});

describe("a report", () => {
  it("takes its schedule from the first run after the period, and asks for none when it ends now", async () => {
    const hourly = "cron(0 * * * ? *)";
    const company = new Company();
    company.sweep(RULE, later(TO, 1), { alpha: "COMPLIANT" }, { schedule: hourly });
    expect((await report(company, { knownAt: later(TO, 1) })).schedule[0]?.schedule).toBe(hourly);
    expect((await report(company, { knownAt: TO })).schedule[0]?.schedule).toBe(SIX_HOURLY);
  });

  it("holds managed rules to the schedule of the reports, which import them, and others to their own", async () => {
    const rules = [rule(RULE), rule("iam-root-mfa", { kind: "managed" })];
    const { schedule } = await report(new Company(), { rules });
    expect(schedule.map((one) => [one.rule, one.schedule])).toEqual([
      [RULE, SIX_HOURLY],
      ["iam-root-mfa", "cron(30 0/6 * * ? *)"],
    ]);
  });

  it("does not count among those last seen failing what an exception accepted when it could last be read", async () => {
    const company = new Company([exception()]);
    company.sweep(RULE, FROM, { "legacy-1": "NON_COMPLIANT", beta: "NON_COMPLIANT", gamma: "COMPLIANT" });
    company.sweep(RULE, TO, { "legacy-1": "ERROR", beta: "ERROR", gamma: "ERROR" });
    expect((await report(company)).summary.lastSeenFailing).toBe(1);
  });

  it("lists failures by their beginning, those of one instant by rule and resource", async () => {
    const company = new Company();
    const [first, second] = [later(FROM, 1_000), later(FROM, 2_000)];
    company.sweep("b", first, { two: "NON_COMPLIANT", one: "NON_COMPLIANT" });
    company.sweep("a", second, { two: "NON_COMPLIANT", one: "NON_COMPLIANT" });
    company.sweep("c", first, { one: "NON_COMPLIANT" });
    const { failures } = await report(company, { rules: [rule("c"), rule("a"), rule("b")] });
    expect(failures.map((one) => `${one.since} ${one.rule} ${one.resourceName}`)).toEqual([
      `${first} b one`,
      `${first} b two`,
      `${first} c one`,
      `${second} a one`,
      `${second} a two`,
    ]);
  });

  it("waits eight seconds at most for an index that lags behind, two at a time", async () => {
    const company = new Company();
    company.sweep(RULE, TO, { alpha: "COMPLIANT", beta: "COMPLIANT" });
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => waits.push(milliseconds);
    await report(company, { sleep });
    expect(waits).toEqual([]);
    company.history.rows.pop();
    await report(company, { sleep });
    expect(waits).toEqual([2_000, 2_000, 2_000, 2_000]);
  });

  it("knows from its last evaluation when a failure began that a change event saw before the first run", async () => {
    const company = new Company();
    const began = later(FROM, -60_000);
    company.change(RULE, began, "alpha", "NON_COMPLIANT");
    company.sweep(RULE, later(FROM, 60_000), { alpha: "NON_COMPLIANT", beta: "COMPLIANT" });
    const { failures } = await report(company, { rules: [rule(RULE)] });
    expect(failures.map((one) => [one.resourceName, one.since])).toContainEqual(["alpha", began]);
  });
});

describe("the indexes, of which each question is a query of every shard,", () => {
  const NOON_BEFORE = later(FROM, -DAY_MS);
  const SIX = later(FROM, 18 * 60 * 60_000);

  /** What a report asks of them, over runs of so many buckets. */
  async function questions(buckets: number, asked: Asked = {}): Promise<string[]> {
    const company = new Company();
    const names = Array.from({ length: buckets }, (_, index) => [`bucket-${index}`, "COMPLIANT" as const]);
    for (const instant of [NOON_BEFORE, FROM, SIX]) company.sweep(RULE, instant, Object.fromEntries(names));
    company.change(RULE, later(SIX, 1_000), "bucket-0", "NON_COMPLIANT");
    const told: string[] = [];
    const { history } = company;
    const evaluations = history.evaluations.bind(history);
    const transitions = history.transitions.bind(history);
    jest.spyOn(history, "evaluations").mockImplementation((ruleName, from, to, filter) => {
      told.push(`evaluations ${from} ${to}`);
      return evaluations(ruleName, from, to, filter);
    });
    jest.spyOn(history, "transitions").mockImplementation((ruleName, from, to) => {
      told.push(`transitions ${from} ${to}`);
      return transitions(ruleName, from, to);
    });
    await report(company, { rules: [rule(RULE)], ...asked });
    return told;
  }

  it("are asked once where a rule has few evaluations, also for what arrived late", async () => {
    expect(await questions(5)).toEqual([`evaluations ${FROM} ${TO}`]);
    expect(await questions(5, { previousReadAt: later(FROM, 5_000) })).toEqual([
      `evaluations ${NOON_BEFORE} ${TO}`,
    ]);
  });

  it("are asked for both ends and the changes between them where only single runs are small", async () => {
    expect(await questions(600)).toEqual([
      `evaluations ${SIX} ${TO}`,
      `transitions ${later(FROM, 1)} ${TO}`,
      `evaluations ${FROM} ${FROM}`,
    ]);
  });

  it("are asked for a large run after what came later, so that it has not to stay in memory", async () => {
    expect(await questions(1_001)).toEqual([
      `evaluations ${later(SIX, 1)} ${TO}`,
      `evaluations ${SIX} ${SIX}`,
      `transitions ${later(FROM, 1)} ${TO}`,
      `evaluations ${FROM} ${FROM}`,
    ]);
  });
});
