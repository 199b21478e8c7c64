/**
 * The OCSF form: each evaluation as a Compliance Finding (class 2003), for data lakes and SIEMs
 * (https://schema.ocsf.io/1.5.0/classes/compliance_finding).
 */

import { standardTitle } from "../../common/rule/standards";
import { findingUid, type Requirement, requirementsByRule } from "../content/finding-uid";
import type { ChangeEntry, Report, ResourceEntry, RuleResult } from "../content/report";

/** The version of the schema that the lines follow. */
export const OCSF_VERSION = "1.5.0";

/** What a finding is made from: a state, or what is left of a resource that is gone. */
type Subject = Omit<ResourceEntry, "trigger" | "transition" | "ruleVersion" | "parametersHash"> &
  Partial<Pick<ResourceEntry, "ruleVersion" | "parametersHash">> & { readonly gone: boolean };

const CLASS_UID = 2003;
const PRODUCT = { name: "AWS Compliance Scanner", vendor_name: "AWS Compliance Scanner" };
/** https://schema.ocsf.io/1.5.0/objects/account: type_id 10. */
const AWS_ACCOUNT = { type: "AWS Account", type_id: 10 };

const SEVERITIES = {
  critical: { severity_id: 5, severity: "Critical" },
  high: { severity_id: 4, severity: "High" },
  medium: { severity_id: 3, severity: "Medium" },
  low: { severity_id: 2, severity: "Low" },
} as const;
const INFORMATIONAL = { severity_id: 1, severity: "Informational" } as const;

const COMPLIANCE = {
  COMPLIANT: { status_id: 1, status: "Pass" },
  NON_COMPLIANT: { status_id: 3, status: "Fail" },
  ERROR: { status_id: 0, status: "Unknown" },
  NOT_APPLICABLE: { status_id: 99, status: "Not Applicable" },
} as const;

const ACTIVITIES = { create: [1, "Create"], update: [2, "Update"], close: [3, "Close"] } as const;

/**
 * The report's evaluations as JSON Lines, in pieces: every state, passing ones too, as a consumer learns only from
 * a Pass of the same `finding_info.uid` that a failure has ended, and a closing finding for each resource that went
 * in the period.
 */
export function* renderOcsf(report: Report): Generator<string> {
  const rules = new Map(report.rules.map((rule) => [rule.rule, rule]));
  const requirements = requirementsByRule(report);
  const line = (subject: Subject) =>
    `${JSON.stringify(finding(report, subject, rules.get(subject.rule), requirements.get(subject.rule)))}\n`;
  const gone = lastGone(report.changes);
  for (const entry of report.resources) {
    // One of the same name has come since.
    gone.delete(`${entry.rule} ${entry.resourceId}`);
    yield line({ ...entry, gone: false });
  }
  for (const change of gone.values()) {
    yield line(departed(change, report.source, rules.get(change.rule)));
  }
}

function finding(
  report: Report,
  entry: Subject,
  rule: RuleResult | undefined,
  requirements: readonly Requirement[] = [],
) {
  const { source, period } = report;
  const { complianceType, failingSince, annotation } = entry;
  const isOpen = complianceType === "NON_COMPLIANT" || complianceType === "ERROR";
  const isNew = failingSince === undefined || failingSince > period.from;
  const [activityId, activity] = ACTIVITIES[isOpen ? (isNew ? "create" : "update") : "close"];
  const uid = findingUid(source, entry.rule, entry.resourceId);
  const account = { uid: entry.accountId, ...AWS_ACCOUNT };
  const title = rule?.title ?? entry.rule;
  return {
    category_uid: 2,
    category_name: "Findings",
    class_uid: CLASS_UID,
    class_name: "Compliance Finding",
    type_uid: CLASS_UID * 100 + activityId,
    type_name: `Compliance Finding: ${activity}`,
    activity_id: activityId,
    activity_name: activity,
    time: Date.parse(entry.evaluatedAt),
    message: `${entry.resourceName}: ${annotation}`,
    ...(isOpen ? SEVERITIES[entry.severity] : INFORMATIONAL),
    ...findingStatus(entry, isOpen),
    status_detail: annotation,
    finding_info: {
      uid,
      title,
      desc: annotation,
      types: ["Compliance"],
      created_time: Date.parse(failingSince ?? entry.evaluatedAt),
      modified_time: Date.parse(entry.evaluatedAt),
      last_seen_time: Date.parse(entry.observedAt),
      ...(failingSince !== undefined && { first_seen_time: Date.parse(failingSince) }),
    },
    compliance: {
      control: entry.rule,
      desc: title,
      standards: [...new Set(requirements.map(({ standard }) => standardTitle(standard)))],
      requirements: requirements.map(({ standard, control }) => `${standardTitle(standard)} ${control}`),
      ...COMPLIANCE[complianceType],
      status_detail: annotation,
      ...(entry.errorCode !== undefined && { status_code: entry.errorCode }),
    },
    resources: [
      {
        uid: entry.resourceId,
        name: entry.resourceName,
        type: entry.resourceType,
        region: entry.region,
        cloud_partition: entry.resourceId.split(":")[1] || "aws",
        owner: { account, ...(entry.owner !== undefined && { name: entry.owner }) },
        data: entry.observed,
      },
    ],
    cloud: { provider: "AWS", account, region: entry.region },
    ...(rule !== undefined && { remediation: { desc: rule.remediation } }),
    metadata: {
      version: OCSF_VERSION,
      product: { ...PRODUCT, version: source.programVersion, uid: source.environmentSuffix },
      profiles: ["cloud"],
      uid: `${report.reportId}/${uid}`,
      event_code: entry.rule,
      logged_time: Date.parse(report.generatedAt),
    },
    unmapped: {
      report_id: report.reportId,
      gone: entry.gone,
      ...(entry.exceptionId !== undefined && { exception_id: entry.exceptionId }),
      ...(entry.ruleVersion !== undefined && { rule_version: entry.ruleVersion }),
      ...(entry.parametersHash !== undefined && { parameters_hash: entry.parametersHash }),
    },
  };
}

/** An accepted failure is suppressed; what could not be read is open as long as nobody has seen it pass. */
function findingStatus({ exceptionId }: Subject, isOpen: boolean) {
  if (!isOpen) return { status_id: 4, status: "Resolved" };
  return exceptionId === undefined ? { status_id: 1, status: "New" } : { status_id: 3, status: "Suppressed" };
}

/** Changes are in the order of time. */
function lastGone(changes: readonly ChangeEntry[]): Map<string, ChangeEntry> {
  const gone = new Map<string, ChangeEntry>();
  for (const change of changes) {
    if (change.gone) gone.set(`${change.rule} ${change.resourceId}`, change);
  }
  return gone;
}

/** Account and Region are those of the ARN, or, where it names none, of the deployment. */
function departed(change: ChangeEntry, source: Report["source"], rule: RuleResult | undefined): Subject {
  const [, , , region, account] = change.resourceId.split(":");
  return {
    resourceId: change.resourceId,
    resourceType: change.resourceType,
    resourceName: change.resourceName,
    accountId: account || source.accountId,
    region: region || source.region,
    rule: change.rule,
    severity: rule?.severity ?? "low",
    complianceType: "NOT_APPLICABLE",
    annotation: change.annotation,
    observed: {},
    evaluatedAt: change.at,
    observedAt: change.observedAt,
    gone: true,
  };
}
