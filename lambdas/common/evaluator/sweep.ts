/** A sweep: everything there is, discovered, judged, recorded, alerted of and committed. */

import { instantOf } from "../history/keys";
import { totals } from "../history/ledger";
import type { Judgement } from "../rule/judgement";
import type { Judged } from "../runs/recording";
import { carryOutRun, type RunOutcome } from "../runs/run";
import { InvalidInputError } from "../values/errors";
import {
  alertContext,
  belongs,
  type Evaluator,
  type EvaluatorDependencies,
  judge,
  listInScope,
  readOptions,
  rowContext,
} from "./evaluator";
import type { SweepRequest } from "./events";

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
 * Evaluates everything there is; complete or not at all.
 * @throws InvalidInputError for a time that is not now; whatever kept the run from being complete.
 */
export async function sweep<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { trigger, instant }: SweepRequest,
  dependencies: EvaluatorDependencies,
): Promise<SweepResult> {
  const { rule, targets } = evaluator;
  const now = dependencies.now();
  if (instant !== undefined) refuseOtherTimes(instant, now);
  const outside = new Set<string>();
  const plan = {
    context: rowContext(evaluator, trigger, instant ?? now.toISOString()),
    alert: alertContext(evaluator),
    schedule: evaluator.settings.evaluationSchedule,
    targets,
    sendsDigest: true,
    readAgain: (resource: Judged["resource"]) => readAgain(evaluator, resource, outside),
    leftTheScope: (arn: string) => outside.has(arn),
  };
  const { run, status } = await carryOutRun(plan, judgeAll(evaluator, outside), dependencies);
  return {
    status,
    rule: rule.name,
    instant: instantOf(run.evaluation_timestamp),
    ...totals(run.ledger),
  };
}

/** @throws InvalidInputError: what is seen now is no evidence of another time. */
function refuseOtherTimes(instant: string, now: Date): void {
  const age = now.getTime() - Date.parse(instant);
  if (age <= OLDEST_SWEEP_MS && age >= -CLOCK_SKEW_MS) return;
  throw new InvalidInputError(
    `time must be at most two hours ago, not ${instant}: to evaluate everything now, invoke the function with {}`,
  );
}

/** What is so of one resource now; undefined when it is gone or out of scope. */
async function readAgain<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { arn, accountId, region }: Judged["resource"],
  outside: Set<string>,
): Promise<Judgement | undefined> {
  const ofAccount = evaluator.targets.filter((target) => target.accountId === accountId);
  const target = ofAccount.find((one) => one.region === region) ?? ofAccount[0];
  if (!target) return undefined;
  for await (const listed of evaluator.source.find(target, [arn], readOptions(evaluator))) {
    if (listed.resource.arn !== arn) continue;
    if (belongs(evaluator, listed)) return judge(evaluator, listed);
    outside.add(arn);
  }
  return undefined;
}

async function* judgeAll<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  outside: Set<string>,
): AsyncGenerator<Judged> {
  for await (const listed of listInScope(evaluator, outside)) {
    yield { resource: listed.resource, judgement: judge(evaluator, listed) };
  }
}
