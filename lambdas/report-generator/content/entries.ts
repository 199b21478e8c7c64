/** History rows in the report's words, and the order in which a reader wants them. */

import { instantOf } from "../../common/history/keys";
import type { EvaluationRow } from "../../common/history/rows";
import type { Severity } from "../../common/rule/rule";
import { compareText } from "../../common/values/text";
import type { FailureRow } from "../figures/intervals";
import type { Interner } from "./interner";
import type { ChangeEntry, ResourceEntry, RuleResult } from "./report";

/**
 * An evaluation with its evidence.
 * @param expired ids of exceptions that cover nothing any more, whatever a row from before says
 */
export function resourceEntry(
  row: EvaluationRow,
  severity: Severity,
  interner: Interner,
  expired: ReadonlySet<string>,
): ResourceEntry {
  const isExcepted = row.exception_id !== undefined && !expired.has(row.exception_id);
  return {
    resourceId: row.resource_id,
    resourceType: interner.share(row.resource_type),
    resourceName: row.resource_name,
    accountId: interner.share(row.account_id),
    region: interner.share(row.region),
    ...(row.owner !== undefined && { owner: interner.share(row.owner) }),
    rule: interner.share(row.rule),
    severity,
    complianceType: row.compliance_type,
    annotation: interner.share(row.annotation),
    observed: row.observed,
    ...(row.error_code !== undefined && { errorCode: row.error_code }),
    ...(row.settled_type !== undefined && { settledType: row.settled_type }),
    ...(row.open_since !== undefined && { failingSince: interner.share(row.open_since) }),
    ...(isExcepted && { exceptionId: interner.share(row.exception_id) }),
    evaluatedAt: interner.share(instantOf(row.evaluation_timestamp)),
    observedAt: row.observed_at,
    trigger: row.trigger,
    transition: row.transition,
    ruleVersion: interner.share(row.rule_version),
    parametersHash: interner.share(row.parameters_hash),
  };
}

/** A change of state. */
export function changeEntry(row: EvaluationRow, arrivedLate: boolean, interner: Interner): ChangeEntry {
  return {
    at: interner.share(instantOf(row.evaluation_timestamp)),
    observedAt: row.observed_at,
    resourceId: row.resource_id,
    resourceType: interner.share(row.resource_type),
    resourceName: row.resource_name,
    rule: interner.share(row.rule),
    transition: row.transition,
    complianceType: row.compliance_type,
    annotation: interner.share(row.annotation),
    gone: row.gone === true,
    ...(row.exception_id !== undefined && { exceptionId: interner.share(row.exception_id) }),
    arrivedLate,
  };
}

/** As much of a row as the time that failures took is worked out from. */
export function failureRow(row: EvaluationRow, interner: Interner): FailureRow {
  return {
    resource_id: row.resource_id,
    resource_name: row.resource_name,
    resource_type: interner.share(row.resource_type),
    rule: interner.share(row.rule),
    evaluation_timestamp: interner.share(row.evaluation_timestamp),
    compliance_type: row.compliance_type,
    transition: row.transition,
    ...(row.open_since !== undefined && { open_since: interner.share(row.open_since) }),
    ...(row.gone !== undefined && { gone: row.gone }),
  };
}

const SEVERITIES: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };
const VERDICTS = { NON_COMPLIANT: 0, ERROR: 1, COMPLIANT: 3, NOT_APPLICABLE: 4 } as const;

/** Rules by severity; those of one keep their order. */
export function gravestFirst(a: RuleResult, b: RuleResult): number {
  return SEVERITIES[a.severity] - SEVERITIES[b.severity];
}

/** Failing first (the gravest and oldest at the top), then unreadable, accepted, passing and not applicable. */
export function worstFirst(a: ResourceEntry, b: ResourceEntry): number {
  return (
    verdictRank(a) - verdictRank(b) ||
    SEVERITIES[a.severity] - SEVERITIES[b.severity] ||
    compareText(a.failingSince ?? "", b.failingSince ?? "") ||
    compareText(a.rule, b.rule) ||
    compareText(a.resourceId, b.resourceId)
  );
}

/** By time, then rule and resource, so that the same history gives the same bytes. */
export function byTime(a: ChangeEntry, b: ChangeEntry): number {
  return compareText(a.at, b.at) || compareText(a.rule, b.rule) || compareText(a.resourceId, b.resourceId);
}

function verdictRank({ complianceType, exceptionId }: ResourceEntry): number {
  return complianceType === "NON_COMPLIANT" && exceptionId !== undefined ? 2 : VERDICTS[complianceType];
}
