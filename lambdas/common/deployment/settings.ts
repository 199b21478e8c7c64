/**
 * The settings that the program ships inside each function's archive as `settings.json`: unlike
 * environment variables they have no 4 KB limit, and a changed setting is a changed archive.
 */

import type { OrganizationSettings } from "../organization/settings";
import type { Exception } from "../rule/exceptions";
import type { Controls, Severity } from "../rule/rule";
import type { DiscoveryScope } from "../rule/scope";
import type { StandardId } from "../rule/standards";

/** `settings.json` of an evaluator. */
export interface EvaluatorSettings<Parameters> {
  readonly parameters: Parameters;
  readonly severity: Severity;
  readonly discoveryScope: DiscoveryScope;
  /** Key of the tag that names a resource's owner. */
  readonly ownerTag?: string;
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
  /** How often AWS Config evaluates a managed rule besides, or instead, of at changes. */
  readonly maximumExecutionFrequency?: Frequency;
  /** The types of resources at whose changes AWS Config evaluates a managed rule, and those that custom rules list. */
  readonly resourceTypes?: readonly string[];
}

/** How often AWS Config can be had to evaluate a rule → hours. */
export const FREQUENCY_HOURS = {
  One_Hour: 1,
  Three_Hours: 3,
  Six_Hours: 6,
  Twelve_Hours: 12,
  TwentyFour_Hours: 24,
} as const;

/** AWS Config's word for how often. */
export type Frequency = keyof typeof FREQUENCY_HOURS;

/** A standard that the stack's settings chose, with every control of it that is listed. */
export interface ReportedStandard {
  readonly standard: StandardId;
  readonly title: string;
  /** Which of the standard's controls are listed. */
  readonly scope: string;
  /** What there is to know of the rules' parameters. */
  readonly notes: readonly string[];
  readonly controls: readonly ReportedControl[];
}

/** One control of a standard, and the rules of this deployment that answer it. */
export interface ReportedControl {
  readonly control: string;
  readonly title: string;
  /** Of the CIS benchmarks. */
  readonly level?: 1 | 2;
  /** None where it is not checked here. */
  readonly rules: readonly string[];
  /** Who says that these rules support it. */
  readonly source?: string;
  /** What the rules do not see of it. */
  readonly partly?: string;
  /** Given where it has no rules. */
  readonly whyNotChecked?: string;
}

/** Standard → number of a control → its title. */
export type ControlTitles = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What reports are made by. */
export interface ReportSettings {
  readonly rules: readonly ReportedRule[];
  readonly exceptions: readonly Exception[];
  /** The chosen ones; reports from before there were any have none. */
  readonly standards?: readonly ReportedStandard[];
  /** Standard → number of a control that a rule supports → what it asks for, as far as that is known. */
  readonly controlTitles?: ControlTitles;
  /** Of the custom rules; not in the settings that were kept before this was. */
  readonly discoveryScope?: DiscoveryScope;
  /** EventBridge cron expressions, UTC. */
  readonly evaluationSchedule: string;
  readonly reportSchedule: string;
  /** Whether findings go to AWS Security Hub; absent when they do not. */
  readonly securityHub?: true;
  /** `version` of package.json. */
  readonly programVersion: string;
}

/** `settings.json` of the report generator: what reports are made by, and whose accounts' managed rules it reads. */
export type ReportGeneratorSettings = ReportSettings & { readonly organization?: OrganizationSettings };
