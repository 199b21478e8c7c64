/** The HTML report's section on standards. */

import { count } from "../../../common/values/words";
import type { Report } from "../../content/report";
import type { ControlResult, StandardControlStatus, StandardResult } from "../../figures/standards";
import { html, type Markup } from "./markup";
import { type Column, scrolling, sub, table } from "./tables";
import { badge } from "./words";

/** How a control's status is shown. */
export const CONTROL_STATUS: Readonly<Record<StandardControlStatus, Markup>> = {
  failing: badge("bad", "Failing"),
  "not-evaluated": badge("unknown", "Not evaluated yet"),
  incomplete: badge("unknown", "Incomplete"),
  "passing-with-exceptions": badge("accepted", "Passing, with exceptions"),
  passing: badge("good", "Passing"),
  "nothing-to-evaluate": badge("neutral", "Nothing to evaluate"),
  "not-checked": badge("neutral", "Not checked here"),
};

const IN_WORDS: readonly [status: StandardControlStatus, words: string][] = [
  ["failing", "failing"],
  ["not-evaluated", "not evaluated yet"],
  ["incomplete", "incomplete"],
  ["passing-with-exceptions", "passing with exceptions"],
  ["passing", "passing"],
  ["nothing-to-evaluate", "with nothing to evaluate"],
  ["not-checked", "not checked here"],
];

/** Each chosen standard with all of its controls, those that are not checked here too. */
export function standardsSection({ standards }: Report): Markup {
  if (standards.length === 0) return html``;
  return html`<section aria-labelledby="standards"><h2 id="standards">Standards</h2>
<p class="note">What the rules say of every listed control. A passing rule is evidence for a control, not proof that the
control is met as a whole.</p>
${standards.map(standardTable)}</section>`;
}

const CONTROL_COLUMNS: readonly Column[] = [
  { name: "Control", width: "6rem" },
  "What it asks for",
  { name: "Evaluations say", width: "13rem" },
  "Answered by",
];

function standardTable({ title, scope, notes, counts, controls }: StandardResult): Markup {
  const parts = IN_WORDS.filter(([status]) => counts[status] > 0).map(
    ([status, words]) => `${counts[status]} ${words}`,
  );
  return html`<h3>${title}</h3>
<p>${count(controls.length, "control")}: ${parts.join(", ")}. ${scope}</p>
${notes.map((note) => html`<p class="note">${note}.</p>`)}
${scrolling(title, table(CONTROL_COLUMNS, controls.map(controlRow)))}`;
}

function controlRow({
  control,
  title,
  level,
  status,
  rules,
  source,
  partly,
  whyNotChecked,
}: ControlResult): Markup {
  const answer =
    rules.length === 0
      ? html`<span class="sub">${whyNotChecked}</span>`
      : [rules.map(({ rule }) => rule).join(", "), sub(source ?? ""), partly && sub(partly)];
  return html`<tr><th scope="row">${control}${level && sub(`Level ${level}`)}</th><td>${title}</td>
<td>${CONTROL_STATUS[status]}</td><td>${answer}</td></tr>`;
}
