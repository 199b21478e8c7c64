import type { Manifest } from "../../../lambdas/report-generator/bucket/chain";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { rule, settings } from "../support";
import { Company } from "../swept-company";
import { deployment, NOW, OTHER, RULE, T1, T2, T3 } from "./deployment";

const removed = ({ findings }: Report) => findings.filter(({ code }) => code === "rule-removed");

describe("a rule that was removed", () => {
  const both = settings([rule(RULE), rule(OTHER)]);
  const one = settings([rule(RULE)]);
  const finding = {
    level: "warning",
    code: "rule-removed",
    rules: [OTHER],
    text:
      `${OTHER}: removed from the settings after report 1 (2026-11-23 06:30 UTC) and not evaluated any ` +
      "more. This report does not list the resources.",
  };

  it("is named in the first scheduled report without it, and only there", async () => {
    const { scheduled } = deployment();
    expect(removed(await scheduled(both, T1))).toEqual([]);
    expect(removed(await scheduled(one, T2))).toEqual([finding]);
    expect(removed(await scheduled(one, T3))).toEqual([]);
  });

  it("is named in a report on demand whose period began with it", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(both, T1);
    await scheduled(one, T2);
    await scheduled(one, T3);
    expect(removed(await onDemand(one, { from: "2026-11-23T06:00:00.000Z" }))).toEqual([finding]);
    expect(removed(await onDemand(one, { from: T1, to: T2 }))).toEqual([finding]);
    expect(removed(await onDemand(one, { from: T2, to: T3 }))).toEqual([]);
    expect(removed(await onDemand(one, { from: "2026-11-23T01:00:00.000Z", to: T1 }))).toEqual([]);
  });

  it("is named when it went between the period's beginning and the next report", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(both, T1);
    await scheduled(one, T2);
    expect(removed(await onDemand(one, { from: "2026-11-23T08:00:00.000Z" }))).toEqual([finding]);
  });

  it("is named before a scheduled report could do so", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(both, T1);
    expect(removed(await onDemand(one, {}))).toEqual([finding]);
    await scheduled(both, T2);
    await scheduled(both, T3);
    expect(removed(await onDemand(one, { from: T1 }))).toMatchObject([
      { text: expect.stringContaining("after report 3 (2026-11-23 18:30 UTC)") },
    ]);
  });

  it("is named with the others that went at the same time", async () => {
    const { scheduled } = deployment();
    await scheduled(settings([rule(RULE), rule(OTHER), rule("third")]), T1);
    expect(removed(await scheduled(one, T2))).toMatchObject([{ rules: [OTHER, "third"] }]);
  });

  it("is found among many reports, right before one that does not have it", async () => {
    const hour = (count: number) => new Date(Date.parse(T1) + count * 60 * 60_000).toISOString();
    for (const last of [1, 2, 7, 11]) {
      const { scheduled, onDemand } = deployment(new Company());
      for (let count = 0; count < 12; count++) await scheduled(count < last ? both : one, hour(count));
      const report = await onDemand(one, { from: hour(0), to: hour(11) });
      expect(removed(report)).toMatchObject([
        { text: expect.stringContaining(`after report ${last} (${hour(last - 1).slice(0, 10)}`) },
      ]);
    }
  });
});

describe("since when a rule is watched", () => {
  const watched = ({ rules }: Manifest) => rules.map(({ name, watchedSince }) => [name, watchedSince]);

  it("is the end of the first report that has it, until it goes", async () => {
    const { scheduled, manifest } = deployment();
    await scheduled(settings([rule(RULE)]), T1);
    await scheduled(settings([rule(OTHER), rule(RULE)]), T2);
    await scheduled(settings([rule(OTHER)]), T3);
    await scheduled(settings([rule(OTHER), rule(RULE)]), NOW);
    expect([1, 2, 3, 4].map((sequence) => watched(manifest(sequence)))).toEqual([
      [[RULE, T1]],
      [
        [OTHER, T2],
        [RULE, T1],
      ],
      [[OTHER, T2]],
      [
        [OTHER, T2],
        [RULE, NOW],
      ],
    ]);
  });

  it("decides from when on the runs of an evaluator that never started are missing", async () => {
    const { scheduled, onDemand } = deployment(new Company());
    const own = settings([rule(RULE)]);
    const sweeps = (report: Report) => report.summary.sweeps;
    const missing = (report: Report) => report.findings.find(({ code }) => code === "sweep-missing");
    const first = await scheduled(own, T1);
    expect(sweeps(first)).toMatchObject({ expected: 0, missing: 0 });
    expect(missing(first)).toBeUndefined();
    const second = await scheduled(own, T2);
    expect(sweeps(second)).toMatchObject({ expected: 1, missing: 1 });
    expect(missing(second)).toMatchObject({
      level: "gap",
      rules: [RULE],
      text:
        `${RULE}: 1 of 1 scheduled run did not happen: 2026-11-23 12:00 UTC. No complete run between the ` +
        "beginning and the end of the period.",
    });
    // 18:00 of the day before, 00:00 and 06:00 came before anybody watched.
    const day = await onDemand(own, { from: "2026-11-22T12:30:00.000Z", to: NOW });
    expect(day.schedule).toMatchObject([{ expected: 2, missing: 2, beforeFirstRun: 3 }]);
    // As the reports of then had it.
    expect(sweeps(await onDemand(own, { asOf: T1 }))).toMatchObject({ expected: 0, missing: 0 });
  });

  it("is not known of a rule that no scheduled report has named yet: nothing is expected of it", async () => {
    const { scheduled, onDemand } = deployment();
    await scheduled(settings([rule(RULE)]), T1);
    const report = await onDemand(settings([rule(RULE), rule("third")]), { from: T1, to: NOW });
    expect(report.schedule).toMatchObject([
      { rule: RULE, expected: 2 },
      { rule: "third", expected: 0, beforeFirstRun: 2 },
    ]);
  });
});
