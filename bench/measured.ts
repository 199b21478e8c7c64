/**
 * Runs in a process of its own, with nothing in it but a function's archive: loads the handler, has it answer one event
 * after another, as a function that stays warm does, and says of each what that took.
 */

import { join } from "node:path";

/** What the starter sends. */
export interface MeasuredCall {
  readonly event: unknown;
  readonly functionArn: string;
  /** Collect garbage all the time, to see what is left; that takes time of its own. */
  readonly collects: boolean;
}

/** What one answer took; the first one's includes the loading of the code. */
export interface Measurement {
  readonly seconds: number;
  readonly processorSeconds: number;
  /** The most memory that the process had meanwhile, as the system counts it (RSS). */
  readonly peakRssMib: number;
  /** The most that was left after a collection: what is in use. Present when there were collections. */
  readonly inUseMib?: number;
  readonly result: unknown;
}

/** What the longest of the functions has. */
const TIMEOUT_MS = 900_000;
const COLLECT_MS = 250;
const MIB = 1024 * 1024;

async function measure({ event, functionArn, collects }: MeasuredCall): Promise<Measurement> {
  let inUse = 0;
  const collect = collects
    ? setInterval(() => (inUse = Math.max(inUse, afterCollection())), COLLECT_MS)
    : undefined;
  const started = performance.now();
  const startedCpu = process.cpuUsage();
  const { handler } = require(join(process.env.LAMBDA_TASK_ROOT ?? "", "index.js"));
  const result: unknown = await handler(event, {
    invokedFunctionArn: functionArn,
    awsRequestId: "bench",
    getRemainingTimeInMillis: () => TIMEOUT_MS,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  clearInterval(collect);
  return {
    seconds,
    processorSeconds: (user + system) / 1e6,
    // In KiB, and counted by the system, so that the measuring takes nothing of what is measured.
    peakRssMib: Math.round(process.resourceUsage().maxRSS / 1024),
    ...(collects && { inUseMib: Math.round(inUse / MIB) }),
    result,
  };
}

/** Bytes of objects and buffers that are in use. */
function afterCollection(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

process.on("message", async (call: MeasuredCall) => {
  process.send?.(await measure(call));
});
process.once("disconnect", () => process.exit());
