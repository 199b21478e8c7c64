/** Where nothing was evaluated, nothing looks as if it had passed. */

import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { renderHtml } from "../../../lambdas/report-generator/forms/html/page";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { dependencies, rule, settings } from "../support";
import { Company } from "../swept-company";

const RULE = "s3-bucket-encryption";
const OTHER = "ec2-required-tags";

async function pageOf(
  verdictsOf: Readonly<Record<string, Readonly<Record<string, ComplianceType>> | undefined>>,
): Promise<string> {
  const company = new Company();
  for (const [name, verdicts] of Object.entries(verdictsOf)) {
    if (verdicts) company.sweep(name, "2026-11-23T06:00:00Z", verdicts);
  }
  const rules = Object.keys(verdictsOf).map((name) => rule(name));
  const deps = dependencies(company, settings(rules));
  const { files } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T12:00:00.000Z" });
  const report = JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report;
  return [...renderHtml(report)].join("");
}

const body = (page: string) => page.slice(page.indexOf("</style>"));
const rulesTable = (page: string) => {
  const from = page.indexOf('id="rules"');
  return page.slice(from, page.indexOf("</table>", from));
};

describe("a page about nothing", () => {
  it.each<[string, Readonly<Record<string, Readonly<Record<string, ComplianceType>> | undefined>>]>([
    ["no rule has run", { [RULE]: undefined }],
    ["the rules found no resource", { [RULE]: {} }],
    ["nothing could be read", { [RULE]: { a: "ERROR" } }],
    ["no rule applies to anything", { [RULE]: { a: "NOT_APPLICABLE" } }],
  ])("is not green and says so when %s", async (_scenario, verdicts) => {
    const page = body(await pageOf(verdicts));
    expect(page).not.toMatch(/class="(value|badge) good"|class="findings clear"/);
    expect(page).not.toMatch(/No check fails|nothing fails|every listed resource was evaluated/i);
    expect(page).toMatch(/<dt>Failing now<\/dt><dd><div class="value unknown">–/);
    expect(page).toContain("nothing was evaluated");
    expect(page).toContain("Nothing was evaluated, so nothing is known to pass.");
  });

  it("says of a single rule that it evaluated nothing, beside one that passes", async () => {
    const page = await pageOf({ [RULE]: { a: "COMPLIANT" }, [OTHER]: {} });
    const rows = rulesTable(page).split("<tr>");
    expect(rows.find((row) => row.includes(OTHER))).toContain(
      '<span class="badge neutral">Nothing to evaluate</span>',
    );
    expect(rows.find((row) => row.includes(RULE))).not.toContain("Nothing to evaluate");
    expect(page).toContain(`${OTHER} found no resource it applies to`);
    expect(page).not.toContain('class="findings clear"');
  });

  it("is green only when something passes and nothing fails", async () => {
    const page = await pageOf({ [RULE]: { a: "COMPLIANT" } });
    expect(page).toMatch(/<dt>Failing now<\/dt><dd><div class="value good">0/);
    expect(page).toContain("No check fails.");
  });
});
