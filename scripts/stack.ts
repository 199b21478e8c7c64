/** What the scripts need to know of the deployed stack. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { tellAwsError } from "./aws-errors";

const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

/** A mistake of the person who runs a script, to be told without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that a script needs and could not read, to be told without a stack trace. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/**
 * The outputs of a Pulumi stack, asked of Pulumi itself.
 * @param stack the selected one unless given
 * @param otherwise how to do without a stack, where a script can
 * @throws UnreadableError when Pulumi cannot tell, with what it says.
 */
export async function stackOutputs(
  stack: string | undefined,
  otherwise?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const command = ["pulumi", "stack", "output", "--json", ...(stack === undefined ? [] : ["--stack", stack])];
  try {
    const { stdout } = await promisify(execFile)("npx", command, { maxBuffer: MOST_OUTPUT_BYTES });
    return JSON.parse(stdout) as Record<string, unknown>;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    const lines = [
      `could not read the stack's outputs with \`npx ${command.join(" ")}\`:`,
      said,
      adviceOn(said),
      ...(otherwise === undefined ? [] : [otherwise]),
    ];
    throw new UnreadableError(lines.join("\n"), { cause: error });
  }
}

/** npm's `pulumi` fetches Pulumi's CLI at its first use, and says of a failure little more than that. */
function adviceOn(said: string): string {
  return /fetch failed|ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.test(said)
    ? "Pulumi's CLI is fetched at its first use: can get.pulumi.com and github.com be reached, through the " +
        "proxy if there is one?"
    : "Is a stack deployed and selected (npx pulumi stack select)?";
}

/**
 * One output that is a text, by a path such as `functionNames.report-generator`.
 * @throws UnreadableError when the stack has no such output.
 */
export function textOutput(outputs: Readonly<Record<string, unknown>>, ...path: readonly string[]): string {
  let value: unknown = outputs;
  for (const key of path) {
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  if (typeof value !== "string") {
    throw new UnreadableError(
      `the stack has no output ${path.join(".")}; deploy it with \`npx pulumi up\` first`,
    );
  }
  return value;
}

/**
 * Runs a script. A usage error (exit code 2), what could not be read and what AWS answers (3) are told in a line,
 * anything else with its stack (3).
 */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message);
      process.exitCode = 2;
    } else {
      if (error instanceof UnreadableError) console.error(error.message);
      else console.error(tellAwsError(error, process.env) ?? error);
      process.exitCode = 3;
    }
  }
}
