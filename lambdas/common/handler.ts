import { ConfigServiceClient } from "@aws-sdk/client-config-service";
import type { Context } from "aws-lambda";
import { answer, type EvaluatorResult } from "./answer";
import { clientConfig } from "./clients";
import { asError } from "./errors";
import type { EvaluatorDependencies } from "./evaluator";
import { parseEvaluatorEvent } from "./events";
import { invocationTime } from "./retry";
import type { ResourceSource, Rule } from "./rule";
import { newestReportUri, placeOf, readSettings, runDependencies } from "./runtime";
import type { EvaluatorSettings } from "./settings";

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
    dependencies ??= { ...runDependencies(place), config: new ConfigServiceClient(clientConfig(place)) };
    const evaluator = {
      rule,
      source,
      settings,
      environmentSuffix: place.environmentSuffix,
      targets: [place] as const,
      reportUri: newestReportUri(place),
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
