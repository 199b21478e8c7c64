import { createHash } from "node:crypto";
import fc from "fast-check";
import { percentage } from "../../../lambdas/common/values/words";
import { controlMapping } from "../../../lambdas/report-generator/figures/controls";
import { runSummary } from "../../../lambdas/report-generator/figures/runs";
import { drawSample } from "../../../lambdas/report-generator/figures/sample";
import { type Counts, NOTHING, TallyBy, tally } from "../../../lambdas/report-generator/figures/scores";
import { overallTrend, rulesAdded } from "../../../lambdas/report-generator/figures/trend";
import { rule } from "../support";
import { Company } from "../swept-company";

const counts = (some: Partial<Counts>): Counts => ({ ...NOTHING, ...some });

describe("scores and coverage", () => {
  it("show the score with accepted failures counted and left out", () => {
    expect(tally(counts({ listed: 10, compliant: 8, nonCompliant: 2, excepted: 2 }))).toMatchObject({
      score: 80,
      scoreWithExceptions: 100,
      coverage: 100,
    });
  });

  it("count what could not be read neither as a pass nor as a failure, but against coverage", () => {
    expect(tally(counts({ listed: 4, compliant: 2, error: 1, notApplicable: 1 }))).toMatchObject({
      score: 100,
      coverage: 66.66,
    });
  });

  it("are null when nothing was evaluated", () => {
    expect(tally(counts({ listed: 3, notApplicable: 3 }))).toMatchObject({
      score: null,
      scoreWithExceptions: null,
      coverage: null,
    });
  });

  it("of groups come in the order of their names, in whatever order the evaluations came", () => {
    const by = new TallyBy();
    for (const region of ["us-east-1", "eu-west-1", "us-east-1", "ap-south-1"]) {
      by.count(region, "COMPLIANT", false);
    }
    expect(by.entries().map(([region, { listed }]) => [region, listed])).toEqual([
      ["ap-south-1", 1],
      ["eu-west-1", 1],
      ["us-east-1", 2],
    ]);
  });

  it("say 100 only when it is every single one", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.integer({ min: 1, max: 10_000_000 }), (part, missing) => {
        expect(percentage(part, part + missing)).toBeLessThan(100);
        expect(percentage(missing, missing)).toBe(100);
      }),
    );
  });
});

describe("the trend", () => {
  it("carries each rule's newest run forward to the instants at which others ran", () => {
    const company = new Company();
    company.sweep("a", "2026-11-23T00:00:00Z", { one: "COMPLIANT", two: "NON_COMPLIANT" });
    company.sweep("b", "2026-11-23T00:30:00Z", { three: "COMPLIANT", four: "COMPLIANT" });
    company.sweep("a", "2026-11-23T06:00:00Z", { one: "COMPLIANT", two: "COMPLIANT" });
    const of = (name: string) => company.history.runRows.filter((run) => run.rule === name).map(runSummary);
    const trend = overallTrend(
      new Map([
        ["a", of("a")],
        ["b", of("b")],
      ]),
    );
    expect(trend.map(({ at, score }) => [at.slice(11, 16), score])).toEqual([
      ["00:00", 50],
      ["00:30", 75],
      ["06:00", 100],
    ]);
  });
});

describe("rules that are added while the trend is drawn", () => {
  const company = new Company();
  company.sweep("old", "2026-11-23T00:00:00Z", { one: "COMPLIANT", two: "NON_COMPLIANT" });
  company.sweep("old", "2026-11-23T06:00:00Z", { one: "COMPLIANT", two: "COMPLIANT" });
  company.sweep("new-b", "2026-11-23T06:30:00Z", { three: "NON_COMPLIANT" });
  company.sweep("new-a", "2026-11-23T06:30:00Z", { four: "NON_COMPLIANT" });
  company.sweep("old", "2026-11-23T12:00:00Z", { one: "NON_COMPLIANT", two: "NON_COMPLIANT" });
  const runs = new Map(
    ["old", "new-b", "new-a"].map((name) => [
      name,
      company.history.runRows.filter((run) => run.rule === name).map(runSummary),
    ]),
  );

  it("are named where they began, with the score of the others, which moved for nobody's sake", () => {
    const first = new Map([
      ["old", "2026-11-23T00:00:00.000Z"],
      ["new-b", "2026-11-23T06:30:00.000Z"],
      ["new-a", "2026-11-23T06:30:00.000Z"],
    ]);
    expect(rulesAdded(runs, first)).toEqual([
      { at: "2026-11-23T06:30:00.000Z", rules: ["new-a", "new-b"], score: 50, scoreOfOthers: 100 },
    ]);
  });

  it("are not those that the trend begins with, nor those that had run before it", () => {
    const first = new Map([
      ["old", "2026-11-23T00:00:00.000Z"],
      ["new-b", "2026-08-01T06:30:00.000Z"],
      ["new-a", "2026-08-01T06:30:00.000Z"],
    ]);
    expect(rulesAdded(runs, first)).toEqual([]);
    expect(rulesAdded(new Map(), new Map())).toEqual([]);
  });
});

test("a control has the title that the settings know, whichever rules support it, and else only its number", () => {
  const entries = controlMapping(
    [rule("a", { controls: { "soc-2": ["CC6.1", "CC9.9"] } })],
    () => undefined,
    {
      "soc-2": { "CC6.1": "Logical access is restricted" },
      "pci-dss-4.0": { "CC9.9": "of another standard" },
    },
  );
  expect(entries.map(({ control, title }) => [control, title])).toEqual([
    ["CC6.1", "Logical access is restricted"],
    ["CC9.9", undefined],
  ]);
});

describe("the control mapping", () => {
  const rules = [
    rule("passes", { controls: { "soc-2": ["CC6.1", "CC6.7"], "pci-dss-4.0": [], "cis-aws-3.0": ["2.10"] } }),
    rule("fails", { controls: { "soc-2": ["CC6.1"], "pci-dss-4.0": [], "cis-aws-3.0": ["2.9"] } }),
    rule("accepted", { controls: { "soc-2": ["A1.2"], "pci-dss-4.0": [], "cis-aws-3.0": [] } }),
    rule("unreadable", { controls: { "soc-2": ["CC7.1"], "pci-dss-4.0": [], "cis-aws-3.0": [] } }),
    rule("never-ran", { controls: { "soc-2": ["CC6.7", "CC8.1"], "pci-dss-4.0": [], "cis-aws-3.0": [] } }),
    rule("empty", { controls: { "soc-2": ["CC9.9"], "pci-dss-4.0": [], "cis-aws-3.0": [] } }),
  ];
  const results: Record<string, Counts> = {
    passes: counts({ compliant: 3 }),
    fails: counts({ compliant: 3, nonCompliant: 1 }),
    accepted: counts({ compliant: 3, nonCompliant: 1, excepted: 1 }),
    unreadable: counts({ compliant: 3, error: 1 }),
    empty: NOTHING,
  };
  const statuses = Object.fromEntries(
    controlMapping(rules, (name) => results[name] && tally(results[name])).map((entry) => [
      entry.control,
      entry.status,
    ]),
  );

  it.each([
    ["CC6.1", "failing", "one of its rules fails"],
    ["CC6.7", "not-evaluated", "one of its rules has never run, though the other passes"],
    ["CC7.1", "incomplete", "a resource could not be read"],
    ["A1.2", "passing-with-exceptions", "every failure is accepted"],
    ["2.10", "passing", "its only rule passes"],
    ["CC9.9", "nothing-to-evaluate", "there is no resource of the kind"],
  ])("calls %s %s when %s", (control, status) => {
    expect(statuses[control]).toBe(status);
  });

  it("orders controls as people count", () => {
    const cis = controlMapping(rules, () => undefined).filter(({ standard }) => standard === "cis-aws-3.0");
    expect(cis.map(({ control }) => control)).toEqual(["2.9", "2.10"]);
  });
});

describe("the sample pack", () => {
  const population = Array.from({ length: 5_000 }, (_, index) => `arn:${index}`);
  const draw = (items: readonly string[], size: number, seed: string) =>
    drawSample(items, { size, seed }, (item) => item);

  it("is the same for the same seed whatever the order of the population", () => {
    expect(draw([...population].reverse(), 25, "2026-Q4")).toEqual(draw(population, 25, "2026-Q4"));
  });

  it("can be drawn again with nothing but SHA-256 and sort", () => {
    const hash = (item: string) => createHash("sha256").update(`2026-Q4\n${item}`).digest("hex");
    const byHash = [...population].sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
    expect(draw(population, 25, "2026-Q4")).toEqual(byHash.slice(0, 25));
  });

  it("differs with the seed", () => {
    expect(draw(population, 25, "a")).not.toEqual(draw(population, 25, "b"));
  });

  it("picks every evaluation about equally often over many seeds", () => {
    const small = population.slice(0, 10);
    const picked = new Map<string, number>();
    for (let seed = 0; seed < 2_000; seed++) {
      for (const item of draw(small, 3, String(seed))) picked.set(item, (picked.get(item) ?? 0) + 1);
    }
    for (const item of small) expect(Math.abs((picked.get(item) ?? 0) - 600)).toBeLessThan(100);
  });

  it("is the whole population when that is smaller", () => {
    expect(draw(population.slice(0, 3), 25, "s")).toHaveLength(3);
  });
});
