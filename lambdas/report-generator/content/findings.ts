/** What an auditor must know before reading any number of the report. */

import { DOUBTS, doubtsAbout } from "../../common/rule/exceptions";
import { groupBy } from "../../common/values/group";
import { count, minute, number, percent } from "../../common/values/words";
import type { ExceptionEntry } from "../figures/exceptions";
import type { RunEntry, RunSummary } from "../figures/runs";
import type { Attestation } from "../figures/schedule";
import type { Tally } from "../figures/scores";
import {
  parametersChanged,
  runCoverageIncomplete,
  scheduleChanged,
  sweepsLate,
  sweepsMissing,
} from "./findings-of-runs";
import type { Finding, RuleResult } from "./report";
import type { RemovedRule } from "./standard";

/** A rule whose state is older than a run that was due since. */
export interface StaleState {
  readonly rule: string;
  /** The run that the state is of. */
  readonly run: string;
}

/** What the findings are drawn from. */
interface FindingSources {
  readonly summary: Tally;
  /** Resources that cannot be read and failed when they last could. */
  readonly lastSeenFailing: number;
  readonly rules: readonly RuleResult[];
  readonly removed: readonly RemovedRule[];
  /** Rule → rows that its run counts and the history did not give. */
  readonly missingRows: ReadonlyMap<string, number>;
  readonly stale: readonly StaleState[];
  readonly importError: Error | undefined;
  readonly schedule: readonly Attestation[];
  readonly runs: readonly RunEntry[];
  /** Rule → its last run at or before the period's beginning. */
  readonly runsBefore: ReadonlyMap<string, RunSummary>;
  /** The previous report judged the slots up to here. */
  readonly due: string;
  readonly exceptions: readonly ExceptionEntry[];
  readonly lateChanges: number;
}

/** All findings, gaps first. */
export function findings(sources: FindingSources): Finding[] {
  return [
    ...notEvaluated(sources.rules),
    ...rowsMissing(sources.missingRows),
    ...importFailed(sources.importError),
    ...stateStale(sources.stale),
    ...coverageIncomplete(sources),
    ...sweepsMissing(sources.schedule),
    ...runCoverageIncomplete(sources.runs),
    ...sweepsLate(sources.schedule),
    ...exceptionsEnding(sources.exceptions),
    ...exceptionsInDoubt(sources.exceptions),
    ...rulesRemoved(sources.removed),
    ...parametersChanged(sources.runs, sources.runsBefore),
    ...scheduleChanged(sources.schedule),
    ...nothingEvaluated(sources.rules),
    ...arrivedLate(sources),
  ];
}

function notEvaluated(rules: readonly RuleResult[]): Finding[] {
  return rules
    .filter(({ result }) => result === null)
    .map(({ rule }) => ({
      level: "gap",
      code: "not-evaluated",
      rules: [rule],
      text:
        `${rule} has not been evaluated yet: it had no complete run by the end of the period. Nothing is ` +
        "known of its resources.",
    }));
}

/** A rule without resources has passed nothing, however quiet it is. */
function nothingEvaluated(rules: readonly RuleResult[]): Finding[] {
  const quiet = rules
    .filter(({ result }) => result !== null && result.compliant + result.nonCompliant + result.error === 0)
    .map(({ rule }) => rule);
  if (quiet.length === 0) return [];
  const text =
    `${quiet.join(", ")} found no resource ${quiet.length === 1 ? "it applies" : "they apply"} to: nothing ` +
    "was evaluated, so nothing passed.";
  return [{ level: "note", code: "nothing-evaluated", rules: quiet, text }];
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
  const text =
    `The results of the managed rules could not all be imported: ${error.message.replace(/\.$/, "")}. What ` +
    "the report says of the others is of their previous import.";
  return [{ level: "gap", code: "import-failed", text }];
}

function stateStale(stale: readonly StaleState[]): Finding[] {
  return [...groupBy(stale, ({ run }) => run)].map(([run, ofRun]) => {
    const rules = ofRun.map(({ rule }) => rule);
    const text =
      `${rules.join(", ")}: the state is that of the run on ${minute(run)}; a newer one was due before the ` +
      "end of the period. What happened since is not known but for single changes.";
    return { level: "gap", code: "state-stale", rules, text };
  });
}

function coverageIncomplete({ summary, rules, lastSeenFailing }: FindingSources): Finding[] {
  if (summary.error === 0) return [];
  const by = rules
    .filter(({ result }) => result !== null && result.error > 0)
    .map(({ rule, result }) => `${rule} ${result?.error}`);
  const subject = rules.some(({ result }) => result === null) ? "Coverage of the rules that ran" : "Coverage";
  const failed =
    lastSeenFailing > 0
      ? summary.error === 1
        ? " The resource failed when last read."
        : ` ${number(lastSeenFailing)} of them failed when last read.`
      : "";
  const those = summary.error === 1 ? "it" : "them";
  const text =
    `${subject} is ${percent(summary.coverage)}: ${count(summary.error, "evaluation")} could not be made ` +
    `at the end of the period (${by.join(", ")}). The score says nothing of ${those}.${failed}`;
  return [{ level: "gap", code: "coverage-incomplete", text }];
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
          text:
            `Exception ${exceptionId} (${terms.owner}) expired on ${terms.expires.slice(0, 10)} and covers ` +
            "nothing any more.",
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

function exceptionsInDoubt(exceptions: readonly ExceptionEntry[]): Finding[] {
  return exceptions.flatMap(({ status, terms, exceptionId }): Finding[] => {
    if (terms === null || status === "expired") return [];
    return doubtsAbout(terms).map((doubt) => ({
      level: "warning",
      code: `exception-${doubt}` as const,
      rules: [terms.rule],
      text: `Exception ${exceptionId} (${terms.owner}) ${DOUBTS[doubt]}.`,
    }));
  });
}

function rulesRemoved(removed: readonly RemovedRule[]): Finding[] {
  return [...groupBy(removed, ({ after }) => after.sequence)].flatMap(([sequence, together]): Finding[] => {
    const [one] = together;
    if (one === undefined) return [];
    const rules = together.map(({ rule }) => rule);
    const text =
      `${rules.join(", ")}: removed from the settings after report ${sequence} (${minute(one.after.to)}) ` +
      "and not evaluated any more. This report does not list the resources.";
    return [{ level: "warning", code: "rule-removed", rules, text }];
  });
}

function arrivedLate({ runs, lateChanges, due }: FindingSources): Finding[] {
  const lateRuns = runs.filter((run) => run.arrivedLate);
  if (lateRuns.length + lateChanges === 0) return [];
  const listed =
    `${count(lateRuns.length, "run")} and ${count(lateChanges, "change")} of the previous period arrived ` +
    "after its report had been made; they are listed here, marked late.";
  const missed = lateRuns.filter(({ trigger, at }) => trigger === "sweep" && at <= due);
  const corrected = missed.map(({ rule, at }) => `${rule} on ${minute(at)}`).join(", ");
  const text =
    missed.length === 0 ? listed : `${listed} Reported missing there, and completed since: ${corrected}.`;
  return [{ level: "note", code: "arrived-late", text }];
}
