/**
 * What becomes of evidence and alerts when AWS fails all the time: sweep after sweep by the tag evaluator's own
 * archive, with faults (bench/faulty-aws.ts), events that come twice, functions that end halfway, and instances that
 * change. Each execution environment is the archive loaded anew, with clients of its own, into this one process: only
 * so all of them have the same clock (bench/fast-time.ts), and a seed decides everything.
 */

import type { Ec2TagParameters } from "../lambdas/ec2-tags/rule";
import type { Outcome } from "./faults-outcome";
import { FAULTS, INSTANCES, Scene } from "./faults-scene";
import { declaredFunctions } from "./measure";

/** How much happens. */
export interface FaultsSize {
  /** Sweeps by functions that stay warm. */
  readonly warm: number;
  /** Sweeps of which each delivery and each try has an environment of its own. */
  readonly fresh: number;
  readonly seed: number;
}

/** Runs both kinds of sweeps and prints what is wrong afterwards; the process then ends with 1. */
export async function benchFaults({ warm, fresh, seed }: FaultsSize): Promise<void> {
  const { tagEvaluator, standards } = await declaredFunctions();
  const standard = standards["ec2-required-tags"]?.parameters as Ec2TagParameters;
  console.log(`${INSTANCES} instances, ${FAULTS * 100} % faults, seed ${seed} (--seed)`);
  const kinds = [
    ["by functions that stay warm", warm, true],
    ["by a fresh environment for each try", fresh, false],
  ] as const;
  for (const [name, sweeps, isWarm] of kinds) {
    const started = performance.now();
    const scene = new Scene(tagEvaluator, standard, isWarm, seed);
    let outcome: Outcome;
    try {
      outcome = await scene.play(sweeps);
    } finally {
      scene.end();
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`\n${sweeps.toLocaleString("en")} sweeps ${name}: ${seconds} s`);
    for (const [what, count] of Object.entries(outcome.happened)) console.log(`  ${what}: ${count}`);
    for (const [what, cases] of Object.entries(outcome.violations)) {
      console.log(
        `  ${what}: ${cases.length}${cases
          .slice(0, 5)
          .map((one) => `\n    ${one}`)
          .join("")}`,
      );
      if (cases.length > 0) process.exitCode = 1;
    }
  }
}
