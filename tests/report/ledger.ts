/**
 * What rows of the history say of a resource's past and of a run, as the README defines it: written out as a table and
 * by counting, and not with the code that the evaluators use.
 */

import type { EvaluationRow, RunRow, Transition } from "../../lambdas/common/history/rows";
import type { ComplianceType, SettledType } from "../../lambdas/common/rule/judgement";

/** A resource after an evaluation. */
export interface ResourceState {
  /** What it was closed with: the next evaluation is the first of another resource of that name. */
  readonly isGone?: true;
  readonly isUnreadable?: boolean;
  /** The last verdict that was one. */
  readonly settled?: SettledType;
  readonly openSince?: string;
  readonly acceptedBy?: string;
}

type Standing = "unknown" | "passes" | "fails" | "accepted";

/** How it stood → how it stands → what that is called, of a resource that could be read both times. */
const TRANSITIONS: Record<Standing, Record<Exclude<Standing, "unknown">, Transition>> = {
  unknown: { passes: "ongoing", fails: "opened", accepted: "opened" },
  passes: { passes: "ongoing", fails: "opened", accepted: "opened" },
  fails: { passes: "resolved", fails: "ongoing", accepted: "ongoing" },
  accepted: { passes: "resolved", fails: "opened", accepted: "ongoing" },
};

/** The state after an evaluation, and what the row calls the way there. */
export function nextState(
  known: ResourceState | undefined,
  next: {
    readonly verdict: ComplianceType;
    readonly instant: string;
    readonly acceptedBy: string | undefined;
  },
): { readonly state: ResourceState; readonly transition: Transition } {
  const before = known?.isGone ? undefined : known;
  const { verdict, instant, acceptedBy } = next;
  if (verdict === "ERROR") {
    const transition = before === undefined ? "first-seen" : before.isUnreadable ? "ongoing" : "errored";
    return { state: { ...before, isUnreadable: true }, transition };
  }
  const state: ResourceState =
    verdict === "NON_COMPLIANT"
      ? {
          settled: verdict,
          openSince: before?.openSince ?? instant,
          ...(acceptedBy !== undefined && { acceptedBy }),
        }
      : { settled: verdict };
  if (before === undefined) return { state, transition: "first-seen" };
  const stands = verdict !== "NON_COMPLIANT" ? "passes" : acceptedBy === undefined ? "fails" : "accepted";
  const transition = TRANSITIONS[standing(before)][stands];
  return { state, transition: transition === "ongoing" && before.isUnreadable ? "recovered" : transition };
}

function standing({ settled, acceptedBy }: ResourceState): Standing {
  if (settled === undefined) return "unknown";
  if (settled !== "NON_COMPLIANT") return "passes";
  return acceptedBy === undefined ? "fails" : "accepted";
}

/** The columns of a run's row that count its rows, all of which are of one account and Region. */
export function ledgerOf(
  rows: readonly EvaluationRow[],
  where: Pick<EvaluationRow, "region" | "account_id">,
): Pick<RunRow, "ledger" | "opened" | "resolved" | "gone"> {
  const listed = rows.filter((row) => !row.gone);
  const having = (verdict: ComplianceType) => listed.filter((row) => row.compliance_type === verdict);
  const errors = having("ERROR");
  const codes = [...new Set(errors.map((row) => row.error_code ?? "Unknown"))];
  return {
    ledger: [
      {
        ...where,
        listed: listed.length,
        evaluated: having("COMPLIANT").length + having("NON_COMPLIANT").length,
        compliant: having("COMPLIANT").length,
        non_compliant: having("NON_COMPLIANT").length,
        not_applicable: having("NOT_APPLICABLE").length,
        error: errors.length,
        error_codes: Object.fromEntries(
          codes.map((code) => [code, errors.filter((row) => row.error_code === code).length]),
        ),
        excepted: having("NON_COMPLIANT").filter((row) => row.exception_id !== undefined).length,
      },
    ],
    opened: having("NON_COMPLIANT").filter(({ transition }) => ["opened", "first-seen"].includes(transition))
      .length,
    resolved: rows.filter(({ transition }) => transition === "resolved").length,
    gone: rows.length - listed.length,
  };
}
