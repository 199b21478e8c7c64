import { standardTitle } from "../lambdas/common/rule/standards";
import { count, percent } from "../lambdas/common/values/words";
import type { Report } from "../lambdas/report-generator/content/report";
import type { Tally } from "../lambdas/report-generator/figures/scores";
import type { StandardControlStatus } from "../lambdas/report-generator/figures/standards";
import { SILENT_RULE } from "./bank";
import { print, printNote, printStep, printTable } from "./print";

/** A summary's coverage is null while a rule has not been evaluated. */
type CellsOf = Omit<Tally, "coverage"> & { readonly coverage: number | null };

/** The report's rules and figures, and what stands at its top. */
export function printReport({ rules, summary, findings }: Report): void {
  const cells = (name: string, result: CellsOf | null, unknown = "none") => [
    name,
    percent(result?.score ?? null, "none"),
    percent(result?.coverage ?? null, unknown),
    ...[
      result?.compliant ?? 0,
      result === null ? 0 : result.nonCompliant - result.excepted,
      result?.excepted ?? 0,
      result?.error ?? 0,
      result?.notApplicable ?? 0,
    ].map(String),
  ];
  printTable(
    ["Rule", "Score", "Coverage", "Pass", "Fail", "Accepted", "Error", "Not applicable"],
    [...rules.map(({ rule, result }) => cells(rule, result)), cells("all", summary, "incomplete")],
  );
  const { onTime, expected } = summary.sweeps;
  print();
  printStep(
    `${onTime} of ${expected} scheduled runs were on time; ${summary.opened} failures began in the day`,
  );
  printStep("at the top of the report stands what an auditor must know before any number:");
  for (const { level, text } of findings) printNote(`- ${level}: ${text}`);
  if (!findings.some(({ level, text }) => level === "gap" && text.startsWith(SILENT_RULE))) {
    throw new Error(`no gap speaks of ${SILENT_RULE}, which was never evaluated`);
  }
  printNote(
    `The gap of ${SILENT_RULE} is part of the story: the day's AWS Config never evaluates that rule, and a report ` +
      "does not pass over what nobody looked at.",
  );
}

/** Statuses that controls of the chosen standard have after the day, in the order in which they are told. */
const SHOWN: readonly StandardControlStatus[] = ["failing", "passing", "not-evaluated", "not-checked"];
const EXAMPLES = 3;
const TITLE_MOST = 44;

/**
 * The chosen standard: how many controls have which status, and some of each.
 * @throws Error when there is none, or when no control has one of the statuses that the demo tells of.
 */
export function printStandard({ standards: [standard] }: Report): void {
  if (standard === undefined) throw new Error("the report is by no standard");
  const { counts, controls } = standard;
  const parts = SHOWN.map((status) => `${counts[status]} ${inWords(status)}`);
  print();
  printStep(
    `the settings choose ${standardTitle(standard.standard)}, and the report has ` +
      `${count(controls.length, "control")} of it (${parts.join(", ")}), each with its rules or the reason ` +
      "why none answers it:",
  );
  printTable(
    ["Control", "What it asks for", "Evaluations say", "Why"],
    SHOWN.flatMap((status) => {
      const of = controls.filter((control) => control.status === status);
      if (of.length === 0) throw new Error(`no control of ${standard.standard} is ${inWords(status)}`);
      return of
        .slice(0, EXAMPLES)
        .map(({ control, title, rules, whyNotChecked }) => [
          control,
          cut(title),
          inWords(status),
          whyNotChecked ?? rules.map(({ rule }) => rule).join(", "),
        ]);
    }),
  );
}

function inWords(status: StandardControlStatus): string {
  return status === "not-checked" ? "not checked here" : status.replaceAll("-", " ");
}

/** Titles are whole in the report; here a control has one line. */
function cut(title: string): string {
  return title.length > TITLE_MOST ? `${title.slice(0, TITLE_MOST - 1).trimEnd()}…` : title;
}
