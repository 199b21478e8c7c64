import type { ReportedRule } from "../../lambdas/common/deployment/settings";
import type { AwsRequest } from "./aws-request";
import { type ConfigResource, configurationItem, RECORDED_ARNS } from "./config-resources";
import { json, jsonError } from "./faults";
import { ACCOUNT_ID } from "./moto";
import type { Reply } from "./proxy";

export type ManagedVerdict = "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE";

interface Result {
  readonly resource: ConfigResource;
  readonly verdict: ManagedVerdict;
  readonly recordedAt: string;
}

/**
 * AWS Config's managed rules, which the emulator does not have: their results as somebody set them, given out by
 * the calls that the report generator makes. Pages are as small as asked for, like AWS's.
 */
export class ManagedRules {
  /** Name in AWS Config → resource id → result. */
  private readonly results = new Map<string, Map<string, Result>>();
  private readonly configRuleNames: ReadonlyMap<string, string>;
  private readonly deleted = new Set<string>();
  private evaluatedAt: string | undefined;
  /** By their names in AWS Config. */
  private readonly unevaluated = new Set<string>();

  /** @param accountId of the account that they belong to. */
  constructor(
    rules: readonly Pick<ReportedRule, "name" | "configRuleName">[],
    private readonly accountId = ACCOUNT_ID,
  ) {
    this.configRuleNames = new Map(rules.map(({ name, configRuleName }) => [name, configRuleName]));
    this.clear();
  }

  /** Gives the resource a verdict that was recorded at `at`. */
  judge(rule: string, resource: ConfigResource, verdict: ManagedVerdict, at: string): void {
    this.resultsOf(rule).set(resource.resourceId, { resource, verdict, recordedAt: at });
  }

  /** AWS Config does not come to evaluate the rule, until `clear`. */
  neverEvaluates(rule: string): void {
    this.unevaluated.add(this.configRuleNames.get(rule) ?? rule);
  }

  /** Every other rule was evaluated at `at`, with the results it has. */
  evaluated(at: string): void {
    this.evaluatedAt = at;
  }

  /** The resource is deleted, and the rules' results of it are what they were until the next evaluation. */
  delete({ resourceId }: ConfigResource): void {
    this.deleted.add(resourceId);
  }

  /** No rule has a result, nor was ever evaluated. */
  clear(): void {
    this.deleted.clear();
    this.unevaluated.clear();
    for (const name of this.configRuleNames.values()) this.results.set(name, new Map());
    this.evaluatedAt = undefined;
  }

  readonly interceptor = (request: AwsRequest): Reply | undefined => {
    if (request.service !== "config") return undefined;
    switch (request.operation) {
      case "GetComplianceDetailsByConfigRule":
        return this.complianceDetails(request);
      case "GetComplianceDetailsByResource":
        return this.resourceCompliance(request);
      case "DescribeConfigRuleEvaluationStatus":
        return this.evaluationStatus(request);
      case "DescribeConfigurationRecorderStatus":
        return json({
          ConfigurationRecordersStatus: [
            { name: "default", recording: true, lastStartTime: epochSeconds("2026-01-01T00:00:00.000Z") },
          ],
        });
      case "DescribeConfigurationRecorders":
        return json({
          ConfigurationRecorders: [
            { name: "default", recordingGroup: { resourceTypes: Object.keys(RECORDED_ARNS) } },
          ],
        });
      case "ListDiscoveredResources":
        return this.discoveredResources(request);
      case "BatchGetResourceConfig":
        return this.resourceConfigs(request);
      default:
        return undefined;
    }
  };

  private resultsOf(rule: string): Map<string, Result> {
    const results = this.results.get(this.configRuleNames.get(rule) ?? "");
    if (!results) throw new Error(`the stack has no managed rule ${rule}`);
    return results;
  }

  private complianceDetails({ input }: AwsRequest): Reply {
    const {
      ConfigRuleName: rule,
      ComplianceTypes,
      Limit,
      NextToken,
    } = input as unknown as ComplianceDetailsInput;
    const results = this.results.get(rule);
    if (!results)
      return jsonError(
        "NoSuchConfigRuleException",
        `The ConfigRule '${rule}' provided in the request is invalid.`,
      );
    const wanted = [...results.values()].filter(({ verdict }) => ComplianceTypes?.includes(verdict) ?? true);
    // Limit 0 means the default, and 100 is the most:
    // https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html
    const from = Number(NextToken ?? 0);
    const to = from + (Limit || 10);
    return json({
      EvaluationResults: wanted.slice(from, to).map((result) => this.evaluationResult(rule, result)),
      ...(to < wanted.length && { NextToken: String(to) }),
    });
  }

  private resourceCompliance({ input }: AwsRequest): Reply {
    const { ResourceType, ResourceId } = input as { ResourceType?: string; ResourceId?: string };
    const found = [...this.results].flatMap(([rule, results]) =>
      [...results.values()]
        .filter(
          ({ resource }) => resource.resourceType === ResourceType && resource.resourceId === ResourceId,
        )
        .map((result) => this.evaluationResult(rule, result)),
    );
    return json({ EvaluationResults: found });
  }

  private evaluationResult(rule: string, { resource, verdict, recordedAt }: Result) {
    const { resourceType: ResourceType, resourceId: ResourceId } = resource;
    return {
      EvaluationResultIdentifier: {
        EvaluationResultQualifier: {
          ConfigRuleName: rule,
          ResourceType,
          ResourceId,
          EvaluationMode: "DETECTIVE",
        },
        OrderingTimestamp: epochSeconds(recordedAt),
      },
      ComplianceType: verdict,
      ResultRecordedTime: epochSeconds(recordedAt),
      ConfigRuleInvokedTime: epochSeconds(recordedAt),
    };
  }

  private evaluationStatus({ input }: AwsRequest): Reply {
    const names = (input.ConfigRuleNames as string[] | undefined) ?? [...this.results.keys()];
    const missing = names.find((name) => !this.results.has(name));
    if (missing !== undefined)
      return jsonError(
        "NoSuchConfigRuleException",
        `The ConfigRule '${missing}' provided in the request is invalid.`,
      );
    const evaluationOf = (name: string) => {
      if (this.evaluatedAt === undefined || this.unevaluated.has(name))
        return { FirstEvaluationStarted: false };
      const at = epochSeconds(this.evaluatedAt);
      return {
        FirstEvaluationStarted: true,
        LastSuccessfulInvocationTime: at,
        LastSuccessfulEvaluationTime: at,
      };
    };
    return json({
      ConfigRulesEvaluationStatus: names.map((name) => ({ ConfigRuleName: name, ...evaluationOf(name) })),
    });
  }

  private resourceConfigs({ input }: AwsRequest): Reply {
    const keys = input.resourceKeys as { resourceType: string; resourceId: string }[];
    const known = this.existing();
    const items = keys.flatMap((key) => {
      const found = known.find(
        ({ resourceType, resourceId }) => resourceType === key.resourceType && resourceId === key.resourceId,
      );
      return found ? [configurationItem(found, this.accountId)] : [];
    });
    return json({ baseConfigurationItems: items, unprocessedResourceKeys: [] });
  }

  private discoveredResources({ input }: AwsRequest): Reply {
    const { resourceType, resourceIds } = input as unknown as DiscoveredInput;
    const found = this.existing().filter(
      (resource) =>
        resource.resourceType === resourceType && (resourceIds?.includes(resource.resourceId) ?? true),
    );
    return json({
      resourceIdentifiers: found.map(({ resourceId, resourceName }) => ({
        resourceType,
        resourceId,
        resourceName,
      })),
    });
  }

  /** The resources that were judged and not deleted since. */
  private existing(): ConfigResource[] {
    const judged = [...this.results.values()].flatMap((results) => [...results.values()]);
    return judged.map(({ resource }) => resource).filter(({ resourceId }) => !this.deleted.has(resourceId));
  }
}

interface DiscoveredInput {
  readonly resourceType: string;
  readonly resourceIds?: readonly string[];
}

interface ComplianceDetailsInput {
  readonly ConfigRuleName: string;
  readonly ComplianceTypes?: readonly string[];
  readonly Limit?: number;
  readonly NextToken?: string;
}

function epochSeconds(instant: string): number {
  return Date.parse(instant) / 1000;
}
