/** What a cold start spends on a function's own code: requiring index.js, settings and clients included. */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunction, PROJECT } from "../program/bundle";
import { CUSTOM_RULES } from "../program/rules";
import { REGION } from "./resources";

const FOLDERS = [...CUSTOM_RULES.map(({ folder }) => folder), "report-generator"];
/** A process each; the fastest counts, for whatever else the machine does only slows it down. */
const ROUNDS = 20;

/** A new process's time to require the module, in milliseconds: by the clock, and by the processor. */
const MEASURING = `
  const processor = process.cpuUsage();
  const begin = performance.now();
  require("./index.js");
  const elapsed = performance.now() - begin;
  const { user, system } = process.cpuUsage(processor);
  console.log(JSON.stringify([elapsed, (user + system) / 1000]));`;

/** Prints a line for each function. */
export async function benchInit(): Promise<void> {
  console.log(
    `Time to require index.js in a new process of Node ${process.version}, fastest of ${ROUNDS}.\n`,
  );
  console.log("function            bundle    by the clock   by the processor");
  for (const folder of FOLDERS) {
    const { bytes, times } = await initTimes(folder);
    const [clock, processor] = [0, 1].map((column) => Math.min(...times.map((time) => time[column] ?? 0)));
    const columns = [
      folder.padEnd(20),
      `${Math.round(bytes / 1000)} kB`.padEnd(10),
      `${clock?.toFixed(0)} ms`.padEnd(15),
      `${processor?.toFixed(0)} ms`,
    ];
    console.log(columns.join(""));
  }
}

async function initTimes(folder: string): Promise<{ bytes: number; times: number[][] }> {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const { bundle } = await buildFunction(folder, { rules: [], exceptions: [] });
    copyFileSync(join(PROJECT, bundle), join(directory, "index.js"));
    writeFileSync(join(directory, "settings.json"), JSON.stringify({ rules: [], exceptions: [] }));
    const times = Array.from({ length: ROUNDS }, () => {
      const env = { AWS_REGION: REGION, NODE_NO_WARNINGS: "1" };
      const printed = execFileSync(process.execPath, ["-e", MEASURING], { cwd: directory, env });
      return JSON.parse(printed.toString()) as number[];
    });
    return { bytes: statSync(join(directory, "index.js")).size, times };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
