/** What an auditor must know before reading any number of the report. */

import type { RunEntry } from "./coverage";
import { compareText } from "./entries";
import type { ExceptionEntry } from "./exceptions-in-use";
import { groupBy } from "./group";
import type { RuleResult } from "./report";
import type { Attestation, SlotStatus } from "./schedule";
import type { Tally } from "./scores";

/**
 * A statement about the report's own completeness. `gap`: something was not seen; `warning`: something needs
 * attention; `note`: something to know when comparing with other reports.
 */
export interface Finding {
  readonly level: "gap" | "warning" | "note";
  readonly code:
    | "not-evaluated"
    | "rows-missing"
    | "import-failed"
    | "coverage-incomplete"
    | "run-coverage-incomplete"
    | "sweep-missing"
    | "sweep-late"
    | "exception-expiring"
    | "exception-expired"
    | "parameters-changed"
    | "arrived-late";
  /** The rules it is about; all of them when absent. */
  readonly rules?: readonly string[];
  /** One sentence for people. */
  readonly text: string;
}

/** What the findings are drawn from. */
export interface FindingSources {
  readonly summary: Tally;
  readonly rules: readonly RuleResult[];
  /** Rule → rows that its run counts and the history did not give. */
  readonly missingRows: ReadonlyMap<string, number>;
  readonly importError: Error | undefined;
  readonly schedule: readonly Attestation[];
  readonly runs: readonly RunEntry[];
  readonly exceptions: readonly ExceptionEntry[];
  readonly lateChanges: number;
}

/** All findings, gaps first. */
export function findings(sources: FindingSources): Finding[] {
  return [
    ...notEvaluated(sources.rules),
    ...rowsMissing(sources.missingRows),
    ...importFailed(sources.importError),
    ...coverageIncomplete(sources.summary, sources.rules),
    ...sweepsMissing(sources.schedule),
    ...runCoverageIncomplete(sources.runs),
    ...sweepsLate(sources.schedule),
    ...exceptionsEnding(sources.exceptions),
    ...parametersChanged(sources.runs),
    ...arrivedLate(sources.runs, sources.lateChanges),
  ];
}

function notEvaluated(rules: readonly RuleResult[]): Finding[] {
  return rules
    .filter(({ result }) => result === null)
    .map(({ rule }) => ({
      level: "gap",
      code: "not-evaluated",
      rules: [rule],
      text: `${rule} has not been evaluated yet: it had no complete run by the end of the period. Nothing is known of its resources.`,
    }));
}

function rowsMissing(missing: ReadonlyMap<string, number>): Finding[] {
  return [...missing].map(([rule, rows]) => ({
    level: "gap",
    code: "rows-missing",
    rules: [rule],
    text: `${count(rows, "evaluation")} that the last run of ${rule} counts could not be read from the history.`,
  }));
}

function importFailed(error: Error | undefined): Finding[] {
  if (error === undefined) return [];
  const text = `The results of the managed rules could not be imported (${error.name}); what the report says of them is of their previous import.`;
  return [{ level: "gap", code: "import-failed", text }];
}

function coverageIncomplete(summary: Tally, rules: readonly RuleResult[]): Finding[] {
  if (summary.error === 0) return [];
  const by = rules
    .filter(({ result }) => result !== null && result.error > 0)
    .map(({ rule, result }) => `${rule} ${result?.error}`);
  const text = `Coverage is ${percent(summary.coverage)}: ${count(summary.error, "evaluation")} could not be made at the end of the period (${by.join(", ")}). The score says nothing of them.`;
  return [{ level: "gap", code: "coverage-incomplete", text }];
}

function sweepsMissing(schedule: readonly Attestation[]): Finding[] {
  return bySlots(schedule, "missing").map(({ rules, slots, expected }) => {
    const named = slots.slice(0, 3).map(({ slot }) => minute(slot));
    const more = slots.length > named.length ? ` and ${slots.length - named.length} more` : "";
    const [first] = slots;
    const after = first?.gap?.after ? minute(first.gap.after) : "the beginning";
    const before = first?.gap?.before ? minute(first.gap.before) : "the end of the period";
    const between = slots.length === 1 ? ` No complete run between ${after} and ${before}.` : "";
    return {
      level: "gap",
      code: "sweep-missing",
      rules,
      text: `${rules.join(", ")}: ${slots.length} of ${count(expected, "scheduled run")} did not happen: ${named.join(", ")}${more}.${between}`,
    };
  });
}

/** Rules that have the same slots in a status, together: one outage is one finding. */
function bySlots(schedule: readonly Attestation[], status: SlotStatus) {
  const affected = schedule
    .map(({ rule, expected, slots }) => ({
      rule,
      expected,
      slots: slots.filter((slot) => slot.status === status),
    }))
    .filter(({ slots }) => slots.length > 0);
  const together = groupBy(affected, ({ expected, slots }) =>
    JSON.stringify([expected, slots.map(({ slot, gap }) => [slot, gap])]),
  );
  return [...together.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, rules: group.map(({ rule }) => rule) }];
  });
}

function runCoverageIncomplete(runs: readonly RunEntry[]): Finding[] {
  const incomplete = groupBy(
    runs.filter(({ error }) => error > 0),
    ({ rule }) => rule,
  );
  return [...incomplete].map(([rule, affected]) => {
    const codes = new Set(
      affected.flatMap(({ ledger }) => ledger.flatMap(({ errorCodes }) => Object.keys(errorCodes))),
    );
    return {
      level: "warning",
      code: "run-coverage-incomplete",
      rules: [rule],
      text: `${rule}: ${count(affected.length, "run")} of the period could not evaluate every resource (${[...codes].sort().join(", ")}).`,
    };
  });
}

function sweepsLate(schedule: readonly Attestation[]): Finding[] {
  return bySlots(schedule, "late").map(({ rules, slots, expected }) => ({
    level: "warning",
    code: "sweep-late",
    rules,
    text: `${rules.join(", ")}: ${slots.length} of ${count(expected, "scheduled run")} completed late.`,
  }));
}

function exceptionsEnding(exceptions: readonly ExceptionEntry[]): Finding[] {
  return exceptions.flatMap(({ status, expiringSoon, terms, exceptionId, covers }): Finding[] => {
    if (terms === null) return [];
    const rule = terms.rule;
    if (status === "expired") {
      return [
        {
          level: "note",
          code: "exception-expired",
          rules: [rule],
          text: `Exception ${exceptionId} (${terms.owner}) expired on ${terms.expires.slice(0, 10)} and covers nothing any more.`,
        },
      ];
    }
    if (!expiringSoon) return [];
    const covered = `it covers ${count(covers, "failing resource")}`;
    return [
      {
        level: "warning",
        code: "exception-expiring",
        rules: [rule],
        text: `Exception ${exceptionId} (${terms.owner}) ends on ${terms.expires.slice(0, 10)}; ${covered}.`,
      },
    ];
  });
}

function parametersChanged(runs: readonly RunEntry[]): Finding[] {
  const byRule = groupBy(runs, ({ rule }) => rule);
  return [...byRule].flatMap(([rule, ofRule]): Finding[] => {
    const inOrder = [...ofRule].sort((a, b) => compareText(a.at, b.at));
    const changed = inOrder.filter((run, index) => {
      const before = inOrder[index - 1];
      return (
        before !== undefined &&
        (before.parametersHash !== run.parametersHash || before.ruleVersion !== run.ruleVersion)
      );
    });
    const first = changed[0];
    if (first === undefined) return [];
    const text = `${rule} judged by other parameters or another version from ${minute(first.at)} on; verdicts before and after are not comparable one by one.`;
    return [{ level: "note", code: "parameters-changed", rules: [rule], text }];
  });
}

function arrivedLate(runs: readonly RunEntry[], lateChanges: number): Finding[] {
  const lateRuns = runs.filter((run) => run.arrivedLate).length;
  if (lateRuns + lateChanges === 0) return [];
  const text = `${count(lateRuns, "run")} and ${count(lateChanges, "change")} of the previous period arrived after its report had been made; they are listed here, marked late.`;
  return [{ level: "note", code: "arrived-late", text }];
}

/** `1 run`, `2,000 runs`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** `99.5 %`, or a dash for nothing. */
export function percent(value: number | null): string {
  return value === null ? "–" : `${value} %`;
}

/** `2026-11-23 06:00 UTC`. */
export function minute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
