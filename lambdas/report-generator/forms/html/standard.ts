/** The HTML report's sections on what was judged against, what was looked at, and what was not. */

import type { Report, RuleResult } from "../../content/report";
import { MOST_PLACES, placesByAccount } from "./coverage";
import { html, type Markup } from "./markup";
import { resourceTypeName, severityBadge } from "./words";

/** Each rule's parameters, under the names that the settings have for them. */
export function parametersSection({ rules }: Report): Markup {
  return html`<section aria-labelledby="parameters"><h2 id="parameters">What was judged against</h2>
<p class="note">The parameters of each rule, by their names in the settings, as they were in force at the end of the period.</p>
<div class="scroll" role="group" aria-label="Parameters" tabindex="0"><table class="rows">
<thead><tr><th scope="col">Rule</th><th scope="col">Severity</th><th scope="col">Parameters</th><th scope="col">To mend it</th></tr></thead><tbody>
${rules.map((rule) => html`<tr><th scope="row" class="id">${rule.title}<span class="sub">${rule.rule}, ${rule.kind === "managed" ? "managed by AWS Config" : "custom"}</span></th><td>${severityBadge(rule.severity)}</td><td class="any">${parameterList(rule)}</td><td class="any">${rule.remediation}</td></tr>`)}
</tbody></table></div></section>`;
}

function parameterList({ parameters }: RuleResult): Markup {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return html`<span class="note">none</span>`;
  return html`<ul class="plain">${entries.map(([name, value]) => html`<li><code>${name}</code>: ${readable(value)}</li>`)}</ul>`;
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
  return html`<section aria-labelledby="scope"><h2 id="scope">What was looked at</h2>
${
  scope.places.length === 0
    ? html`<p class="none">Nowhere yet: no rule has had a complete run.</p>`
    : html`<table class="rows"><caption>Accounts and Regions</caption><thead><tr><th scope="col">Account</th><th scope="col">Region</th><th scope="col">Rules</th></tr></thead><tbody>
${scope.places.length > MOST_PLACES ? placesByAccount(scope.places) : scope.places.map(({ accountId, region, rules }) => html`<tr><th scope="row">${accountId}</th><td>${region}</td><td>${rules.join(", ")}</td></tr>`)}
</tbody></table>`
}
${
  scope.resourceTypes.length > 0 &&
  html`<table class="rows"><caption>Kinds of resources</caption><thead><tr><th scope="col">Kind</th><th scope="col">Rules</th></tr></thead><tbody>
${scope.resourceTypes.map(({ resourceType, rules }) => html`<tr><th scope="row">${resourceTypeName(resourceType)}</th><td>${rules.join(", ")}</td></tr>`)}
</tbody></table>`
}
<h3>What this report does not see</h3>
<ul>${scope.notSeen.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`;
}
