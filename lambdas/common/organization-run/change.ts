/** A change of a resource in a member account, as EventBridge brings it from there. */

import type { Target } from "../aws/target";
import { evaluateChange } from "../evaluator/change";
import type { Evaluator, EvaluatorDependencies, ResourcesResult } from "../evaluator/evaluator";
import type { ChangeRequest } from "../evaluator/events";
import { targetsOf } from "../evaluator/plan";
import { whySkipped } from "../organization/accounts";
import { InvalidInputError } from "../values/errors";
import { homeOf, newestPlan, organizationOf } from "./run";

/** What is answered to a change in an account that no run was planned to read: the next run plans anew. */
export interface NotPlannedResult {
  readonly status: "not-planned";
  readonly rule: string;
  readonly account: string;
}

/**
 * Whether a change is one of a member account. AWS Config's rules invoke the functions of their own account, so that
 * what they bring from another is none.
 */
export function isOfMember<Facts, Parameters>(
  { targets }: Evaluator<Facts, Parameters>,
  { item, resultToken }: ChangeRequest,
  { organization }: EvaluatorDependencies,
): boolean {
  const isOwn = targets.some(({ accountId }) => accountId === item.accountId);
  return organization !== undefined && resultToken === undefined && !isOwn;
}

/**
 * Evaluates the one resource by the role in its account, if the newest plan has the account. One that no plan names has
 * joined since, or is about to be planned for the first time: the next run tells it as scanned for the first time, and
 * here nothing is recorded of it.
 * @throws InvalidInputError for an account or a Region that the settings leave out, and as a change of the own account;
 * what kept the role from being taken on.
 */
export async function evaluateMemberChange<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  request: ChangeRequest,
  dependencies: EvaluatorDependencies,
): Promise<ResourcesResult | NotPlannedResult> {
  const organization = organizationOf(dependencies);
  const rule = evaluator.rule.name;
  const { accountId: account, region } = request.item;
  const plan = await newestPlan(organization, rule);
  const skipped = plan?.skipped.find(({ id }) => id === account);
  if (skipped) {
    throw new InvalidInputError(
      `awsAccountId must be an account that is evaluated: ${account} ${whySkipped(skipped.reason)}`,
    );
  }
  if (!plan?.accounts.includes(account)) {
    dependencies.log.info("change of an account that no run was planned to read", {
      account,
      plan: plan?.instant,
    });
    return { status: "not-planned", rule, account };
  }
  const target = await targetIn(evaluator, homeOf(evaluator, organization, account), region);
  return evaluateChange(evaluator, request, dependencies, target);
}

/**
 * What reads a Region of a member. Where all are scanned, the account knows which are enabled; a source that names the
 * resources of every Region reads them from home.
 */
async function targetIn<Facts, Parameters>(
  { source, settings: { regions = [] } }: Evaluator<Facts, Parameters>,
  home: Target,
  region: string,
): Promise<Target> {
  const isAll = regions === "all";
  if (isAll && !source.enabledRegions) return home;
  const scanned = targetsOf(home, isAll ? await source.enabledRegions?.(home) : regions);
  const target = scanned.find((one) => one.region === region);
  if (target) return target;
  const named = scanned.map((one) => one.region).join(", ");
  const which = isAll ? "the Regions that are enabled there," : "organization.regions,";
  throw new InvalidInputError(`awsRegion must be one of ${which} ${named}, not ${region}`);
}
