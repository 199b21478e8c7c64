/** The HTML report's words on many accounts and Regions: by account, for nobody opens a page with a row for each. */

import { groupBy } from "../../../common/values/group";
import { count, number, percent } from "../../../common/values/words";
import type { GroupResult, Report, Scope } from "../../content/report";
import type { PlaceCoverage } from "../../figures/coverage";
import { LISTED_PLACES } from "../../figures/runs";
import { html, type Markup } from "./markup";

const MOST_ACCOUNTS = 5_000;
/** Rows of a table of groups or places; beyond, the page tells less and the JSON all. */
export const MOST_PLACES = 200;

/** The coverage of the period by account, where the ledgers of the runs are not told in full. */
export function coverageSection({ coverage, runs }: Report): Markup {
  if (runs.every(({ places }) => places <= LISTED_PLACES)) return html``;
  const accounts = [...groupBy(coverage, ({ rule, accountId }) => `${rule} ${accountId}`).values()].sort(
    (a, b) => Number(isWhole(a)) - Number(isWhole(b)),
  );
  const shown = accounts.slice(0, MOST_ACCOUNTS);
  return html`<details id="coverage"><summary>Coverage of the period by account (${number(accounts.length)})</summary>
<p class="note">Over all runs of the period; accounts of which something could not be evaluated come first. The JSON has each account and Region.${accounts.length > shown.length && ` ${number(shown.length)} are shown here.`}</p>
<div class="scroll" role="group" aria-label="Coverage" tabindex="0"><table class="rows">
<thead><tr><th scope="col">Account</th><th scope="col">Rule</th><th scope="col" class="n">Runs</th><th scope="col">Coverage of its Regions</th><th scope="col">Not evaluated</th></tr></thead><tbody>
${shown.map(accountRow)}
</tbody></table></div></details>`;
}

function isWhole(places: readonly PlaceCoverage[]): boolean {
  return places.every(({ error }) => error === 0);
}

function accountRow(places: readonly PlaceCoverage[]): Markup {
  const [first] = places;
  const byCoverage = [...groupBy(places, ({ coverage }) => coverage)].sort(
    ([a], [b]) => (a ?? 100) - (b ?? 100),
  );
  const errors = new Map<string, number>();
  for (const [code, amount] of places.flatMap(({ errorCodes }) => Object.entries(errorCodes))) {
    errors.set(code, (errors.get(code) ?? 0) + amount);
  }
  const told = [...errors].map(([code, amount]) => `${code} ${number(amount)}`).join(", ");
  return html`<tr><th scope="row">${first?.accountId}</th><td>${first?.rule}</td><td class="n" data-label="Runs">${number(Math.max(...places.map(({ runs }) => runs)))}</td><td class="any">${byCoverage.map(
    ([coverage, regions]) =>
      html`<span class="sub">${coverage === null ? "nothing to evaluate" : percent(coverage)}: ${regions.map(({ region }) => region).join(", ")}</span>`,
  )}</td><td data-label="Not evaluated">${told}</td></tr>
`;
}

/** Where the rules looked, a row for each account whose Regions the same rules looked at. */
export function placesByAccount(places: Scope["places"]): Markup {
  const rows = groupBy(places, ({ accountId, rules }) => JSON.stringify([accountId, rules]));
  return html`${[...rows.values()].map((together) => {
    const [first] = together;
    return html`<tr><th scope="row">${first?.accountId}</th><td class="any">${together.map(({ region }) => region).join(", ")}</td><td>${first?.rules.join(", ")}</td></tr>
`;
  })}`;
}

/** As many groups as a page has room for, those with the most that fails or could not be evaluated; in their order. */
export function foremost(groups: readonly GroupResult[]): readonly GroupResult[] {
  if (groups.length <= MOST_PLACES) return groups;
  const bad = ({ nonCompliant, excepted, error }: GroupResult) => nonCompliant - excepted + error;
  const chosen = new Set([...groups].sort((a, b) => bad(b) - bad(a)).slice(0, MOST_PLACES));
  return groups.filter((group) => chosen.has(group));
}

/** Says of a table of groups how many it leaves out. */
export function othersLeftOut(groups: readonly GroupResult[]): Markup {
  if (groups.length <= MOST_PLACES) return html``;
  return html`<p class="note">${number(MOST_PLACES)} of ${count(groups.length, "group")} are shown, those with the most that fails or could not be evaluated; the JSON has all of them.</p>`;
}
