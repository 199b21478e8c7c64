import Ajv from "ajv/dist/2020";
import type { ReportedStandard } from "../../lambdas/common/deployment/settings";
import type { Report } from "../../lambdas/report-generator/content/report";
import schema from "../../lambdas/report-generator/content/report.schema.json";
import { tally } from "../../lambdas/report-generator/figures/scores";
import { standardResults } from "../../lambdas/report-generator/figures/standards";
import { renderCsv } from "../../lambdas/report-generator/forms/csv";
import { renderHtml } from "../../lambdas/report-generator/forms/html/page";
import { generateReport } from "../../lambdas/report-generator/generate";
import { dependencies, rule, settings } from "./support";
import { Company } from "./swept-company";

const validate = new Ajv({ allErrors: true }).compile(schema);
const text = (pieces: Iterable<string>) => [...pieces].join("");

const CIS: ReportedStandard = {
  standard: "cis-aws-3.0",
  title: "CIS AWS Foundations Benchmark 3.0",
  scope: "Every control of the benchmark.",
  notes: ["keys: maxAccessKeyAge is 45, the strictest of what is asked for"],
  controls: [
    { control: "1.3", title: "Security questions", level: 1, rules: [], whyNotChecked: "They have no API." },
    {
      control: "1.4",
      title: "No root key",
      level: 1,
      rules: ["fails", "passes"],
      source: "AWS Security Hub",
    },
    {
      control: "1.5",
      title: "Root MFA",
      level: 1,
      rules: ["passes"],
      source: "AWS",
      partly: "One Region only.",
    },
    { control: "1.6", title: "Hardware MFA", level: 2, rules: ["never-ran"], source: "AWS Security Hub" },
  ],
};

const verdict = (compliant: number, nonCompliant: number) =>
  tally({
    listed: compliant + nonCompliant,
    compliant,
    nonCompliant,
    excepted: 0,
    notApplicable: 0,
    error: 0,
  });

test("every listed control has a status, the worst of its rules', and what nobody checks says why", () => {
  const results = new Map([
    ["passes", verdict(2, 0)],
    ["fails", verdict(1, 1)],
  ]);
  const [cis] = standardResults([CIS], (name) => results.get(name));
  expect(cis?.controls).toEqual([
    {
      control: "1.3",
      title: "Security questions",
      level: 1,
      status: "not-checked",
      rules: [],
      whyNotChecked: "They have no API.",
    },
    {
      control: "1.4",
      title: "No root key",
      level: 1,
      status: "failing",
      rules: [
        { rule: "fails", status: "failing" },
        { rule: "passes", status: "passing" },
      ],
      source: "AWS Security Hub",
    },
    expect.objectContaining({ control: "1.5", status: "passing", partly: "One Region only." }),
    expect.objectContaining({ control: "1.6", status: "not-evaluated" }),
  ]);
  expect(cis?.counts).toEqual({
    failing: 1,
    "not-evaluated": 1,
    incomplete: 0,
    "passing-with-exceptions": 0,
    passing: 1,
    "nothing-to-evaluate": 0,
    "not-checked": 1,
  });
});

describe("a report by a chosen standard", () => {
  async function report(standards: readonly ReportedStandard[] | undefined): Promise<Report> {
    const company = new Company([]);
    for (const at of ["2026-11-23T00:00:00Z", "2026-11-23T06:00:00Z"]) {
      company.sweep("passes", at, { alpha: "COMPLIANT" });
      company.sweep("fails", at, { alpha: "NON_COMPLIANT" });
    }
    const chosen = settings([rule("passes"), rule("fails"), rule("never-ran")]);
    const deps = dependencies(company, { ...chosen, ...(standards && { standards }) });
    const { files } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:00:00.000Z" });
    return JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report;
  }

  it("has in JSON, by the schema, all of its controls", async () => {
    const made = await report([CIS]);
    validate(made);
    expect(validate.errors).toBeNull();
    expect(made.standards.map(({ controls }) => controls.map(({ control }) => control))).toEqual([
      ["1.3", "1.4", "1.5", "1.6"],
    ]);
  });

  it("has a table of them on the page, with reasons, sources and notes", async () => {
    const page = text(renderHtml(await report([CIS])));
    const section = page.slice(page.indexOf('id="standards"'), page.indexOf('id="controls"'));
    for (const words of [
      "CIS AWS Foundations Benchmark 3.0",
      "4 controls: 1 failing, 1 not evaluated yet, 1 passing, 1 not checked here.",
      "Not checked here",
      "They have no API.",
      "AWS Security Hub",
      "One Region only.",
      "maxAccessKeyAge is 45",
    ]) {
      expect(section).toContain(words);
    }
    expect(page).toContain('<a href="#standards">');
  });

  it("names in the CSV the controls that a row's rule answers", async () => {
    const lines = text(renderCsv(await report([CIS]))).split("\r\n");
    const title = "CIS AWS Foundations Benchmark 3.0";
    expect(lines.find((line) => line.includes(",fails,"))).toContain(`; ${title} 1.4"`);
    expect(lines.find((line) => line.includes(",passes,"))).toContain(`; ${title} 1.4, 1.5"`);
  });

  it("has in the CSV a row for each control that no other row speaks of", async () => {
    const made = await report([CIS]);
    const rows = text(renderCsv(made)).split("\r\n").slice(1, -1);
    const extra = rows.slice(made.resources.length);
    const title = "CIS AWS Foundations Benchmark 3.0";
    const cells = rows.map((row) => `${row},`.match(/("(?:[^"]|"")*"|[^,]*),/g)?.length);
    expect(new Set(cells).size).toBe(1);
    expect(extra.map((row) => row.split(",").slice(2, 5))).toEqual([
      ["NOT_CHECKED", "", ""],
      ["NOT_EVALUATED", "", "never-ran"],
    ]);
    expect(extra[0]).toContain("Security questions: They have no API.");
    expect(extra[0]).toContain(`${title} 1.3`);
    expect(extra[1]).toContain(
      "Hardware MFA: AWS Config or the schedule has not had the rule evaluated yet.",
    );
    expect(extra[1]).toContain(`${title} 1.6`);
  });

  it("says in the CSV of a control whose rules found nothing that there was nothing to evaluate", async () => {
    const made = await report([CIS]);
    const resources = made.resources.filter(({ rule }) => rule !== "fails" && rule !== "passes");
    const csv = text(
      renderCsv({
        ...made,
        resources,
        standards: made.standards.map((one) => ({
          ...one,
          controls: one.controls.map((control) => ({
            ...control,
            status: control.control === "1.5" ? ("nothing-to-evaluate" as const) : control.status,
          })),
        })),
      }),
    );
    const row = csv.split("\r\n").find((line) => line.includes("NOTHING_TO_EVALUATE"));
    expect(row).toContain("Root MFA: The rule found no resource that it is about.");
    expect(row).toContain("CIS AWS Foundations Benchmark 3.0 1.5");
  });

  it("has none where none was chosen, as before there were standards", async () => {
    const made = await report(undefined);
    expect(made.standards).toEqual([]);
    expect(text(renderHtml(made))).not.toContain('id="standards"');
  });
});
