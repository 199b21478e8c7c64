import { configChangeEvent } from "../account/events";
import type { Interceptor, Reply } from "../account/proxy";
import { Recorder, type ResourceChange } from "../account/recorder";
import type { Deployment } from "./deployment";
import { ofType } from "./graph";
import { FunctionError, type LambdaFunction } from "./lambda";

/** The arguments of AWS Config's rules that say what is delivered to whom. */
interface DeclaredRule {
  readonly name: string;
  readonly source: { readonly owner: string; readonly sourceIdentifier: string };
  readonly scope?: { readonly complianceResourceTypes?: readonly string[] };
}

/** A change that AWS Config saw, and the rule whose function evaluated it. */
export interface DeliveredChange extends ResourceChange {
  readonly configRuleName: string;
}

/** AWS Config at work in the emulated account: looks for changes, and has the functions evaluate them. */
export class ConfigDelivery {
  private readonly recorder: Recorder;

  constructor(private readonly deployment: Deployment) {
    this.recorder = new Recorder(deployment.moto.url);
  }

  /**
   * Delivers what has changed since the last time, nothing at the first one.
   * @throws FunctionError when an evaluator fails.
   */
  async deliver(): Promise<DeliveredChange[]> {
    const delivered: DeliveredChange[] = [];
    for (const change of await this.recorder.changes()) {
      for (const { configRuleName, fn } of this.rulesFor(change.resource.resourceType)) {
        await fn.invoke(configChangeEvent({ ...change, configRuleName, time: new Date().toISOString() }));
        delivered.push({ ...change, configRuleName });
      }
    }
    return delivered;
  }

  private rulesFor(resourceType: string): { configRuleName: string; fn: LambdaFunction }[] {
    const functions = Object.values(this.deployment.functions);
    return ofType(this.deployment.graph, "aws:cfg/rule:Rule")
      .map(({ inputs }) => inputs as unknown as DeclaredRule)
      .filter(({ source }) => source.owner === "CUSTOM_LAMBDA")
      .filter(({ scope }) => scope?.complianceResourceTypes?.includes(resourceType))
      .flatMap(({ name, source }) =>
        functions
          .filter(({ arn }) => arn === source.sourceIdentifier)
          .map((fn) => ({ configRuleName: name, fn })),
      );
  }
}

/**
 * Lambda's Invoke (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html) for the functions of the stack, which
 * moto would run in containers.
 */
export function lambdaApi(functions: readonly LambdaFunction[]): Interceptor {
  return ({ service, path, body }) => {
    if (service !== "lambda") return undefined;
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(decodeURIComponent(path))?.[1];
    const fn = functions.find(({ name: own, arn }) => own === name || arn === name);
    if (fn === undefined) return lambdaError(404, "ResourceNotFoundException", `Function not found: ${name}`);
    return invoke(fn, body.toString());
  };
}

async function invoke(fn: LambdaFunction, body: string): Promise<Reply> {
  try {
    const { payload } = await fn.invoke(JSON.parse(body || "{}"));
    return { status: 200, headers: HEADERS, body: JSON.stringify(payload) };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return lambdaError(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, errorMessage } = error;
    const headers = { ...HEADERS, "x-amz-function-error": "Unhandled" };
    return { status: 200, headers, body: JSON.stringify({ errorType, errorMessage }) };
  }
}

const HEADERS = { "content-type": "application/json" };

function lambdaError(status: number, type: string, Message: string): Reply {
  return {
    status,
    headers: { ...HEADERS, "x-amzn-errortype": type },
    body: JSON.stringify({ Type: "User", Message }),
  };
}
