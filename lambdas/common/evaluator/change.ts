/** A configuration change: the one resource is read, judged, recorded, alerted of and reported to AWS Config. */

import { PutEvaluationsCommand } from "@aws-sdk/client-config-service";
import { alertChange } from "../alerts/drift";
import type { Target } from "../aws/target";
import type { EvaluationRow } from "../history/rows";
import type { Resource } from "../rule/judgement";
import type { Listed } from "../rule/rule";
import { recordSingle } from "../runs/single";
import { InvalidInputError, mayPass } from "../values/errors";
import {
  alertContext,
  belongs,
  type Evaluator,
  type EvaluatorDependencies,
  judge,
  type ResourcesResult,
  readOptions,
  rowContext,
  verdictOf,
} from "./evaluator";
import type { ChangeRequest } from "./events";

/**
 * Up to this age of an event a read that may succeed at the next try fails the event, so that Lambda tries again: it
 * does so after one minute and after two more, and gives up then. The last try is older in any case, and says ERROR
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
 */
const TRIED_AGAIN_MS = 150_000;

/**
 * Evaluates the one resource that AWS Config saw change, and tells Config.
 * @param target what reads the resource; left out, the one of the scanned that it lies in.
 * @throws InvalidInputError for an event that is not of a resource and a time of this evaluator's; what kept the
 * resource from being read, if a next try may read it; Error when Config does not take the evaluation.
 */
export async function evaluateChange<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  request: ChangeRequest,
  dependencies: EvaluatorDependencies,
  target: Target = targetOf(evaluator, request.item),
): Promise<ResourcesResult> {
  const { rule } = evaluator;
  const { item, instant } = request;
  refuseOtherTimes(request, dependencies.now());
  const changed = changedResource(evaluator, target, item);
  const context = rowContext(evaluator, "change", instant);
  for (let newer: EvaluationRow | undefined; ; ) {
    const lookedAt = dependencies.now().toISOString();
    // Even when the event says that it is deleted: it may have been made again since.
    const existing = await findOne(evaluator, target, changed.arn);
    const found = existing && belongs(evaluator, existing) ? existing : undefined;
    if (found) failWhileTriedAgain(found, instant, dependencies.now());
    const judgement = found && judge(evaluator, found);
    const evaluation = {
      resource: found?.resource ?? changed,
      judgement,
      leftTheScope: existing !== undefined,
      isLive: true,
      lookedAt,
      newer,
    };
    const outcome = await recordSingle(context, evaluation, dependencies);
    const { row, drift } = outcome;
    if (drift) await alertChange(alertContext(evaluator), drift, dependencies);
    newer = outcome.newer;
    if (newer) continue;
    await reportToConfig(request, row, dependencies);
    return { status: "evaluated", rule: rule.name, resources: [verdictOf(row)], notFound: [] };
  }
}

/** @throws what kept a resource from being read, of a young event and for a reason that passes. */
function failWhileTriedAgain(found: Listed<unknown>, instant: string, now: Date): void {
  const isYoung = now.getTime() - Date.parse(instant) < TRIED_AGAIN_MS;
  if ("error" in found && isYoung && mayPass(found.error)) throw found.error;
}

async function findOne<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  target: Target,
  arn: string,
): Promise<Listed<Facts> | undefined> {
  for await (const listed of evaluator.source.find(target, [arn], readOptions(evaluator))) {
    if (listed.resource.arn === arn) return listed;
  }
  return undefined;
}

/**
 * The resource by what the event says of it, all of which must agree: whoever may invoke the function may write an
 * event.
 * @throws InvalidInputError for a type that the rule does not judge, an id that no resource has, or another's ARN.
 */
function changedResource<Facts, Parameters>(
  { rule, source }: Evaluator<Facts, Parameters>,
  target: Target,
  item: ChangeRequest["item"],
): Omit<Resource, "tags"> {
  const { resourceType: type, resourceId, resourceName, accountId, region } = item;
  if (!rule.resourceTypes.includes(type)) {
    throw new InvalidInputError(`resourceType must be one of ${rule.resourceTypes.join(", ")}, not ${type}`);
  }
  const arn = source.arnOf(target, item);
  if (arn === undefined) {
    const { arn: given = "none" } = item;
    throw new InvalidInputError(
      `resourceId, resourceName and ARN must name a resource of type ${type}, not ${resourceId}, ` +
        `${resourceName ?? "none"} and ${given}`,
    );
  }
  if (item.arn !== undefined && item.arn !== arn) {
    throw new InvalidInputError(
      `ARN must be ${arn}, by the event's type, account, Region and id, not ${item.arn}`,
    );
  }
  return { arn, type, name: resourceName ?? resourceId, accountId, region };
}

/** AWS Config sends within minutes, and Lambda keeps an event for an hour (index.ts). */
const OLDEST_CHANGE_MS = 24 * 3_600_000;
const CLOCK_SKEW_MS = 5 * 60_000;

/** @throws InvalidInputError: what is seen now is no evidence of another time. */
function refuseOtherTimes({ instant }: ChangeRequest, now: Date): void {
  const age = now.getTime() - Date.parse(instant);
  if (age <= OLDEST_CHANGE_MS && age >= -CLOCK_SKEW_MS) return;
  throw new InvalidInputError(
    `notificationCreationTime must be at most a day ago and not to come, not ${instant}`,
  );
}

/**
 * Reports to AWS Config under the id that Config sent. What could not be evaluated is not reported: Config
 * has no word for it, and its last verdict stands
 * (https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html).
 */
async function reportToConfig(
  { item, resultToken, isDeleted, isOutOfScope }: ChangeRequest,
  { compliance_type, annotation }: EvaluationRow,
  { config, log }: EvaluatorDependencies,
): Promise<void> {
  if (resultToken === undefined) return;
  const complianceType = isDeleted || isOutOfScope ? "NOT_APPLICABLE" : compliance_type;
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

/**
 * The target that reads the resource. AWS Config records a resource in its own Region, a bucket too, and sends its
 * changes to rules of that Region only
 * (https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html). Of other Regions those come by
 * EventBridge that the settings name; where all are scanned, none is named.
 * @throws InvalidInputError for an account or a Region that is not scanned.
 */
function targetOf<Facts, Parameters>(
  { targets }: Evaluator<Facts, Parameters>,
  item: ChangeRequest["item"],
): Target {
  const ofAccount = targets.filter(({ accountId }) => accountId === item.accountId);
  const target = ofAccount.find(({ region }) => region === item.region);
  if (target) return target;
  if (ofAccount.length > 0) {
    const scanned = ofAccount.map(({ region }) => region).join(", ");
    throw new InvalidInputError(
      `awsRegion must be one of the scanned Regions ${scanned}, not ${item.region}`,
    );
  }
  const scanned = targets.map(({ accountId }) => accountId).join(", ");
  throw new InvalidInputError(
    `awsAccountId must be one of the scanned accounts ${scanned}, not ${item.accountId}`,
  );
}
