/** What the rules of a report leave behind. */

import type { ReportedRule } from "../../common/deployment/settings";
import type { EvaluationRow } from "../../common/history/rows";
import { CoverageBuilder } from "../figures/coverage";
import type { FailingInterval } from "../figures/intervals";
import type { RunEntry, RunSummary } from "../figures/runs";
import type { Attestation } from "../figures/schedule";
import { TallyBy } from "../figures/scores";
import { resourceEntry } from "./entries";
import type { StaleState } from "./findings";
import { Interner } from "./interner";
import type { ChangeEntry, ResourceEntry, RuleResult } from "./report";
import { ScopeBuilder } from "./scope";

/** What the rules leave behind as they are read one after another. */
export class Fleet {
  readonly interner = new Interner();
  readonly resources: ResourceEntry[] = [];
  readonly changes: ChangeEntry[] = [];
  readonly failures: FailingInterval[] = [];
  readonly rules: RuleResult[] = [];
  readonly runs: RunEntry[] = [];
  readonly schedule: Attestation[] = [];
  readonly coverage = new CoverageBuilder();
  readonly trendRuns = new Map<string, RunSummary[]>();
  /** Rule → the instant of the first run it ever had, or of one before the trend. */
  readonly firstRuns = new Map<string, string>();
  readonly missingRows = new Map<string, number>();
  readonly stale: StaleState[] = [];
  /** Rule → its last run at or before the period's beginning. */
  readonly runsBefore = new Map<string, RunSummary>();
  /** Resources that cannot be read and failed, unaccepted, when they last could. */
  lastSeenFailing = 0;
  readonly bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
  readonly scope = new ScopeBuilder();
  /** Exception id → failures covered. */
  readonly covered = new Map<string, number>();
  readonly byRule = new TallyBy();
  readonly byResourceType = new TallyBy();
  readonly byAccount = new TallyBy();
  readonly byRegion = new TallyBy();

  /** @param expired ids of exceptions that cover nothing any more at the end of the period */
  constructor(private readonly expired: ReadonlySet<string>) {}

  add(row: EvaluationRow, severity: ReportedRule["severity"]): void {
    const entry = resourceEntry(row, severity, this.interner, this.expired);
    this.resources.push(entry);
    const { complianceType, settledType, exceptionId } = entry;
    if (complianceType === "ERROR" && settledType === "NON_COMPLIANT" && exceptionId === undefined) {
      this.lastSeenFailing += 1;
    }
    const isExcepted = exceptionId !== undefined && complianceType === "NON_COMPLIANT";
    if (complianceType === "NON_COMPLIANT" && exceptionId === undefined) this.bySeverity[severity] += 1;
    this.scope.found(entry.rule, entry.resourceType);
    this.byRule.count(entry.rule, complianceType, isExcepted);
    this.byResourceType.count(entry.resourceType, complianceType, isExcepted);
    this.byAccount.count(entry.accountId, complianceType, isExcepted);
    this.byRegion.count(`${entry.accountId} ${entry.region}`, complianceType, isExcepted);
    if (isExcepted) this.covered.set(exceptionId, (this.covered.get(exceptionId) ?? 0) + 1);
  }
}
