/** `npm run bench -- <name> [options]`: measures one part of the program at the size of a large company. */

import { parseArgs } from "node:util";
import { benchReport } from "./report.bench";
import { benchSweep } from "./sweep.bench";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { resources: { type: "string", default: "100000" }, days: { type: "string", default: "30" } },
});

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  report: () => benchReport({ resources: Number(values.resources), days: Number(values.days) }),
  sweep: () => benchSweep({ resources: Number(values.resources) }),
};

const benchmark = benchmarks[positionals[0] ?? ""];
if (benchmark === undefined) {
  console.error(
    `usage: npm run bench -- ${Object.keys(benchmarks).join(" | ")} [--resources 100000] [--days 30]`,
  );
  process.exitCode = 2;
} else {
  benchmark().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
