/** The HTML report's section on the score in time. */

import { count, minute, number, percent } from "../../../common/values/words";
import type { Report } from "../../content/report";
import { trendChart } from "./charts";
import { html, type Markup } from "./markup";

/** The score in time. */
export function trendSection({ trend, period }: Report): Markup {
  const chart = trendChart(trend.overall, trend.rulesAdded, trend.from, period);
  const added = addedList(trend.rulesAdded);
  return html`<section aria-labelledby="trend"><h2 id="trend">Trend</h2>${chart}${added}</section>`;
}

const MOST_NAMED = 5;

/** Where the score moved because more is judged, and how far it would have without that. */
function addedList(added: Report["trend"]["rulesAdded"]): Markup {
  if (added.length === 0) return html``;
  const named = (rules: readonly string[]) =>
    rules.length > MOST_NAMED
      ? `${rules.slice(0, MOST_NAMED).join(", ")} and ${number(rules.length - MOST_NAMED)} more`
      : rules.join(", ");
  return html`<ul class="plain">${added.map(
    ({ at, rules, score, scoreOfOthers }) =>
      html`<li>${minute(at)}: ${count(rules.length, "rule")} ran for the first time (${named(rules)}). The score was
${percent(score)} with ${rules.length === 1 ? "it" : "them"} and ${percent(scoreOfOthers)} without.</li>`,
  )}</ul>`;
}
