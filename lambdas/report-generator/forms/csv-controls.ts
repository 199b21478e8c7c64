/** What the CSV says of controls of which no resource's row speaks, so that none of a chosen standard is missing. */

import type { Report } from "../content/report";
import type { ControlResult, StandardControlStatus } from "../figures/standards";

/** A control of a chosen standard whose rules have no row, or that no rule answers. */
export interface UnansweredControl {
  /** `NOT_CHECKED`, `NOT_EVALUATED` or `NOTHING_TO_EVALUATE`. */
  readonly verdict: string;
  /** The names of the rules that would answer it; none where it is not checked. */
  readonly rules: readonly string[];
  /** The control's title, and why there is no verdict on it. */
  readonly explanation: string;
  readonly standard: string;
  readonly control: string;
}

const WHY: Readonly<Partial<Record<StandardControlStatus, string>>> = {
  "not-evaluated": "AWS Config or the schedule has not had the rule evaluated yet.",
  "nothing-to-evaluate": "The rule found no resource that it is about.",
};

/** Those controls, in the order of the standards. */
export function unansweredControls({ standards, resources }: Report): UnansweredControl[] {
  const answering = new Set(resources.map(({ rule }) => rule));
  return standards.flatMap(({ standard, controls }) =>
    controls
      .filter(({ rules }) => !rules.some(({ rule }) => answering.has(rule)))
      .map((control) => ({ standard, ...unanswered(control) })),
  );
}

function unanswered({ control, title, status, rules, whyNotChecked }: ControlResult) {
  return {
    control,
    verdict: status.replaceAll("-", "_").toUpperCase(),
    rules: rules.map(({ rule }) => rule),
    explanation: `${title}: ${whyNotChecked ?? WHY[status] ?? ""}`,
  };
}
