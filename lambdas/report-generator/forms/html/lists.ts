/** The HTML report's long tables. Beyond some number of rows they refer to the CSV, and say how many are left out. */

import { count, duration, number } from "../../../common/values/words";
import type { ChangeEntry, Report, ResourceEntry, RuleResult } from "../../content/report";
import type { FailingInterval } from "../../figures/intervals";
import { html, type Markup } from "./markup";
import { type Column, numberCell, numbers, streamedTable, sub } from "./tables";
import { arn, badge, isExcepted, managedRules, severityBadge, time, VERDICTS, verdictBadge } from "./words";

/** A list of checks, each a resource under a rule, and the most rows the page shows of it. */
interface CheckList {
  readonly id: string;
  readonly title: string;
  readonly none: string;
  /** Whether an empty list is good news, which it is not where nothing was evaluated. */
  readonly saysAllIsWell: boolean;
  readonly most: number;
  readonly isCollapsed: boolean;
  readonly belongs: (entry: ResourceEntry) => boolean;
}

/** What needs attention, open at the top of the page. */
export const ATTENTION: readonly CheckList[] = [
  {
    id: "failing",
    title: "Failing checks",
    none: "No check fails.",
    saysAllIsWell: true,
    most: 2_000,
    isCollapsed: false,
    belongs: (entry) => entry.complianceType === "NON_COMPLIANT" && !isExcepted(entry),
  },
  {
    id: "unevaluated",
    title: "Checks that could not be evaluated",
    none: "Every check of the rules that ran could be evaluated.",
    saysAllIsWell: true,
    most: 1_000,
    isCollapsed: false,
    belongs: ({ complianceType }) => complianceType === "ERROR",
  },
  {
    id: "accepted",
    title: "Failing checks that an exception covers",
    none: "No exception is in use.",
    saysAllIsWell: false,
    most: 1_000,
    isCollapsed: false,
    belongs: isExcepted,
  },
];

/** The rest, collapsed at the bottom. */
export const INVENTORY: readonly CheckList[] = [
  {
    id: "passing",
    title: "Passing checks",
    none: "No check passes.",
    saysAllIsWell: false,
    most: 2_000,
    isCollapsed: true,
    belongs: ({ complianceType }) => complianceType === "COMPLIANT",
  },
  {
    id: "not-applicable",
    title: "Checks that do not apply",
    none: "Every rule applies to all of its resources.",
    saysAllIsWell: true,
    most: 1_000,
    isCollapsed: true,
    belongs: ({ complianceType }) => complianceType === "NOT_APPLICABLE",
  },
];

/** One list as a section (or, collapsed, a disclosure), in pieces. */
export function* checksSection(report: Report, list: CheckList): Generator<Markup> {
  let total = 0;
  for (const entry of report.resources) if (list.belongs(entry)) total += 1;
  yield list.isCollapsed
    ? html`<details id="${list.id}"><summary>${list.title} (${number(total)})</summary>`
    : html`<section aria-labelledby="${list.id}">
<h2 id="${list.id}">${list.title} <span class="note">${number(total)}</span></h2>`;
  if (total === 0) {
    const { compliant, nonCompliant } = report.summary;
    const isNothing = compliant + nonCompliant === 0 && list.saysAllIsWell;
    yield html`<p class="none">${isNothing ? "Nothing was evaluated, so nothing is known to pass." : list.none}</p>`;
  } else {
    if (list.id === "failing") yield remedies(report, list);
    yield leftOut(total, list.most, report);
    const columns = ["Resource", "Verdict", "Rule", "Since (UTC)", "Observed (UTC)"];
    yield* streamedTable(list.title, columns, checkRows(report, list));
  }
  yield list.isCollapsed ? html`</details>` : html`</section>`;
}

function* checkRows(report: Report, list: CheckList): Generator<Markup> {
  const managed = managedRules(report.rules);
  let shown = 0;
  for (const entry of report.resources) {
    if (shown === list.most) break;
    if (!list.belongs(entry)) continue;
    shown += 1;
    yield checkRow(entry, report.period.to, managed);
  }
}

function checkRow(entry: ResourceEntry, at: string, managed: ReadonlySet<string>): Markup {
  const since = entry.failingSince;
  const age = since && duration(Date.parse(at) - Date.parse(since));
  const lastRead = entry.complianceType === "ERROR" && entry.settledType;
  const was = lastRead && VERDICTS[lastRead].word.toLowerCase();
  const verdict = [verdictBadge(entry), was && html` <span class="note">${was} when last read</span>`];
  return html`<tr><th scope="row" class="id"><bdi>${entry.resourceName}</bdi>${arn(entry.resourceId)}</th>
<td>${verdict}<span class="sub">${entry.annotation}</span>
${entry.exceptionId && sub(`Exception ${entry.exceptionId}`)}</td>
<td>${severityBadge(entry.severity)} ${entry.rule}<span class="sub place">${entry.accountId} · ${entry.region}</span>
${entry.owner && sub([html`owner <bdi>${entry.owner}</bdi>`])}</td>
<td class="t" data-label="Since">${since ? time(since) : "–"}${age && sub(age)}</td>
<td class="t" data-label="Observed">${time(entry.observedAt)}
${managed.has(entry.rule) && sub("by AWS Config")}</td></tr>`;
}

/** How to mend what fails, once a rule, the gravest first as in the list. */
function remedies({ resources, rules }: Report, { belongs }: CheckList): Markup {
  const failing = new Set<string>();
  for (const entry of resources) if (belongs(entry)) failing.add(entry.rule);
  const inOrder = [...failing].flatMap((name) => rules.filter(({ rule }) => rule === name));
  const remedy = ({ rule, severity, remediation }: RuleResult) =>
    html`<dt>${severityBadge(severity)} ${rule}</dt><dd>${remediation}</dd>`;
  return html`<dl class="facts">${inOrder.map(remedy)}</dl>`;
}

const MOST_CHANGES = 500;

/** What opened, closed and could not be read in the period. First sightings that pass are only counted. */
export function* changesSection(report: Report): Generator<Markup> {
  const isNews = ({ transition, complianceType }: ChangeEntry) =>
    transition !== "first-seen" || complianceType === "NON_COMPLIANT" || complianceType === "ERROR";
  const news = report.changes.filter(isNews);
  const quiet = report.changes.length - news.length;
  const { opened, foundFailing, timeToResolve } = report.summary;
  yield html`<section aria-labelledby="changes"><h2 id="changes">Changes in the period</h2>
<p>${count(opened, "failure")} began and ${number(timeToResolve.resolved)} ended${howSoon(timeToResolve)}.
${foundFailing > 0 && found(foundFailing)}
${quiet > 0 && `${count(quiet, "check")} did not fail when first evaluated.`}</p>`;
  if (news.length > 0) {
    yield leftOut(news.length, MOST_CHANGES, report, "The JSON has all of them.");
    const columns = ["Time (UTC)", "Change", "Resource", "Rule", "Explanation"];
    yield* streamedTable("Changes", columns, news.slice(-MOST_CHANGES).reverse().map(changeRow));
  }
  yield html`</section>`;
}

function found(failing: number): string {
  const [were, they] = failing === 1 ? ["was", "it"] : ["were", "they"];
  return `${number(failing)} more ${were} found failing when a rule first ran: ${they} may have failed before that.`;
}

function howSoon({ resolved, medianMs, worstMs }: Report["summary"]["timeToResolve"]): string {
  if (medianMs === null) return "";
  if (resolved === 1) return `, after ${duration(medianMs)}`;
  return `; of those that ended, half within ${duration(medianMs)}, the slowest after ${duration(worstMs)}`;
}

const TRANSITIONS: Readonly<Record<ChangeEntry["transition"], readonly [word: string, style: string]>> = {
  "first-seen": ["First seen failing", "bad"],
  opened: ["Began to fail", "bad"],
  resolved: ["Resolved", "good"],
  errored: ["Became unreadable", "unknown"],
  recovered: ["Readable again", "neutral"],
  ongoing: ["Unchanged", "neutral"],
};

function changeRow(change: ChangeEntry): Markup {
  const [word, style] = TRANSITIONS[change.transition];
  const isUnreadable = change.transition === "first-seen" && change.complianceType === "ERROR";
  const what = isUnreadable
    ? badge("unknown", "First seen unreadable")
    : badge(style, change.gone ? `${word}: gone` : word);
  return html`<tr><td class="t">${time(change.at)}</td><td>${what}${change.arrivedLate && sub("arrived late")}</td>
<th scope="row" class="id"><bdi>${change.resourceName}</bdi>${arn(change.resourceId)}</th>
<td>${change.rule}</td><td>${change.annotation}</td></tr>`;
}

const MOST_FAILURES = 200;

/** The longest failures that touch the period. */
export function* failuresSection(report: Report): Generator<Markup> {
  if (report.failures.length === 0) return;
  const longest = [...report.failures]
    .sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0))
    .slice(0, MOST_FAILURES);
  yield html`<details id="failures"><summary>How long failures lasted (${number(report.failures.length)})</summary>`;
  yield leftOut(
    report.failures.length,
    MOST_FAILURES,
    report,
    "The longest are shown; the JSON has all of them.",
  );
  const columns: Column[] = [
    "Resource",
    "Rule",
    "From (UTC)",
    "To (UTC)",
    ...numbers("Failed for", "Of it in the period"),
  ];
  yield* streamedTable("Failures", columns, longest.map(failureRow));
  yield html`</details>`;
}

const OUTCOMES: Readonly<Record<FailingInterval["outcome"], string>> = {
  open: "still failing",
  compliant: "passes",
  "not-applicable": "no longer applicable",
  gone: "deleted or out of scope",
};

function failureRow(failure: FailingInterval): Markup {
  return html`<tr><th scope="row" class="id"><bdi>${failure.resourceName}</bdi>${arn(failure.resourceId)}</th>
<td>${failure.rule}</td><td class="t" data-label="From">${time(failure.since)}</td>
<td class="t" data-label="To">${time(failure.until)}${sub(OUTCOMES[failure.outcome])}</td>
${numberCell("Failed for", duration(failure.durationMs))}
${numberCell("Of it in the period", duration(failure.durationInPeriodMs))}</tr>`;
}

function leftOut(total: number, most: number, report: Report, where?: string): Markup {
  if (total <= most) return html``;
  const place = where ?? `All of them are in ${report.reportId}.csv and .json.`;
  const shown = `${number(most)} of ${number(total)} are shown, ${number(total - most)} are left out here.`;
  return html`<p class="note">${shown} ${place}</p>`;
}
