/** The first screen of the HTML report: what must be known before any number is read, and the numbers. */

import type { Severity } from "../../../common/rule/rule";
import { count, duration, minute, number, percent } from "../../../common/values/words";
import type { Report } from "../../content/report";
import type { Tally } from "../../figures/scores";
import { html, type Markup } from "./markup";

/** What must be known before any number is read. */
export function findingsSection({ findings, summary, rules }: Report): Markup {
  const gaps = findings.filter(({ level }) => level === "gap").length;
  const warnings = findings.filter(({ level }) => level === "warning").length;
  const list = findingList(findings);
  if (gaps > 0) return findingsBox("gap", "This report has gaps", list);
  if (warnings > 0) return findingsBox("", "Points to note", list);
  if (summary.sweeps.expected === 0) {
    const newest = rules
      .map(({ stateFrom }) => stateFrom?.run ?? "")
      .sort()
      .at(-1);
    const told = newest ? `newest run: ${minute(newest)}` : "there has been none";
    const content = html`<p>No run was due in this period; ${told}.</p>${list}`;
    return findingsBox("note-only", "No run was due", content);
  }
  const isGreen = findings.length === 0 && summary.compliant + summary.nonCompliant > 0;
  const evaluated = hasEvaluated(summary)
    ? "and every listed resource was evaluated"
    : "and found nothing to evaluate. Nothing was evaluated, so nothing is known to pass";
  const content = html`<p>Every scheduled run of the period completed on time, ${evaluated}.</p>${list}`;
  return findingsBox(isGreen ? "clear" : "note-only", "Complete", content);
}

function findingsBox(style: string, title: string, content: Markup): Markup {
  return html`<section class="findings ${style}" aria-labelledby="findings"><h2 id="findings">${title}</h2>
${content}</section>`;
}

/** Without a verdict there is nothing that a figure could be green for. */
export function hasEvaluated({
  compliant,
  nonCompliant,
}: Pick<Tally, "compliant" | "nonCompliant">): boolean {
  return compliant + nonCompliant > 0;
}

function findingList(findings: Report["findings"]): Markup {
  const words = { gap: "Gap", warning: "Warning", note: "Note" };
  if (findings.length === 0) return html``;
  const item = ({ level, text }: Report["findings"][number]) =>
    html`<li><span class="level ${level}">${words[level]}</span><span>${text}</span></li>`;
  return html`<ul>${findings.map(item)}</ul>`;
}

/** The figures of the first screen. */
export function figuresSection({ summary, sinceLastReport }: Report): Markup {
  const { sweeps, timeToResolve } = summary;
  const failing = summary.nonCompliant - summary.excepted;
  const isIncomplete = summary.error > 0 || summary.rulesNotEvaluated > 0;
  const figure = (name: string, style: string, value: string | Markup, aside: string | Markup) =>
    html`<div><dt>${name}</dt><dd><div class="value ${style}">${value}</div>
<div class="aside">${aside}</div></dd></div>`;
  return html`<dl class="figures">
${figure(
  "Score",
  "",
  percent(summary.score),
  summary.excepted > 0
    ? `${percent(summary.scoreWithExceptions)} with ${count(summary.excepted, "accepted failure")} left out`
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
  const item = ([severity, amount]: [Severity, number]) =>
    html`<li class="${amount === 0 && "zero"}"><b>${number(amount)}</b> ${severity}</li>`;
  return html`<ul class="severities">${entries.map(item)}</ul>`;
}

/** What the figure says, and below it from what to what. */
function changeSince(
  summary: Report["summary"],
  failing: number,
  last: Report["sinceLastReport"],
): [value: string, aside: string] {
  if (last === null) return ["–", "no scheduled report before this one"];
  return [
    `${number(last.newlyFailing)} / ${last.resolved === null ? "–" : number(last.resolved)}`,
    `score ${percent(last.score)} → ${percent(summary.score)}, ` +
      `failing ${number(last.failing)} → ${number(failing)}; report no. ${last.sequence} of ${minute(last.to)}`,
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
