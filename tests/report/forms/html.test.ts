import fc from "fast-check";
import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import { html } from "../../../lambdas/report-generator/forms/html/markup";
import { renderHtml } from "../../../lambdas/report-generator/forms/html/page";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { dependencies, exception, rule, settings } from "../support";
import { Company } from "../swept-company";
import { pageText, RULE, reportOf, text } from "./rendered";

jest.setTimeout(60_000);

const HOSTILE = '<script>alert("x")</script>';

describe("the HTML", () => {
  it("stands alone: no scripts, nothing loaded from anywhere", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT" })));
    expect(page).not.toMatch(/<script|\son\w+=|<link|<img|<iframe|@import|url\(/i);
    expect(page).toContain("default-src 'none'");
  });

  it("shows markup in a resource's name as text", async () => {
    const page = pageText(renderHtml(await reportOf({ [HOSTILE]: "NON_COMPLIANT" })));
    expect(page).not.toContain(HOSTILE);
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
  });

  it("escapes whatever a template is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(
          html`<p title="${value}">${[value]}</p>`.text.replace(/^<p title="|">|<\/p>$/g, ""),
        ).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("puts gaps before the figures, and failing checks before passing ones", async () => {
    const page = pageText(
      renderHtml(await reportOf({ passing: "COMPLIANT", failing: "NON_COMPLIANT", unread: "ERROR" })),
    );
    const order = [
      "This report has gaps",
      "never-ran has not been evaluated yet",
      "Coverage of the rules that ran is 66.66 %",
      'class="figures"',
      "<bdi>failing</bdi>",
      "<bdi>unread</bdi>",
      "<bdi>passing</bdi>",
    ];
    const positions = order.map((part) => page.indexOf(part));
    expect(positions.every((position) => position >= 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it("says what became of every check in its first sentence", async () => {
    const page = pageText(
      renderHtml(
        await reportOf({
          a: "COMPLIANT",
          b: "NON_COMPLIANT",
          "legacy-1": "NON_COMPLIANT",
          c: "ERROR",
          d: "NOT_APPLICABLE",
        }),
      ),
    );
    const lead = /<p class="lead">(.*?)<\/p>/s.exec(page)?.[1]?.replace(/<[^>]+>/g, "");
    expect(lead).toContain(
      "5 checks on 5 resources: 1 pass, 1 fail (1 more accepted), 1 unreadable, 1 not applicable.",
    );
  });

  it("says beside the failing checks how many more are accepted, of how many in all", async () => {
    const page = pageText(
      renderHtml(await reportOf({ a: "COMPLIANT", b: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" })),
    );
    expect(page).toContain("1 more accepted, of 3 checks");
  });

  it.each([
    [0, "4 failures began and 0 ended."],
    [1, "4 failures began and 1 ended, after 1 h."],
    [3, "4 failures began and 3 ended; of those that ended, half within 1 h, the slowest after 2 h."],
  ])("says of %i failures that ended how long they took", async (resolved, expected) => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const medianMs = resolved === 0 ? null : 3_600_000;
    const worstMs = medianMs && 3_600_000 * (resolved === 1 ? 1 : 2);
    const timeToResolve = { ...report.summary.timeToResolve, resolved, medianMs, worstMs };
    const summary = { ...report.summary, opened: 4, timeToResolve };
    expect(pageText(renderHtml({ ...report, summary }))).toContain(expected);
  });

  it.each([
    [0, null, null, "–", "nothing was resolved in the period"],
    [1, null, null, "–", "when those resolved began is not known"],
    [1, 1, 1, "1 h", "only one was resolved"],
    [2, 1, 2, "1 h", "slowest 2 h"],
  ])(
    "shows of %i failures resolved the median and what it is of",
    async (resolved, median, worst, value, aside) => {
      const report = await reportOf({ alpha: "COMPLIANT" });
      const [medianMs, worstMs] = [median && median * 3_600_000, worst && worst * 3_600_000];
      const timeToResolve = { ...report.summary.timeToResolve, resolved, medianMs, worstMs };
      const page = pageText(renderHtml({ ...report, summary: { ...report.summary, timeToResolve } }));
      const tile = page.slice(page.indexOf("<dt>Median to resolve"), page.indexOf("</dl>"));
      expect(tile).toContain(`>${value}</div>`);
      expect(tile).toContain(`>${aside}</div>`);
    },
  );

  it("says which slots before a rule's first run are expected", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "COMPLIANT" })));
    expect(page).toContain("are expected once a scheduled report has named the rule.");
  });

  it("has the same words for a verdict in the sample as elsewhere", async () => {
    const page = pageText(renderHtml(await reportOf({ "legacy-1": "NON_COMPLIANT" })));
    const sample = page.slice(page.indexOf('id="sample"'), page.indexOf('id="inventory"'));
    expect(sample).toContain(">Failing, accepted<");
    expect(sample).not.toMatch(/<td>[A-Z]+_[A-Z]+/);
  });

  it("names the edition that the CIS numbers are of", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const [control] = report.controls;
    if (control === undefined) throw new Error("the report maps no control");
    const page = pageText(
      renderHtml({ ...report, controls: [{ ...control, standard: "CIS AWS" }, control] }),
    );
    expect(page).toContain("<caption>CIS AWS v3.0</caption>");
    expect(control.standard).toBe("pci-dss-4.0");
    expect(page).toContain("<caption>PCI DSS 4.0</caption>");
  });

  it("lists where a run found something, and a run that found nothing anywhere as one that did run", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const [run] = report.runs;
    const [entry] = run?.ledger ?? [];
    if (run === undefined || entry === undefined) throw new Error("the report has no run");
    const empty = { ...entry, region: "eu-north-1", listed: 0, evaluated: 0, coverage: null };
    const pageOf = (ledger: readonly (typeof entry)[]) =>
      pageText(renderHtml({ ...report, runs: [{ ...run, ledger }] }));
    expect(pageOf([entry, empty])).not.toContain("eu-north-1");
    expect(pageOf([entry, empty])).toContain("are only in the JSON");
    expect(pageOf([empty])).toContain("eu-north-1");
    expect(pageOf([entry, { ...empty, error: 1 }])).toContain("eu-north-1");
  });

  it("says of a managed rule's evidence who recorded it, and which run a rule's state is of", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT" });
    const managed = { ...report, rules: report.rules.map((one) => ({ ...one, kind: "managed" as const })) };
    expect(pageText(renderHtml(report))).toContain(">read <time");
    expect(pageText(renderHtml(managed))).toContain(">recorded by AWS Config <time");
    expect(pageText(renderHtml(report))).toMatch(/run of <time datetime="2026-11-23T06:00:00.000Z">/);
  });

  it("counts checks as checks, not as resources: one resource under two rules is two", async () => {
    const company = new Company([exception()]);
    const verdicts = { a: "COMPLIANT", b: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" } as const;
    for (const name of [RULE, "another"]) {
      company.sweep(name, "2026-11-23T06:00:00Z", { ...verdicts, c: "ERROR", d: "NOT_APPLICABLE" });
    }
    const deps = dependencies(company, settings([rule(RULE), rule("another")], [exception()]));
    const { files } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:00:00.000Z" });
    const page = deps.store.text(files.html.replace("s3://reports/", "")).replace(/<[^>]+>/g, "");
    expect(page).toContain("10 checks on 5 resources");
    for (const title of [
      "Failing checks 3",
      "Checks that could not be evaluated 2",
      "Failing checks that an exception covers 1",
      "Passing checks (2)",
      "Checks that do not apply (2)",
      "How long failures lasted (4)",
      "4 checks did not fail when first evaluated.",
    ]) {
      expect(page).toContain(title);
    }
  });

  it("calls the account itself an account where it groups by resource type", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const [group] = report.byResourceType;
    if (group === undefined) throw new Error("the report has no resource type");
    const byResourceType = [{ ...group, name: "AWS::::Account" }, group];
    const page = pageText(renderHtml({ ...report, byResourceType }));
    expect(page).toContain('<th scope="row">AWS account</th>');
    expect(page).toContain('<th scope="row">AWS::S3::Bucket</th>');
    expect(page).not.toContain("AWS::::Account");
  });

  it("marks in the trend where rules were added, and says what the score was without them", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT", beta: "COMPLIANT" });
    const at = report.trend.overall[1]?.at ?? "";
    const added = { at, rules: ["a", "b"], score: 50, scoreOfOthers: 75 };
    const page = text(renderHtml({ ...report, trend: { ...report.trend, rulesAdded: [added] } }));
    const section = page.slice(page.indexOf('id="trend"'), page.indexOf('id="failing"'));
    expect(section.match(/class="added"/g)).toHaveLength(2);
    expect(section).toContain("Rules were added");
    expect(section).toContain("2 rules ran for the first time (a, b).");
    expect(section).toContain("50 % with them and 75 % without");
    const without = text(renderHtml({ ...report, trend: { ...report.trend, rulesAdded: [] } }));
    expect(without).not.toMatch(/class="added"|Rules were added/);
  });

  it("names the owner of a failing resource that has one", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT" });
    const resources = report.resources.map((entry) => ({ ...entry, owner: "team <a>" }));
    expect(pageText(renderHtml({ ...report, resources }))).toContain("owner <bdi>team &lt;a&gt;</bdi>");
    expect(pageText(renderHtml(report))).not.toContain("owner <bdi>");
  });

  it("stays small with 10,000 resources and says how many are only in the other forms", async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => [
      `bucket-${index}`,
      index < 2_500 ? "NON_COMPLIANT" : "COMPLIANT",
    ]);
    const page = pageText(
      renderHtml(await reportOf(Object.fromEntries(names) as Record<string, ComplianceType>)),
    );
    expect(page.length).toBeLessThan(5_000_000);
    expect(page).toContain("2,000 of 2,500 are shown, 500 are left out here.");
    expect(page).toContain("2,000 of 7,500 are shown, 5,500 are left out here.");
  });
});
