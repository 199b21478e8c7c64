/** The HTML report's short sections, in the order in which a reader asks. */

import { resourceNames } from "../../../common/deployment/names";
import type { Trigger } from "../../../common/history/rows";
import type { Severity } from "../../../common/rule/rule";
import { standardTitle } from "../../../common/rule/standards";
import { groupBy } from "../../../common/values/group";
import { count, duration, minute, number, percent } from "../../../common/values/words";
import type { GroupResult, Report } from "../../content/report";
import { manifestKeyOf } from "../../content/report-keys";
import { GRACE_MS, ON_TIME_MS } from "../../figures/schedule";
import type { Tally } from "../../figures/scores";
import { slotStrip, tallyBar, trendChart } from "./charts";
import { foremost, othersLeftOut } from "./coverage";
import { html, type Markup } from "./markup";
import { CONTROL_STATUS } from "./standards";
import { arn, badge, managedRules, resourceTypeName, severityBadge, time, verdictBadge } from "./words";

/** What must be known before any number is read. */
export function findingsSection({ findings, summary, rules }: Report): Markup {
  const gaps = findings.filter(({ level }) => level === "gap").length;
  const warnings = findings.filter(({ level }) => level === "warning").length;
  if (gaps + warnings > 0) {
    const title = gaps > 0 ? "This report has gaps" : "Points to note";
    return html`<section class="findings ${gaps > 0 && "gap"}" aria-labelledby="findings"><h2 id="findings">${title}</h2>${findingList(findings)}</section>`;
  }
  if (summary.sweeps.expected === 0) {
    const newest = rules
      .map(({ stateFrom }) => stateFrom?.run ?? "")
      .sort()
      .at(-1);
    return html`<section class="findings note-only" aria-labelledby="findings"><h2 id="findings">No run was due</h2>
<p>No run was due in this period; ${newest ? `newest run: ${minute(newest)}` : "there has been none"}.</p>${findingList(findings)}</section>`;
  }
  const isGreen = findings.length === 0 && summary.compliant + summary.nonCompliant > 0;
  const evaluated = hasEvaluated(summary)
    ? "and every listed resource was evaluated"
    : "and found nothing to evaluate. Nothing was evaluated, so nothing is known to pass";
  return html`<section class="findings ${isGreen ? "clear" : "note-only"}" aria-labelledby="findings"><h2 id="findings">Complete</h2>
<p>Every scheduled run of the period completed on time, ${evaluated}.</p>${findingList(findings)}</section>`;
}

/** Without a verdict there is nothing that a figure could be green for. */
function hasEvaluated({ compliant, nonCompliant }: Pick<Tally, "compliant" | "nonCompliant">): boolean {
  return compliant + nonCompliant > 0;
}

function findingList(findings: Report["findings"]): Markup {
  const words = { gap: "Gap", warning: "Warning", note: "Note" };
  if (findings.length === 0) return html``;
  return html`<ul>${findings.map(({ level, text }) => html`<li><span class="level ${level}">${words[level]}</span><span>${text}</span></li>`)}</ul>`;
}

/** The figures of the first screen. */
export function figuresSection({ summary, sinceLastReport }: Report): Markup {
  const { sweeps, timeToResolve } = summary;
  const failing = summary.nonCompliant - summary.excepted;
  const isIncomplete = summary.error > 0 || summary.rulesNotEvaluated > 0;
  const figure = (name: string, style: string, value: string | Markup, aside: string | Markup) =>
    html`<div><dt>${name}</dt><dd><div class="value ${style}">${value}</div><div class="aside">${aside}</div></dd></div>`;
  return html`<dl class="figures">
${figure(
  "Score",
  "",
  percent(summary.score),
  summary.excepted > 0
    ? `${percent(summary.scoreWithExceptions)} with ${number(summary.excepted)} accepted ${summary.excepted === 1 ? "failure" : "failures"} left out`
    : hasEvaluated(summary)
      ? `${number(summary.compliant)} of ${number(summary.compliant + summary.nonCompliant)} checks pass`
      : "nothing was evaluated",
)}
${figure(
  "Coverage",
  isIncomplete ? "unknown" : "",
  summary.rulesNotEvaluated > 0 ? "incomplete" : percent(summary.coverage),
  isIncomplete
    ? coverageGaps(summary)
    : `of ${count(summary.resources, "resource")}, ${count(summary.rules, "rule")}`,
)}
${failingFigure(summary, figure)}
${figure("Failing by severity", "", severities(summary), "without those accepted")}
${figure(
  "Runs on time",
  sweeps.missing > 0 ? "bad" : sweeps.late > 0 ? "unknown" : "",
  `${number(sweeps.onTime)} / ${number(sweeps.expected)}`,
  sweeps.missing + sweeps.late === 0
    ? "none late, none missing"
    : `${sweeps.late} late, ${sweeps.missing} missing`,
)}
${figure(
  "Began / resolved",
  "",
  `${number(summary.opened)} / ${number(timeToResolve.resolved)}`,
  summary.foundFailing > 0
    ? `and ${number(summary.foundFailing)} found failing at first evaluation`
    : "failures in the period",
)}
${figure("Median to resolve", "", duration(timeToResolve.medianMs), resolvedAside(timeToResolve))}
${figure("New / resolved since the last report", "", ...changeSince(summary, failing, sinceLastReport))}
</dl>`;
}

function failingFigure(
  summary: Report["summary"],
  figure: (name: string, style: string, value: string, aside: string) => Markup,
): Markup {
  const failing = summary.nonCompliant - summary.excepted;
  const aside = failingAside(summary, failing);
  if (failing + summary.lastSeenFailing > 0) return figure("Failing now", "bad", number(failing), aside);
  if (!hasEvaluated(summary)) return figure("Failing now", "unknown", "–", "nothing was evaluated");
  return figure("Failing now", "good", number(failing), aside);
}

function severities({ bySeverity, ...summary }: Report["summary"]): Markup {
  if (!hasEvaluated(summary)) return html`–`;
  const entries = Object.entries(bySeverity) as [Severity, number][];
  return html`<ul class="severities">${entries.map(([severity, amount]) => html`<li class="${amount === 0 && "zero"}"><b>${number(amount)}</b> ${severity}</li>`)}</ul>`;
}

/** What the figure says, and below it from what to what. */
function changeSince(
  summary: Report["summary"],
  failing: number,
  last: Report["sinceLastReport"],
): [value: string, aside: string | Markup] {
  if (last === null) return ["–", "no scheduled report before this one"];
  return [
    `${number(last.newlyFailing)} / ${last.resolved === null ? "–" : number(last.resolved)}`,
    html`score ${percent(last.score)} → ${percent(summary.score)}, failing ${number(last.failing)} → ${number(failing)}; report no. ${last.sequence} of ${minute(last.to)}`,
  ];
}

function failingAside({ listed, lastSeenFailing, excepted }: Report["summary"], failing: number): string {
  if (lastSeenFailing > 0) return `and ${number(lastSeenFailing)} that failed when last read`;
  if (excepted > 0) return `${number(excepted)} more accepted, of ${count(listed, "check")}`;
  return failing === 0 ? "nothing fails" : `of ${count(listed, "check")}`;
}

function resolvedAside({ resolved, worstMs }: Report["summary"]["timeToResolve"]): string {
  if (resolved === 0) return "nothing was resolved in the period";
  if (worstMs === null) return "when those resolved began is not known";
  return resolved === 1 ? "only one was resolved" : `slowest ${duration(worstMs)}`;
}

function coverageGaps({ error, rules, rulesNotEvaluated }: Report["summary"]): string {
  return [
    error > 0 && `${number(error)} could not be evaluated`,
    rulesNotEvaluated > 0 && `${rulesNotEvaluated} of ${rules} rules not evaluated yet`,
  ]
    .filter((part) => part !== false)
    .join(", ");
}

/** The score in time. */
export function trendSection({ trend, period }: Report): Markup {
  return html`<section aria-labelledby="trend"><h2 id="trend">Trend</h2>${trendChart(trend.overall, trend.from, period)}</section>`;
}

/** Every rule with its result. */
export function rulesSection({ rules }: Report): Markup {
  return html`<section aria-labelledby="rules"><h2 id="rules">Results by rule</h2>
${barLegend()}
<div class="scroll" role="group" aria-label="Results by rule" tabindex="0"><table class="tallies rows">
<thead><tr><th scope="col">Rule</th><th scope="col" class="grade">Severity</th><th scope="col" class="breakdown">Breakdown</th><th scope="col" class="n">Failing</th><th scope="col" class="n">Accepted</th><th scope="col" class="n">Not evaluated</th><th scope="col" class="n">Passing</th><th scope="col" class="n">Score</th><th scope="col" class="n">Coverage</th></tr></thead><tbody>
${rules.map(({ rule, title, severity, result, stateFrom }) =>
  result === null
    ? html`<tr><th scope="row" class="id">${title}<span class="sub">${rule}</span></th><td>${severityBadge(severity)}</td><td colspan="7">${badge("unknown", "Not evaluated yet")}</td></tr>`
    : html`<tr><th scope="row" class="id">${title}<span class="sub">${rule}</span>${!hasEvaluated(result) && result.error === 0 && badge("neutral", "Nothing to evaluate")}${stateFrom && html`<span class="sub">run of ${time(stateFrom.run)} UTC${stateFrom.laterEvaluations > 0 && ` and ${count(stateFrom.laterEvaluations, "later evaluation")}`}</span>`}</th><td>${severityBadge(severity)}</td><td>${tallyBar(result)}</td>${tallyCells(result)}</tr>`,
)}
</tbody></table></div></section>`;
}

function barLegend(): Markup {
  const part = (fill: string, word: string) =>
    html`<li><svg width="10" height="10" style="width:10px" aria-hidden="true"><rect class="fill-${fill}" width="10" height="10"/></svg>${word}</li>`;
  return html`<ul class="legend">${part("bad", "failing")}${part("accepted", "failing, accepted by an exception")}${part("unknown", "not evaluated")}${part("good", "passing")}${part("neutral", "not applicable")}</ul>`;
}

function tallyCells(result: Omit<GroupResult, "name">): Markup {
  const cells = [
    ["Failing", number(result.nonCompliant - result.excepted)],
    ["Accepted", number(result.excepted)],
    ["Not evaluated", number(result.error)],
    ["Passing", number(result.compliant)],
    ["Score", percent(result.score)],
    ["Coverage", percent(result.coverage)],
  ] as const;
  return html`${cells.map(([name, value]) => html`<td class="n" data-label="${name}">${value}</td>`)}`;
}

/** The same numbers by resource type, account, and account and Region. */
export function breakdownSection({ byResourceType, byAccount, byRegion }: Report): Markup {
  const table = (
    title: string,
    groups: readonly GroupResult[],
  ) => html`<table class="tallies rows"><caption>By ${title.toLowerCase()}</caption>
<thead><tr><th scope="col">${title}</th><th scope="col" class="breakdown">Breakdown</th><th scope="col" class="n">Failing</th><th scope="col" class="n">Accepted</th><th scope="col" class="n">Not evaluated</th><th scope="col" class="n">Passing</th><th scope="col" class="n">Score</th><th scope="col" class="n">Coverage</th></tr></thead><tbody>
${foremost(groups).map((group) => html`<tr><th scope="row">${group.name}</th><td>${tallyBar(group)}</td>${tallyCells(group)}</tr>`)}
</tbody></table>${othersLeftOut(groups)}`;
  return html`<section aria-labelledby="breakdown"><h2 id="breakdown">Results by resource type, account and Region</h2>
<div class="scroll" role="group" aria-label="Results by group" tabindex="0">${table(
    "Resource type",
    byResourceType.map((group) => ({ ...group, name: resourceTypeName(group.name) })),
  )}${table("Account", byAccount)}${table("Account and Region", byRegion)}</div></section>`;
}

/** What the schedule promised and what happened. */
export function scheduleSection({ schedule }: Report): Markup {
  const faults = schedule.flatMap(({ rule, slots }) =>
    slots
      .filter(({ status }) => status === "missing" || status === "late")
      .map((slot) => ({ rule, ...slot })),
  );
  const shown = faults.slice(0, 200);
  const gap = ({ gap }: (typeof faults)[number]) =>
    gap &&
    html`no complete run from ${gap.after ? time(gap.after) : "the beginning"} to ${gap.before ? time(gap.before) : "the end of the period"}`;
  return html`<section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
<p class="note">Expected runs follow from the schedule expression that was in force, which every run records. A run is on time when it is complete within ${duration(ON_TIME_MS)} of its slot; a slot is judged once it is ${duration(GRACE_MS)} old, so the youngest may belong to the next report. Managed rules are imported when a scheduled report is made. Slots before a rule's first complete run are expected once a scheduled report has named the rule.</p>
<div class="scroll" role="group" aria-label="Schedule" tabindex="0"><table class="rows">
<thead><tr><th scope="col">Rule</th><th scope="col">Schedule (UTC)</th><th scope="col" class="strip">Slots, oldest first</th><th scope="col" class="n">Expected</th><th scope="col" class="n">On time</th><th scope="col" class="n">Late</th><th scope="col" class="n">Missing</th><th scope="col" class="n">Before first run</th></tr></thead><tbody>
${schedule.map((one) => html`<tr><th scope="row" class="t">${one.rule}</th><td class="t"><code>${one.schedule}</code>${one.earlierSchedules.map((earlier) => html`<span class="sub">before: ${earlier}</span>`)}</td><td>${slotStrip(one)}</td><td class="n" data-label="Expected">${one.expected}</td><td class="n" data-label="On time">${one.onTime}</td><td class="n" data-label="Late">${one.late}</td><td class="n" data-label="Missing">${one.missing}</td><td class="n" data-label="Before first run">${one.beforeFirstRun}</td></tr>`)}
</tbody></table></div>
${
  shown.length > 0 &&
  html`<table class="rows"><caption>Late and missing runs${faults.length > shown.length && ` (${shown.length} of ${faults.length}; the JSON has all)`}</caption><thead><tr><th scope="col">Slot (UTC)</th><th scope="col">Rule</th><th scope="col">What happened</th></tr></thead><tbody>
${shown.map((slot) => html`<tr><td class="t">${time(slot.slot)}</td><th scope="row">${slot.rule}</th><td>${slot.status === "missing" ? html`${badge("bad", "Missing")} ${gap(slot)}` : html`${badge("unknown", "Late")} completed ${time(slot.completedAt)}`}</td></tr>`)}
</tbody></table>`
}</section>`;
}

/** Exceptions and their terms. */
export function exceptionsSection({ exceptions }: Report): Markup {
  if (exceptions.length === 0) return html``;
  return html`<section aria-labelledby="exceptions"><h2 id="exceptions">Exceptions</h2>
<div class="scroll" role="group" aria-label="Exceptions" tabindex="0"><table class="rows">
<thead><tr><th scope="col">Exception</th><th scope="col">Status</th><th scope="col">Rule and resources</th><th scope="col">Reason</th><th scope="col">Owner, approver</th><th scope="col">Expires</th><th scope="col" class="n">Covers</th></tr></thead><tbody>
${exceptions.map(({ exceptionId, status, expiringSoon, covers, terms }) => {
  const words = {
    "in-use": badge("accepted", "In use"),
    unused: badge("neutral", "Covers nothing"),
    expired: badge("bad", "Expired"),
    "not-in-settings": badge("unknown", "No longer in the settings"),
  };
  return html`<tr><th scope="row">${terms?.ticket ?? exceptionId}${terms && html`<span class="sub">${exceptionId}</span>`}</th><td>${words[status]}${expiringSoon && html`<span class="sub">ends soon</span>`}</td><td>${terms?.rule}${terms && arn(terms.resource)}</td><td>${terms?.reason}</td><td data-label="Owner, approver">${terms?.owner}<span class="sub">${terms?.approver}</span></td><td class="t" data-label="Expires">${terms?.expires.slice(0, 10)}</td><td class="n" data-label="Covers">${number(covers)}</td></tr>`;
})}
</tbody></table></div></section>`;
}

/** The edition whose numbers the rules named, before standards had ids. */
const EDITIONS: Readonly<Record<string, string>> = { "CIS AWS": "CIS AWS v3.0" };

/** Controls by standard. */
export function controlsSection({ controls }: Report): Markup {
  if (controls.length === 0) return html``;
  const byStandard = groupBy(controls, ({ standard }) => standard);
  return html`<section aria-labelledby="controls"><h2 id="controls">Controls</h2>
<p class="note">Which controls the rules support. A passing rule is evidence for a control, not proof that the control is met as a whole.</p>
${[...byStandard].map(
  ([
    standard,
    entries,
  ]) => html`<table class="rows"><caption>${EDITIONS[standard] ?? standardTitle(standard)}</caption><thead><tr><th scope="col" style="width:9rem">Control</th><th scope="col" style="width:13rem">Evaluations say</th><th scope="col">Supported by</th></tr></thead><tbody>
${entries.map((entry) => html`<tr><th scope="row">${entry.control}</th><td>${CONTROL_STATUS[entry.status]}</td><td>${entry.rules.map(({ rule }) => rule).join(", ")}</td></tr>`)}
</tbody></table>`,
)}</section>`;
}

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  sweep: "scheduled run",
  change: "after a change",
  "on-demand": "run on demand",
};

/** The sample pack with its evidence. */
export function sampleSection({ sample, rules }: Report): Markup {
  if (sample === null) return html``;
  const managed = managedRules(rules);
  return html`<section aria-labelledby="sample"><h2 id="sample">Sample pack</h2>
<p>${number(sample.evaluations.length)} of ${number(sample.population)} evaluations, drawn with the seed <code>${sample.seed}</code>. To draw it again, take ${sample.method}.</p>
<div class="scroll" role="group" aria-label="Sample" tabindex="0"><table class="rows">
<thead><tr><th scope="col" class="n">No.</th><th scope="col">Resource</th><th scope="col">Rule</th><th scope="col">Verdict</th><th scope="col" class="evidence">Evidence</th></tr></thead><tbody>
${sample.evaluations.map((entry, index) => html`<tr><td class="n" data-label="No.">${index + 1}</td><th scope="row" class="id"><bdi>${entry.resourceName}</bdi>${arn(entry.resourceId)}</th><td>${entry.rule}<span class="sub">version ${entry.ruleVersion}, parameters ${entry.parametersHash.slice(0, 12)}…</span></td><td>${verdictBadge(entry)}<span class="sub">${entry.annotation}</span></td><td><code>${JSON.stringify(entry.observed)}</code><span class="sub">${managed.has(entry.rule) ? "recorded by AWS Config" : "read"} ${time(entry.observedAt)} UTC, ${TRIGGERS[entry.trigger]}</span></td></tr>`)}
</tbody></table></div></section>`;
}

/** Where the report comes from and how to check it. */
export function provenanceSection(report: Report): Markup {
  const { source, chain, period } = report;
  const link =
    chain.sequence === null
      ? "on demand, not part of the chain of scheduled reports"
      : `no. ${chain.sequence} of the chain of scheduled reports`;
  return html`<section aria-labelledby="provenance"><h2 id="provenance">Origin and definitions</h2>
<dl class="facts">
<dt>Report</dt><dd><code>${report.reportId}</code>, ${link}</dd>
<dt>Previous scheduled report</dt><dd>${chain.previous === null ? "none" : html`no. ${chain.previous.sequence}, manifest SHA-256 <code>${chain.previous.manifestSha256}</code>`}</dd>
<dt>Period</dt><dd>after <code>${period.from}</code> up to and including <code>${period.to}</code></dd>
<dt>Made</dt><dd><code>${report.generatedAt}</code> by version ${source.programVersion} in account ${source.accountId}, ${source.region}</dd>
<dt>Settings</dt><dd>those in force at the end of the period, SHA-256 <code>${source.parametersHash}</code></dd>
<dt>State</dt><dd>each rule's last complete run in or before the period, with every later evaluation laid over it; a report about the past leaves out what became known later</dd>
<dt>Check</dt><dd>one resource under one rule: a resource under two rules is two checks</dd>
<dt>Score</dt><dd>passing / (passing + failing), accepted failures counting as failures; beside it, the same with them left out. Percentages are cut, never rounded up: 100 % means every single one.</dd>
<dt>Exception</dt><dd>a failure that the company has accepted until a date. Its id is its ticket, <code>#</code>, and the beginning of a hash of rule and resource, for one ticket may cover several</dd>
<dt>Coverage</dt><dd>evaluated / (evaluated + not evaluated). A resource that could not be read counts neither as passing nor as failing. There is no figure while a rule has not been evaluated.</dd>
<dt>Time to resolve</dt><dd>from the first failing evaluation to the first that no longer fails, for failures that ended in the period and whose beginning is known</dd>
<dt>Observed</dt><dd>when a resource was read; under a managed rule, when AWS Config recorded its result</dd>
<dt>Other forms</dt><dd><code>${report.reportId}.json</code> has everything, <code>${report.reportId}.csv</code> one row a resource and rule, <code>${report.reportId}.findings.ocsf.jsonl</code> the same as OCSF Compliance Findings</dd>
${verification(report)}
</dl></section>`;
}

/** How somebody without this program, or any trust in it, compares a file with what was written. */
function verification(report: Report): Markup {
  const { source, chain, reportId } = report;
  const bucket = resourceNames(source.environmentSuffix).reportBucket(source.accountId);
  const key = manifestKeyOf(report);
  const trust =
    chain.sequence === null
      ? html`The manifest's own SHA-256 is in the answer and in the log of the report generator.`
      : html`The manifest's own SHA-256 is in the manifest after it, under <code>previous</code>, and in the log of the report generator.`;
  return html`<dt>Verify by hand</dt><dd><code>sha256sum ${reportId}.html</code> prints 64 digits, which the manifest <code>s3://${bucket}/${key}</code> has as <code>sha256</code> beside that name; so do its other files (macOS: <code>shasum -a 256</code>). ${trust}</dd>
<dt>Verify all</dt><dd><code>npm run verify-reports</code> checks the files of every scheduled report, and of every one on demand, against the manifests' hashes</dd>`;
}
