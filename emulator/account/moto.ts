import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder, inEnvironment, onPath, thisMachine } from "./programs";

/** Account that moto gives to every caller who does not say otherwise. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "us-east-1";

/** moto looks at no secret; anything that looks like a key pair will do. */
export const CREDENTIALS = { accessKeyId: "testing", secretAccessKey: "testing" };

/** The version that `moto-patch` mends and that is installed where there is none. */
const MOTO_VERSION = "5.2.1";
const MOTO_REQUIREMENT = `moto[server]==${MOTO_VERSION}`;
const START_TIMEOUT_MS = 30_000;
const PATCH_DIRECTORY = join(__dirname, "moto-patch");
/** Of the environment that is installed, measured. */
const MOTO_MEGABYTES = 315;

/** An emulated AWS account: a moto server (https://docs.getmoto.org) of our own on a free port. */
export interface Moto {
  /** `http://127.0.0.1:<port>`: with the number instead of `localhost`, AWS SDKs address S3 buckets by path. */
  readonly url: string;
  /** Forgets every resource of every account and Region. */
  reset(): Promise<void>;
  /** Ends the server; a second call does nothing. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Takes one line of progress, such as that moto is being installed. */
  readonly say?: (line: string) => void;
  /** Whether this process may end without `stop`: moto then ends with it. */
  readonly endsWithProcess?: boolean;
}

/**
 * Starts moto and waits until it answers. Takes `moto_server` from the PATH; where there is none that works,
 * installs it once into a Python virtual environment in the user's cache folder, for all copies of the project.
 * @throws Error with what to do about it when Python is missing, the installation fails or moto does not start.
 */
export async function startMoto(options: StartOptions = {}): Promise<Moto> {
  const say = options.say ?? (() => undefined);
  const found = onPath("moto_server");
  if (found !== undefined) {
    const started = await launch(found, options);
    if (started.moto) return started.moto;
    say(`moto_server on the PATH is of no use here (${started.reason}); using one of our own`);
  }
  const started = await launch(installMoto(say), options);
  if (started.moto) return started.moto;
  throw new Error(`the AWS emulator moto does not start: ${started.reason}\n${started.log}`);
}

type Launch =
  | { moto: Moto; reason?: undefined; log?: undefined }
  | { moto?: undefined; reason: string; log: string };

async function launch(command: string, { endsWithProcess = false }: StartOptions): Promise<Launch> {
  const directory = mkdtempSync(join(tmpdir(), "moto-"));
  const logFile = join(directory, "moto.log");
  const server = spawnServer(command, logFile);
  const exited = new Promise<string>((resolve) => {
    server.once("error", (error) => resolve(error.message));
    server.once("exit", (code, signal) => resolve(`it exited with ${code ?? signal}`));
  });
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const forget = () => {
    process.off("exit", remove);
    remove();
  };
  // For whoever cannot wait until it has started.
  process.once("exit", remove);

  let ending: string | undefined;
  void exited.then((reason) => {
    ending = reason;
  });

  const stop = async () => {
    if (ending === undefined) server.kill("SIGTERM");
    await exited;
  };
  const fail = async (reason: string): Promise<Launch> => {
    const log = readFileSync(logFile, "utf8").slice(-2000);
    await stop();
    forget();
    return { reason, log };
  };

  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(50)) {
    if (ending !== undefined) return fail(ending);
    const log = readFileSync(logFile, "utf8");
    // Python goes on without a sitecustomize that fails.
    if (log.includes("Error in sitecustomize"))
      return fail(`it is not the version ${MOTO_VERSION} that was tested`);
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1];
    if (url === undefined || !(await answers(url))) continue;
    // The server goes on writing to its log; nobody will read it, and nothing is left of it in the end.
    forget();
    if (endsWithProcess) for (const handle of [server, server.stdin as Socket]) handle.unref();
    return { moto: { url, reset: () => resetMoto(url), stop } };
  }
  return fail(`it did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

function spawnServer(command: string, logFile: string): ChildProcess {
  const log = openSync(logFile, "w");
  const server = spawn(command, ["-H", "127.0.0.1", "-p", "0"], {
    // A pipe that nobody writes to: it closes when this process ends, however it ends.
    stdio: ["pipe", log, log],
    // Out of the terminal's process group: on Ctrl-C the demo still needs its emulator to clean up.
    detached: true,
    windowsHide: true,
    env: {
      ...process.env,
      PYTHONPATH: [PATCH_DIRECTORY, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONUNBUFFERED: "1",
      MOTO_ENDS_WITH_STDIN: "1",
      // Some thousand images, which nobody here asks for and which are built anew after each reset.
      MOTO_EC2_LOAD_DEFAULT_AMIS: "false",
    },
  });
  closeSync(log);
  return server;
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/moto-api/`).then(
    (response) => response.ok,
    () => false,
  );
}

/** Forgets every resource of every account and Region. */
export async function resetMoto(url: string): Promise<void> {
  const response = await fetch(`${url}/moto-api/reset`, { method: "POST" });
  if (!response.ok) throw new Error(`moto does not reset: HTTP ${response.status}`);
}

function installMoto(say: (line: string) => void): string {
  const machine = thisMachine();
  const environment = join(cacheFolder(machine), "compliance-scanner", `moto-${MOTO_VERSION}`);
  const command = inEnvironment(environment, "moto_server", machine);
  const complete = join(environment, "complete");
  if (existsSync(complete)) return command;

  const python = onPath("python3") ?? onPath("python");
  if (python === undefined) {
    throw new Error(
      "the AWS emulator moto needs Python 3.10 or newer, and there is no python3 on the PATH: install " +
        `Python, or moto itself (pip install '${MOTO_REQUIREMENT}')`,
    );
  }
  say(
    `installing the emulator moto ${MOTO_VERSION} into ${environment} (once, ${MOTO_MEGABYTES} MB, about a minute)`,
  );
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(environment, { recursive: true });
  run(python, ["-m", "venv", environment]);
  run(inEnvironment(environment, "python", machine), [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
    MOTO_REQUIREMENT,
  ]);
  writeFileSync(complete, "");
  return command;
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  const output = (error?.message ?? `${stdout}${stderr}`).trim().split("\n").slice(-15).join("\n");
  throw new Error(
    `moto could not be installed: ${command} ${args.join(" ")} failed:\n${output}\nMend that and start ` +
      `again, or install it yourself (pip install '${MOTO_REQUIREMENT}') so that moto_server is on the PATH.`,
  );
}

/** Configuration of an AWS SDK client that talks to the emulator at `endpoint`. */
export function emulatorClient(endpoint: string, region: string = REGION) {
  return { endpoint, region, credentials: CREDENTIALS };
}
