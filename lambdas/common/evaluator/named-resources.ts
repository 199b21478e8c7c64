/** Resources that a person named, evaluated at once. */

import { alertAtOnce, type Drift } from "../alerts/drift";
import type { Target } from "../aws/target";
import type { EvaluationRow } from "../history/rows";
import { recordSingle } from "../runs/single";
import { asError, errorCode } from "../values/errors";
import {
  alertContext,
  belongs,
  type Evaluator,
  type EvaluatorDependencies,
  judge,
  type ResourcesResult,
  type ResourceVerdict,
  readOptions,
  rowContext,
  verdictOf,
} from "./evaluator";
import type { ResourcesRequest } from "./events";
import { planScan } from "./plan";

/**
 * Evaluates the resources that a person named, as of now; those that do not exist are named in the answer.
 * @throws what keeps the only account and Region from being searched, or alerts from being sent.
 */
export async function evaluateResources<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { resourceIds }: ResourcesRequest,
  dependencies: EvaluatorDependencies,
): Promise<ResourcesResult> {
  const context = rowContext(evaluator, "on-demand", dependencies.now().toISOString());
  const drifts: Drift[] = [];
  const resources: ResourceVerdict[] = [];
  const missing = new Set(resourceIds);
  const notSearched: NonNullable<ResourcesResult["notSearched"]>[number][] = [];
  const { targets } = await planScan(evaluator);
  async function* find(target: Target, ids: readonly string[]) {
    try {
      yield* evaluator.source.find(target, ids, readOptions(evaluator));
    } catch (caught) {
      if (targets.length === 1) throw caught;
      const error = asError(caught);
      dependencies.log.error("a Region could not be searched", error, { region: target.region });
      notSearched.push({ account: target.accountId, region: target.region, error: errorCode(error) });
    }
  }
  const evaluate = async (
    target: Target,
    ids: readonly string[],
    seenLater: ReadonlyMap<string, EvaluationRow> = new Map(),
  ): Promise<void> => {
    const outdated = new Map<string, EvaluationRow>();
    const lookedAt = dependencies.now().toISOString();
    for await (const listed of find(target, ids)) {
      if (!belongs(evaluator, listed)) continue;
      const { resource } = listed;
      const { arn, name } = resource;
      for (const id of [arn, name, arn.slice(arn.lastIndexOf("/") + 1)]) missing.delete(id);
      const judgement = judge(evaluator, listed);
      const evaluation = { resource, judgement, isLive: true, lookedAt, newer: seenLater.get(arn) };
      const { row, drift, newer } = await recordSingle(context, evaluation, dependencies);
      if (drift) drifts.push(drift);
      if (newer) outdated.set(arn, newer);
      else resources.push(verdictOf(row));
    }
    if (outdated.size > 0) await evaluate(target, [...outdated.keys()], outdated);
  };
  for (const target of targets) {
    const ids = resourceIds.filter((id) => mayLieIn(target, id));
    if (ids.length > 0) await evaluate(target, ids);
  }
  const sender = `on-demand#${context.instant}`;
  const { error } = await alertAtOnce(alertContext(evaluator), drifts, sender, dependencies);
  // Whoever asked is told; what is recorded and untold is told by the next run.
  if (error) throw error;
  const notFound = [...missing];
  const rule = evaluator.rule.name;
  return { status: "evaluated", rule, resources, notFound, ...(notSearched.length > 0 && { notSearched }) };
}

/** An ARN may say in which account and Region a resource lies, anything else does not. */
function mayLieIn({ accountId, region }: Target, id: string): boolean {
  const [arn, , , regionOfArn, accountOfArn] = id.split(":");
  if (arn !== "arn") return true;
  return (!regionOfArn || regionOfArn === region) && (!accountOfArn || accountOfArn === accountId);
}
