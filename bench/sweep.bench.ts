/**
 * What a sweep over EC2 takes: the tag evaluator's own archive against an AWS that answers at once
 * (bench/instant-aws.ts), so that what is measured is reading XML, comparing, judging, recording and alerting.
 */

import { declaredFunctions, measure, startAws } from "./measure";

/** A small part of what the function has. */
const HEAP_MIB = 64;

/** Prints a line for each size of account, up to the given number of resources. */
export async function benchSweep({ resources }: { readonly resources: number }): Promise<void> {
  const { tagEvaluator, standards } = await declaredFunctions();
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
