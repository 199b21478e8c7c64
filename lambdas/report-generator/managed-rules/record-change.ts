/** A change of compliance under a managed rule becomes a row, and an alert where it is drift. */

import {
  type ConfigServiceClient,
  type EvaluationResult,
  paginateGetComplianceDetailsByResource,
  type ResourceKey,
} from "@aws-sdk/client-config-service";
import { alertChange } from "../../common/alerts/drift";
import type { ReportedRule } from "../../common/deployment/settings";
import type { EvaluationRow } from "../../common/history/rows";
import { recordSingle } from "../../common/runs/single";
import { type ComplianceChange, parseComplianceChange } from "./compliance-change";
import type { ManagedRuleDependencies } from "./import";
import { identify, keyText } from "./resources";
import { judgementOf } from "./results";
import { contextOf } from "./run-context";

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
  const said = result && judgementOf(rule, result.ComplianceType ?? "", result.Annotation);
  const { context, alert } = contextOf(rule, instant, "change", dependencies);
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
