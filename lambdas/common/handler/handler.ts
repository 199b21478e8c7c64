import { ConfigServiceClient } from "@aws-sdk/client-config-service";
import type { Context } from "aws-lambda";
import { clientConfig } from "../aws/clients";
import { invocationTime } from "../aws/retry";
import { newestReportLink, newestReportUri, placeOf, readSettings } from "../deployment/place";
import type { EvaluatorSettings } from "../deployment/settings";
import type { EvaluatorDependencies } from "../evaluator/evaluator";
import { parseEvaluatorEvent } from "../evaluator/events";
import { withOwners } from "../evaluator/owners";
import { targetsOf } from "../evaluator/plan";
import { organizationDependencies } from "../organization-run/clients";
import type { ResourceSource, Rule } from "../rule/rule";
import { runDependencies } from "../runs/dependencies";
import { asError } from "../values/errors";
import { answer, type EvaluatorResult } from "./answer";

/**
 * Whether the archive is one for an organization, as program/bundle.ts says: others hold none of the clients for it,
 * which each cold start would load.
 */
declare const SCANS_ORGANIZATION: boolean;

/**
 * The Lambda handler of one rule.
 * @param directory where the bundle and its `settings.json` lie.
 */
export function evaluatorHandler<Facts, Parameters>(
  rule: Rule<Facts, Parameters>,
  source: ResourceSource<Facts>,
  directory: string,
): (event: unknown, context: Context) => Promise<EvaluatorResult> {
  const settings = readSettings<EvaluatorSettings<Parameters>>(directory);
  let dependencies: EvaluatorDependencies | undefined;
  return async (event, context) => {
    invocationTime.begin(context);
    const place = placeOf(context);
    dependencies ??= {
      ...runDependencies(place),
      config: new ConfigServiceClient(clientConfig(place)),
      ...(SCANS_ORGANIZATION &&
        settings.organization && {
          organization: organizationDependencies(place, rule.name, settings.organization),
        }),
    };
    const evaluator = {
      rule,
      source: withOwners(source, settings.ownerTag),
      settings,
      environmentSuffix: place.environmentSuffix,
      targets: targetsOf(place, settings.regions),
      reportUri: newestReportUri(place),
      reportLink: newestReportLink(place),
    };
    try {
      return await answer(evaluator, parseEvaluatorEvent(event), dependencies);
    } catch (caught) {
      dependencies.log.error("event was not answered", asError(caught), {
        requestId: context.awsRequestId,
      });
      throw caught;
    }
  };
}
