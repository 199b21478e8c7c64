/** The fleet as the history knew it at an instant. */

import { instantOf } from "../../common/history/keys";
import { FEW_EVALUATIONS, type HistoryReader } from "../../common/history/reader";
import type { EvaluationRow, RunRow } from "../../common/history/rows";
import { plus } from "../../common/values/instants";

/** One rule's state: the run it starts from, and how many later evaluations were laid over it. */
export interface RuleState {
  /** The last complete run; without one the rule has not been evaluated yet and nothing is known. */
  readonly run?: RunRow;
  readonly rows: readonly EvaluationRow[];
  readonly laterEvaluations: number;
  /** Rows that the run row counts and the index did not give (yet): indexes are eventually consistent. */
  readonly missingRows: number;
}

/** Which resources to return; `failing`: those that fail or could not be evaluated. */
type StateFilter = "all" | "failing";

/**
 * The rule's state at an instant: the rows of its last complete run at or before it, each replaced by the
 * newest later row of its resource. Resources that are gone are left out. Rows come in no order.
 *
 * Only the run's rows and those after it are read, however old the history is: in one go where they are few, else those
 * after it first, so that no run has to fit into the function's memory.
 * @throws whatever the history throws.
 */
export async function stateAt(
  history: HistoryReader,
  rule: string,
  at: string,
  filter: StateFilter = "all",
): Promise<RuleState> {
  const run = await history.lastRun(rule, at);
  if (run === undefined) return { rows: [], laterEvaluations: 0, missingRows: 0 };
  const base = instantOf(run.evaluation_timestamp);
  const isSmall = counted(run, "all") <= FEW_EVALUATIONS;

  const ofRun: EvaluationRow[] = [];
  const later = new Map<string, EvaluationRow>();
  let laterEvaluations = 0;
  const start = isSmall ? base : plus(base, 1);
  if (start <= at) {
    for await (const row of history.evaluations(rule, start, at)) {
      if (instantOf(row.evaluation_timestamp) === base) {
        // A run that lists little may have closed much.
        if (!row.gone) ofRun.push(row);
        continue;
      }
      laterEvaluations += 1;
      const known = later.get(row.resource_id);
      if (known === undefined || known.evaluation_timestamp < row.evaluation_timestamp) {
        later.set(row.resource_id, row);
      }
    }
  }

  const rows: EvaluationRow[] = [];
  const isWanted = filter === "all" ? () => true : isFailingOrUnknown;
  const only = filter === "failing" ? { complianceTypes: ["NON_COMPLIANT", "ERROR"] as const } : undefined;
  let read = 0;
  for await (const row of isSmall ? ofRun : history.evaluations(rule, base, base, only)) {
    if (row.gone || !isWanted(row)) continue;
    read += 1;
    if (!later.has(row.resource_id)) rows.push(row);
  }
  for (const row of later.values()) if (!row.gone && isWanted(row)) rows.push(row);
  return { run, rows, laterEvaluations, missingRows: Math.max(0, counted(run, filter) - read) };
}

function counted(run: RunRow, filter: StateFilter): number {
  return run.ledger.reduce(
    (sum, entry) => sum + (filter === "all" ? entry.listed : entry.non_compliant + entry.error),
    0,
  );
}

function isFailingOrUnknown(row: EvaluationRow): boolean {
  return row.compliance_type === "NON_COMPLIANT" || row.compliance_type === "ERROR";
}
