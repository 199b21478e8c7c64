/** What the report generator does with each event. */

import type { EvaluationRow } from "../common/history/rows";
import { type OrganizationPlanResult, planOrganization } from "../common/organization-run/plan";
import { organizationOf, readPlan } from "../common/organization-run/run";
import { InvalidInputError } from "../common/values/errors";
import { generateReport, type ReportDependencies } from "./generate";
import { importManagedRules, type ManagedRuleDependencies } from "./managed-rules/import";
import { recordComplianceChange } from "./managed-rules/record-change";
import {
  MANAGED_RULES,
  type ManagedScanDependencies,
  type ManagedScanResult,
  scanManagedRules,
} from "./managed-rules/scan";
import { scannedResults } from "./managed-rules/scanned-results";
import type { ReportResult } from "./report-files";
import type { ReportQuestion, ReportRequest } from "./request/event";

/** What the report generator works with. */
export interface ReportGenerator {
  readonly managed: ManagedRuleDependencies & ManagedScanDependencies;
  readonly report: ReportDependencies;
}

/** A report without its findings, for which a state of Step Functions may have no room. */
export type ClosedReport = Omit<ReportResult, "findings">;

/** What the report generator answers; Lambda returns it to whoever invoked the function. */
export type ReportAnswer =
  | ReportResult
  | ClosedReport
  | EvaluationRow
  | OrganizationPlanResult
  | ManagedScanResult
  | undefined;

/**
 * Answers one event.
 * @throws what kept the event from being answered in full.
 */
export async function answer(generator: ReportGenerator, request: ReportRequest): Promise<ReportAnswer> {
  const { managed, report } = generator;
  const { rules } = report.settings;
  switch (request.kind) {
    case "compliance-change":
      return recordComplianceChange(request.event, rules, managed);
    case "plan":
      return planOrganization({ rule: { name: MANAGED_RULES } }, request, managed);
    case "scan":
      return scanManagedRules(rules, request, managed);
    case "close":
      return close(generator, request.instant);
    default:
      return generateReport(managed.organization ? withoutImport(report, request) : report, request);
  }
}

/**
 * A report on demand of an organization is made of what the history has: a run over this account alone would be the
 * rules' last one, and every member's resources would be missing in it.
 * @throws InvalidInputError for a scheduled report, which the state machine makes.
 */
function withoutImport(report: ReportDependencies, { kind }: ReportQuestion): ReportDependencies {
  if (kind === "on-demand") return { ...report, importManagedRules: async () => {} };
  throw new InvalidInputError(
    "scheduled reports of an organization are made by the state machine: start an execution of it",
  );
}

/**
 * Brings what the scans left into the history, one run a rule, and makes the report: of the chain when it was the
 * schedule that planned, on demand otherwise.
 * @throws InvalidInputError when the run was not planned; whatever kept the report from being made.
 */
async function close({ managed, report }: ReportGenerator, instant: string): Promise<ClosedReport> {
  const organization = organizationOf(managed);
  const plan = await readPlan(organization, MANAGED_RULES, instant);
  const source = scannedResults(plan, organization, managed.place);
  const importing: ReportDependencies = {
    ...report,
    importManagedRules: (_, trigger) =>
      importManagedRules(report.settings.rules, instant, trigger, managed, source),
  };
  const { findings: _, ...made } = await generateReport(
    importing,
    plan.trigger === "sweep"
      ? { kind: "scheduled", time: instant, eventId: plan.eventId ?? instant }
      : { kind: "on-demand" },
  );
  return made;
}
