/** Where programs and their files lie, by operating system. */

import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What of a machine decides it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The one that this process runs on. */
export const thisMachine = (): Machine => ({
  platform: process.platform,
  env: process.env,
  home: homedir(),
});

/**
 * The user's folder for what can be had again: on Linux by
 * https://specifications.freedesktop.org/basedir/latest/, which ignores relative paths.
 */
export function cacheFolder({ platform, env, home }: Machine): string {
  if (platform === "win32") return env.LOCALAPPDATA || win32.join(home, "AppData", "Local");
  if (platform === "darwin") return posix.join(home, "Library", "Caches");
  const named = env.XDG_CACHE_HOME ?? "";
  return posix.isAbsolute(named) ? named : posix.join(home, ".cache");
}

/** A program in a Python virtual environment (https://docs.python.org/3/library/venv.html#how-venvs-work). */
export function inEnvironment(environment: string, name: string, { platform }: Machine): string {
  return platform === "win32"
    ? win32.join(environment, "Scripts", `${name}.exe`)
    : posix.join(environment, "bin", name);
}

/** The first of the PATH's folders that holds an executable of that name, joined with it. */
export function onPath(name: string): string | undefined {
  return placesOnPath(name, thisMachine()).find(isExecutable);
}

/** Where a program of that name would lie, in the order of the PATH. */
export function placesOnPath(name: string, { platform, env }: Machine): string[] {
  const { delimiter, join } = platform === "win32" ? win32 : posix;
  const file = platform === "win32" ? `${name}.exe` : name;
  return (env.PATH ?? "")
    .split(delimiter)
    .filter(Boolean)
    .map((directory) => join(directory, file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
