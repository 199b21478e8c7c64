import type { EvaluationRow, RunRow } from "./rows";

/** So many evaluations of a rule may be read in one go, and stay in memory. */
export const FEW_EVALUATIONS = 1_000;

/** What a report needs of the history. Every instant is ISO-8601 UTC with milliseconds. */
export interface HistoryReader {
  /** The newest complete run of the rule at or before the instant (or strictly before it). */
  lastRun(rule: string, at: string, options?: { strictlyBefore?: boolean }): Promise<RunRow | undefined>;
  /** The complete runs of the rule in [from, to], oldest first. */
  runs(rule: string, from: string, to: string): AsyncIterable<RunRow>;
  /**
   * The rule's evaluations in [from, to], in no order, each once. Several shards are read at once, page by
   * page; `complianceTypes` filters in the table.
   */
  evaluations(
    rule: string,
    from: string,
    to: string,
    filter?: EvaluationFilter,
  ): AsyncIterable<EvaluationRow>;
  /** The rule's evaluations in [from, to] whose transition is not `ongoing`, in no order, each once. */
  transitions(rule: string, from: string, to: string): AsyncIterable<EvaluationRow>;
}

/** Which evaluations to read; all unless said. */
export interface EvaluationFilter {
  readonly complianceTypes?: readonly EvaluationRow["compliance_type"][];
}
