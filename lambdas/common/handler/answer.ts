/** What an evaluator does with each event. */

import { evaluateChange } from "../evaluator/change";
import type { Evaluator, EvaluatorDependencies, ResourcesResult } from "../evaluator/evaluator";
import type { EvaluatorRequest } from "../evaluator/events";
import { evaluateResources } from "../evaluator/named-resources";
import { type SweepResult, sweep } from "../evaluator/sweep";
import { type WhatIfResult, whatIf } from "../evaluator/what-if";
import { evaluateMemberChange, isOfMember, type NotPlannedResult } from "../organization-run/change";
import { closeOrganization } from "../organization-run/close";
import { type OrganizationPlanResult, planOrganization } from "../organization-run/plan";
import { type AccountScanResult, scanAccount } from "../organization-run/scan";

/** What an evaluator answers; Lambda returns it to whoever invoked the function. */
export type EvaluatorResult =
  | SweepResult
  | ResourcesResult
  | NotPlannedResult
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
      return isOfMember(evaluator, request, dependencies)
        ? evaluateMemberChange(evaluator, request, dependencies)
        : evaluateChange(evaluator, request, dependencies);
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
