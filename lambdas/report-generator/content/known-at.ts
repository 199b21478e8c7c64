/** The history as it was known at an instant of the past: what was observed afterwards is not in it. */

import { instantOf } from "../../common/history/keys";
import type { EvaluationFilter, HistoryReader } from "../../common/history/reader";
import type { EvaluationRow, RunRow } from "../../common/history/rows";

/**
 * A view of the history without runs that were completed and evaluations that were observed after the instant.
 * A sweep of 06:00 that was complete at 06:04 is not part of what was known at 06:02, although its rows carry
 * 06:00.
 */
export class KnownAt implements HistoryReader {
  constructor(
    private readonly history: HistoryReader,
    private readonly instant: string,
  ) {}

  async lastRun(
    rule: string,
    at: string,
    options?: { strictlyBefore?: boolean },
  ): Promise<RunRow | undefined> {
    let run = await this.history.lastRun(rule, at, options);
    while (run !== undefined && run.completed_at > this.instant) {
      run = await this.history.lastRun(rule, instantOf(run.evaluation_timestamp), { strictlyBefore: true });
    }
    return run;
  }

  async *runs(rule: string, from: string, to: string): AsyncGenerator<RunRow> {
    for await (const run of this.history.runs(rule, from, to)) {
      if (run.completed_at <= this.instant) yield run;
    }
  }

  evaluations(
    rule: string,
    from: string,
    to: string,
    filter?: EvaluationFilter,
  ): AsyncGenerator<EvaluationRow> {
    return this.known(this.history.evaluations(rule, from, to, filter));
  }

  transitions(rule: string, from: string, to: string): AsyncGenerator<EvaluationRow> {
    return this.known(this.history.transitions(rule, from, to));
  }

  private async *known(rows: AsyncIterable<EvaluationRow>): AsyncGenerator<EvaluationRow> {
    for await (const row of rows) if (row.observed_at <= this.instant) yield row;
  }
}
