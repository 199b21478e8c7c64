/** The jq lines that docs/reports.md shows, for tests that run them. */

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Each line as it is documented; all of them read a `latest.json`. */
export const JQ_LINES = readFileSync(join(__dirname, "../../docs/reports.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("jq "));

/** Whether there is a jq to run them with. */
export const hasJq = spawnSync("jq", ["--version"]).status === 0;

/** What a line prints in a folder that has a `latest.json`. @throws Error when it fails */
export function jq(line: string, folder: string): string {
  return execFileSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" }).trim();
}
