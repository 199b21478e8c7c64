/** One rule with its settings in one deployment, and what every kind of event does with it. */

import type { ConfigServiceClient } from "@aws-sdk/client-config-service";
import type { AlertContext } from "../alerts/alert-message";
import type { Target } from "../aws/target";
import type { EvaluatorSettings } from "../deployment/settings";
import type { RowContext } from "../history/row";
import type { EvaluationRow, Trigger } from "../history/rows";
import type { AccountDirectory } from "../organization/accounts";
import type { MemberCredentials } from "../organization/member-roles";
import type { SweepObjects } from "../organization/sweep-objects";
import { RuleExceptions } from "../rule/exceptions";
import { type ComplianceType, type Judgement, unreadable } from "../rule/judgement";
import type { Listed, ReadOptions, ResourceSource, Rule } from "../rule/rule";
import { isInScope } from "../rule/scope";
import type { RunDependencies } from "../runs/dependencies";
import { parametersHash } from "../values/hash";

/** What an evaluator works with. */
export interface EvaluatorDependencies extends RunDependencies {
  readonly config: ConfigServiceClient;
  /** Only where the accounts of an organization are scanned. */
  readonly organization?: OrganizationDependencies;
}

/** What the scan of an organization takes besides. */
export interface OrganizationDependencies {
  readonly directory: AccountDirectory;
  readonly members: MemberCredentials;
  /** What the steps of a run leave for each other. */
  readonly objects: SweepObjects;
}

/** One rule with its settings in one deployment. */
export interface Evaluator<Facts, Parameters> {
  readonly rule: Rule<Facts, Parameters>;
  readonly source: ResourceSource<Facts>;
  readonly settings: EvaluatorSettings<Parameters>;
  readonly environmentSuffix: string;
  /**
   * What is scanned as far as the settings name it, the home Region first; more accounts or Regions are more targets.
   */
  readonly targets: readonly [Target, ...Target[]];
  /** Where the newest report lies, for alerts. */
  readonly reportUri: string;
  /** The same in the AWS console. */
  readonly reportLink: string;
}

/** What was said of one resource. */
export interface ResourceVerdict {
  readonly resource: string;
  readonly complianceType: ComplianceType;
  readonly annotation: string;
}

/** What is answered to an event about single resources. */
export interface ResourcesResult {
  readonly status: "evaluated";
  readonly rule: string;
  readonly resources: readonly ResourceVerdict[];
  readonly notFound: readonly string[];
  /** Of several Regions those that could not be searched: what is not found may be there. */
  readonly notSearched?: readonly {
    readonly account: string;
    readonly region: string;
    readonly error: string;
  }[];
}

/** Whether a resource is in the scope that the settings give. */
export function belongs<Facts, Parameters>(
  { settings, environmentSuffix }: Evaluator<Facts, Parameters>,
  { resource }: Listed<Facts>,
): boolean {
  return isInScope(resource, settings.discoveryScope, environmentSuffix);
}

/** The verdict on a resource, or that it could not be read. */
export function judge<Facts, Parameters>(
  { rule, settings }: Evaluator<Facts, Parameters>,
  listed: Listed<Facts>,
): Judgement {
  return "error" in listed ? unreadable(listed.error) : rule.judge(listed.facts, settings.parameters);
}

/** Only a rule whose scope rests on tags takes the calls to read them where a listing has none. */
export function readOptions<Facts, Parameters>({ settings }: Evaluator<Facts, Parameters>): ReadOptions {
  return { tags: settings.discoveryScope === "environment" };
}

/** What the rows of one event have in common. */
export function rowContext<Facts, Parameters>(
  { rule, settings }: Evaluator<Facts, Parameters>,
  trigger: Trigger,
  instant: string,
): RowContext {
  return {
    rule,
    parametersHash: parametersHash({ ...settings.parameters, discoveryScope: settings.discoveryScope }),
    exceptions: new RuleExceptions(settings.exceptions, rule.name),
    trigger,
    instant,
  };
}

/**
 * What alerts say of the rule, whatever they tell.
 * @param targets what they speak of, if it is more than the settings name.
 */
export function alertContext<Facts, Parameters>(
  { rule, settings, environmentSuffix, targets: named, reportUri, reportLink }: Evaluator<Facts, Parameters>,
  targets: readonly Target[] = named,
): AlertContext {
  return {
    rule: rule.name,
    title: rule.title,
    remediation: rule.remediation,
    severity: settings.severity,
    environmentSuffix,
    accounts: [...new Set(targets.map(({ accountId }) => accountId))],
    regions: [...new Set(targets.map(({ region }) => region))],
    reportUri,
    reportLink,
  };
}

/** A row as the answer names it. */
export function verdictOf({ resource_id, compliance_type, annotation }: EvaluationRow): ResourceVerdict {
  return { resource: resource_id, complianceType: compliance_type, annotation };
}
