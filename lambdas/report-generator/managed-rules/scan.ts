/** What AWS Config says in one account of an organization under every managed rule, left for the import. */

import type { ConfigServiceClient, ConfigurationRecorderStatus } from "@aws-sdk/client-config-service";
import pMap from "p-map";
import { invocationTime } from "../../common/aws/retry";
import type { Target } from "../../common/aws/target";
import type { Place } from "../../common/deployment/place";
import { recordingRecorder } from "../../common/deployment/recorder";
import type { ReportedRule } from "../../common/deployment/settings";
import type { OrganizationDependencies } from "../../common/evaluator/evaluator";
import { ScanTimedOut } from "../../common/evaluator/scan";
import type { ScanRequest } from "../../common/evaluator/steps";
import { refuseOtherTimes } from "../../common/evaluator/sweep";
import type { Log } from "../../common/monitoring/log";
import {
  assertPlanned,
  homeOf,
  observationsKey,
  organizationOf,
  readPlan,
} from "../../common/organization-run/run";
import { type Observation, pack } from "../../common/runs/observations";
import { everythingIn } from "../../common/runs/scanned";
import { asError } from "../../common/values/errors";
import { managedOf } from "./import";
import { assertCurrent, type ResultDependencies, results } from "./results";

/** What an account is read with. */
export interface ManagedScanDependencies {
  readonly organization?: OrganizationDependencies;
  readonly configOf: (target: Target) => ConfigServiceClient;
  readonly place: Place;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  readonly log: Log;
}

/** What is answered to the scan of an account. */
export interface ManagedScanResult {
  readonly account: string;
  /** How many rules there are observations of. */
  readonly rules: number;
}

/** Under which the plan of an import lies in the bucket of sweeps. */
export const MANAGED_RULES = "report-generator";
/** How AWS Config is called in the ARN that stands for whatever it has results of. */
export const SERVICE = "config";
const CONCURRENT_RULES = 8;
/** How long one account may be read: the others' import waits for it. */
const SCAN_MS = 300_000;

/** Under which the observations of a rule lie there. */
export function prefixOf({ name }: Pick<ReportedRule, "name">): string {
  return `${MANAGED_RULES}/${name}`;
}

/**
 * Reads one account. What keeps a rule's results from being had is an observation, too. What was seen once stays:
 * another try of the same scan looks only at what is not there yet.
 * @throws InvalidInputError for an account that the plan does not have, or a time that is not now; what kept
 * observations from being stored.
 */
export async function scanManagedRules(
  rules: readonly ReportedRule[],
  { instant, account }: ScanRequest,
  dependencies: ManagedScanDependencies,
): Promise<ManagedScanResult> {
  const organization = organizationOf(dependencies);
  const { objects } = organization;
  assertPlanned(await readPlan(organization, MANAGED_RULES, instant), account);
  const managed = managedOf(rules);
  const unread: ReportedRule[] = [];
  for (const rule of managed) {
    const stored = await objects.read(observationsKey(prefixOf(rule), instant, account));
    if (stored) stored.destroy();
    else unread.push(rule);
  }
  if (unread.length > 0) {
    refuseOtherTimes(instant, dependencies.now());
    invocationTime.endReadingEarly();
    const observed = await openAccount(account, organization, dependencies);
    await pMap(
      unread,
      async (rule) =>
        objects.putOnce(observationsKey(prefixOf(rule), instant, account), await pack(observed(rule))),
      { concurrency: CONCURRENT_RULES },
    );
  }
  return { account, rules: managed.length };
}

/** @returns what observes a rule there, whatever keeps the account from being read. */
async function openAccount(
  account: string,
  organization: OrganizationDependencies,
  { configOf, place, now, sleep, log }: ManagedScanDependencies,
): Promise<(rule: ReportedRule) => AsyncGenerator<Observation>> {
  const deadline = Date.now() + SCAN_MS;
  const home = homeOf({ targets: [place] }, organization, account);
  let recorder: ConfigurationRecorderStatus | undefined;
  let refused: Error | undefined;
  const reading: ResultDependencies = { config: configOf(home), place: home, now, sleep, log };
  try {
    await home.credentials?.();
    recorder = await recordingRecorder(reading.config);
  } catch (caught) {
    refused = asError(caught);
    log.error("an account could not be read", refused, { account });
  }
  const everything = everythingIn(SERVICE, home);

  return async function* observe(rule) {
    try {
      if (refused) throw refused;
      await assertCurrent(rule, recorder, reading);
      for await (const one of results(rule, reading)) {
        if (Date.now() > deadline) throw new ScanTimedOut();
        yield { ...one, observedAt: one.observedAt ?? now().toISOString() };
      }
      yield { everything };
    } catch (caught) {
      const error = asError(caught);
      if (!refused) log.error("a managed rule could not be read", error, { account, rule: rule.name });
      yield { everything, error, reach: "account" };
    }
  };
}
