/** The CSV form: the state at the end of the period, for spreadsheets. */

import { groupBy } from "../../common/values/group";
import type { Report, ResourceEntry } from "../content/report";

type Column = readonly [title: string, value: (entry: ResourceEntry, report: Report) => string];

const COLUMNS: readonly Column[] = [
  ["Report", (_entry, report) => report.reportId],
  ["State at (UTC)", (_entry, report) => report.period.to],
  ["Verdict", ({ complianceType }) => complianceType],
  ["Severity", ({ severity }) => severity],
  ["Rule", ({ rule }) => rule],
  ["Resource name", ({ resourceName }) => resourceName],
  ["Resource type", ({ resourceType }) => resourceType],
  // A spreadsheet would take the digits for a number and cut leading zeros.
  ["Account", ({ accountId }) => `'${accountId}`],
  ["Region", ({ region }) => region],
  ["Explanation", ({ annotation }) => annotation],
  ["Failing since (UTC)", ({ failingSince }) => failingSince ?? ""],
  ["Exception", ({ exceptionId }) => exceptionId ?? ""],
  ["Error", ({ errorCode }) => errorCode ?? ""],
  ["Evaluated at (UTC)", ({ evaluatedAt }) => evaluatedAt],
  ["Observed at (UTC)", ({ observedAt }) => observedAt],
  ["Rule version", ({ ruleVersion }) => ruleVersion],
  ["Parameters hash", ({ parametersHash }) => parametersHash],
  ["Resource ARN", ({ resourceId }) => resourceId],
  ["Observed values", ({ observed }) => JSON.stringify(observed)],
];

// Without the byte order mark spreadsheets read UTF-8 as the local 8-bit character set.
const BYTE_ORDER_MARK = "\ufeff";

/**
 * The report's resources as CSV (RFC 4180, UTF-8 with byte order mark), one row a resource and rule, in pieces.
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function* renderCsv(report: Report): Generator<string> {
  const controls = controlsByRule(report);
  yield BYTE_ORDER_MARK + line([...COLUMNS.map(([title]) => title), "Controls"]);
  for (const entry of report.resources) {
    yield line([...COLUMNS.map(([, value]) => value(entry, report)), controls.get(entry.rule) ?? ""]);
  }
}

/** Rule → the controls of the chosen standards that it answers. */
function controlsByRule({ standards }: Report): ReadonlyMap<string, string> {
  const answers = standards.flatMap(({ standard, controls }) =>
    controls.flatMap(({ control, rules }) =>
      rules.map(({ rule }) => ({ rule, text: `${standard} ${control}` })),
    ),
  );
  return new Map(
    [...groupBy(answers, ({ rule }) => rule)].map(([rule, of]) => [
      rule,
      of.map(({ text }) => text).join("; "),
    ]),
  );
}

function line(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** What spreadsheets pass over, or do not show: spaces, control characters, zero-width and bidirectional ones. */
const UNSEEN = "[\\s\\p{Cc}\\p{Cf}]*";
const FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20]";
/** A spreadsheet that is set to other separators begins another cell after them, in quotes or not. */
const APART = new RegExp(`([;\\t\\r\\n][\\s\\p{Cc}\\p{Cf}"]*)(?=${FORMULA})`, "gu");
const FIRST = new RegExp(`^${UNSEEN}${FORMULA}|^[\\t\\r\\n]`, "u");

/** One cell, safe and quoted where it must be. */
export function csvCell(text: string): string {
  const apart = text.replace(APART, "$1'");
  const safe = FIRST.test(apart) ? `'${apart}` : apart;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
