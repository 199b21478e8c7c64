/** `npm run bench -- <name> [options]`: measures one part of the program at the size of a large company. */

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { benchFaults } from "./faults.bench";
import { benchInit } from "./init.bench";
import { benchReport } from "./report.bench";
import { benchSweep } from "./sweep.bench";

const USAGE =
  "usage: npm run bench -- init | report | sweep [--resources 100000] [--days 30] | faults [--warm 1000] [--fresh 200] [--seed 1]";

const HELP = `${USAGE}

  --resources <number>  how many resources the account has, 100000 unless given
  --days <number>       how long a time the report covers, 30 unless given
  --warm <number>       how many sweeps among faults warm functions carry out, 1000 unless given
  --fresh <number>      how many sweeps among faults fresh environments carry out, 200 unless given
  --seed <number>       what decides which faults there are; by chance unless given`;

/** @throws Error naming what is wrong with the arguments. */
function benchmarkOf(args: string[]): () => void | Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      resources: { type: "string", default: "100000" },
      days: { type: "string", default: "30" },
      warm: { type: "string", default: "1000" },
      fresh: { type: "string", default: "200" },
      seed: { type: "string", default: String(randomInt(1, 1_000_000)) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return () => console.log(HELP);
  const resources = wholeNumber("resources", values.resources);
  const days = wholeNumber("days", values.days);
  const warm = wholeNumber("warm", values.warm);
  const fresh = wholeNumber("fresh", values.fresh);
  const seed = wholeNumber("seed", values.seed);
  const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
    faults: () => benchFaults({ warm, fresh, seed }),
    init: benchInit,
    report: () => benchReport({ resources, days }),
    sweep: () => benchSweep({ resources }),
  };
  const benchmark = benchmarks[positionals[0] ?? ""];
  if (benchmark === undefined) throw new Error(USAGE);
  return benchmark;
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} must be a whole number of at least 1, not ${text}`);
}

async function main(): Promise<void> {
  let benchmark: () => void | Promise<void>;
  try {
    benchmark = benchmarkOf(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
    return;
  }
  await benchmark();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
