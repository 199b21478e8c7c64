/**
 * Evaluations as AWS Security Hub takes them, in its Security Finding Format
 * (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html).
 */

import type { AwsSecurityFinding, ComplianceStatus } from "@aws-sdk/client-securityhub";
import type { Severity } from "../../common/rule/rule";
import { standardTitle } from "../../common/rule/standards";
import { findingUid, type Requirement } from "../content/finding-uid";
import type { Report, ResourceEntry, RuleResult } from "../content/report";

/** Why, of a resource, Security Hub has a finding: what it takes to say later that it is gone. */
export interface Subject {
  readonly rule: string;
  readonly resourceId: string;
  readonly resourceType: string;
}

const COMPLIANCE: Record<ResourceEntry["complianceType"], ComplianceStatus> = {
  COMPLIANT: "PASSED",
  NON_COMPLIANT: "FAILED",
  ERROR: "WARNING",
  NOT_APPLICABLE: "NOT_AVAILABLE",
};
const SEVERITIES = {
  critical: "CRITICAL",
  high: "HIGH",
  medium: "MEDIUM",
  low: "LOW",
} as const satisfies Record<Severity, string>;
/** https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html; any other is `Other`. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  "AWS::EC2::Instance": "AwsEc2Instance",
  "AWS::IAM::Policy": "AwsIamPolicy",
  "AWS::IAM::User": "AwsIamUser",
  "AWS::RDS::DBCluster": "AwsRdsDbCluster",
  "AWS::RDS::DBInstance": "AwsRdsDbInstance",
  "AWS::S3::Bucket": "AwsS3Bucket",
  "AWS::::Account": "AwsAccount",
};
/** Characters and entries that the format allows. */
const LIMITS = { title: 256, description: 1024, remediation: 512, requirements: 32 };

/** The product that findings of one's own belong to; the account that imports them is the one they are of. */
export function productArn({ accountId, region }: Pick<Report["source"], "accountId" | "region">): string {
  return `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`;
}

/**
 * The finding of a resource under a rule.
 * @param entry its state; undefined when it is gone, which archives the finding
 */
export function asffFinding(
  report: Report,
  { rule, resourceId, resourceType }: Subject,
  entry: ResourceEntry | undefined,
  result: RuleResult | undefined,
  requirements: readonly Requirement[],
): AwsSecurityFinding {
  const { source, generatedAt } = report;
  const [, partition = ""] = resourceId.split(":");
  const isOpen = entry?.complianceType === "NON_COMPLIANT" || entry?.complianceType === "ERROR";
  const related = requirements.map(({ standard, control }) => `${standardTitle(standard)} ${control}`);
  const severity = isOpen ? SEVERITIES[entry.severity] : "INFORMATIONAL";
  const types = ["Software and Configuration Checks/AWS Security Best Practices"];
  const observed = entry?.observedAt ?? generatedAt;
  return {
    SchemaVersion: "2018-10-08",
    Id: findingUid(source, rule, resourceId),
    ProductArn: productArn(source),
    ProductName: "Default",
    GeneratorId: rule,
    AwsAccountId: source.accountId,
    Types: types,
    CreatedAt: entry?.failingSince ?? generatedAt,
    // Security Hub takes an update only when it is of a later time than the last.
    UpdatedAt: generatedAt,
    ...(entry?.failingSince !== undefined && { FirstObservedAt: entry.failingSince }),
    LastObservedAt: observed,
    Severity: { Label: severity },
    FindingProviderFields: { Severity: { Label: severity }, Types: types },
    Title: (result?.title ?? rule).slice(0, LIMITS.title),
    Description: (entry?.annotation || "The resource is gone.").slice(0, LIMITS.description),
    ...(result !== undefined && {
      Remediation: { Recommendation: { Text: result.remediation.slice(0, LIMITS.remediation) } },
    }),
    ProductFields: { report: report.reportId, ...(entry && { resourceAccount: entry.accountId }) },
    Resources: [
      {
        Id: resourceId,
        Type: RESOURCE_TYPES[resourceType] ?? "Other",
        Partition: partition === "aws-cn" || partition === "aws-us-gov" ? partition : "aws",
        Region: entry?.region ?? source.region,
      },
    ],
    Compliance: {
      Status: COMPLIANCE[entry?.complianceType ?? "NOT_APPLICABLE"],
      ...(related.length > 0 && { RelatedRequirements: related.slice(0, LIMITS.requirements) }),
    },
    Workflow: { Status: isOpen ? (entry.exceptionId === undefined ? "NEW" : "SUPPRESSED") : "RESOLVED" },
    RecordState: entry === undefined ? "ARCHIVED" : "ACTIVE",
  };
}
