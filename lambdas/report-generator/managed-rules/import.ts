/**
 * AWS-managed rules: AWS Config evaluates, this brings its results into the history, so that they have
 * transitions, alerts and reports like the custom rules'.
 */

import {
  type ConfigServiceClient,
  type ConfigurationRecorderStatus,
  DescribeConfigRuleEvaluationStatusCommand,
  type EvaluationResult,
  paginateGetComplianceDetailsByConfigRule,
  paginateGetComplianceDetailsByResource,
  paginateListDiscoveredResources,
  type ResourceKey,
  type ResourceType,
} from "@aws-sdk/client-config-service";
import pMap from "p-map";
import type { AlertContext } from "../../common/alerts/alert-message";
import { alertChange } from "../../common/alerts/drift";
import { newestReportLink, newestReportUri, type Place } from "../../common/deployment/place";
import { recordingRecorder } from "../../common/deployment/recorder";
import { FREQUENCY_HOURS, type Frequency, type ReportedRule } from "../../common/deployment/settings";
import type { RowContext } from "../../common/history/row";
import type { EvaluationRow, Trigger } from "../../common/history/rows";
import { type Exception, RuleExceptions } from "../../common/rule/exceptions";
import type { Judgement } from "../../common/rule/judgement";
import type { RunDependencies } from "../../common/runs/dependencies";
import { carryOutRun } from "../../common/runs/run";
import type { Judged } from "../../common/runs/scanned";
import { recordSingle } from "../../common/runs/single";
import { asError } from "../../common/values/errors";
import { parametersHash } from "../../common/values/hash";
import { type ComplianceChange, parseComplianceChange } from "./compliance-change";
import { identify, KEYS_MOST, keyText } from "./resources";

/** What the managed rules' results are brought into the history with. */
export interface ManagedRuleDependencies extends RunDependencies {
  readonly config: ConfigServiceClient;
  readonly place: Place;
  readonly exceptions: readonly Exception[];
  /** EventBridge cron expression by which reports, and so imports, are made. */
  readonly reportSchedule: string;
}

/** The version of rules that AWS maintains. */
const MANAGED_VERSION = "aws-managed";
const CONCURRENT_IMPORTS = 8;

/**
 * Brings the newest results of every managed rule into the history, as one run a rule. A rule that AWS
 * Config has not evaluated yet gets no run, as nobody has observed anything, unless there is nothing to evaluate.
 * @param instant ISO-8601; importing at the same instant again changes nothing.
 * @throws Error naming the rules whose results could not be had, or are no longer AWS Config's present ones;
 *   the others are imported all the same.
 */
export async function importManagedRules(
  rules: readonly ReportedRule[],
  instant: string,
  trigger: Trigger,
  dependencies: ManagedRuleDependencies,
): Promise<void> {
  const managed = rules.filter(({ kind }) => kind === "managed");
  if (managed.length === 0) return;
  const recorder = await recordingRecorder(dependencies.config);
  const problems = await pMap(
    managed,
    (rule) => importNewest(rule, instant, trigger, recorder, dependencies),
    {
      concurrency: CONCURRENT_IMPORTS,
    },
  );
  const named = problems.filter((problem) => problem !== undefined);
  if (named.length > 0) throw new Error(named.join("; "));
}

/** @returns why the rule could not be imported, if it could not. */
async function importNewest(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  recorder: ConfigurationRecorderStatus | undefined,
  dependencies: ManagedRuleDependencies,
): Promise<string | undefined> {
  try {
    const evaluatedAt = await lastEvaluation(rule, dependencies.config);
    const stale = evaluatedAt && whyStale(rule, evaluatedAt, recorder, dependencies.now());
    if (stale) return `${rule.name}: ${stale}`;
    if (evaluatedAt ?? (await hasNothingToEvaluate(rule, recorder, dependencies)))
      await importRule(rule, instant, trigger, dependencies);
    else dependencies.log.warn("AWS Config has not evaluated the rule yet", { rule: rule.name });
    return undefined;
  } catch (caught) {
    const error = asError(caught);
    dependencies.log.error("a managed rule could not be imported", error, { rule: rule.name });
    return `${rule.name}: ${error.name}: ${error.message}`;
  }
}

async function importRule(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  dependencies: ManagedRuleDependencies,
): Promise<void> {
  const { place, reportSchedule: schedule } = dependencies;
  const plan = {
    ...planOf(rule, instant, trigger, dependencies),
    schedule,
    targets: [place],
    // Whoever asks for a report has not asked for mails.
    sendsDigest: trigger === "sweep",
  };
  await carryOutRun(plan, results(rule, dependencies), dependencies);
}

/** AWS Config has discovered what there is long before. */
const DISCOVERY_MS = 6 * 3_600_000;

/**
 * AWS Config never evaluates a rule for which it has discovered no resource. That is known of a recorder that has
 * recorded for a while.
 */
async function hasNothingToEvaluate(
  { resourceTypes }: ReportedRule,
  recorder: ConfigurationRecorderStatus | undefined,
  { config, now }: ManagedRuleDependencies,
): Promise<boolean> {
  const startedAt = recorder?.lastStartTime;
  if (!resourceTypes || !startedAt || now().getTime() - startedAt.getTime() < DISCOVERY_MS) return false;
  for (const resourceType of resourceTypes) {
    const pages = paginateListDiscoveredResources(
      { client: config },
      { resourceType: resourceType as ResourceType },
    );
    for await (const { resourceIdentifiers = [] } of pages) {
      if (resourceIdentifiers.length > 0) return false;
    }
  }
  return true;
}

async function lastEvaluation(
  { configRuleName }: ReportedRule,
  config: ConfigServiceClient,
): Promise<Date | undefined> {
  const { ConfigRulesEvaluationStatus = [] } = await config.send(
    new DescribeConfigRuleEvaluationStatusCommand({ ConfigRuleNames: [configRuleName] }),
  );
  return ConfigRulesEvaluationStatus[0]?.LastSuccessfulEvaluationTime;
}

/** Why a rule's results are not what AWS Config would say now; undefined when they are. */
function whyStale(
  { maximumExecutionFrequency, resourceTypes }: ReportedRule,
  evaluatedAt: Date,
  recorder: ConfigurationRecorderStatus | undefined,
  now: Date,
): string | undefined {
  const waitsForChanges = resourceTypes !== undefined || maximumExecutionFrequency === undefined;
  if (waitsForChanges && !recorder) {
    return "AWS Config's recorder is not recording, so that changes go unnoticed";
  }
  if (maximumExecutionFrequency === undefined) return undefined;
  const isOld = now.getTime() - evaluatedAt.getTime() > oldestEvaluationMs(maximumExecutionFrequency);
  return isOld ? `AWS Config evaluated it last at ${evaluatedAt.toISOString()}` : undefined;
}

/** One of the evaluations at intervals may be missed, and each takes its time. */
function oldestEvaluationMs(frequency: Frequency): number {
  return (2 * FREQUENCY_HOURS[frequency] + 1) * 3_600_000;
}

/**
 * Records a change of compliance that AWS Config told EventBridge of, and alerts of it. Which verdict it is AWS Config
 * is asked; the event only says where to look, and how new the answer must be.
 * @returns undefined when AWS Config does not know the resource, by now or yet: it is left to the next import.
 * @throws InvalidInputError naming the field that is wrong.
 * @throws Error when AWS Config does not tell now which resource it is, or only what was before the change.
 */
export async function recordComplianceChange(
  event: unknown,
  rules: readonly ReportedRule[],
  dependencies: ManagedRuleDependencies,
): Promise<EvaluationRow | undefined> {
  const change = parseComplianceChange(event, rules, dependencies.place);
  const { rule, key } = change;
  const resource = (await identify([key], dependencies)).get(keyText(key));
  if (!resource) return undefined;
  const lookedAt = dependencies.now().toISOString();
  const result = await newestResult(change, dependencies);
  const recordedAt = result?.ResultRecordedTime?.toISOString() ?? "";
  // A verdict that is newer than the event was not there yet at the event's time.
  const instant = recordedAt > change.instant ? recordedAt : change.instant;
  const said = result && judgement(rule, result.ComplianceType ?? "", result.Annotation);
  const { context, alert } = planOf(rule, instant, "change", dependencies);
  const evaluation = { resource, judgement: said, isLive: false, lookedAt };
  const { row, drift } = await recordSingle(context, evaluation, dependencies);
  if (drift) await alertChange(alert, drift, dependencies);
  return row;
}

const FIRST_WAIT_MS = 500;
const ANSWERS_MOST = 5;

/**
 * The rule's verdict on the resource as AWS Config has it now. An answer that is older than the event's is asked for
 * again, and so is none where the event has one.
 * @returns undefined when there is none.
 * @throws Error when AWS Config goes on with what was before the event.
 */
async function newestResult(
  { rule, key, recordedAt }: ComplianceChange,
  { config, sleep }: ManagedRuleDependencies,
): Promise<EvaluationResult | undefined> {
  for (let answer = 1; ; answer++) {
    const result = await resultOf(rule, key, config);
    const isBehind = recordedAt !== undefined && (!result || isOlder(result, recordedAt));
    if (!isBehind) return result;
    if (answer === ANSWERS_MOST) {
      // Between the event and now the resource may have left the rule's scope: no verdict is an answer, too.
      if (!result) return undefined;
      throw new Error(`AWS Config still tells the verdict on ${keyText(key)} from before ${recordedAt}`);
    }
    await sleep(FIRST_WAIT_MS * 2 ** (answer - 1));
  }
}

async function resultOf(
  { configRuleName }: ReportedRule,
  { resourceType, resourceId }: ResourceKey,
  config: ConfigServiceClient,
): Promise<EvaluationResult | undefined> {
  const pages = paginateGetComplianceDetailsByResource(
    { client: config },
    { ResourceType: resourceType, ResourceId: resourceId },
  );
  for await (const { EvaluationResults = [] } of pages) {
    const found = EvaluationResults.find(
      ({ EvaluationResultIdentifier }) =>
        EvaluationResultIdentifier?.EvaluationResultQualifier?.ConfigRuleName === configRuleName,
    );
    if (found) return found;
  }
  return undefined;
}

/** To the second: the event and the answer may be rounded otherwise. */
function isOlder({ ResultRecordedTime }: EvaluationResult, recordedAt: string): boolean {
  const seconds = (instant: Date) => Math.floor(instant.getTime() / 1000);
  return ResultRecordedTime !== undefined && seconds(ResultRecordedTime) < seconds(new Date(recordedAt));
}

/** A rule's results, but for resources that AWS Config does not know. */
async function* results(rule: ReportedRule, dependencies: ManagedRuleDependencies): AsyncGenerator<Judged> {
  const { config } = dependencies;
  const pages = paginateGetComplianceDetailsByConfigRule(
    { client: config, pageSize: KEYS_MOST },
    { ConfigRuleName: rule.configRuleName },
  );
  for await (const { EvaluationResults = [] } of pages) {
    const keyed = EvaluationResults.map((result) => ({ result, key: keyOf(result) }));
    const identities = await identify(
      keyed.map(({ key }) => key),
      dependencies,
    );
    for (const { result, key } of keyed) {
      const resource = identities.get(keyText(key));
      if (!resource) continue;
      yield {
        resource,
        judgement: judgement(rule, result.ComplianceType ?? "", result.Annotation),
        observedAt: result.ResultRecordedTime?.toISOString(),
      };
    }
  }
}

function keyOf({ EvaluationResultIdentifier }: EvaluationResult): ResourceKey {
  const { ResourceType, ResourceId } = EvaluationResultIdentifier?.EvaluationResultQualifier ?? {};
  return { resourceType: ResourceType as ResourceType, resourceId: ResourceId };
}

/** AWS Config's words as a judgement; INSUFFICIENT_DATA, and whatever is new, is no verdict. */
function judgement({ identifier }: ReportedRule, complianceType: string, annotation: unknown): Judgement {
  const observed = { evaluatedBy: "AWS Config" };
  const said = typeof annotation === "string" && annotation !== "" ? annotation : undefined;
  if (
    complianceType === "COMPLIANT" ||
    complianceType === "NON_COMPLIANT" ||
    complianceType === "NOT_APPLICABLE"
  ) {
    return {
      complianceType,
      annotation: said ?? `AWS's rule ${identifier} says ${complianceType}.`,
      observed,
    };
  }
  return {
    complianceType: "ERROR",
    errorCode: complianceType || "Unknown",
    annotation: said ?? `AWS Config has no verdict: ${complianceType || "it gave none"}.`,
    observed,
  };
}

function planOf(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  { place, exceptions }: ManagedRuleDependencies,
): { context: RowContext; alert: AlertContext } {
  const { name, title, remediation, severity, parameters = {} } = rule;
  return {
    context: {
      rule: { name, version: MANAGED_VERSION },
      parametersHash: parametersHash(parameters),
      exceptions: new RuleExceptions(exceptions, name),
      trigger,
      instant,
    },
    alert: {
      rule: name,
      title,
      remediation,
      severity,
      environmentSuffix: place.environmentSuffix,
      accounts: [place.accountId],
      regions: [place.region],
      reportUri: newestReportUri(place),
      reportLink: newestReportLink(place),
    },
  };
}
