/**
 * `npm run demo`: a day of the scanner's work in an invented bank's account, played on this machine. Everything but
 * the account is the product itself: what index.ts declares, the functions' own archives, AWS's own events.
 */

import { Deployment } from "../emulator/stack/deployment";
import { FunctionError } from "../emulator/stack/lambda";
import { bankSettings } from "./bank";
import { Day } from "./day";
import { print, printNote, printScene, printStep, styled } from "./print";
import { Story } from "./story";

async function main(): Promise<void> {
  const keep = parseArguments(process.argv.slice(2));
  print(
    styled(
      "bold",
      "Compliance scanner: a day in an invented bank's AWS account, played in about half a minute",
    ),
  );
  printNote("No AWS account is used: the emulator moto, on this machine, stands in for AWS.");

  printScene("Setting up");
  const day = new Day(new Date());
  let keepMoto = false;
  const cleanUp = async () => (await starting).stop({ keepMoto });
  // Before anything is started: an interrupt in the same moment is answered in the next.
  onInterrupt(cleanUp);
  const starting = Deployment.start({ settings: bankSettings(day), say: printStep, outlive: keep });
  try {
    const deployment = await starting;
    await new Story(deployment, day).play();
    if (keep) printKept(deployment);
    else printStep("to look around in the emulated account afterwards, play it with npm run demo -- --keep");
    keepMoto = keep;
  } finally {
    await cleanUp();
  }
}

/**
 * @returns whether the emulator shall go on.
 * @throws Error naming the argument that is not understood.
 */
function parseArguments(args: readonly string[]): boolean {
  if (args.includes("--help") || args.includes("-h")) {
    print("usage: npm run demo [-- --keep]    --keep leaves the emulator running, to look around in");
    process.exit(0);
  }
  const unknown = args.find((argument) => argument !== "--keep");
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}; the only one is --keep`);
  return args.includes("--keep");
}

function printKept({ moto, tableName, reportBucketName }: Deployment): void {
  printScene("The emulator is still running, to look around in");
  print("  export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing");
  print("  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1");
  print(`  export AWS_ENDPOINT_URL=${moto.url}`);
  print(`  aws dynamodb scan --table-name ${tableName} --max-items 3`);
  print(`  aws s3 ls --recursive s3://${reportBucketName}`);
  print("  aws ec2 describe-instances");
  print(`  kill ${moto.pid}    # stops it`);
}

let isInterrupted = false;

/** Cleans up before an interrupt ends this process; a third one does not wait for that. */
function onInterrupt(cleanUp: () => Promise<void>): void {
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
      print("\nInterrupted: cleaning up");
      // What did not come to start has cleaned up after itself.
      cleanUp().then(end, end);
    });
  }
}

main().catch((error: unknown) => {
  // What an interrupt cuts off fails, of course.
  if (isInterrupted) return;
  const logs = error instanceof FunctionError ? error.logs.map((line) => `\n${JSON.stringify(line)}`) : [];
  process.stderr.write(
    `\nThe demo failed: ${error instanceof Error ? error.message : error}${logs.join("")}\n`,
  );
  process.exitCode = 1;
});
