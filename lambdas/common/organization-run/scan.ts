/**
 * One account of an organization is read, each Region by itself, and what is seen of it is left for the run's close.
 */

import { invocationTime } from "../aws/retry";
import type { Target } from "../aws/target";
import { type Evaluator, type EvaluatorDependencies, judge } from "../evaluator/evaluator";
import { type AccountPlan, planAccount, targetsOf } from "../evaluator/plan";
import { scan } from "../evaluator/scan";
import type { ScanRequest } from "../evaluator/steps";
import { refuseOtherTimes } from "../evaluator/sweep";
import { type Observation, pack, unpack } from "../runs/observations";
import { everythingIn } from "../runs/scanned";
import { asError } from "../values/errors";
import { assertPlanned, homeOf, observationsKey, organizationOf, readPlan } from "./run";

/** What is answered to the scan of an account. */
export interface AccountScanResult {
  readonly account: string;
  /** How many resources were seen. */
  readonly resources: number;
  readonly failedRegions: readonly string[];
}

/** How long one account may be read: the others' run waits for it. */
const SCAN_MS = 150_000;

/**
 * Reads one account. What keeps it, or a Region of it, from being read is an observation, too. What was seen once
 * stays: another try of the same scan looks at nothing again.
 * @throws InvalidInputError for an account that the plan does not have, or a time that is not now; what kept the
 * observations from being stored.
 */
export async function scanAccount<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { instant, account }: ScanRequest,
  dependencies: EvaluatorDependencies,
): Promise<AccountScanResult> {
  const organization = organizationOf(dependencies);
  const { rule } = evaluator;
  const plan = await readPlan(organization, rule.name, instant);
  assertPlanned(plan, account);
  const key = observationsKey(rule.name, instant, account);
  if (!(await organization.objects.read(key))) {
    refuseOtherTimes(instant, dependencies.now());
    invocationTime.endReadingEarly();
    const home = homeOf(evaluator, organization, account);
    await organization.objects.putOnce(key, await pack(observe(evaluator, home, dependencies)));
  }
  const stored = await organization.objects.read(key);
  if (!stored) throw new Error(`the observations of ${account} were stored and are not there`);
  let resources = 0;
  const failedRegions: string[] = [];
  for await (const one of unpack(stored)) {
    if ("resource" in one) resources++;
    else if ("everything" in one && one.error) failedRegions.push(one.everything.region);
  }
  return { account, resources, failedRegions };
}

async function* observe<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  home: Target,
  { now, log }: EvaluatorDependencies,
): AsyncGenerator<Observation> {
  const deadline = Date.now() + SCAN_MS;
  const { accountId: account } = home;
  const { service, enabledRegions } = evaluator.source;
  let plan: AccountPlan;
  try {
    await home.credentials?.();
    plan = await planAccount(evaluator, home);
  } catch (caught) {
    const error = asError(caught);
    log.error("an account could not be read", error, { account });
    // Nobody could look up which of them are enabled: nothing is known of any.
    for (const target of targetsOf(home, enabledRegions ? evaluator.settings.regions : [])) {
      yield {
        everything: everythingIn(service, target),
        error,
        reach: enabledRegions ? "regions" : "account",
      };
    }
    return;
  }
  const outside = new Set<string>();
  for await (const one of scan(evaluator, plan.targets, { outside, deadline })) {
    if ("everything" in one) {
      if (one.error) log.error("a Region could not be read", one.error, { account, ...one.everything });
      yield one;
    } else {
      const { tags: _, ...resource } = one.resource;
      yield { resource, judgement: judge(evaluator, one), observedAt: now().toISOString() };
    }
  }
  for (const region of plan.notEnabled) {
    yield { everything: everythingIn(service, { ...home, region }), isNotEnabled: true };
  }
  for (const arn of outside) yield { outside: arn };
}
