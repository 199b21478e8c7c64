/**
 * AWS-managed rules: AWS Config evaluates, this brings its results into the history, so that they have
 * transitions, alerts and reports like the custom rules'.
 */

import type { ConfigServiceClient } from "@aws-sdk/client-config-service";
import pMap from "p-map";
import type { Place } from "../../common/deployment/place";
import { recordingRecorder } from "../../common/deployment/recorder";
import type { ReportedRule } from "../../common/deployment/settings";
import type { Trigger } from "../../common/history/rows";
import type { Exception } from "../../common/rule/exceptions";
import type { RunDependencies } from "../../common/runs/dependencies";
import { carryOutRun, type RunOutcome } from "../../common/runs/run";
import type { RunPlan } from "../../common/runs/run-plan";
import type { Judged, ScanEnd } from "../../common/runs/scanned";
import { asError } from "../../common/values/errors";
import { assertCurrent, NeverEvaluated, OutdatedResults, results } from "./results";
import { contextOf } from "./run-context";

/** What the managed rules' results are brought into the history with. */
export interface ManagedRuleDependencies extends RunDependencies {
  readonly config: ConfigServiceClient;
  readonly place: Place;
  readonly exceptions: readonly Exception[];
  /** EventBridge cron expression by which reports, and so imports, are made. */
  readonly reportSchedule: string;
}

/** What a run is made of under one rule. */
export type RuleResults = Pick<RunPlan, "lookedFrom" | "notScanned"> & {
  readonly accounts: readonly string[];
  readonly scanned: AsyncIterable<Judged | ScanEnd>;
};

/** Where the results come from. */
export interface ResultSource {
  /** @throws NeverEvaluated, OutdatedResults; what keeps the results from being had. */
  of(rule: ReportedRule): Promise<RuleResults>;
}

/** The deployment's own account, as AWS Config has it now. */
async function ownAccount(dependencies: ManagedRuleDependencies): Promise<ResultSource> {
  const recorder = await recordingRecorder(dependencies.config);
  return {
    of: async (rule) => {
      await assertCurrent(rule, recorder, dependencies);
      return { accounts: [dependencies.place.accountId], scanned: results(rule, dependencies) };
    },
  };
}

const CONCURRENT_IMPORTS = 8;

/**
 * Brings the newest results of every managed rule into the history, as one run a rule. A rule that AWS
 * Config has not evaluated yet gets no run, as nobody has observed anything, unless there is nothing to evaluate.
 * @param instant ISO-8601; importing at the same instant again changes nothing.
 * @param source the deployment's own account unless given.
 * @throws Error naming the rules whose results could not be had, or are no longer AWS Config's present ones;
 *   the others are imported all the same.
 */
export async function importManagedRules(
  rules: readonly ReportedRule[],
  instant: string,
  trigger: Trigger,
  dependencies: ManagedRuleDependencies,
  source?: ResultSource,
): Promise<void> {
  const managed = managedOf(rules);
  if (managed.length === 0) return;
  const from = source ?? (await ownAccount(dependencies));
  const problems = await pMap(managed, (rule) => importNewest(rule, instant, trigger, from, dependencies), {
    concurrency: CONCURRENT_IMPORTS,
  });
  const named = problems.filter((problem) => problem !== undefined);
  if (named.length > 0) throw new Error(named.join("; "));
}

/** Those rules that AWS Config evaluates. */
export function managedOf(rules: readonly ReportedRule[]): ReportedRule[] {
  return rules.filter(({ kind }) => kind === "managed");
}

/** @returns why the rule could not be imported, if it could not. */
async function importNewest(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  source: ResultSource,
  dependencies: ManagedRuleDependencies,
): Promise<string | undefined> {
  try {
    const status = await importRule(rule, instant, trigger, await source.of(rule), dependencies);
    // Results of before a run that is there already count no more: the report is not made of them.
    return status === "superseded" ? `${rule.name}: a newer run was recorded before this one` : undefined;
  } catch (caught) {
    const error = asError(caught);
    if (error instanceof NeverEvaluated) {
      dependencies.log.warn(error.message, { rule: rule.name });
      return undefined;
    }
    if (error instanceof OutdatedResults) return `${rule.name}: ${error.message}`;
    dependencies.log.error("a managed rule could not be imported", error, { rule: rule.name });
    return `${rule.name}: ${error.name}: ${error.message}`;
  }
}

async function importRule(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  { accounts, scanned, ...ofSource }: RuleResults,
  dependencies: ManagedRuleDependencies,
): Promise<RunOutcome["status"]> {
  const { place, reportSchedule: schedule } = dependencies;
  const plan = {
    ...contextOf(rule, instant, trigger, dependencies, accounts),
    ...ofSource,
    schedule,
    targets: accounts.map((accountId) => ({ accountId, region: place.region })),
    // Whoever asks for a report has not asked for mails.
    sendsDigest: trigger === "sweep",
  };
  return (await carryOutRun(plan, scanned, dependencies)).status;
}
