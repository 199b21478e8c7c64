/** The published schema of OCSF, out of a Python package that is installed once into the user's cache folder. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder, inEnvironment, onPath, thisMachine } from "../../emulator/account/programs";

/** https://pypi.org/project/ocsf-json-schema/, which carries what schema.ocsf.io publishes. */
const PACKAGE = "ocsf-json-schema==1.2.0";

const PROGRAM = `
import json, sys
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(sys.argv[1]))
with open(sys.argv[2], "w") as file:
    json.dump(schema.get_class_schema("compliance_finding", ["cloud"]), file)
`;

/**
 * The JSON Schema of class 2003, Compliance Finding, with the profile `cloud`.
 * @param version of OCSF
 * @throws Error when Python is missing or the package cannot be installed.
 */
export function complianceFindingSchema(version: string): object {
  const machine = thisMachine();
  const folder = join(cacheFolder(machine), "compliance-scanner");
  const kept = join(folder, `ocsf-${version}-${PACKAGE.replace("==", "-")}.json`);
  if (!existsSync(kept)) generate(version, kept, join(folder, `ocsf-${process.pid}`));
  return JSON.parse(readFileSync(kept, "utf8")) as object;
}

function generate(version: string, path: string, environment: string): void {
  const python = onPath("python3") ?? onPath("python");
  if (python === undefined)
    throw new Error("OCSF's schema comes in a Python package: install Python 3.10 or later");
  mkdirSync(dirname(path), { recursive: true });
  try {
    run(python, ["-m", "venv", environment]);
    const own = inEnvironment(environment, "python", thisMachine());
    run(own, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]);
    const written = join(environment, "schema.json");
    run(own, ["-c", PROGRAM, version, written]);
    renameSync(written, path);
  } finally {
    rmSync(environment, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}
