/**
 * What a run of one rule over an organization takes: plan, the scan of every account, close, by the tag evaluator's own
 * archive against an AWS that takes some time for each answer (bench/instant-aws.ts). The time that the map over the
 * accounts takes on AWS is computed: this machine cannot carry out as many scans at the same time as Lambda does.
 */

import type { SweepResult } from "../lambdas/common/evaluator/sweep";
import { CONCURRENT_ACCOUNTS } from "../program/state-machine";
import type { Served } from "./instant-aws";
import { ORGANIZATION_ID } from "./instant-organization";
import { declaredFunctions, type Environment, type InstantAws, startAws, startEnvironment } from "./measure";
import type { Measurement } from "./measured";
import { costLines, RUNS_A_MONTH, whole } from "./organization-cost";
import { accountIds, REGIONS, type Spread } from "./resources";

const RULE = "ec2-required-tags";
/** How long AWS takes for an answer. */
const LATENCY_MS = 20;
/** A run before, in which each resource has a row, is what nearly every run has. */
const DAYS = 30;
/** Functions that scan at the same time here: few enough for each to have a processor when it needs one. */
const ENVIRONMENTS = 2;
/** Of a function's memory, what Lambda leaves to the objects of Node.js. */
const HEAP_SHARE = 0.9;
/** In which a run must be over: nobody waits longer for a digest. */
const RUN_SECONDS = 300;

/** What one of the steps took: each of its invocations, and what AWS was asked. */
interface Step {
  readonly name: string;
  readonly measurements: readonly Measurement[];
  readonly served: Served;
}

/**
 * Prints what each step takes, and what a month of runs costs. The process ends with 1 when a run would take longer
 * than five minutes, or its close longer than the function may.
 */
export async function benchOrganization(size: Spread & { readonly resources: number }): Promise<void> {
  const { accounts, regions, resources } = size;
  const { tagEvaluator, standards } = await declaredFunctions({
    organization: { id: ORGANIZATION_ID, roleName: "compliance-reader", regions: REGIONS.slice(0, regions) },
  });
  const { memoryMb, timeoutSeconds } = tagEvaluator;
  console.log(
    `A run of ${RULE} over ${whole(accounts)} accounts with ${regions} Regions each and ${whole(resources)} instances,`,
    `with a run before it. AWS answers in ${LATENCY_MS} ms. The function has ${memoryMb} MB and ${timeoutSeconds} s.`,
  );
  const standard = standards[RULE];
  if (!standard) throw new Error(`there is no standard of ${RULE}`);
  const spread: Spread = { accounts, regions };
  const aws = await startAws({
    resources,
    days: DAYS,
    spread,
    standards: { [RULE]: standard },
    latencyMs: LATENCY_MS,
  });
  const environments: Environment[] = [];
  const start = () => {
    const heapMib = Math.floor(memoryMb * HEAP_SHARE);
    const environment = startEnvironment(tagEvaluator, aws, { heapMib });
    environments.push(environment);
    return environment;
  };
  try {
    const instant = new Date().toISOString();
    const plan = await step("plan", aws, async () => [await start().answer({ plan: { instant } })]);
    const cold: Measurement[] = [];
    const warm: Measurement[] = [];
    const scans = await step("scan", aws, async () => {
      const queue = accountIds(accounts).values();
      const scanning = Array.from({ length: Math.min(ENVIRONMENTS, accounts) }, async () => {
        const environment = start();
        let measurements = cold;
        for (const account of queue) {
          measurements.push(await environment.answer({ scan: { instant, account } }));
          measurements = warm;
        }
      });
      await Promise.all(scanning);
      return [...cold, ...warm];
    });
    const close = await step("close", aws, async () => [await start().answer({ close: { instant } })]);
    expectComplete(close, resources);
    const map = mapSeconds(secondsOf(cold), secondsOf(warm), CONCURRENT_ACCOUNTS);
    printSteps([plan, scans, close], map);
    printCost([plan, scans, close], accounts, memoryMb);
    judge(sum(secondsOf(plan.measurements)) + map, sum(secondsOf(close.measurements)), timeoutSeconds);
  } finally {
    for (const environment of environments) environment.end();
    aws.stop();
  }
}

async function step(
  name: string,
  aws: InstantAws,
  carryOut: () => Promise<readonly Measurement[]>,
): Promise<Step> {
  await aws.served();
  const measurements = await carryOut();
  return { name, measurements, served: await aws.served() };
}

/** @throws Error when the run recorded something else than there is. */
function expectComplete({ measurements }: Step, resources: number): void {
  const [result] = measurements.map((one) => one.result as SweepResult);
  const { status, listed, error } = result as SweepResult;
  if (status === "complete" && listed === resources && error === 0) return;
  throw new Error(`the run should list ${resources}, and is ${status} with ${listed}, ${error} in error`);
}

/**
 * How long scans take that begin in turn, so many at the same time: each slot's first in a new environment.
 * @param cold seconds of such first scans, @param warm seconds of the others.
 */
export function mapSeconds(cold: readonly number[], warm: readonly number[], slots: number): number {
  const count = cold.length + warm.length;
  const ends = Array.from({ length: Math.min(slots, count) }, (_, slot) => cold[slot % cold.length] ?? 0);
  for (let scan = ends.length; scan < count; scan++) {
    const first = ends.indexOf(Math.min(...ends));
    ends[first] = (ends[first] ?? 0) + (warm[scan % warm.length] ?? 0);
  }
  return Math.max(...ends);
}

function printSteps(steps: readonly Step[], map: number): void {
  console.log(
    "\nstep    invocations   seconds each: middle, longest   processor seconds   peak memory (RSS)",
  );
  for (const { name, measurements } of steps) {
    const seconds = secondsOf(measurements).sort((a, b) => a - b);
    const columns = [
      name.padEnd(8),
      whole(measurements.length).padEnd(14),
      `${seconds[Math.floor(seconds.length / 2)]?.toFixed(2)}, ${seconds.at(-1)?.toFixed(2)}`.padEnd(32),
      sum(measurements.map(({ processorSeconds }) => processorSeconds))
        .toFixed(1)
        .padEnd(20),
      `${Math.max(...measurements.map(({ peakRssMib }) => peakRssMib))} MiB`,
    ];
    console.log(columns.join(""));
  }
  console.log(
    `\nMeasured: each invocation, ${ENVIRONMENTS} scans at a time. Computed out of them: all scans together, ` +
      `${CONCURRENT_ACCOUNTS} at the same time as the state machine has it, ${map.toFixed(1)} s. Not in it: what ` +
      "Step Functions takes to begin each.",
  );
  console.log("\ncalls to AWS");
  for (const { name, served } of steps) {
    const calls = Object.entries(served.calls).sort(([, one], [, other]) => other - one);
    console.log(`  ${name.padEnd(8)}${calls.map(([call, times]) => `${call} ${whole(times)}`).join(", ")}`);
  }
}

function printCost(steps: readonly Step[], scans: number, memoryMb: number): void {
  const calls: Record<string, number> = {};
  const units = { write: 0, read: 0, storedBytes: 0 };
  for (const { served } of steps) {
    for (const [call, times] of Object.entries(served.calls)) calls[call] = (calls[call] ?? 0) + times;
    for (const key of Object.keys(units) as (keyof typeof units)[]) units[key] += served.units[key];
  }
  const lambdaSeconds = sum(steps.flatMap(({ measurements }) => secondsOf(measurements)));
  console.log(
    `\nOne rule, ${RUNS_A_MONTH} such runs a month, at the list prices in bench/prices.ts. Counted is one run.`,
  );
  for (const line of costLines({ scans, lambdaSeconds, memoryMb, served: { calls, units } }))
    console.log(line);
}

function judge(before: number, close: number, timeoutSeconds: number): void {
  const whole = before + close;
  console.log(`\nThe whole run: ${whole.toFixed(0)} s, of which the close takes ${close.toFixed(0)} s.`);
  if (close > timeoutSeconds) fail(`The close does not fit: the function has ${timeoutSeconds} s.`);
  else if (whole > RUN_SECONDS) fail(`That is longer than ${RUN_SECONDS} s.`);
  else console.log(`That is inside ${RUN_SECONDS / 60} minutes.`);
}

function fail(text: string): void {
  console.log(text);
  process.exitCode = 1;
}

function secondsOf(measurements: readonly Measurement[]): number[] {
  return measurements.map(({ seconds }) => seconds);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
