/** What an evaluator does with each event. */

import { evaluateChange } from "./change";
import type { Evaluator, EvaluatorDependencies, ResourcesResult } from "./evaluator";
import type { EvaluatorRequest } from "./events";
import { evaluateResources } from "./named-resources";
import { closeOrganization } from "./organization-close";
import { type OrganizationPlanResult, planOrganization } from "./organization-plan";
import { type AccountScanResult, scanAccount } from "./organization-scan";
import { type SweepResult, sweep } from "./sweep";
import { type WhatIfResult, whatIf } from "./what-if";

/** What an evaluator answers; Lambda returns it to whoever invoked the function. */
export type EvaluatorResult =
  | SweepResult
  | ResourcesResult
  | WhatIfResult
  | OrganizationPlanResult
  | AccountScanResult;

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
    case "plan":
      return planOrganization(evaluator, request, dependencies);
    case "scan":
      return scanAccount(evaluator, request, dependencies);
    case "close":
      return closeOrganization(evaluator, request, dependencies);
  }
}
