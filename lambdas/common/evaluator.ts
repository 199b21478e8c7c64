/**
 * The evaluator of a custom rule: what it does with each event, told once for all rules.
 * Discover, judge, record, alert, commit.
 */

import { type ConfigServiceClient, PutEvaluationsCommand } from "@aws-sdk/client-config-service";
import { alertChange, alertTogether, type Drift } from "./drift";
import { InvalidInputError } from "./errors";
import type { ComplianceType, EvaluationRow, Judgement, Resource, Target, Trigger } from "./evaluation";
import type {
  ChangeRequest,
  EvaluatorRequest,
  ResourcesRequest,
  SweepRequest,
  WhatIfRequest,
} from "./events";
import { RuleExceptions } from "./exceptions";
import type { AlertContext } from "./messages";
import { parametersHash, type RowContext, unreadable } from "./row";
import type { Listed, ResourceSource, Rule } from "./rule";
import { carryOutRun, type Judged, type RunDependencies, type RunOutcome } from "./run";
import { isInScope } from "./scope";
import type { EvaluatorSettings } from "./settings";
import { recordSingle } from "./single";
import { totals } from "./tally";
import { instantOf } from "./timestamps";

/** What an evaluator works with. */
export interface EvaluatorDependencies extends RunDependencies {
  readonly config: ConfigServiceClient;
}

/** One rule with its settings in one deployment. */
export interface Evaluator<Facts, Parameters> {
  readonly rule: Rule<Facts, Parameters>;
  readonly source: ResourceSource<Facts>;
  readonly settings: EvaluatorSettings<Parameters>;
  readonly environmentSuffix: string;
  /** What is scanned; more accounts or Regions are more targets. */
  readonly targets: readonly [Target, ...Target[]];
  /** Where the newest report lies, for alerts. */
  readonly reportUri: string;
}

/** What an evaluator answers; Lambda returns it to whoever invoked the function. */
export type EvaluatorResult =
  | ({
      readonly status: RunOutcome["status"];
      readonly rule: string;
      readonly instant: string;
    } & ReturnType<typeof totals>)
  | {
      readonly status: "evaluated";
      readonly rule: string;
      readonly resources: readonly ResourceVerdict[];
      readonly notFound: readonly string[];
    }
  | WhatIfResult;

/** What was said of one resource. */
export interface ResourceVerdict {
  readonly resource: string;
  readonly complianceType: ComplianceType;
  readonly annotation: string;
}

/** What other parameters would change. Nothing was written or sent. */
export interface WhatIfResult {
  readonly status: "what-if";
  readonly rule: string;
  readonly parameters: unknown;
  readonly evaluated: number;
  readonly wouldFail: number;
  readonly wouldPass: number;
  /** Resources whose verdict would change, up to 1,000. */
  readonly changes: readonly {
    readonly resource: string;
    readonly from: ComplianceType;
    readonly to: ComplianceType;
    readonly annotation: string;
  }[];
  readonly changesLeftOut: number;
}

/** EventBridge and Lambda each try for an hour at most. */
const OLDEST_SWEEP_MS = 2 * 3_600_000;
const CLOCK_SKEW_MS = 5 * 60_000;
/** Keeps a what-if's answer below Lambda's 6 MB. */
const CHANGES_MOST = 1_000;

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
  }
}

/** Evaluates everything there is; complete or not at all. */
async function sweep<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { trigger, instant = undefined }: SweepRequest,
  dependencies: EvaluatorDependencies,
): Promise<EvaluatorResult> {
  const { rule, targets } = evaluator;
  const now = dependencies.now();
  if (instant !== undefined) refuseOtherTimes(instant, now);
  const plan = {
    context: rowContext(evaluator, trigger, instant ?? now.toISOString()),
    alert: alertContext(evaluator),
    schedule: evaluator.settings.evaluationSchedule,
    targets,
  };
  const { run, status } = await carryOutRun(plan, judgeAll(evaluator), dependencies);
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

async function* judgeAll<Facts, Parameters>(evaluator: Evaluator<Facts, Parameters>): AsyncGenerator<Judged> {
  for await (const listed of listInScope(evaluator)) {
    yield { resource: listed.resource, judgement: judge(evaluator, listed) };
  }
}

async function* listInScope<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
): AsyncGenerator<Listed<Facts>> {
  for (const target of evaluator.targets) {
    for await (const listed of evaluator.source.list(target, readOptions(evaluator))) {
      if (belongs(evaluator, listed)) yield listed;
    }
  }
}

function belongs<Facts, Parameters>(
  { settings, environmentSuffix }: Evaluator<Facts, Parameters>,
  { resource }: Listed<Facts>,
): boolean {
  return isInScope(resource, settings.discoveryScope, environmentSuffix);
}

/** Evaluates the one resource that AWS Config saw change, and tells Config. */
async function evaluateChange<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  request: ChangeRequest,
  dependencies: EvaluatorDependencies,
): Promise<EvaluatorResult> {
  const { rule } = evaluator;
  const { item, instant } = request;
  const target = targetOf(evaluator, item);
  const changed = changedResource(evaluator, target, item);
  const isOurs = !request.isDeleted && rule.resourceTypes.includes(item.resourceType);
  const found = isOurs ? await findOne(evaluator, target, changed.arn) : undefined;
  const context = rowContext(evaluator, "change", instant);
  const judgement = found && judge(evaluator, found);
  const { row, drift } = await recordSingle(context, found?.resource ?? changed, judgement, dependencies);
  if (drift) await alertChange(alertContext(evaluator), drift, dependencies);
  await reportToConfig(request, row, dependencies);
  return { status: "evaluated", rule: rule.name, resources: [verdictOf(row)], notFound: [] };
}

async function findOne<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  target: Target,
  arn: string,
): Promise<Listed<Facts> | undefined> {
  for await (const listed of evaluator.source.find(target, [arn], readOptions(evaluator))) {
    return belongs(evaluator, listed) ? listed : undefined;
  }
  return undefined;
}

/** By its ARN: the id that AWS Config has of a database is none that RDS would find it by. */
function changedResource<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  target: Target,
  { arn, resourceType, resourceName, resourceId, accountId, region }: ChangeRequest["item"],
): Omit<Resource, "tags"> {
  const name = resourceName ?? resourceId;
  return {
    arn: arn ?? evaluator.source.arnOf(target, resourceType, name),
    type: resourceType,
    name,
    accountId,
    region,
  };
}

/** Evaluates the resources that a person named. */
async function evaluateResources<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  { resourceIds }: ResourcesRequest,
  dependencies: EvaluatorDependencies,
): Promise<EvaluatorResult> {
  const context = rowContext(evaluator, "on-demand", dependencies.now().toISOString());
  const drifts: Drift[] = [];
  const resources: ResourceVerdict[] = [];
  const missing = new Set(resourceIds);
  for (const target of evaluator.targets) {
    for await (const listed of evaluator.source.find(target, resourceIds, readOptions(evaluator))) {
      if (!belongs(evaluator, listed)) continue;
      const { arn, name } = listed.resource;
      for (const id of [arn, name, arn.slice(arn.lastIndexOf("/") + 1)]) missing.delete(id);
      const judgement = judge(evaluator, listed);
      const { row, drift } = await recordSingle(context, listed.resource, judgement, dependencies);
      if (drift) drifts.push(drift);
      resources.push(verdictOf(row));
    }
  }
  await alertTogether(alertContext(evaluator), drifts, dependencies);
  return { status: "evaluated", rule: evaluator.rule.name, resources, notFound: [...missing] };
}

/**
 * Reports to AWS Config under the id that Config sent. What could not be evaluated is not reported: Config
 * has no word for it, and its last verdict stands
 * (https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html).
 */
async function reportToConfig(
  { item, resultToken, isOutOfScope }: ChangeRequest,
  { compliance_type, annotation }: EvaluationRow,
  { config, log }: EvaluatorDependencies,
): Promise<void> {
  const complianceType = isOutOfScope ? "NOT_APPLICABLE" : compliance_type;
  if (complianceType === "ERROR") {
    log.warn("not reported to AWS Config", { resourceId: item.resourceId, annotation });
    return;
  }
  const { FailedEvaluations = [] } = await config.send(
    new PutEvaluationsCommand({
      ResultToken: resultToken,
      // The token that AWS's own sample rules test with: Config checks the call and stores nothing.
      TestMode: resultToken === "TESTMODE",
      Evaluations: [
        {
          ComplianceResourceType: item.resourceType,
          ComplianceResourceId: item.resourceId,
          ComplianceType: complianceType,
          Annotation: annotation,
          OrderingTimestamp: new Date(item.captureTime),
        },
      ],
    }),
  );
  if (FailedEvaluations.length > 0)
    throw new Error(`AWS Config did not take the evaluation of ${item.resourceId}`);
}

/** What other parameters would change, over everything there is. Reads only. */
async function whatIf<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  request: WhatIfRequest,
): Promise<WhatIfResult> {
  const { rule, settings } = evaluator;
  const parameters = rule.parseParameters({ ...settings.parameters, ...request.parameters });
  const changes: WhatIfResult["changes"][number][] = [];
  const counts = { evaluated: 0, changed: 0, wouldFail: 0, wouldPass: 0 };
  for await (const listed of listInScope(evaluator)) {
    if ("error" in listed) continue;
    const from = rule.judge(listed.facts, settings.parameters).complianceType;
    const { complianceType: to, annotation } = rule.judge(listed.facts, parameters);
    counts.evaluated++;
    if (from === to) continue;
    counts.changed++;
    if (to === "NON_COMPLIANT") counts.wouldFail++;
    if (from === "NON_COMPLIANT") counts.wouldPass++;
    if (changes.length < CHANGES_MOST) changes.push({ resource: listed.resource.arn, from, to, annotation });
  }
  const { evaluated, changed, wouldFail, wouldPass } = counts;
  return {
    status: "what-if",
    rule: rule.name,
    parameters,
    evaluated,
    wouldFail,
    wouldPass,
    changes,
    changesLeftOut: changed - changes.length,
  };
}

function judge<Facts, Parameters>(
  { rule, settings }: Evaluator<Facts, Parameters>,
  listed: Listed<Facts>,
): Judgement {
  return "error" in listed ? unreadable(listed.error) : rule.judge(listed.facts, settings.parameters);
}

/** @throws InvalidInputError for an account that is not scanned. */
function targetOf<Facts, Parameters>(
  { targets }: Evaluator<Facts, Parameters>,
  item: ChangeRequest["item"],
): Target {
  const target = targets.find(({ accountId }) => accountId === item.accountId);
  if (target) return target;
  const scanned = targets.map(({ accountId }) => accountId).join(", ");
  throw new InvalidInputError(
    `awsAccountId must be one of the scanned accounts ${scanned}, not ${item.accountId}`,
  );
}

/** Only a rule whose scope rests on tags takes the calls to read them where a listing has none. */
function readOptions<Facts, Parameters>({ settings }: Evaluator<Facts, Parameters>) {
  return { tags: settings.discoveryScope === "environment" };
}

function rowContext<Facts, Parameters>(
  { rule, settings }: Evaluator<Facts, Parameters>,
  trigger: Trigger,
  instant: string,
): RowContext {
  return {
    rule,
    parametersHash: parametersHash({ ...settings.parameters, discoveryScope: settings.discoveryScope }),
    exceptions: new RuleExceptions(settings.exceptions, rule.name),
    trigger,
    instant,
  };
}

function alertContext<Facts, Parameters>({
  rule,
  settings,
  environmentSuffix,
  targets,
  reportUri,
}: Evaluator<Facts, Parameters>): AlertContext {
  return {
    rule: rule.name,
    title: rule.title,
    remediation: rule.remediation,
    severity: settings.severity,
    environmentSuffix,
    accounts: [...new Set(targets.map(({ accountId }) => accountId))],
    regions: [...new Set(targets.map(({ region }) => region))],
    reportUri,
  };
}

function verdictOf({ resource_id, compliance_type, annotation }: EvaluationRow): ResourceVerdict {
  return { resource: resource_id, complianceType: compliance_type, annotation };
}
