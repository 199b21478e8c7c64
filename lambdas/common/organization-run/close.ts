/** The last step of a run over an organization: what was seen of every account becomes one run. */

import {
  alertContext,
  type Evaluator,
  type EvaluatorDependencies,
  type OrganizationDependencies,
  rowContext,
} from "../evaluator/evaluator";
import { targetsOf } from "../evaluator/plan";
import type { CloseRequest } from "../evaluator/steps";
import { lookAt, resultOf, type SweepResult } from "../evaluator/sweep";
import { type Judgement, unreadable } from "../rule/judgement";
import { carryOutRun } from "../runs/run";
import { everythingIn, type Judged, type ScanEnd } from "../runs/scanned";
import { asError } from "../values/errors";
import { observedIn } from "./observed";
import { homeOf, type OrganizationPlan, organizationOf, readPlan, whyNotPlanned } from "./run";

/** What the files tell besides what is recorded. */
class Told {
  readonly outside = new Set<string>();
  private readonly regions = new Map<string, "scanned" | "not-enabled">();

  note({ everything: { accountId, region }, isNotEnabled }: ScanEnd): void {
    this.regions.set(`${accountId} ${region}`, isNotEnabled ? "not-enabled" : "scanned");
  }

  of({ accountId, region }: Judged["resource"]): "scanned" | "not-enabled" | undefined {
    return this.regions.get(`${accountId} ${region}`);
  }
}

/**
 * Records, tells and commits what was seen of every planned account, as of the run's instant however late it is done.
 * @throws InvalidInputError when the run was not planned; whatever kept it from being complete.
 */
export async function closeOrganization<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { instant }: CloseRequest,
  dependencies: EvaluatorDependencies,
): Promise<SweepResult> {
  const organization = organizationOf(dependencies);
  const plan = await readPlan(organization, evaluator.rule.name, instant);
  const told = new Told();
  const homes = plan.accounts.map((account) => homeOf(evaluator, organization, account));
  const run = {
    context: rowContext(evaluator, plan.trigger, instant),
    alert: { ...alertContext(evaluator), accounts: plan.accounts },
    schedule: evaluator.settings.evaluationSchedule,
    targets: homes,
    sendsDigest: true,
    lookedFrom: plan.plannedAt,
    readAgain: (resource: Judged["resource"]) => lookAgain(evaluator, organization, resource, told.outside),
    leftTheScope: (arn: string) => told.outside.has(arn),
    notScanned: (resource: Judged["resource"]) => notScanned(evaluator, plan, told, resource),
  };
  return resultOf(await carryOutRun(run, observations(evaluator, plan, organization, told), dependencies));
}

async function* observations<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  plan: OrganizationPlan,
  organization: OrganizationDependencies,
  told: Told,
): AsyncGenerator<Judged | ScanEnd> {
  const { service, enabledRegions } = evaluator.source;
  const unscanned = (account: string, error: Error): ScanEnd[] => {
    const home = homeOf(evaluator, organization, account);
    const targets = targetsOf(home, enabledRegions ? evaluator.settings.regions : []);
    const reach = enabledRegions ? "regions" : "account";
    return targets.map((target) => ({ everything: everythingIn(service, target), error, reach }));
  };
  const { objects } = organization;
  for await (const one of observedIn({ plan, prefix: evaluator.rule.name, objects, unscanned })) {
    if ("outside" in one) {
      told.outside.add(one.outside);
    } else {
      if ("everything" in one) told.note(one);
      yield one;
    }
  }
}

/** What is so of one resource now; undefined when it is gone or out of scope. */
async function lookAgain<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  organization: OrganizationDependencies,
  { arn, accountId, region }: Judged["resource"],
  outside: Set<string>,
): Promise<Judgement | undefined> {
  const home = homeOf(evaluator, organization, accountId);
  const target = evaluator.source.enabledRegions ? { ...home, region } : home;
  return lookAt(evaluator, target, arn, outside).catch((caught) => unreadable(asError(caught)));
}

/** Why nothing is listed any more where a resource lies; undefined where something is. */
function notScanned<Facts, Parameters>(
  { settings: { regions = [] }, source }: Evaluator<Facts, Parameters>,
  plan: OrganizationPlan,
  told: Told,
  resource: Judged["resource"],
): string | undefined {
  const { accountId, region } = resource;
  const left = whyNotPlanned(plan, accountId);
  if (left !== undefined) return left;
  if (!source.enabledRegions || told.of(resource) === "scanned") return undefined;
  if (regions === "all" || told.of(resource) === "not-enabled") {
    return `No longer evaluated: the Region ${region} is not enabled in the account.`;
  }
  return `No longer evaluated: the Region ${region} is not among the setting organization.regions.`;
}
