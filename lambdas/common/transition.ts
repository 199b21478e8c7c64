import type { ComplianceType, EvaluationRow, RunRow, Transition } from "./evaluation";

/** What is remembered of a resource's previous evaluation under the same rule. */
export type PreviousState = Pick<
  EvaluationRow,
  "compliance_type" | "settled_type" | "open_since" | "exception_id" | "gone"
> & {
  /** ISO-8601 instant of that evaluation. */
  readonly instant: string;
};

/** The evaluation that is compared with the previous one. */
export interface NextState {
  readonly complianceType: ComplianceType;
  /** ISO-8601 instant since which it is so, if it is new. */
  readonly instant: string;
  /** The exception that covers a failure of this resource now. */
  readonly exceptionId?: string;
}

/** The columns of a row that follow from the previous evaluation. */
export type Comparison = Pick<EvaluationRow, "transition" | "settled_type" | "open_since" | "exception_id">;

/**
 * Compares an evaluation with the previous one. ERROR settles nothing: it keeps the last verdict and the
 * failure that is open, so that a resource unreadable for a while neither resolves nor opens anything.
 */
export function compare(previous: PreviousState | undefined, next: NextState): Comparison {
  const before = previous?.gone ? undefined : previous;
  const failedBefore = before?.settled_type === "NON_COMPLIANT";
  const { complianceType, instant, exceptionId } = next;

  if (complianceType === "ERROR") {
    return {
      transition: !before ? "first-seen" : before.compliance_type === "ERROR" ? "ongoing" : "errored",
      settled_type: before?.settled_type,
      open_since: before?.open_since,
      exception_id: before?.exception_id,
    };
  }
  if (complianceType === "NON_COMPLIANT") {
    return {
      transition: transitionToFailing(before, failedBefore, exceptionId),
      settled_type: complianceType,
      open_since: (failedBefore && before?.open_since) || instant,
      exception_id: exceptionId,
    };
  }
  return { transition: transitionToPassing(before, failedBefore), settled_type: complianceType };
}

function transitionToFailing(
  before: PreviousState | undefined,
  failedBefore: boolean,
  exceptionId: string | undefined,
): Transition {
  if (!before) return "first-seen";
  const exceptionEnded = before.exception_id !== undefined && exceptionId === undefined;
  if (!failedBefore || exceptionEnded) return "opened";
  return before.compliance_type === "ERROR" ? "recovered" : "ongoing";
}

function transitionToPassing(before: PreviousState | undefined, failedBefore: boolean): Transition {
  if (!before) return "first-seen";
  if (failedBefore) return "resolved";
  return before.compliance_type === "ERROR" ? "recovered" : "ongoing";
}

/** The part of a row that the next evaluation is compared with. */
export function stateOf(row: EvaluationRow, instant: string): PreviousState {
  const { compliance_type, settled_type, open_since, exception_id, gone } = row;
  return { compliance_type, settled_type, open_since, exception_id, gone, instant };
}

/** Whether an evaluation, or a run, judged by the same parameters and the same version of the rule as a run. */
export function isSameStandard(
  { parameters_hash, rule_version }: Pick<EvaluationRow, "parameters_hash" | "rule_version">,
  run: RunRow | undefined,
): boolean {
  return run?.parameters_hash === parameters_hash && run.rule_version === rule_version;
}

/**
 * Whether an evaluation is drift that somebody must hear of at once: a failure that no exception covers and
 * that was not there before.
 * @param hasBaseline whether the rule has had a complete run before, by the same standard: until then nothing
 *   is known to have been otherwise, and AWS Config evaluates everything that exists when a rule is created.
 */
export function isDrift(
  row: Pick<EvaluationRow, "compliance_type" | "transition" | "exception_id">,
  hasBaseline: boolean,
): boolean {
  const isNew = row.transition === "opened" || row.transition === "first-seen";
  return hasBaseline && isNew && row.compliance_type === "NON_COMPLIANT" && row.exception_id === undefined;
}
