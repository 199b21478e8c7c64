/** The demo's stories, from the first thing that is started to the last that is cleaned up. */

import { Deployment } from "../emulator/stack/deployment";
import { FunctionError } from "../emulator/stack/lambda";
import { OrganizationDeployment } from "../emulator/stack/organization";
import { bankSettings } from "./bank";
import { REGIONS } from "./bank-accounts";
import { Day } from "./day";
import { Living } from "./living";
import { OrganizationStory, SETTINGS } from "./organization-story";
import { print, printNote, printStep } from "./print";
import { Story } from "./story";

/** Which story is played, and how it ends. */
export interface Play {
  /** Whether the account shall go on after the story. */
  readonly keep: boolean;
  /** Whether the story is that of an organization. */
  readonly organization: boolean;
}

/**
 * Plays a story and cleans up after it, also when it fails or is interrupted.
 * @throws Error why it failed, with what the function wrote that did.
 */
export async function play({ keep, organization }: Play): Promise<void> {
  const day = new Day(new Date());
  try {
    await (organization ? playOrganization(day) : playAccount(day, keep));
  } catch (error) {
    // What an interrupt cuts off fails, of course.
    if (isInterrupted) return;
    if (!(error instanceof FunctionError)) throw error;
    const logs = error.logs.map((line) => `\n${JSON.stringify(line)}`);
    throw new Error(error.message + logs.join(""), { cause: error });
  }
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
