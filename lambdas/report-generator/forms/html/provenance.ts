/** Where the report comes from, how to check it, and evaluations to check it by. */

import { resourceNames } from "../../../common/deployment/names";
import type { Trigger } from "../../../common/history/rows";
import { number } from "../../../common/values/words";
import type { Report } from "../../content/report";
import { manifestKeyOf } from "../../content/report-keys";
import { html, type Markup } from "./markup";
import { type Column, numberCell, numbers, scrolling, sub, table } from "./tables";
import { arn, managedRules, time, verdictBadge } from "./words";

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  sweep: "scheduled run",
  change: "after a change",
  "on-demand": "run on demand",
};

type Sampled = NonNullable<Report["sample"]>["evaluations"][number];

/** The sample pack with its evidence. */
export function sampleSection({ sample, rules }: Report): Markup {
  if (sample === null) return html``;
  const managed = managedRules(rules);
  const columns: Column[] = [
    ...numbers("No."),
    "Resource",
    "Rule",
    "Verdict",
    { name: "Evidence", style: "evidence" },
  ];
  const rows = sample.evaluations.map((entry, index) =>
    sampleRow(entry, index + 1, managed.has(entry.rule) ? "recorded by AWS Config" : "read"),
  );
  return html`<section aria-labelledby="sample"><h2 id="sample">Sample pack</h2>
<p>${number(sample.evaluations.length)} of ${number(sample.population)} evaluations, drawn with the seed
<code>${sample.seed}</code>. To draw it again, take ${sample.method}.</p>
${scrolling("Sample", table(columns, rows))}</section>`;
}

function sampleRow(entry: Sampled, position: number, how: string): Markup {
  const judgedBy = `version ${entry.ruleVersion}, parameters ${entry.parametersHash.slice(0, 12)}…`;
  const seen = sub([html`${how} ${time(entry.observedAt)} UTC, ${TRIGGERS[entry.trigger]}`]);
  return html`<tr>${numberCell("No.", position)}
<th scope="row" class="id"><bdi>${entry.resourceName}</bdi>${arn(entry.resourceId)}</th>
<td>${entry.rule}${sub(judgedBy)}</td><td>${verdictBadge(entry)}<span class="sub">${entry.annotation}</span></td>
<td><code>${JSON.stringify(entry.observed)}</code>${seen}</td></tr>`;
}

/** Where the report comes from and how to check it. */
export function provenanceSection(report: Report): Markup {
  const { source, chain, period } = report;
  const link =
    chain.sequence === null
      ? "on demand, not part of the chain of scheduled reports"
      : `no. ${chain.sequence} of the chain of scheduled reports`;
  const previous =
    chain.previous === null
      ? "none"
      : html`no. ${chain.previous.sequence}, manifest SHA-256 <code>${chain.previous.manifestSha256}</code>`;
  const maker = `version ${source.programVersion} in account ${source.accountId}, ${source.region}`;
  return html`<section aria-labelledby="provenance"><h2 id="provenance">Origin and definitions</h2>
<dl class="facts">
<dt>Report</dt><dd><code>${report.reportId}</code>, ${link}</dd>
<dt>Previous scheduled report</dt><dd>${previous}</dd>
<dt>Period</dt><dd>after <code>${period.from}</code> up to and including <code>${period.to}</code></dd>
<dt>Made</dt><dd><code>${report.generatedAt}</code> by ${maker}</dd>
<dt>Settings</dt><dd>those in force at the end of the period, SHA-256 <code>${source.parametersHash}</code></dd>
<dt>State</dt><dd>each rule's last complete run in or before the period, with every later evaluation laid over it; a
report about the past leaves out what became known later</dd>
<dt>Check</dt><dd>one resource under one rule: a resource under two rules is two checks</dd>
<dt>Score</dt><dd>passing / (passing + failing), accepted failures counting as failures; beside it, the same with them
left out. Percentages are cut, never rounded up: 100 % means every single one.</dd>
<dt>Exception</dt><dd>a failure that the company has accepted until a date. Its id is its ticket, <code>#</code>, and
the beginning of a hash of rule and resource, for one ticket may cover several</dd>
<dt>Coverage</dt><dd>evaluated / (evaluated + not evaluated). A resource that could not be read counts neither as
passing nor as failing. There is no figure while a rule has not been evaluated.</dd>
<dt>Time to resolve</dt><dd>from the first failing evaluation to the first that no longer fails, for failures that ended
in the period and whose beginning is known</dd>
<dt>Observed</dt><dd>when a resource was read; under a managed rule, when AWS Config recorded its result</dd>
<dt>Other forms</dt><dd><code>${report.reportId}.json</code> has everything, <code>${report.reportId}.csv</code> one
row a resource and rule and one for each control without any,
<code>${report.reportId}.findings.ocsf.jsonl</code> the same as OCSF Compliance Findings</dd>
${verification(report)}
</dl></section>`;
}

/** How somebody without this program, or any trust in it, compares a file with what was written. */
function verification(report: Report): Markup {
  const { source, chain, reportId } = report;
  const bucket = resourceNames(source.environmentSuffix).reportBucket(source.accountId);
  const manifest = `s3://${bucket}/${manifestKeyOf(report)}`;
  const trust =
    chain.sequence === null
      ? html`The manifest's own SHA-256 is in the answer and in the log of the report generator.`
      : html`The manifest's own SHA-256 is in the manifest after it, under <code>previous</code>, and in the log of the
report generator.`;
  return html`<dt>Verify by hand</dt><dd><code>sha256sum ${reportId}.html</code> prints 64 digits, which the manifest
<code>${manifest}</code> has as <code>sha256</code> beside that name; so do its other files (macOS:
<code>shasum -a 256</code>). ${trust}</dd>
<dt>Verify all</dt><dd><code>npm run verify-reports</code> checks the files of every scheduled report, and of every one
on demand, against the manifests' hashes</dd>`;
}
