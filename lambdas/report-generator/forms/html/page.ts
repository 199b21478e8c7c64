/** The HTML form: the sections of the page in the order in which a reader asks. */

import { count, minute, number } from "../../../common/values/words";
import type { Report } from "../../content/report";
import { coverageSection } from "./coverage";
import { figuresSection, findingsSection } from "./first-screen";
import { ATTENTION, changesSection, checksSection, failuresSection, INVENTORY } from "./lists";
import { html, Markup } from "./markup";
import { provenanceSection, sampleSection } from "./provenance";
import { breakdownSection, controlsSection, exceptionsSection, rulesSection } from "./results";
import { runsSection } from "./runs";
import { scheduleSection } from "./schedule";
import { parametersSection, scopeSection } from "./standard";
import { standardsSection } from "./standards";
import { STYLE } from "./style";
import { trendSection } from "./trend";

/** The report as one self-contained page without scripts, in pieces. */
export function* renderHtml(report: Report): Generator<string> {
  for (const piece of pieces(report)) yield piece.text;
}

function* pieces(report: Report): Generator<Markup> {
  const { period, source } = report;
  const title = `Compliance report ${minute(period.to)}`;
  const links = navigation(report).map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`);
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>`;
  yield new Markup(STYLE);
  // Nothing but what a report is called may come into the style sheet.
  const printable = report.reportId.replace(/[^\w-]/g, "");
  const footer = `content: "${printable}"; font: 8pt sans-serif; color: #565d66;`;
  yield new Markup(`@page { @bottom-left { ${footer} } }\n`);
  yield html`</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="page">
<header>
<p class="kicker">${source.environmentSuffix} · account ${source.accountId} · ${source.region}</p>
<h1>Compliance report</h1>
<p class="lead">${lead(report)}</p>
</header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main id="main">
`;
  yield findingsSection(report);
  yield figuresSection(report);
  yield trendSection(report);
  for (const list of ATTENTION.slice(0, 1)) yield* checksSection(report, list);
  yield rulesSection(report);
  for (const list of ATTENTION.slice(1)) yield* checksSection(report, list);
  yield exceptionsSection(report);
  yield* changesSection(report);
  yield* failuresSection(report);
  yield scheduleSection(report);
  yield runsSection(report);
  yield coverageSection(report);
  yield standardsSection(report);
  yield controlsSection(report);
  yield breakdownSection(report);
  yield parametersSection(report);
  yield scopeSection(report);
  yield sampleSection(report);
  yield html`<section aria-labelledby="inventory"><h2 id="inventory">Everything else</h2>`;
  for (const list of INVENTORY) yield* checksSection(report, list);
  yield html`</section>`;
  yield provenanceSection(report);
  yield html`
</main>
<footer>Made ${minute(report.generatedAt)} · ${report.reportId}</footer>
</div>
</body>
</html>
`;
}

function lead({ period, summary }: Report): Markup {
  if (summary.listed === 0) {
    return html`State on <strong>${minute(period.to)}</strong>. Nothing has been evaluated by then.`;
  }
  const { compliant, nonCompliant, excepted, error, notApplicable } = summary;
  const accepted = excepted > 0 && ` (${number(excepted)} more accepted)`;
  const parts = [
    html`<strong>${number(compliant)} pass</strong>`,
    html`<strong>${number(nonCompliant - excepted)} fail</strong>${accepted}`,
    error > 0 && `${number(error)} unreadable`,
    notApplicable > 0 && `${number(notApplicable)} not applicable`,
  ].filter((part) => part !== false);
  const checks = `${count(summary.listed, "check")} on ${count(summary.resources, "resource")}`;
  return html`State on <strong>${minute(period.to)}</strong>, and what happened since ${minute(period.from)}.
${checks}: ${parts.map((part, index) => [index > 0 && ", ", part])}.`;
}

function navigation(report: Report): [id: string, name: string][] {
  return [
    ["trend", "Trend"],
    ["failing", "Failing"],
    ["rules", "Rules"],
    ["unevaluated", "Not evaluated"],
    ...(report.exceptions.length > 0 ? [["exceptions", "Exceptions"] satisfies [string, string]] : []),
    ["changes", "Changes"],
    ["schedule", "Schedule"],
    ...(report.standards.length > 0 ? [["standards", "Standards"] satisfies [string, string]] : []),
    ...(report.controls.length > 0 ? [["controls", "Controls"] satisfies [string, string]] : []),
    ["breakdown", "Types and accounts"],
    ["parameters", "Judged against"],
    ["scope", "Looked at"],
    ...(report.sample === null ? [] : [["sample", "Sample"] satisfies [string, string]]),
    ["inventory", "Everything else"],
    ["provenance", "Origin"],
  ];
}
