/** What the rules found, by rule, by exception, by control and by group. */

import { standardTitle } from "../../../common/rule/standards";
import { groupBy } from "../../../common/values/group";
import { count, number, percent } from "../../../common/values/words";
import type { GroupResult, Report } from "../../content/report";
import { tallyBar } from "./charts";
import { foremost, othersLeftOut } from "./coverage";
import { hasEvaluated } from "./first-screen";
import { html, type Markup } from "./markup";
import { CONTROL_STATUS } from "./standards";
import { type Column, numberCell, numbers, scrolling, sub, table } from "./tables";
import { arn, badge, resourceTypeName, severityBadge, time } from "./words";

/** The columns that tallyCells fills, after the one with the bar. */
const TALLIES: readonly Column[] = [
  { name: "Breakdown", style: "breakdown" },
  ...numbers("Failing", "Accepted", "Not evaluated", "Passing", "Score", "Coverage"),
];

/** Every rule with its result. */
export function rulesSection({ rules }: Report): Markup {
  const rows = table(["Rule", { name: "Severity", style: "grade" }, ...TALLIES], rules.map(ruleRow), {
    style: "tallies rows",
  });
  return html`<section aria-labelledby="rules"><h2 id="rules">Results by rule</h2>
${barLegend()}
${scrolling("Results by rule", rows)}</section>`;
}

function ruleRow({ rule, title, severity, result, stateFrom }: Report["rules"][number]): Markup {
  if (result === null) {
    const status = badge("unknown", "Not evaluated yet");
    return html`<tr><th scope="row" class="id">${title}${sub(rule)}</th>
<td>${severityBadge(severity)}</td><td colspan="7">${status}</td></tr>`;
  }
  const hasNothing = !hasEvaluated(result) && result.error === 0;
  const later = stateFrom?.laterEvaluations ?? 0;
  const state =
    stateFrom &&
    sub([html`run of ${time(stateFrom.run)} UTC`, later > 0 && ` and ${count(later, "later evaluation")}`]);
  const quiet = hasNothing && badge("neutral", "Nothing to evaluate");
  return html`<tr><th scope="row" class="id">${title}${sub(rule)}${quiet}${state}</th>
<td>${severityBadge(severity)}</td><td>${tallyBar(result)}</td>${tallyCells(result)}</tr>`;
}

function barLegend(): Markup {
  const part = (fill: string, word: string) => {
    const square = html`<rect class="fill-${fill}" width="10" height="10"/>`;
    return html`<li><svg width="10" height="10" style="width:10px" aria-hidden="true">${square}</svg>${word}</li>`;
  };
  const parts = [
    part("bad", "failing"),
    part("accepted", "failing, accepted by an exception"),
    part("unknown", "not evaluated"),
    part("good", "passing"),
    part("neutral", "not applicable"),
  ];
  return html`<ul class="legend">${parts}</ul>`;
}

function tallyCells(result: Omit<GroupResult, "name">): Markup {
  return html`${[
    numberCell("Failing", number(result.nonCompliant - result.excepted)),
    numberCell("Accepted", number(result.excepted)),
    numberCell("Not evaluated", number(result.error)),
    numberCell("Passing", number(result.compliant)),
    numberCell("Score", percent(result.score)),
    numberCell("Coverage", percent(result.coverage)),
  ]}`;
}

/** The same numbers by resource type, account, and account and Region. */
export function breakdownSection({ byResourceType, byAccount, byRegion }: Report): Markup {
  const row = (group: GroupResult) =>
    html`<tr><th scope="row">${group.name}</th><td>${tallyBar(group)}</td>${tallyCells(group)}</tr>`;
  const by = (title: string, groups: readonly GroupResult[]) => {
    const form = { caption: `By ${title.toLowerCase()}`, style: "tallies rows" };
    return html`${table([title, ...TALLIES], foremost(groups).map(row), form)}${othersLeftOut(groups)}`;
  };
  const types = byResourceType.map((group) => ({ ...group, name: resourceTypeName(group.name) }));
  return html`<section aria-labelledby="breakdown"><h2 id="breakdown">Results by resource type, account and Region</h2>
${scrolling(
  "Results by group",
  by("Resource type", types),
  by("Account", byAccount),
  by("Account and Region", byRegion),
)}</section>`;
}

/** Exceptions and their terms. */
export function exceptionsSection({ exceptions }: Report): Markup {
  if (exceptions.length === 0) return html``;
  const columns: Column[] = [
    "Exception",
    "Status",
    "Rule and resources",
    "Reason",
    "Owner, approver",
    "Expires",
    ...numbers("Covers"),
  ];
  return html`<section aria-labelledby="exceptions"><h2 id="exceptions">Exceptions</h2>
${scrolling("Exceptions", table(columns, exceptions.map(exceptionRow)))}</section>`;
}

const EXCEPTION_STATUS: Readonly<Record<Report["exceptions"][number]["status"], Markup>> = {
  "in-use": badge("accepted", "In use"),
  unused: badge("neutral", "Covers nothing"),
  expired: badge("bad", "Expired"),
  "not-in-settings": badge("unknown", "No longer in the settings"),
};

function exceptionRow({
  exceptionId,
  status,
  expiringSoon,
  covers,
  terms,
}: Report["exceptions"][number]): Markup {
  return html`<tr><th scope="row">${terms?.ticket ?? exceptionId}${terms && sub(exceptionId)}</th>
<td>${EXCEPTION_STATUS[status]}${expiringSoon && sub("ends soon")}</td>
<td>${terms?.rule}${terms && arn(terms.resource)}</td><td>${terms?.reason}</td>
<td data-label="Owner, approver">${terms?.owner}<span class="sub">${terms?.approver}</span></td>
<td class="t" data-label="Expires">${terms?.expires.slice(0, 10)}</td>${numberCell("Covers", number(covers))}</tr>`;
}

/** The edition whose numbers the rules named, before standards had ids. */
const EDITIONS: Readonly<Record<string, string>> = { "CIS AWS": "CIS AWS v3.0" };

/** Controls by standard. */
export function controlsSection({ controls }: Report): Markup {
  if (controls.length === 0) return html``;
  const byStandard = groupBy(controls, ({ standard }) => standard);
  return html`<section aria-labelledby="controls"><h2 id="controls">Controls</h2>
<p class="note">Which controls the rules support. A passing rule is evidence for a control, not proof that the control
is met as a whole.</p>
${[...byStandard].map(([standard, entries]) => controlTable(standard, entries))}</section>`;
}

function controlTable(standard: string, controls: Report["controls"]): Markup {
  const columns: Column[] = [
    { name: "Control", width: "6rem" },
    "What it asks for",
    { name: "Evaluations say", width: "13rem" },
    "Supported by",
  ];
  const rows = controls.map(({ control, title = "–", status, rules }) => {
    const names = rules.map(({ rule }) => rule).join(", ");
    const cells = [title, CONTROL_STATUS[status], names].map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${control}</th>${cells}</tr>`;
  });
  return table(columns, rows, { caption: EDITIONS[standard] ?? standardTitle(standard) });
}
