/** The report: one model that JSON, CSV and HTML are rendered from. report.schema.json describes its JSON. */

import type { Transition, Trigger } from "../../common/history/rows";
import type { ComplianceType, Observed, SettledType } from "../../common/rule/judgement";
import type { Severity } from "../../common/rule/rule";
import type { ControlEntry } from "../figures/controls";
import type { PlaceCoverage } from "../figures/coverage";
import type { ExceptionEntry } from "../figures/exceptions";
import type { FailingInterval, ResolutionTimes } from "../figures/intervals";
import type { RunEntry } from "../figures/runs";
import type { Attestation } from "../figures/schedule";
import type { Tally } from "../figures/scores";
import type { StandardResult } from "../figures/standards";
import type { RulesAdded, TrendPoint } from "../figures/trend";
import type { Period } from "../request/period";

/** Rises with every change of the JSON report's shape; the first number when readers have to change. */
export const SCHEMA_VERSION = "1.1";

/** One resource under one rule as it stood at the end of the period, with the evidence the verdict rests on. */
export interface ResourceEntry {
  /** ARN. */
  readonly resourceId: string;
  readonly resourceType: string;
  readonly resourceName: string;
  readonly accountId: string;
  readonly region: string;
  /** By the tag that the setting ownerTag names. */
  readonly owner?: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly complianceType: ComplianceType;
  readonly annotation: string;
  /** Values read from the API. */
  readonly observed: Observed;
  readonly errorCode?: string;
  /** The last verdict that was not ERROR. */
  readonly settledType?: SettledType;
  readonly failingSince?: string;
  readonly exceptionId?: string;
  /** The instant of the event that the evaluation belongs to. */
  readonly evaluatedAt: string;
  /** When the resource was really read; of a managed rule, when AWS Config recorded its result. */
  readonly observedAt: string;
  readonly trigger: Trigger;
  readonly transition: Transition;
  readonly ruleVersion: string;
  readonly parametersHash: string;
}

/** A change of state in the period. */
export interface ChangeEntry {
  readonly at: string;
  readonly observedAt: string;
  readonly resourceId: string;
  readonly resourceType: string;
  readonly resourceName: string;
  readonly rule: string;
  readonly transition: Transition;
  readonly complianceType: ComplianceType;
  readonly annotation: string;
  readonly gone: boolean;
  readonly exceptionId?: string;
  /** It is of the time before the period, and was observed after the previous report had been made. */
  readonly arrivedLate: boolean;
}

/** One rule's result at the end of the period; `result` is null while it has had no complete run. */
export interface RuleResult {
  readonly rule: string;
  readonly title: string;
  readonly kind: "custom" | "managed";
  readonly configRuleName: string;
  readonly severity: Severity;
  readonly remediation: string;
  /** What the rule is evaluated with. */
  readonly parameters: object;
  /** The kinds of resources that the rule looks at, and those that it found. */
  readonly resourceTypes: readonly string[];
  readonly result: Tally | null;
  /** The complete run that the state starts from, and how many later evaluations were laid over it. */
  readonly stateFrom: { readonly run: string; readonly laterEvaluations: number } | null;
  /** Failures that began in the period after the rule's first evaluation. */
  readonly opened: number;
  /** Failures that the rule's first evaluation found, if that lies in the period: when they began nobody knows. */
  readonly foundFailing: number;
  readonly timeToResolve: ResolutionTimes;
}

/** A group of evaluations, such as an account's. */
export interface GroupResult extends Tally {
  readonly name: string;
}

/** The first screen. Its coverage is null while a rule has not been evaluated: what is missing has no size yet. */
export interface Summary extends Tally {
  /** Distinct resources; one under several rules counts once here and once a rule in the tallies. */
  readonly resources: number;
  /** Resources that could not be read and failed, unaccepted, when they last could; part of error. */
  readonly lastSeenFailing: number;
  readonly rules: number;
  readonly rulesNotEvaluated: number;
  /** Failing and not accepted, by the severity of the rule. */
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Failures that began in the period, those that a rule's first evaluation found in it, and those that ended. */
  readonly opened: number;
  readonly foundFailing: number;
  readonly timeToResolve: ResolutionTimes;
  readonly sweeps: {
    readonly expected: number;
    readonly onTime: number;
    readonly late: number;
    readonly missing: number;
  };
}

/** Which link of the chain of scheduled reports this is, or which one was the last when it was made. */
export interface ChainPosition {
  /** null: on demand, not part of the chain. */
  readonly sequence: number | null;
  readonly previous: { readonly sequence: number; readonly manifestSha256: string } | null;
}

/** What is otherwise than the last scheduled report that ended by then said. */
export interface SinceLastReport {
  readonly reportId: string;
  readonly sequence: number;
  /** The end of its period. */
  readonly to: string;
  readonly score: number | null;
  /** Failing and not accepted, as that report counted them. */
  readonly failing: number;
  /** Failures, accepted or not, that began or were found since and go on. */
  readonly newlyFailing: number;
  /** Failures that ended since; null when this report's period begins later. */
  readonly resolved: number | null;
}

/** What was looked at, and what was not. */
export interface Scope {
  /** Where the runs looked that the state is of. */
  readonly places: readonly {
    readonly accountId: string;
    readonly region: string;
    readonly rules: readonly string[];
  }[];
  readonly resourceTypes: readonly { readonly resourceType: string; readonly rules: readonly string[] }[];
  /** A sentence each. */
  readonly notSeen: readonly string[];
}

/** A seeded random sample of the evaluations at the end of the period. */
export interface SamplePack {
  readonly size: number;
  readonly seed: string;
  readonly population: number;
  readonly method: string;
  readonly evaluations: readonly ResourceEntry[];
}

/** Everything a report says. Coverage and the last three lists can be long and are rendered one entry at a time. */
export interface Report {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly reportId: string;
  readonly kind: "scheduled" | "on-demand";
  readonly generatedAt: string;
  readonly period: Period;
  readonly source: {
    readonly environmentSuffix: string;
    readonly accountId: string;
    readonly region: string;
    /** Of the program that made the report. */
    readonly programVersion: string;
    /** SHA-256 (hex) of the settings that were in force at the end of the period, as canonical JSON. */
    readonly parametersHash: string;
  };
  readonly chain: ChainPosition;
  readonly findings: readonly Finding[];
  readonly summary: Summary;
  /** null while there is no scheduled report to compare with. */
  readonly sinceLastReport: SinceLastReport | null;
  readonly scope: Scope;
  /** The gravest first. */
  readonly rules: readonly RuleResult[];
  readonly byResourceType: readonly GroupResult[];
  readonly byAccount: readonly GroupResult[];
  readonly byRegion: readonly GroupResult[];
  readonly trend: {
    readonly from: string;
    readonly overall: readonly TrendPoint[];
    /** Where the overall score moves because it is of more rules. */
    readonly rulesAdded: readonly RulesAdded[];
    readonly byRule: Readonly<Record<string, readonly TrendPoint[]>>;
  };
  readonly schedule: readonly Attestation[];
  readonly runs: readonly RunEntry[];
  /** By rule, account and Region. */
  readonly coverage: readonly PlaceCoverage[];
  readonly exceptions: readonly ExceptionEntry[];
  /** The chosen ones, each with all of its listed controls. */
  readonly standards: readonly StandardResult[];
  readonly controls: readonly ControlEntry[];
  readonly sample: SamplePack | null;
  readonly resources: readonly ResourceEntry[];
  readonly changes: readonly ChangeEntry[];
  readonly failures: readonly FailingInterval[];
}

/**
 * A statement about the report's own completeness. `gap`: something was not seen; `warning`: something needs
 * attention; `note`: something to know when comparing with other reports.
 */
export interface Finding {
  readonly level: "gap" | "warning" | "note";
  readonly code:
    | "not-evaluated"
    | "nothing-evaluated"
    | "rows-missing"
    | "state-stale"
    | "import-failed"
    | "coverage-incomplete"
    | "run-coverage-incomplete"
    | "sweep-missing"
    | "sweep-late"
    | "exception-expiring"
    | "exception-expired"
    | "exception-broad"
    | "exception-self-approved"
    | "rule-removed"
    | "parameters-changed"
    | "schedule-changed"
    | "arrived-late";
  /** The rules it is about; all of them when absent. */
  readonly rules?: readonly string[];
  /** One sentence for people. */
  readonly text: string;
}
