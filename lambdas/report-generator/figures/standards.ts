/** Standards: every control of the chosen ones, and what the evaluations say of it. */

import type { ReportedControl, ReportedStandard } from "../../common/deployment/settings";
import { type ControlStatus, ruleStatus, worstStatus } from "./controls";
import type { Tally } from "./scores";

/** What the rules say of a control, or that none is asked. */
export type StandardControlStatus = ControlStatus | "not-checked";

/** One control of a standard at the end of the period. */
export interface ControlResult extends Omit<ReportedControl, "rules"> {
  readonly status: StandardControlStatus;
  /** None where it is not checked. */
  readonly rules: readonly { readonly rule: string; readonly status: ControlStatus }[];
}

/** One chosen standard at the end of the period. */
export interface StandardResult extends Omit<ReportedStandard, "controls"> {
  /** How many of its controls have which status; together they are all that are listed. */
  readonly counts: Readonly<Record<StandardControlStatus, number>>;
  readonly controls: readonly ControlResult[];
}

/**
 * Every chosen standard with every control of it that is listed: one that nobody checks says why, and is never left
 * out.
 */
export function standardResults(
  standards: readonly ReportedStandard[],
  resultOf: (rule: string) => Tally | undefined,
): StandardResult[] {
  return standards.map(({ controls, ...standard }) => {
    const results = controls.map(({ rules, ...control }): ControlResult => {
      const answers = rules.map((rule) => ({ rule, status: ruleStatus(resultOf(rule)) }));
      const status = answers.length === 0 ? "not-checked" : worstStatus(answers.map((one) => one.status));
      return { ...control, status, rules: answers };
    });
    return { ...standard, counts: countsOf(results), controls: results };
  });
}

function countsOf(controls: readonly ControlResult[]): Record<StandardControlStatus, number> {
  const counts: Record<StandardControlStatus, number> = {
    failing: 0,
    "not-evaluated": 0,
    incomplete: 0,
    "passing-with-exceptions": 0,
    passing: 0,
    "nothing-to-evaluate": 0,
    "not-checked": 0,
  };
  for (const { status } of controls) counts[status] += 1;
  return counts;
}
