/** The HTML report's coverage ledger. */

import { duration, number, percent } from "../../../common/values/words";
import type { Report } from "../../content/report";
import { type CoverageEntry, LISTED_PLACES, type RunEntry } from "../../figures/runs";
import { html, type Markup } from "./markup";
import { time } from "./words";

const MOST_RUNS = 400;
/** Accounts that a run could not evaluate wholly, named in its row. */
const MOST_NAMED = 20;

/** Every run with its accounts and Regions, or how many there were. */
export function runsSection({ runs }: Report): Markup {
  const shown = runs.slice(-MOST_RUNS).reverse();
  const hasMore = shown.some((run) => !isByAccount(run) && told(run.ledger).length < run.ledger.length);
  return html`<details id="runs"><summary>Runs of the period and their coverage (${number(runs.length)})</summary>
${runs.length > shown.length && html`<p class="note">The newest ${number(shown.length)} are shown; the JSON has all of them.</p>`}
${hasMore && html`<p class="note">Accounts and Regions in which a run found nothing, beside others in which it did, are only in the JSON.</p>`}
<div class="scroll" role="group" aria-label="Runs" tabindex="0"><table class="rows">
<thead><tr><th scope="col">Run (UTC)</th><th scope="col">Rule</th><th scope="col">Account, Region</th><th scope="col" class="n">Listed</th><th scope="col" class="n">Evaluated</th><th scope="col" class="n">Not applicable</th><th scope="col" class="n">Errors</th><th scope="col" class="n">Coverage</th><th scope="col" class="n">Took</th></tr></thead><tbody>
${shown.flatMap((run) =>
  isByAccount(run)
    ? runRow(run, { ...run, evaluated: run.compliant + run.nonCompliant, errorCodes: {} }, whereOf(run))
    : told(run.ledger).map((entry) => runRow(run, entry, html`${entry.accountId}, ${entry.region}`)),
)}
</tbody></table></div></details>`;
}

/** Whether the run looked at more accounts and Regions than a report lists one by one. */
function isByAccount({ places }: RunEntry): boolean {
  return places > LISTED_PLACES;
}

/** Where a run found nothing it says so only if that is all there is to say. */
function told(ledger: readonly CoverageEntry[]): readonly CoverageEntry[] {
  const found = ledger.filter(({ listed, error }) => listed > 0 || error > 0);
  return found.length > 0 ? found : ledger;
}

function whereOf({ ledger, places }: RunEntry): Markup {
  const named = ledger.slice(0, MOST_NAMED).map(({ accountId }) => accountId);
  const more =
    ledger.length > named.length ? ` and ${number(ledger.length - named.length)} more accounts` : "";
  return html`${number(places)} accounts and Regions${named.length > 0 && html`<span class="sub">not wholly: ${named.join(", ")}${more}</span>`}`;
}

type Row = Pick<
  CoverageEntry,
  "listed" | "evaluated" | "notApplicable" | "error" | "errorCodes" | "coverage"
>;

function runRow(run: RunEntry, row: Row, where: Markup): Markup {
  const errors = Object.entries(row.errorCodes).map(([code, amount]) => `${code} ${amount}`);
  return html`<tr><td class="t">${time(run.at)}<span class="sub">${run.trigger}${run.arrivedLate && ", late"}</span></td><th scope="row">${run.rule}</th><td>${where}</td><td class="n" data-label="Listed">${number(row.listed)}</td><td class="n" data-label="Evaluated">${number(row.evaluated)}</td><td class="n" data-label="Not applicable">${number(row.notApplicable)}</td><td class="n" data-label="Errors">${number(row.error)}${errors.length > 0 && html`<span class="sub">${errors.join(", ")}</span>`}</td><td class="n" data-label="Coverage">${percent(row.coverage)}</td><td class="n" data-label="Took">${duration(run.durationMs)}</td></tr>`;
}
