/** The managed rules' results of an organization's accounts, as the scans left them. */

import type { Place } from "../../common/deployment/place";
import type { OrganizationDependencies } from "../../common/evaluator/evaluator";
import { type Observed, observedIn, observedOf } from "../../common/organization-run/observed";
import { type OrganizationPlan, whyNotPlanned } from "../../common/organization-run/run";
import { everythingIn, type Judged, type ScanEnd } from "../../common/runs/scanned";
import { errorCode } from "../../common/values/errors";
import type { ResultSource } from "./import";
import { NeverEvaluated } from "./results";
import { prefixOf, SERVICE } from "./scan";

/**
 * The results of every account of a plan. A rule that AWS Config has evaluated nowhere yet has none, as in one account.
 */
export function scannedResults(
  plan: OrganizationPlan,
  { objects }: Pick<OrganizationDependencies, "objects">,
  place: Place,
): ResultSource {
  const unscanned = (accountId: string, error: Error): ScanEnd[] => [
    { everything: everythingIn(SERVICE, { ...place, accountId }), error, reach: "account" },
  ];
  return {
    of: async (rule) => {
      const observed = { plan, prefix: prefixOf(rule), objects, unscanned };
      if (await isEvaluatedNowhere(observed)) throw new NeverEvaluated();
      return {
        accounts: plan.accounts,
        lookedFrom: plan.plannedAt,
        notScanned: ({ accountId }) => whyNotPlanned(plan, accountId),
        scanned: judgedIn(observed),
      };
    },
  };
}

/**
 * Whether AWS Config has evaluated the rule in no account yet, and has it in one at least. As a rule the first file
 * tells that it is not so. What keeps an account from being read for another reason is an error of the run.
 */
async function isEvaluatedNowhere(observed: Observed): Promise<boolean> {
  let neverEvaluated = false;
  for (const account of observed.plan.accounts) {
    for await (const one of observedOf(account, observed)) {
      if (!("everything" in one)) continue;
      const code = one.error && errorCode(one.error);
      if (code === NeverEvaluated.name) neverEvaluated = true;
      else if (code !== "NoSuchConfigRuleException") return false;
    }
  }
  return neverEvaluated;
}

async function* judgedIn(observed: Observed): AsyncGenerator<Judged | ScanEnd> {
  for await (const one of observedIn(observed)) if (!("outside" in one)) yield one;
}
