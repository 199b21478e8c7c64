/**
 * `npm run demo`: a day of the scanner's work in an invented bank's account, played on this machine. Everything but
 * the account is the product itself: what index.ts declares, the functions' own archives, AWS's own events.
 */

import { Deployment } from "../emulator/stack/deployment";
import { FunctionError } from "../emulator/stack/lambda";
import { OrganizationDeployment } from "../emulator/stack/organization";
import { bankSettings } from "./bank";
import { REGIONS } from "./bank-accounts";
import { Day } from "./day";
import { Living } from "./living";
import { OrganizationStory, SETTINGS } from "./organization-story";
import { print, printNote, printScene, printStep, styled } from "./print";
import { Story } from "./story";

async function main(): Promise<void> {
  const { keep, organization } = parseArguments(process.argv.slice(2));
  const where = organization ? "organization: two runs over its accounts" : "AWS account";
  print(
    styled("bold", `Compliance scanner: a day in an invented bank's ${where}, played in less than a minute`),
  );
  printNote("No AWS account is used: the emulator moto, on this machine, stands in for AWS.");

  printScene("Setting up");
  const day = new Day(new Date());
  await (organization ? playOrganization(day) : playAccount(day, keep));
}

async function playOrganization(day: Day): Promise<void> {
  const cleanUp = async () => (await starting).stop();
  onInterrupt(cleanUp, () => false);
  const starting = OrganizationDeployment.start(REGIONS, { settings: SETTINGS, say: printStep });
  try {
    await new OrganizationStory(await starting, day).play();
  } finally {
    await cleanUp();
  }
}

async function playAccount(day: Day, keep: boolean): Promise<void> {
  let living: Living | undefined;
  const cleanUp = async () => {
    await living?.end();
    await (await starting).stop();
  };
  // Before anything is started: an interrupt in the same moment is answered in the next.
  onInterrupt(cleanUp, () => living !== undefined);
  const starting = Deployment.start({ settings: bankSettings(day), say: printStep });
  try {
    const deployment = await starting;
    const story = new Story(deployment, day);
    await story.play();
    if (keep) {
      living = new Living(deployment, story);
      await living.goOn();
    } else {
      print();
      printNote("To break something yourself and watch the alert come: npm run demo -- --keep");
      printNote("The same scanner over an organization's accounts: npm run demo -- --organization");
    }
  } finally {
    await cleanUp();
  }
}

interface Arguments {
  /** Whether the account shall go on after the story. */
  readonly keep: boolean;
  /** Whether the story is that of an organization. */
  readonly organization: boolean;
}

const USAGE = `usage: npm run demo [-- --keep | --organization]

  --keep          goes on after the story, until Ctrl-C: change the emulated account yourself and
                  watch the alert come
  --organization  plays two runs over the accounts of an organization, carried out by Step Functions`;

/** A mistake of the person who runs the demo. */
class UsageError extends Error {}

/** @throws UsageError naming the argument that is not understood. */
function parseArguments(args: readonly string[]): Arguments {
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

let isInterrupted = false;

/**
 * Cleans up before an interrupt ends this process; a third one does not wait for that.
 * @param isAwaited whether an interrupt is how the demo should end by now, and no failure.
 */
function onInterrupt(cleanUp: () => Promise<void>, isAwaited: () => boolean): void {
  let interrupts = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const end = () => {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    };
    process.on(signal, () => {
      interrupts++;
      // The second may be the first: the terminal sends it to us, and npm passes it on.
      if (interrupts > 2) end();
      if (interrupts > 1) return;
      isInterrupted = true;
      print(isAwaited() ? "\nStopping: nothing of the account stays" : "\nInterrupted: cleaning up");
      // What did not come to start has cleaned up after itself.
      cleanUp().then(isAwaited() ? () => process.exit(0) : end, end);
    });
  }
}

main().catch((error: unknown) => {
  // What an interrupt cuts off fails, of course.
  if (isInterrupted) return;
  if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = 2;
    return;
  }
  const logs = error instanceof FunctionError ? error.logs.map((line) => `\n${JSON.stringify(line)}`) : [];
  process.stderr.write(
    `\nThe demo failed: ${error instanceof Error ? error.message : error}${logs.join("")}\n`,
  );
  process.exitCode = 1;
});
