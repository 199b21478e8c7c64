/** A report to render, and what was rendered as text. */

import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { dependencies, exception, rule, settings } from "../support";
import { Company } from "../swept-company";

export const RULE = "s3-bucket-encryption";

/** The report over two runs that found these verdicts, by bucket, and over another rule that never ran. */
export async function reportOf(verdicts: Readonly<Record<string, ComplianceType>>): Promise<Report> {
  const company = new Company([exception()]);
  company.sweep(RULE, "2026-11-23T00:00:00Z", verdicts);
  company.sweep(RULE, "2026-11-23T06:00:00Z", verdicts);
  const deps = dependencies(company, settings([rule(RULE), rule("never-ran")], [exception()]));
  const { files } = await generateReport(deps, {
    kind: "on-demand",
    asOf: "2026-11-23T07:00:00.000Z",
    sample: { size: 1, seed: "s" },
  });
  return JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report;
}

/** All of what is written piece by piece. */
export const text = (pieces: Iterable<string>) => [...pieces].join("");
/** The page as a browser takes it: a line's end is a blank, and between two elements nothing. */
export const pageText = (pieces: Iterable<string>) =>
  text(pieces).replaceAll(/\s+/g, " ").replaceAll("> <", "><");
