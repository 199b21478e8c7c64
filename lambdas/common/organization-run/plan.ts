import type { Evaluator, EvaluatorDependencies } from "../evaluator/evaluator";
import type { PlanRequest } from "../evaluator/steps";
import { refuseOtherTimes } from "../evaluator/sweep";
import { type OrganizationPlan, organizationOf, planKey, readPlan } from "./run";

/** What is answered to a plan: what the other steps are begun with. */
export interface OrganizationPlanResult {
  readonly instant: string;
  readonly accounts: readonly string[];
}

/**
 * Plans a run over the organization. A plan that was made stays: who joins later is scanned by the next run.
 * @throws InvalidInputError for a time that is not now; what kept the accounts from being listed.
 */
export async function planOrganization(
  { rule }: { readonly rule: Pick<Evaluator<unknown, unknown>["rule"], "name"> },
  { instant, trigger, eventId }: PlanRequest,
  dependencies: Pick<EvaluatorDependencies, "organization" | "now" | "log">,
): Promise<OrganizationPlanResult> {
  const organization = organizationOf(dependencies);
  const now = dependencies.now();
  refuseOtherTimes(instant, now);
  const listed = await organization.directory.accounts();
  const plan: OrganizationPlan = { instant, trigger, eventId, plannedAt: now.toISOString(), ...listed };
  await organization.objects.putOnce(planKey(rule.name, instant), Buffer.from(JSON.stringify(plan)));
  const { accounts, skipped } = await readPlan(organization, rule.name, instant);
  dependencies.log.info("run planned", { rule: rule.name, instant, accounts: accounts.length, skipped });
  return { instant, accounts };
}
