/**
 * `npm run demo`: a day of the scanner's work in an invented bank's account, played on this machine. Everything but
 * the account is the product itself: what index.ts declares, the functions' own archives, AWS's own events.
 */

import type { Play } from "./play";
import { print, printNote, printScene, styled } from "./print";

async function main(): Promise<void> {
  const { keep, organization } = parseArguments(process.argv.slice(2));
  const where = organization ? "organization: two runs over its accounts" : "AWS account";
  print(
    styled("bold", `Compliance scanner: a day in an invented bank's ${where}, played in less than a minute`),
  );
  printNote("No AWS account is used: the emulator moto, on this machine, stands in for AWS.");

  printScene("Setting up");
  // After what is on the screen by now: it takes a second to load.
  const { play } = require("./play") as typeof import("./play");
  await play({ keep, organization });
}

const USAGE = `usage: npm run demo [-- --keep | --organization]

  --keep          goes on after the story, until Ctrl-C: change the emulated account yourself and
                  watch the alert come
  --organization  plays two runs over the accounts of an organization, carried out by Step Functions`;

/** A mistake of the person who runs the demo. */
class UsageError extends Error {}

/** @throws UsageError naming the argument that is not understood. */
function parseArguments(args: readonly string[]): Play {
  if (args.includes("--help") || args.includes("-h")) {
    print(USAGE);
    process.exit(0);
  }
  const known = ["--keep", "--organization"];
  const unknown = args.find((argument) => !known.includes(argument));
  if (unknown !== undefined) throw new UsageError(`unknown argument ${unknown}\n${USAGE}`);
  const keep = args.includes("--keep");
  const organization = args.includes("--organization");
  if (keep && organization) throw new UsageError(`--keep and --organization do not go together\n${USAGE}`);
  return { keep, organization };
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
    return;
  }
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
