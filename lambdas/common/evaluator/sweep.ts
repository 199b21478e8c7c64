/** A sweep: everything there is, discovered, judged, recorded, alerted of and committed. */

import { invocationTime } from "../aws/retry";
import type { Target } from "../aws/target";
import { instantOf } from "../history/keys";
import { totals } from "../history/ledger";
import { type Judgement, unreadable } from "../rule/judgement";
import { carryOutRun, type RunOutcome } from "../runs/run";
import type { Judged, ScanEnd } from "../runs/scanned";
import { asError, InvalidInputError } from "../values/errors";
import {
  alertContext,
  belongs,
  type Evaluator,
  type EvaluatorDependencies,
  judge,
  readOptions,
  rowContext,
} from "./evaluator";
import type { SweepRequest } from "./events";
import { covers, planScan, type ScanPlan, unplannedScan } from "./plan";
import { scan } from "./scan";

/** What is answered to a sweep: the run that counts. */
export type SweepResult = ReturnType<typeof totals> & {
  readonly status: RunOutcome["status"];
  readonly rule: string;
  readonly instant: string;
};

/** EventBridge and Lambda each try for an hour at most. */
const OLDEST_SWEEP_MS = 2 * 3_600_000;
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Evaluates everything there is, in the three steps of a run: plan, scan, close. One target alone is read to its end or
 * the run fails, and is tried again; of several each may fail by itself.
 * @throws InvalidInputError for a time that is not now; whatever kept the run from being complete.
 */
export async function sweep<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { trigger, instant }: SweepRequest,
  dependencies: EvaluatorDependencies,
): Promise<SweepResult> {
  if (evaluator.settings.organization) {
    throw new InvalidInputError(
      "every account of the organization is evaluated by the rule's state machine: start an execution of it",
    );
  }
  const now = dependencies.now();
  if (instant !== undefined) refuseOtherTimes(instant, now);
  let unplanned: Error | undefined;
  const scanPlan = await planScan(evaluator).catch((caught) => {
    unplanned = asError(caught);
    return unplannedScan(evaluator);
  });
  if (scanPlan.targets.length > 1) invocationTime.endReadingEarly();
  const outside = new Set<string>();
  const plan = {
    context: rowContext(evaluator, trigger, instant ?? now.toISOString()),
    alert: alertContext(evaluator, scanPlan.targets),
    schedule: evaluator.settings.evaluationSchedule,
    targets: scanPlan.places,
    sendsDigest: true,
    readAgain: (resource: Judged["resource"]) => readAgain(evaluator, scanPlan, resource, outside),
    leftTheScope: (arn: string) => outside.has(arn),
    notScanned: (resource: Judged["resource"]) => notScanned(evaluator, scanPlan, resource),
  };
  const { run, status } = await carryOutRun(
    plan,
    judgeAll(evaluator, scanPlan, outside, unplanned),
    dependencies,
  );
  return resultOf({ run, status });
}

/** What is answered of a run. */
export function resultOf({ run, status }: RunOutcome): SweepResult {
  return { status, rule: run.rule, instant: instantOf(run.evaluation_timestamp), ...totals(run.ledger) };
}

/** @throws InvalidInputError: what is seen now is no evidence of another time. */
export function refuseOtherTimes(instant: string, now: Date): void {
  const age = now.getTime() - Date.parse(instant);
  if (age <= OLDEST_SWEEP_MS && age >= -CLOCK_SKEW_MS) return;
  throw new InvalidInputError(
    `time must be at most two hours ago, not ${instant}: to evaluate everything now, invoke the function with {}`,
  );
}

/**
 * What is so of one resource now; undefined when it is gone or out of scope.
 * @throws what keeps the only target from being read.
 */
async function readAgain<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { targets }: ScanPlan,
  { arn, accountId, region }: Judged["resource"],
  outside: Set<string>,
): Promise<Judgement | undefined> {
  const ofAccount = targets.filter((target) => target.accountId === accountId);
  const target = ofAccount.find((one) => one.region === region) ?? ofAccount[0];
  if (!target) return undefined;
  try {
    return await lookAt(evaluator, target, arn, outside);
  } catch (caught) {
    if (targets.length === 1) throw caught;
    return unreadable(asError(caught));
  }
}

/**
 * What is so of one resource now; undefined when it is gone or out of scope.
 * @param outside takes its ARN when it is out of scope.
 * @throws what keeps the target from being read.
 */
export async function lookAt<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  target: Target,
  arn: string,
  outside: Set<string>,
): Promise<Judgement | undefined> {
  for await (const listed of evaluator.source.find(target, [arn], readOptions(evaluator))) {
    if (listed.resource.arn !== arn) continue;
    if (belongs(evaluator, listed)) return judge(evaluator, listed);
    outside.add(arn);
  }
  return undefined;
}

/** Why nothing is listed any more where a resource lies; undefined where something is. */
function notScanned<Facts, Parameters>(
  { settings, targets }: Evaluator<Facts, Parameters>,
  scanPlan: ScanPlan,
  { accountId, region }: Judged["resource"],
): string | undefined {
  const isOfAccount = targets.some((target) => target.accountId === accountId);
  if (!isOfAccount || covers(scanPlan, { accountId, region })) return undefined;
  return settings.regions === "all"
    ? `No longer evaluated: the Region ${region} is not enabled in the account.`
    : `No longer evaluated: the Region ${region} is not among the setting regions.`;
}

/** @throws what kept the scan from being planned: a run fails then, and says so, as one that could read nothing. */
async function* judgeAll<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { targets }: ScanPlan,
  outside: Set<string>,
  unplanned: Error | undefined,
): AsyncGenerator<Judged | ScanEnd> {
  if (unplanned) throw unplanned;
  for await (const one of scan(evaluator, targets, { outside })) {
    yield "everything" in one ? one : { resource: one.resource, judgement: judge(evaluator, one) };
  }
}
