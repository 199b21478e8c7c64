/**
 * Runs inside a function's process, as the runtime does in Lambda: loads the handler once, answers one event after
 * another, and turns console calls into JSON lines where the function asks for those.
 */

import { join } from "node:path";
import { format } from "node:util";

/** What the starter sends for one invocation. */
export interface InvocationMessage {
  readonly event: unknown;
  readonly requestId: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** How far the function's clock is ahead of the machine's, in milliseconds. */
  readonly clockOffsetMs: number;
  /** How many times as fast `setTimeout` calls back. */
  readonly timerRate: number;
}

/** What the runtime sends back; `payload` is JSON text, absent when the handler returned nothing. */
export type InvocationReply =
  | { readonly payload?: string }
  | { readonly errorType: string; readonly errorMessage: string; readonly trace: string };

/** Ends an invocation's lines on standard output, as `END RequestId` does in CloudWatch. */
export const END_OF_INVOCATION = "END RequestId: ";

type Handler = (event: unknown, context: Record<string, unknown>) => unknown;

let requestId = "";
let clockOffsetMs = 0;
let timerRate = 1;

const MachineDate = Date;
globalThis.Date = class extends MachineDate {
  constructor(...given: [] | [number | string | Date]) {
    super(...((given.length === 0 ? [MachineDate.now() + clockOffsetMs] : given) as [number]));
  }
  static override now(): number {
    return MachineDate.now() + clockOffsetMs;
  }
} as DateConstructor;

const setMachineTimeout = setTimeout;
globalThis.setTimeout = Object.assign(
  (callback: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) =>
    setMachineTimeout(callback, milliseconds / timerRate, ...given),
  setMachineTimeout,
);

// Lambda's JSON log format wraps what goes through console, whatever it is; only direct writes stay as they are.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
if (process.env.AWS_LAMBDA_LOG_FORMAT === "JSON") {
  const levels = { debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" } as const;
  for (const [method, level] of Object.entries(levels) as [keyof typeof levels, string][]) {
    console[method] = (...parts: unknown[]) => {
      const message = parts.length === 1 ? parts[0] : format(...parts);
      process.stdout.write(
        `${JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message })}\n`,
      );
    };
  }
}

const [moduleName = "", exportName = ""] = (process.env._HANDLER ?? "").split(".");
let handler: Handler | undefined;

process.on("message", (message: InvocationMessage) => {
  void answer(message).then((reply) => {
    process.stdout.write(`${END_OF_INVOCATION}${message.requestId}\n`, () => process.send?.(reply));
  });
});

async function answer(message: InvocationMessage): Promise<InvocationReply> {
  requestId = message.requestId;
  clockOffsetMs = message.clockOffsetMs;
  timerRate = message.timerRate;
  try {
    handler ??= loadHandler();
    return { payload: JSON.stringify(await handler(message.event, contextOf(message))) };
  } catch (caught) {
    const error = caught instanceof Error ? caught : new Error(String(caught));
    return { errorType: error.name, errorMessage: error.message, trace: error.stack ?? "" };
  }
}

function loadHandler(): Handler {
  const loaded: unknown = require(join(process.env.LAMBDA_TASK_ROOT ?? "", moduleName))[exportName];
  if (typeof loaded !== "function") throw new Error(`${process.env._HANDLER} is not a function`);
  if (loaded.length > 2)
    throw new Error(`${process.env._HANDLER} takes a callback, which Node.js 24 on Lambda does not have`);
  return loaded as Handler;
}

function contextOf({ functionArn, timeoutMs }: InvocationMessage): Record<string, unknown> {
  const deadline = performance.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}
