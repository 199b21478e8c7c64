/** The HTML report's coverage ledger. */

import { duration, number, percent } from "../../../common/values/words";
import type { Report } from "../../content/report";
import { type CoverageEntry, LISTED_PLACES, type RunEntry } from "../../figures/runs";
import { html, type Markup } from "./markup";
import { type Column, numberCell, numbers, scrolling, sub, table } from "./tables";
import { time } from "./words";

const MOST_RUNS = 400;
/** Accounts that a run could not evaluate wholly, named in its row. */
const MOST_NAMED = 20;

const COLUMNS: readonly Column[] = [
  "Run (UTC)",
  "Rule",
  "Account, Region",
  ...numbers("Listed", "Evaluated", "Not applicable", "Errors", "Coverage", "Took"),
];

/** Every run with its accounts and Regions, or how many there were. */
export function runsSection({ runs }: Report): Markup {
  const shown = runs.slice(-MOST_RUNS).reverse();
  const hasMore = shown.some(
    (run) => !isByAccount(run) && worthTelling(run.ledger).length < run.ledger.length,
  );
  return html`<details id="runs"><summary>Runs of the period and their coverage (${number(runs.length)})</summary>
${
  runs.length > shown.length &&
  html`<p class="note">The newest ${number(shown.length)} are shown; the JSON has all of them.</p>`
}
${
  hasMore &&
  html`<p class="note">Accounts and Regions in which a run found nothing, beside others in which it did, are only in
the JSON.</p>`
}
${scrolling("Runs", table(COLUMNS, shown.flatMap(rowsOf)))}</details>`;
}

function rowsOf(run: RunEntry): Markup[] {
  if (isByAccount(run)) {
    return [
      runRow(run, { ...run, evaluated: run.compliant + run.nonCompliant, errorCodes: {} }, whereOf(run)),
    ];
  }
  return worthTelling(run.ledger).map((entry) =>
    runRow(run, entry, html`${entry.accountId}, ${entry.region}`),
  );
}

/** Whether the run looked at more accounts and Regions than a report lists one by one. */
function isByAccount({ places }: RunEntry): boolean {
  return places > LISTED_PLACES;
}

/** Where a run found nothing it says so only if that is all there is to say. */
function worthTelling(ledger: readonly CoverageEntry[]): readonly CoverageEntry[] {
  const found = ledger.filter(({ listed, error }) => listed > 0 || error > 0);
  return found.length > 0 ? found : ledger;
}

function whereOf({ ledger, places }: RunEntry): Markup {
  const named = ledger.slice(0, MOST_NAMED).map(({ accountId }) => accountId);
  const others = ledger.length - named.length;
  const more = others > 0 ? ` and ${number(others)} more accounts` : "";
  const partial = named.length > 0 && sub(`not wholly: ${named.join(", ")}${more}`);
  return html`${number(places)} accounts and Regions${partial}`;
}

type Row = Pick<
  CoverageEntry,
  "listed" | "evaluated" | "notApplicable" | "error" | "errorCodes" | "coverage"
>;

function runRow(run: RunEntry, row: Row, where: Markup): Markup {
  const errors = Object.entries(row.errorCodes).map(([code, amount]) => `${code} ${amount}`);
  return html`<tr><td class="t">${time(run.at)}${sub([run.trigger, run.arrivedLate && ", late"])}</td>
<th scope="row">${run.rule}</th><td>${where}</td>${[
    numberCell("Listed", number(row.listed)),
    numberCell("Evaluated", number(row.evaluated)),
    numberCell("Not applicable", number(row.notApplicable)),
    numberCell("Errors", number(row.error), errors.length > 0 && sub(errors.join(", "))),
    numberCell("Coverage", percent(row.coverage)),
    numberCell("Took", duration(run.durationMs)),
  ]}</tr>`;
}
