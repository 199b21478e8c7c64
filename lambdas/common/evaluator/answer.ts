/** What an evaluator does with each event. */

import { evaluateChange } from "./change";
import type { Evaluator, EvaluatorDependencies, ResourcesResult } from "./evaluator";
import type { EvaluatorRequest } from "./events";
import { evaluateResources } from "./named-resources";
import { type SweepResult, sweep } from "./sweep";
import { type WhatIfResult, whatIf } from "./what-if";

/** What an evaluator answers; Lambda returns it to whoever invoked the function. */
export type EvaluatorResult = SweepResult | ResourcesResult | WhatIfResult;

/**
 * Answers one event.
 * @throws what kept the event from being answered in full, so that Lambda tries again.
 */
export function answer<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  request: EvaluatorRequest,
  dependencies: EvaluatorDependencies,
): Promise<EvaluatorResult> {
  switch (request.kind) {
    case "sweep":
      return sweep(evaluator, request, dependencies);
    case "change":
      return evaluateChange(evaluator, request, dependencies);
    case "resources":
      return evaluateResources(evaluator, request, dependencies);
    case "what-if":
      return whatIf(evaluator, request);
  }
}
