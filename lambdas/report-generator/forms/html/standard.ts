/** The HTML report's sections on what was judged against, what was looked at, and what was not. */

import type { Report, RuleResult } from "../../content/report";
import { placeRows } from "./coverage";
import { html, type Markup } from "./markup";
import { scrolling, sub, table } from "./tables";
import { resourceTypeName, severityBadge } from "./words";

/** Each rule's parameters, under the names that the settings have for them. */
export function parametersSection({ rules }: Report): Markup {
  return html`<section aria-labelledby="parameters"><h2 id="parameters">What was judged against</h2>
<p class="note">The parameters of each rule, by their names in the settings, as they were in force at the end of the
period.</p>
${scrolling("Parameters", table(["Rule", "Severity", "Parameters", "To mend it"], rules.map(ruleRow)))}</section>`;
}

function ruleRow(rule: RuleResult): Markup {
  const kind = rule.kind === "managed" ? "managed by AWS Config" : "custom";
  return html`<tr><th scope="row" class="id">${rule.title}${sub(`${rule.rule}, ${kind}`)}</th>
<td>${severityBadge(rule.severity)}</td><td class="any">${parameterList(rule)}</td>
<td class="any">${rule.remediation}</td></tr>`;
}

function parameterList({ parameters }: RuleResult): Markup {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return html`<span class="note">none</span>`;
  const items = entries.map(([name, value]) => html`<li><code>${name}</code>: ${readable(value)}</li>`);
  return html`<ul class="plain">${items}</ul>`;
}

/** A value as people write it: texts bare, lists with commas, what is nested by name. */
export function readable(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(readable).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object" || value === null) return value === "" ? "(empty)" : String(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "none";
  return entries.map(([name, member]) => `${name} (${readable(member)})`).join(", ");
}

/** Where the rules looked and for what; then what none of them sees. */
export function scopeSection({ scope }: Report): Markup {
  const places = placeRows(scope.places);
  const kinds = scope.resourceTypes.map(
    ({ resourceType, rules }) =>
      html`<tr><th scope="row">${resourceTypeName(resourceType)}</th><td>${rules.join(", ")}</td></tr>`,
  );
  return html`<section aria-labelledby="scope"><h2 id="scope">What was looked at</h2>
${
  places.length === 0
    ? html`<p class="none">Nowhere yet: no rule has had a complete run.</p>`
    : table(["Account", "Region", "Rules"], places, { caption: "Accounts and Regions" })
}
${kinds.length > 0 && table(["Kind", "Rules"], kinds, { caption: "Kinds of resources" })}
<h3>What this report does not see</h3>
<ul>${scope.notSeen.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
