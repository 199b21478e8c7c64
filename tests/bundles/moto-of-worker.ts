import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Moto, resetMoto, type StartOptions, startMoto } from "../../emulator/account/moto";

/**
 * An emulated account with nothing in it. The suites of one worker of jest, which come one after another, have one moto
 * for all of them: it ends with the worker.
 */
export async function motoOfWorker(options: StartOptions): Promise<Moto> {
  const folder = process.env.FOLDER_OF_THIS_RUN;
  if (folder === undefined) return startMoto(options);
  const note = join(folder, `moto-of-${process.pid}`);
  // One that has died fails the suite that it died in, and no other.
  if (!existsSync(note) || !(await isEmptied(readFileSync(note, "utf8")))) {
    const { url } = await startMoto({ ...options, endsWithProcess: true });
    writeFileSync(note, url);
  }
  const url = readFileSync(note, "utf8");
  return { url, reset: () => resetMoto(url), stop: async () => undefined };
}

async function isEmptied(url: string): Promise<boolean> {
  return resetMoto(url).then(
    () => true,
    () => false,
  );
}
