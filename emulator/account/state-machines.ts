/** State machines that moto's interpreter of Step Functions carries out, with functions that run here. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { CREDENTIALS, REGION } from "./moto";

/**
 * Invokes the function of that name, or an alias of it, and answers what it answers; an error's name is what the state
 * machine catches.
 */
export type InvokeFunction = (functionName: string, event: unknown, alias?: string) => Promise<unknown>;

/** Where moto's interpreter finds the functions. */
export interface FunctionEndpoint {
  readonly port: number;
  /** Who is asked from now on. */
  invokes(invoke: InvokeFunction): void;
  stop(): Promise<void>;
}

/**
 * Answers Lambda's Invoke on a free port. moto takes it from the environment variable MOTO_PORT when it starts
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 */
export async function startFunctionEndpoint(): Promise<FunctionEndpoint> {
  let invoke: InvokeFunction = async () => {
    throw new Error("no function is there yet");
  };
  const server = createServer(async (incoming, outgoing) => {
    const event: unknown = JSON.parse((await buffer(incoming)).toString() || "{}");
    const named = /\/functions\/([^/]+)\/invocations/.exec(decodeURIComponent(incoming.url ?? ""))?.[1] ?? "";
    // An ARN: what follows the function's name is a version or an alias.
    const [functionName = "", alias] = named.split(":").slice(6);
    try {
      const answer = await invoke(functionName, event, alias);
      outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    } catch (caught) {
      const { errorType = "Error", errorMessage = String(caught) } = caught as Record<string, string>;
      const headers = { "content-type": "application/json", "x-amz-function-error": "Unhandled" };
      outgoing.writeHead(200, headers).end(JSON.stringify({ errorType, errorMessage }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    invokes: (other) => {
      invoke = other;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An execution that has ended. */
export interface Execution {
  readonly status: string;
  readonly output?: unknown;
  readonly cause?: string;
}

/** Step Functions in an emulated account. */
export class StateMachines {
  private executions = 0;

  constructor(private readonly endpoint: string) {}

  /** @returns the state machine's ARN. */
  async create(name: string, definition: string, roleArn: string): Promise<string> {
    const configuration = { stepfunctions: { execute_state_machine: true } };
    const body = JSON.stringify(configuration);
    await fetch(`${this.endpoint}/moto-api/config`, { method: "POST", body });
    const created = await this.call("CreateStateMachine", { name, definition, roleArn });
    return String(created.stateMachineArn);
  }

  /** Carries out an execution to its end. */
  async run(stateMachineArn: string, input: object): Promise<Execution> {
    const name = `execution-${++this.executions}`;
    const started = await this.call("StartExecution", {
      stateMachineArn,
      name,
      input: JSON.stringify(input),
    });
    for (;;) {
      const { status, output, cause } = await this.call("DescribeExecution", {
        executionArn: started.executionArn,
      });
      if (status !== "RUNNING") {
        return {
          status: String(status),
          ...(output !== undefined && { output: JSON.parse(String(output)) }),
          ...(cause !== undefined && { cause: String(cause) }),
        };
      }
      await sleep(100);
    }
  }

  private async call(operation: string, input: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AWSStepFunctions.${operation}`,
        // moto reads account, Region and service from it, and looks at no signature.
        authorization:
          `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/20261124/${REGION}/states/aws4_request, ` +
          "SignedHeaders=host, Signature=0",
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
}
