/** Resources that a person named, evaluated at once. */

import { alertAtOnce, type Drift } from "./drift";
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
import { recordSingle } from "./single";

/** Evaluates the resources that a person named, as of now; those that do not exist are named in the answer. */
export async function evaluateResources<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { resourceIds }: ResourcesRequest,
  dependencies: EvaluatorDependencies,
): Promise<ResourcesResult> {
  const context = rowContext(evaluator, "on-demand", dependencies.now().toISOString());
  const drifts: Drift[] = [];
  const resources: ResourceVerdict[] = [];
  const missing = new Set(resourceIds);
  for (const target of evaluator.targets) {
    for await (const listed of evaluator.source.find(target, resourceIds, readOptions(evaluator))) {
      if (!belongs(evaluator, listed)) continue;
      const { arn, name } = listed.resource;
      for (const id of [arn, name, arn.slice(arn.lastIndexOf("/") + 1)]) missing.delete(id);
      const evaluation = { resource: listed.resource, judgement: judge(evaluator, listed), isLive: true };
      const { row, drift } = await recordSingle(context, evaluation, dependencies);
      if (drift) drifts.push(drift);
      resources.push(verdictOf(row));
    }
  }
  await alertAtOnce(alertContext(evaluator), drifts, dependencies);
  return { status: "evaluated", rule: evaluator.rule.name, resources, notFound: [...missing] };
}
