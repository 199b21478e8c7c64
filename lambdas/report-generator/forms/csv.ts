/** The CSV form: the state at the end of the period, for spreadsheets. */

import { standardTitle } from "../../common/rule/standards";
import { groupBy } from "../../common/values/group";
import type { Report, ResourceEntry, RuleResult } from "../content/report";
import { type UnansweredControl, unansweredControls } from "./csv-controls";

type Column = readonly [title: string, value: (entry: ResourceEntry, report: Report) => string];

const COLUMNS: readonly Column[] = [
  ["Report", (_entry, report) => report.reportId],
  ["State at (UTC)", (_entry, report) => time(report.period.to)],
  ["Verdict", ({ complianceType }) => complianceType],
  ["Severity", ({ severity }) => severity],
  ["Rule", ({ rule }) => rule],
  ["Resource name", ({ resourceName }) => resourceName],
  ["Resource type", ({ resourceType }) => resourceType],
  ["Account", ({ accountId }) => accountId],
  ["Region", ({ region }) => region],
  ["Owner", ({ owner }) => owner ?? ""],
  ["Explanation", ({ annotation }) => annotation],
  ["Failing since (UTC)", ({ failingSince }) => time(failingSince)],
  ["Exception", ({ exceptionId }) => exceptionId ?? ""],
  ["Error", ({ errorCode }) => errorCode ?? ""],
  ["Evaluated at (UTC)", ({ evaluatedAt }) => time(evaluatedAt)],
  ["Observed at (UTC)", ({ observedAt }) => time(observedAt)],
  ["Rule version", ({ ruleVersion }) => ruleVersion],
  ["Parameters hash", ({ parametersHash }) => parametersHash],
  ["Resource ARN", ({ resourceId }) => resourceId],
  ["Observed values", ({ observed }) => JSON.stringify(observed)],
];

/** What all rows of a rule have in common, written once for all of them. */
const RULE_COLUMNS: readonly (readonly [
  title: string,
  value: (rule: RuleResult, report: Report) => string,
])[] = [
  ["Rule title", ({ title }) => title],
  ["Controls", ({ rule }, report) => controlsOf(rule, report)],
  ["Rule parameters", ({ parameters }) => JSON.stringify(parameters)],
];

/** What a row has of a control of which no resource's row speaks; its other cells are empty. */
const CONTROL_CELLS: Readonly<Record<string, (control: UnansweredControl, report: Report) => string>> = {
  Report: (_control, report) => report.reportId,
  "State at (UTC)": (_control, report) => time(report.period.to),
  Verdict: ({ verdict }) => verdict,
  Rule: ({ rules }) => rules.join(" "),
  Explanation: ({ explanation }) => explanation,
  Controls: ({ standard, control }) => `${standardTitle(standard)} ${control}`,
};

// Without the byte order mark spreadsheets read UTF-8 as the local 8-bit character set.
const BYTE_ORDER_MARK = "\ufeff";

/**
 * The report's resources as CSV (RFC 4180, UTF-8 with byte order mark), one row a resource and rule, then one for each
 * control of a chosen standard of which none of them speaks, in pieces. Times are in UTC, as spreadsheets and data
 * frames parse them; account ids are quoted texts of twelve digits. A cell that a spreadsheet would take for a formula
 * gets an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function* renderCsv(report: Report): Generator<string> {
  const header = [...COLUMNS, ...RULE_COLUMNS].map(([title]) => title);
  yield `${BYTE_ORDER_MARK}${header.map(csvCell).join(",")}\r\n`;
  const ends = new Map(
    report.rules.map((rule) => [
      rule.rule,
      RULE_COLUMNS.map(([, value]) => csvCell(value(rule, report))).join(","),
    ]),
  );
  const noEnd = RULE_COLUMNS.map(() => "").join(",");
  for (const entry of report.resources) {
    const cells = COLUMNS.map(([, value]) => csvCell(value(entry, report))).join(",");
    yield `${cells},${ends.get(entry.rule) ?? noEnd}\r\n`;
  }
  for (const control of unansweredControls(report)) {
    yield `${header.map((title) => csvCell(CONTROL_CELLS[title]?.(control, report) ?? "")).join(",")}\r\n`;
  }
}

/** `2026-11-23 06:00:00`. */
function time(instant: string | undefined): string {
  return instant === undefined ? "" : `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;
}

/** `PCI DSS 4.0 3.5.1, 3.6; SOC 2 CC6.1`: what the rule supports, and what of the chosen standards it answers. */
function controlsOf(name: string, { controls, standards }: Report): string {
  const answered = standards.flatMap(({ standard, controls }) =>
    controls.map((one) => ({ standard, ...one })),
  );
  const supported = [...controls, ...answered].filter(({ rules }) => rules.some(({ rule }) => rule === name));
  return [...groupBy(supported, ({ standard }) => standard)]
    .map(([standard, of]) => {
      const numbers = new Set(of.map(({ control }) => control));
      return `${standardTitle(standard)} ${[...numbers].join(", ")}`;
    })
    .join("; ");
}

/** What spreadsheets pass over, or do not show: spaces, control characters, zero-width and bidirectional ones. */
const UNSEEN = "[\\s\\p{Cc}\\p{Cf}]*";
const FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20]";
/** A spreadsheet that is set to other separators begins another cell after them, in quotes or not. */
const APART = new RegExp(`([;\\t\\r\\n][\\s\\p{Cc}\\p{Cf}"]*)(?=${FORMULA})`, "gu");
const FIRST = new RegExp(`^${UNSEEN}${FORMULA}|^[\\t\\r\\n]`, "u");

/** What a reader of some locale takes for a separator or loses, and what it may take for a number: an account id. */
const QUOTED = /[",;\t\r\n]|^\s|\s$|^\d{12}$/;

/** One cell, safe and quoted where it must be. */
export function csvCell(text: string): string {
  const apart = text.replace(APART, "$1'");
  const safe = FIRST.test(apart) ? `'${apart}` : apart;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
