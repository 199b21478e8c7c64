/** `npm run bench -- <name> [options]`: measures one part of the program at the size of a large company. */

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { asError } from "../lambdas/common/values/errors";
import { REGIONS } from "./resources";

/** As many as AWS lets an organization have, and a run can have. */
const MOST_ACCOUNTS = 10_000;

const USAGE = `usage: npm run bench -- init
       npm run bench -- sweep [--resources 100000]
       npm run bench -- report [--resources 100000] [--days 30] [--rules 40]
                                 [--accounts 1] [--regions 3]
       npm run bench -- organization [--accounts 1000] [--regions 3] [--resources 100000]
       npm run bench -- faults [--warm 1000] [--fresh 200] [--seed 1]`;

const HELP = `${USAGE}

  --resources <number>  how many resources there are, 100000 unless given
  --accounts <number>   how many accounts the organization has, at most ${MOST_ACCOUNTS}; 1000 unless
                        given, and for a report one
  --regions <number>    how many Regions of each account are scanned, 3 unless given, at most ${REGIONS.length}
  --days <number>       how long a time the report covers, 30 unless given
  --rules <number>      under how many rules the resources are at most: 40, 3 and 1 are measured
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
      accounts: { type: "string" },
      regions: { type: "string" },
      days: { type: "string", default: "30" },
      rules: { type: "string", default: "40" },
      warm: { type: "string", default: "1000" },
      fresh: { type: "string", default: "200" },
      seed: { type: "string", default: String(randomInt(1, 1_000_000)) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return () => console.log(HELP);
  const resources = wholeNumber("resources", values.resources);
  const accounts = wholeNumber("accounts", values.accounts ?? "1000", MOST_ACCOUNTS);
  const regions = wholeNumber("regions", values.regions ?? "3", REGIONS.length);
  const days = wholeNumber("days", values.days);
  const rules = wholeNumber("rules", values.rules);
  const warm = wholeNumber("warm", values.warm);
  const fresh = wholeNumber("fresh", values.fresh);
  const seed = wholeNumber("seed", values.seed);
  // Loaded only by whoever measures: what they measure takes a second.
  const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
    faults: () =>
      (require("./faults.bench") as typeof import("./faults.bench")).benchFaults({ warm, fresh, seed }),
    init: () => (require("./init.bench") as typeof import("./init.bench")).benchInit(),
    organization: () =>
      (require("./organization.bench") as typeof import("./organization.bench")).benchOrganization({
        accounts,
        regions,
        resources,
      }),
    report: () =>
      (require("./report.bench") as typeof import("./report.bench")).benchReport({
        resources,
        days,
        rules,
        ...(values.accounts && { spread: { accounts, regions } }),
      }),
    sweep: () => (require("./sweep.bench") as typeof import("./sweep.bench")).benchSweep({ resources }),
  };
  const [name = ""] = positionals;
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined) throw new Error(name === "" ? USAGE : `unknown benchmark ${name}\n${USAGE}`);
  return benchmark;
}

function wholeNumber(name: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`--${name} must be a whole number of at least 1, not ${text}`);
  }
  if (number > most) throw new Error(`--${name} must be at most ${most}, not ${text}`);
  return number;
}

/** Node's own of an option that is not known goes on about how to give it all the same. */
function complaintOf(error: unknown): string {
  const [, option] = /^Unknown option '(.+?)'/.exec(asError(error).message) ?? [];
  return option === undefined ? asError(error).message : `unknown option ${option}\n${USAGE}`;
}

async function main(): Promise<void> {
  let benchmark: () => void | Promise<void>;
  try {
    benchmark = benchmarkOf(process.argv.slice(2));
  } catch (error) {
    console.error(complaintOf(error));
    process.exitCode = 2;
    return;
  }
  await benchmark();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
