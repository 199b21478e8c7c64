/**
 * AWS-managed rules: AWS Config evaluates, this brings its results into the history, so that they have
 * transitions, alerts and reports like the custom rules'.
 */

import {
  BatchGetResourceConfigCommand,
  type ConfigServiceClient,
  DescribeConfigRuleEvaluationStatusCommand,
  type EvaluationResult,
  paginateGetComplianceDetailsByConfigRule,
  type ResourceKey,
  type ResourceType,
} from "@aws-sdk/client-config-service";
import { InvalidInputError } from "../shared/errors";
import type { EvaluationRow, Judgement, Resource, Trigger } from "../shared/evaluation";
import { RuleExceptions } from "../shared/exceptions";
import { asFields, asInstant, asOneOf, asText, type Fields } from "../shared/input";
import type { AlertContext } from "../shared/messages";
import { parametersHash, type RowContext } from "../shared/row";
import { carryOutRun, type Judged, type RunDependencies } from "../shared/run";
import { newestReportUri, type Place } from "../shared/runtime";
import type { Exception, ReportedRule } from "../shared/settings";
import { recordSingle } from "../shared/single";

export interface ManagedRuleDependencies extends RunDependencies {
  readonly config: ConfigServiceClient;
  readonly place: Place;
  readonly exceptions: readonly Exception[];
}

/** The version of rules that AWS maintains. */
const MANAGED_VERSION = "aws-managed";
/** BatchGetResourceConfig takes no more (https://docs.aws.amazon.com/config/latest/APIReference/API_BatchGetResourceConfig.html). */
const KEYS_MOST = 100;

/**
 * Brings the newest results of every managed rule into the history, as one run a rule. A rule that AWS
 * Config has not evaluated yet gets no run: nobody has observed anything.
 * @param instant ISO-8601; importing at the same instant again changes nothing.
 * @throws what AWS Config answers; what was imported until then is kept.
 */
export async function importManagedRules(
  rules: readonly ReportedRule[],
  instant: string,
  trigger: Trigger,
  dependencies: ManagedRuleDependencies,
): Promise<void> {
  for (const rule of rules.filter(({ kind }) => kind === "managed")) {
    if (!(await hasBeenEvaluated(rule, dependencies.config))) {
      dependencies.log.warn("AWS Config has not evaluated the rule yet", { rule: rule.name });
      continue;
    }
    const { place } = dependencies;
    const plan = { ...planOf(rule, instant, trigger, dependencies), targets: [place] };
    await carryOutRun(plan, results(rule, dependencies), dependencies);
  }
}

/**
 * Records a change of compliance that AWS Config told EventBridge of, and alerts of it.
 * @throws InvalidInputError naming the field that is wrong.
 */
export async function recordComplianceChange(
  event: unknown,
  rules: readonly ReportedRule[],
  dependencies: ManagedRuleDependencies,
): Promise<EvaluationRow> {
  const fields = asFields(event, "event");
  const detail = asFields(fields.detail, "detail");
  const ruleName = asText(detail.configRuleName, "detail.configRuleName");
  const managed = rules.filter(({ kind }) => kind === "managed");
  const rule = managed.find(({ configRuleName }) => configRuleName === ruleName);
  if (!rule) {
    const known = managed.map(({ configRuleName }) => configRuleName).join(", ");
    throw new InvalidInputError(`detail.configRuleName must be one of ${known}, not ${ruleName}`);
  }
  const key = {
    resourceType: asText(detail.resourceType, "detail.resourceType") as ResourceType,
    resourceId: asText(detail.resourceId, "detail.resourceId"),
  };
  const result = detail.newEvaluationResult;
  const judgement =
    result === undefined || result === null
      ? undefined
      : judgementOf(asFields(result, "detail.newEvaluationResult"));
  const instant = asInstant(
    detail.notificationCreationTime ?? fields.time,
    "detail.notificationCreationTime",
  );
  const resource =
    (await describe([key], dependencies)).get(keyText(key)) ?? unknownResource(key, dependencies.place);
  return recordSingle(planOf(rule, instant, "change", dependencies), resource, judgement, dependencies);
}

async function hasBeenEvaluated(
  { configRuleName }: ReportedRule,
  config: ConfigServiceClient,
): Promise<boolean> {
  const { ConfigRulesEvaluationStatus = [] } = await config.send(
    new DescribeConfigRuleEvaluationStatusCommand({ ConfigRuleNames: [configRuleName] }),
  );
  return ConfigRulesEvaluationStatus[0]?.LastSuccessfulEvaluationTime !== undefined;
}

async function* results(rule: ReportedRule, dependencies: ManagedRuleDependencies): AsyncGenerator<Judged> {
  const { config, place } = dependencies;
  const pages = paginateGetComplianceDetailsByConfigRule(
    { client: config, pageSize: KEYS_MOST },
    { ConfigRuleName: rule.configRuleName },
  );
  for await (const { EvaluationResults = [] } of pages) {
    const keyed = EvaluationResults.map((result) => ({ result, key: keyOf(result) }));
    const described = await describe(
      keyed.map(({ key }) => key),
      dependencies,
    );
    for (const { result, key } of keyed) {
      yield {
        resource: described.get(keyText(key)) ?? unknownResource(key, place),
        judgement: judgement(
          result.ComplianceType ?? "",
          result.Annotation,
          result.ResultRecordedTime?.toISOString(),
        ),
      };
    }
  }
}

function keyOf({ EvaluationResultIdentifier }: EvaluationResult): ResourceKey {
  const { ResourceType, ResourceId } = EvaluationResultIdentifier?.EvaluationResultQualifier ?? {};
  return { resourceType: ResourceType as ResourceType, resourceId: ResourceId };
}

function judgementOf(result: Fields): Judgement {
  const allowed = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"] as const;
  const complianceType = asOneOf(result.complianceType, allowed, "detail.newEvaluationResult.complianceType");
  return judgement(complianceType, result.annotation, result.resultRecordedTime);
}

/** AWS Config's words as a judgement; INSUFFICIENT_DATA, and whatever is new, is no verdict. */
function judgement(complianceType: string, annotation: unknown, recordedAt: unknown): Judgement {
  const observed = {
    evaluatedBy: "AWS Config",
    recordedAt: typeof recordedAt === "string" ? recordedAt : null,
  };
  const said = typeof annotation === "string" && annotation !== "" ? annotation : undefined;
  if (
    complianceType === "COMPLIANT" ||
    complianceType === "NON_COMPLIANT" ||
    complianceType === "NOT_APPLICABLE"
  ) {
    return { complianceType, annotation: said ?? `AWS Config's verdict is ${complianceType}.`, observed };
  }
  return {
    complianceType: "ERROR",
    errorCode: complianceType || "Unknown",
    annotation: said ?? `AWS Config has no verdict: ${complianceType || "it gave none"}.`,
    observed,
  };
}

/**
 * Names and ARNs of resources that AWS Config knows by ids such as AIDA....
 * @throws Error when Config left some unprocessed: with another id the resource would get another history.
 */
async function describe(
  keys: readonly ResourceKey[],
  { config, place }: ManagedRuleDependencies,
): Promise<Map<string, Omit<Resource, "tags">>> {
  const described = new Map<string, Omit<Resource, "tags">>();
  // The account itself is no recorded resource.
  const recorded = keys.filter(({ resourceType }) => !isAccount(resourceType));
  if (recorded.length === 0) return described;
  const { baseConfigurationItems = [], unprocessedResourceKeys = [] } = await config.send(
    new BatchGetResourceConfigCommand({ resourceKeys: [...recorded] }),
  );
  if (unprocessedResourceKeys.length > 0) {
    throw new Error(
      `AWS Config left ${unprocessedResourceKeys.length} of ${recorded.length} resources unprocessed`,
    );
  }
  for (const {
    resourceType,
    resourceId,
    resourceName,
    arn,
    accountId,
    awsRegion,
  } of baseConfigurationItems) {
    const key = { resourceType, resourceId };
    const unknown = unknownResource(key, place);
    described.set(keyText(key), {
      arn: arn ?? unknown.arn,
      type: unknown.type,
      name: resourceName ?? unknown.name,
      accountId: accountId ?? place.accountId,
      region: awsRegion ?? place.region,
    });
  }
  return described;
}

interface KeyTexts {
  readonly resourceType?: string;
  readonly resourceId?: string;
}

/** A resource of which AWS Config knows no more than type and id; of the account, that is all there is. */
function unknownResource({ resourceType = "unknown", resourceId = "" }: KeyTexts, place: Place) {
  const { partition, accountId, region } = place;
  const account = isAccount(resourceType);
  return {
    arn: account ? `arn:${partition}:iam::${accountId}:root` : `${resourceType}/${resourceId}`,
    type: resourceType,
    name: account ? `account ${accountId}` : resourceId,
    accountId,
    region,
  };
}

function isAccount(resourceType: string | undefined): boolean {
  return resourceType === "AWS::::Account";
}

function keyText({ resourceType, resourceId }: KeyTexts): string {
  return `${resourceType}/${resourceId}`;
}

function planOf(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  { place, exceptions }: ManagedRuleDependencies,
): { context: RowContext; alert: AlertContext } {
  const { name, title, remediation, severity, parameters = {} } = rule;
  return {
    context: {
      rule: { name, version: MANAGED_VERSION },
      parametersHash: parametersHash(parameters),
      exceptions: new RuleExceptions(exceptions, name),
      trigger,
      instant,
    },
    alert: {
      rule: name,
      title,
      remediation,
      severity,
      environmentSuffix: place.environmentSuffix,
      accounts: [place.accountId],
      regions: [place.region],
      reportUri: newestReportUri(place),
    },
  };
}
