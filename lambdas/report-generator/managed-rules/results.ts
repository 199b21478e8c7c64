/** What AWS Config says in one account under one of its managed rules, and whether it says so still. */

import {
  type ConfigServiceClient,
  type ConfigurationRecorderStatus,
  DescribeConfigRuleEvaluationStatusCommand,
  DescribeConfigurationRecordersCommand,
  type EvaluationResult,
  paginateGetComplianceDetailsByConfigRule,
  paginateListDiscoveredResources,
  type ResourceKey,
  type ResourceType,
} from "@aws-sdk/client-config-service";
import { isCustomersRecorder, recordsType } from "../../common/deployment/recorder";
import { FREQUENCY_HOURS, type Frequency, type ReportedRule } from "../../common/deployment/settings";
import type { Judgement } from "../../common/rule/judgement";
import type { Judged } from "../../common/runs/scanned";
import { type IdentityDependencies, identify, KEYS_MOST, keyText } from "./resources";

/** What one account's results are read with. */
export interface ResultDependencies extends IdentityDependencies {
  readonly now: () => Date;
}

/** AWS Config has not evaluated a rule yet, for which there is something. */
export class NeverEvaluated extends Error {
  override readonly name = "NeverEvaluated";
  constructor() {
    super("AWS Config has not evaluated the rule yet");
  }
}

/** Results are no longer what AWS Config would say. */
export class OutdatedResults extends Error {
  override readonly name: string = "OutdatedResults";
}

/** The same, by AWS's own name of its cause. */
class NoRunningRecorder extends OutdatedResults {
  override readonly name = "NoRunningConfigurationRecorderException";
}

/** AWS Config notices no changes of what the rule is about. */
class ResourceTypeNotRecorded extends OutdatedResults {
  override readonly name = "ResourceTypeNotRecorded";
}

/**
 * Passes when the rule's results are what AWS Config would say now, which may be that there is nothing to evaluate.
 * @param recorder the account's own, if it records.
 * @throws NeverEvaluated, OutdatedResults; what kept AWS Config from telling, such as that there is no such rule.
 */
export async function assertCurrent(
  rule: ReportedRule,
  recorder: ConfigurationRecorderStatus | undefined,
  dependencies: ResultDependencies,
): Promise<void> {
  const evaluatedAt = await lastEvaluation(rule, dependencies.config);
  if (recorder && rule.maximumExecutionFrequency === undefined) {
    await assertRecorded(rule, dependencies.config);
  }
  if (evaluatedAt) assertFresh(rule, evaluatedAt, recorder, dependencies.now());
  else if (!(await hasNothingToEvaluate(rule, recorder, dependencies))) throw new NeverEvaluated();
}

/** @throws ResourceTypeNotRecorded, for what is not recorded is neither discovered nor seen to change. */
async function assertRecorded(
  { resourceTypes = [] }: ReportedRule,
  config: ConfigServiceClient,
): Promise<void> {
  const { ConfigurationRecorders = [] } = await config.send(new DescribeConfigurationRecordersCommand({}));
  const recorder = ConfigurationRecorders.find(isCustomersRecorder);
  const missing = resourceTypes.filter((type) => !(recorder && recordsType(recorder, type)));
  if (missing.length > 0) {
    throw new ResourceTypeNotRecorded(`AWS Config does not record ${missing.join(", ")}`);
  }
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
  { config, now }: ResultDependencies,
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

function assertFresh(
  { maximumExecutionFrequency, resourceTypes }: ReportedRule,
  evaluatedAt: Date,
  recorder: ConfigurationRecorderStatus | undefined,
  now: Date,
): void {
  const waitsForChanges = resourceTypes !== undefined || maximumExecutionFrequency === undefined;
  if (waitsForChanges && !recorder) {
    throw new NoRunningRecorder("AWS Config's recorder is not recording, so that changes go unnoticed");
  }
  if (maximumExecutionFrequency === undefined) return;
  if (now.getTime() - evaluatedAt.getTime() > oldestEvaluationMs(maximumExecutionFrequency)) {
    throw new OutdatedResults(`AWS Config evaluated it last at ${evaluatedAt.toISOString()}`);
  }
}

/** One of the evaluations at intervals may be missed, and each takes its time. */
function oldestEvaluationMs(frequency: Frequency): number {
  return (2 * FREQUENCY_HOURS[frequency] + 1) * 3_600_000;
}

/** A rule's results, but for resources that AWS Config does not know. */
export async function* results(rule: ReportedRule, dependencies: ResultDependencies): AsyncGenerator<Judged> {
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
        judgement: judgementOf(rule, result.ComplianceType ?? "", result.Annotation),
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
export function judgementOf(
  { identifier }: ReportedRule,
  complianceType: string,
  annotation: unknown,
): Judgement {
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
