/** A rule's runs and evaluations of a time, where they are few: read once for all that a report asks of them. */

import { instantOf } from "../../common/history/keys";
import { type EvaluationFilter, FEW_EVALUATIONS, type HistoryReader } from "../../common/history/reader";
import type { EvaluationRow, RunRow } from "../../common/history/rows";

/** The time of a rule's evaluations that a report asks for, in ISO-8601 instants, both included. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** A time of which all runs are known. */
export interface SpanOfFew extends Span {
  /** Oldest first. */
  readonly runs: readonly RunRow[];
}

/**
 * The time from the rule's last run at or before `from` to `to`, if its runs list little enough for `readOnce`. Where
 * their ledgers are long, in an organization, that is not found out: to read those takes longer than it spares.
 * @throws whatever the history throws.
 */
export async function spanOfFew(
  history: HistoryReader,
  rule: string,
  { from, to }: Span,
): Promise<SpanOfFew | undefined> {
  const before = await history.lastRun(rule, from);
  const start = before === undefined ? from : instantOf(before.evaluation_timestamp);
  const runs: RunRow[] = [];
  let listed = 0;
  let places = 0;
  for await (const run of history.runs(rule, start, to)) {
    runs.push(run);
    places += run.ledger.length;
    for (const entry of run.ledger) listed += entry.listed;
    if (Math.max(listed, places) > FEW_EVALUATIONS) return undefined;
  }
  return { from: start, to, runs };
}

/**
 * A view of the history that has read the rule's evaluations of a time, if they are few: a report asks for a state at
 * both ends and for the changes in between, and each question alone is a query of every shard. Else, and for any other
 * time, it asks the history.
 *
 * What arrives in the index after that is not in it. A run that is committed after that is.
 * @throws whatever the history throws.
 */
export async function readOnce(
  history: HistoryReader,
  rule: string,
  span: SpanOfFew,
): Promise<HistoryReader> {
  const rows: EvaluationRow[] = [];
  for await (const row of history.evaluations(rule, span.from, span.to)) {
    rows.push(row);
    // Change events and what runs close are in no run's count.
    if (rows.length > FEW_EVALUATIONS) return history;
  }
  return new ReadSpan(history, rule, span, rows);
}

class ReadSpan implements HistoryReader {
  constructor(
    private readonly history: HistoryReader,
    private readonly rule: string,
    private readonly read: SpanOfFew,
    private readonly rows: readonly EvaluationRow[],
  ) {}

  async lastRun(
    rule: string,
    at: string,
    options: { strictlyBefore?: boolean } = {},
  ): Promise<RunRow | undefined> {
    const isBefore = (run: RunRow) => {
      const instant = instantOf(run.evaluation_timestamp);
      return options.strictlyBefore ? instant < at : instant <= at;
    };
    const { runs } = this.read;
    const index = this.hasRead(rule, at, at) ? runs.findLastIndex(isBefore) : -1;
    // No run is committed before one that is complete, but after the newest another may have been since: a state that
    // began with an older one would not miss its rows.
    return index + 1 < runs.length && index >= 0 ? runs[index] : this.history.lastRun(rule, at, options);
  }

  runs(rule: string, from: string, to: string): AsyncIterable<RunRow> {
    return this.history.runs(rule, from, to);
  }

  evaluations(
    rule: string,
    from: string,
    to: string,
    filter: EvaluationFilter = {},
  ): AsyncIterable<EvaluationRow> {
    if (!this.hasRead(rule, from, to)) return this.history.evaluations(rule, from, to, filter);
    const { complianceTypes = [] } = filter;
    const isWanted = ({ compliance_type: type }: EvaluationRow) =>
      complianceTypes.length === 0 || complianceTypes.includes(type);
    return this.between(from, to, isWanted);
  }

  transitions(rule: string, from: string, to: string): AsyncIterable<EvaluationRow> {
    if (!this.hasRead(rule, from, to)) return this.history.transitions(rule, from, to);
    return this.between(from, to, ({ transition }) => transition !== "ongoing");
  }

  private hasRead(rule: string, from: string, to: string): boolean {
    return rule === this.rule && from >= this.read.from && to <= this.read.to;
  }

  private async *between(
    from: string,
    to: string,
    isWanted: (row: EvaluationRow) => boolean,
  ): AsyncGenerator<EvaluationRow> {
    for (const row of this.rows) {
      const instant = instantOf(row.evaluation_timestamp);
      if (instant >= from && instant <= to && isWanted(row)) yield row;
    }
  }
}
