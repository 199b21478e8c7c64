import type { ComplianceType } from "../rule/judgement";
import type { EvaluationRow, Transition } from "./rows";

/** What the next evaluation of a resource under the same rule is compared with. */
export type ComparedState = Pick<
  EvaluationRow,
  "compliance_type" | "settled_type" | "open_since" | "exception_id" | "gone"
> & {
  /** ISO-8601 instant of that evaluation. */
  readonly instant: string;
};

/** What evaluations are judged by. */
type Standard = Pick<EvaluationRow, "parameters_hash" | "rule_version">;

/** What is remembered of a resource's previous evaluation under the same rule. */
export type PreviousState = ComparedState & Standard;

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
export function compare(previous: ComparedState | undefined, next: NextState): Comparison {
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
  before: ComparedState | undefined,
  failedBefore: boolean,
  exceptionId: string | undefined,
): Transition {
  if (!before) return "first-seen";
  const exceptionEnded = before.exception_id !== undefined && exceptionId === undefined;
  if (!failedBefore || exceptionEnded) return "opened";
  return before.compliance_type === "ERROR" ? "recovered" : "ongoing";
}

function transitionToPassing(before: ComparedState | undefined, failedBefore: boolean): Transition {
  if (!before) return "first-seen";
  if (failedBefore) return "resolved";
  return before.compliance_type === "ERROR" ? "recovered" : "ongoing";
}

/** The part of a row that the next evaluation is compared with. */
export function stateOf(row: EvaluationRow, instant: string): PreviousState {
  const { compliance_type, settled_type, open_since, exception_id, gone, parameters_hash, rule_version } =
    row;
  return {
    compliance_type,
    settled_type,
    open_since,
    exception_id,
    gone,
    parameters_hash,
    rule_version,
    instant,
  };
}

/** Whether two evaluations, or runs, judged by the same parameters and the same version of the rule. */
export function isSameStandard(
  { parameters_hash, rule_version }: Standard,
  other: Standard | undefined,
): boolean {
  return other?.parameters_hash === parameters_hash && other.rule_version === rule_version;
}

type Failing = Pick<EvaluationRow, "compliance_type" | "exception_id">;

/** Whether it failed, and no exception covers that. */
export function isOpenFailure(state: Failing | undefined): boolean {
  return state?.compliance_type === "NON_COMPLIANT" && state.exception_id === undefined;
}

/** Whether a failure that no exception covers is open, though it may be unreadable by now. */
export function isOpen(state: ComparedState | undefined): boolean {
  return state?.settled_type === "NON_COMPLIANT" && state.exception_id === undefined && !state.gone;
}

/** Whether it failed and did not before, as far as was known. */
export function isNewFailure(row: Failing & Pick<EvaluationRow, "transition">): boolean {
  return isOpenFailure(row) && (row.transition === "opened" || row.transition === "first-seen");
}

/**
 * Whether an evaluation is drift that somebody must hear of at once: a failure that no exception covers and
 * that was not there before. Judged by other parameters than the last run, a failure is drift only if the resource
 * passed by these: what the new ones alone make fail did not change.
 * @param previous the state before it, if there is one.
 * @param baseline the rule's last complete run before it: until there is one nothing is known to have been
 *   otherwise, and AWS Config evaluates everything that exists when a rule is created.
 */
export function isDrift(
  row: Failing & Standard & Pick<EvaluationRow, "transition">,
  previous: PreviousState | undefined,
  baseline: Standard | undefined,
): boolean {
  if (!baseline || !isNewFailure(row)) return false;
  return isSameStandard(row, baseline) || passedBy(row, previous);
}

function passedBy(standard: Standard, previous: PreviousState | undefined): boolean {
  if (!previous || previous.gone || previous.settled_type === undefined) return false;
  const passed = previous.settled_type !== "NON_COMPLIANT" || previous.exception_id !== undefined;
  return passed && isSameStandard(standard, previous);
}
