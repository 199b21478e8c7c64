/**
 * The settings that the program ships inside each function's archive as `settings.json`: unlike
 * environment variables they have no 4 KB limit, and a changed setting is a changed archive.
 */

import type { OrganizationSettings } from "../organization/settings";
import type { Exception } from "../rule/exceptions";
import type { Controls, Severity } from "../rule/rule";
import type { DiscoveryScope } from "../rule/scope";

/** `settings.json` of an evaluator. */
export interface EvaluatorSettings<Parameters> {
  readonly parameters: Parameters;
  readonly severity: Severity;
  readonly discoveryScope: DiscoveryScope;
  readonly exceptions: readonly Exception[];
  /** EventBridge cron expression of the sweeps, UTC. */
  readonly evaluationSchedule: string;
  /** Regions that are scanned, or every one that is enabled in the account; the home Region alone if left out. */
  readonly regions?: ScannedRegions;
  /** Every account of it is scanned, in these Regions; the deployment's own account alone if left out. */
  readonly organization?: OrganizationSettings;
}

/** Regions by their names, or every one that is enabled in the account when a run begins. */
export type ScannedRegions = readonly string[] | "all";

/** A rule as the report generator needs to know it. */
export interface ReportedRule {
  readonly name: string;
  readonly kind: "custom" | "managed";
  /** Managed rules: AWS's identifier, such as `IAM_PASSWORD_POLICY`. */
  readonly identifier?: string;
  /** The AWS Config rule's name in this deployment. */
  readonly configRuleName: string;
  readonly severity: Severity;
  readonly title: string;
  readonly remediation: string;
  /** Controls the rule supports, by standard. */
  readonly controls: Controls;
  /** What the rule is evaluated with; its hash goes into every row. */
  readonly parameters: object;
  /** Managed rules that AWS Config evaluates at intervals; the others it evaluates at changes. */
  readonly maximumExecutionFrequency?: "Six_Hours";
  /** The types of resources at whose changes AWS Config evaluates the others. */
  readonly resourceTypes?: readonly string[];
}

/** `settings.json` of the report generator. */
export interface ReportSettings {
  readonly rules: readonly ReportedRule[];
  readonly exceptions: readonly Exception[];
  /** EventBridge cron expressions, UTC. */
  readonly evaluationSchedule: string;
  readonly reportSchedule: string;
  /** `version` of package.json. */
  readonly programVersion: string;
}
