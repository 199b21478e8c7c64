/** The HTML report's words on many accounts and Regions: by account, for nobody opens a page with a row for each. */

import { groupBy } from "../../../common/values/group";
import { count, number, percent } from "../../../common/values/words";
import type { GroupResult, Report, Scope } from "../../content/report";
import type { PlaceCoverage } from "../../figures/coverage";
import { LISTED_PLACES } from "../../figures/runs";
import { html, type Markup } from "./markup";
import { type Column, numberCell, numbers, scrolling, sub, table } from "./tables";

const MOST_ACCOUNTS = 5_000;
/** Rows of a table of groups or places; beyond, the page tells less and the JSON all. */
const MOST_PLACES = 200;

const COLUMNS: readonly Column[] = [
  "Account",
  "Rule",
  ...numbers("Runs"),
  "Coverage of its Regions",
  "Not evaluated",
];

/** The coverage of the period by account and rule, where the ledgers of the runs are not told in full. */
export function coverageSection({ coverage, runs }: Report): Markup {
  if (runs.every(({ places }) => places <= LISTED_PLACES)) return html``;
  const accounts = [...groupBy(coverage, ({ rule, accountId }) => `${rule} ${accountId}`).values()].sort(
    (a, b) => Number(isWhole(a)) - Number(isWhole(b)),
  );
  const shown = accounts.slice(0, MOST_ACCOUNTS);
  const some = accounts.length > shown.length && ` ${number(shown.length)} are shown here.`;
  const rows = table(COLUMNS, shown.map(accountRow));
  const title = `Coverage of the period by account and rule (${number(accounts.length)})`;
  return html`<details id="coverage"><summary>${title}</summary>
<p class="note">Over all runs of the period; accounts of which something could not be evaluated come first. The JSON has
each account and Region.${some}</p>
${scrolling("Coverage", rows)}</details>`;
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
  const runs = Math.max(...places.map((place) => place.runs));
  const regions = byCoverage.map(([coverage, together]) => {
    const share = coverage === null ? "nothing to evaluate" : percent(coverage);
    return sub(`${share}: ${together.map(({ region }) => region).join(", ")}`);
  });
  return html`<tr><th scope="row">${first?.accountId}</th><td>${first?.rule}</td>${numberCell("Runs", number(runs))}
<td class="any">${regions}</td><td data-label="Not evaluated">${told}</td></tr>`;
}

/** Where the rules looked: a row a place, or, of many, one for each account whose Regions the same rules looked at. */
export function placeRows(places: Scope["places"]): Markup[] {
  const row = (accountId: string, regions: readonly string[], rules: readonly string[]) =>
    html`<tr><th scope="row">${accountId}</th><td class="any">${regions.join(", ")}</td>
<td>${rules.join(", ")}</td></tr>`;
  if (places.length <= MOST_PLACES) return places.map((one) => row(one.accountId, [one.region], one.rules));
  const byAccount = groupBy(places, ({ accountId, rules }) => JSON.stringify([accountId, rules]));
  return [...byAccount.values()].flatMap((together) => {
    const regions = together.map(({ region }) => region);
    return together.slice(0, 1).map(({ accountId, rules }) => row(accountId, regions, rules));
  });
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
  return html`<p class="note">${number(MOST_PLACES)} of ${count(groups.length, "group")} are shown, those with the most
that fails or could not be evaluated; the JSON has all of them.</p>`;
}
