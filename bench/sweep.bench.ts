/**
 * What a sweep over EC2 takes: the tag evaluator's own archive against an AWS that answers at once
 * (bench/instant-aws.ts), so that what is measured is reading XML, comparing, judging, recording and alerting.
 */

import {
  bundled,
  declaredFunctions,
  type MeasuredFunction,
  type MeasuredFunctions,
  measure,
  startAws,
} from "./measure";
import type { Measurement } from "./measured";
import type { HistorySize } from "./rule-history";

/** A small part of what the function has. */
const HEAP_MIB = 64;
/** How long a call takes where the sweep is compared with the bare loop. */
const LATENCY_MS = 20;
/** How often each is measured there, in turn; the fastest of each counts. */
const ROUNDS = 3;

/** Prints a line for each size of account, up to the given number of resources, and what a sweep adds to the SDK. */
export async function benchSweep({ resources }: { readonly resources: number }): Promise<void> {
  const functions = await declaredFunctions();
  await printSizes(resources, functions);
  await printRatio(resources, functions);
}

async function printSizes(resources: number, { tagEvaluator, standards }: MeasuredFunctions): Promise<void> {
  const { timeoutSeconds, memoryMb } = tagEvaluator;
  console.log(
    `A sweep by the function's own archive; the function has ${memoryMb} MB and ${timeoutSeconds} s.`,
    "Peak memory (RSS) is that of a process with no limit, which collects its garbage late,",
    `and that of one whose objects may take ${HEAP_MIB} MiB.\n`,
  );
  console.log(
    `resources   run before   seconds   processor seconds   peak, no limit   peak, ${HEAP_MIB} MiB of objects`,
  );
  for (const count of [100, 10, 2, 1].map((part) => Math.round(resources / part))) {
    for (const days of [0, 30]) {
      const aws = await startAws({ resources: count, days, standards });
      try {
        const plain = await measure(tagEvaluator, aws, { event: {}, collects: false });
        const limited = await measure(tagEvaluator, aws, { event: {}, collects: false }, HEAP_MIB);
        const columns = [
          count.toLocaleString("en").padEnd(12),
          (days === 0 ? "none" : "yes").padEnd(13),
          plain.seconds.toFixed(1).padEnd(10),
          plain.processorSeconds.toFixed(1).padEnd(20),
          `${plain.peakRssMib} MiB`.padEnd(17),
          `${limited.peakRssMib} MiB`,
        ];
        console.log(columns.join(""));
      } finally {
        aws.stop();
      }
    }
  }
}

/** In turn on the same endpoint, so that whatever else the machine does touches both. */
async function printRatio(resources: number, { tagEvaluator, standards }: MeasuredFunctions): Promise<void> {
  const bare: MeasuredFunction = {
    files: { "index.js": bundled("bare-loop.ts") },
    environment: tagEvaluator.environment,
  };
  console.log(
    `\nThe same beside the bare loop of the SDK (bench/bare-loop.ts), ${resources.toLocaleString("en")} resources,`,
    `${LATENCY_MS} ms a call, the fastest of ${ROUNDS}.\n`,
  );
  console.log("run before   sweep       bare loop   ratio   peak, no limit");
  for (const days of [0, 30]) {
    const size: HistorySize = { resources, days, standards };
    const aws = await startAws({ ...size, latencyMs: LATENCY_MS });
    try {
      const sweeps: Measurement[] = [];
      const loops: Measurement[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        loops.push(await measure(bare, aws, { event: {}, collects: false }));
        sweeps.push(await measure(tagEvaluator, aws, { event: {}, collects: false }));
      }
      const [sweep, loop] = [fastest(sweeps), fastest(loops)];
      const columns = [
        (days === 0 ? "none" : "yes").padEnd(13),
        `${sweep.toFixed(1)} s`.padEnd(12),
        `${loop.toFixed(1)} s`.padEnd(12),
        (sweep / loop).toFixed(2).padEnd(8),
        `${Math.max(...sweeps.map(({ peakRssMib }) => peakRssMib))} MiB`,
      ];
      console.log(columns.join(""));
    } finally {
      aws.stop();
    }
  }
}

function fastest(measurements: readonly Measurement[]): number {
  return Math.min(...measurements.map(({ seconds }) => seconds));
}
