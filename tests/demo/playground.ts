import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROJECT = join(__dirname, "../..");
/** What the commands need of the project. */
const PARTS = [
  "demo",
  "emulator",
  "index.ts",
  "lambdas",
  "package.json",
  "program",
  "Pulumi.yaml",
  "scripts",
  "tsconfig.json",
];
const SHARED_BUNDLES = join(__dirname, "shared-bundles.js");
const POLL_MS = 50;
const ENDING_MS = 5_000;

/** How a command ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A copy of the project with a folder for temporary files of its own, so that commands which write into the project
 * can be run as they are, and whatever they leave behind is found.
 */
export class Playground {
  private readonly root = realpathSync(mkdtempSync(join(tmpdir(), "playground-")));
  readonly project = join(this.root, "project");
  /** An empty folder for scripts that stand in for commands, to be a command's PATH. */
  readonly bin = join(this.root, "bin");
  private readonly temporary = join(this.root, "tmp");

  constructor() {
    for (const folder of [this.project, this.bin, this.temporary]) mkdirSync(folder);
    for (const part of PARTS) cpSync(join(PROJECT, part), join(this.project, part), { recursive: true });
    // Package by package: what is installed besides, such as the emulator, belongs to the project it was installed for.
    const packages = join(this.project, "node_modules");
    mkdirSync(packages);
    for (const name of readdirSync(join(PROJECT, "node_modules"))) {
      if (name !== ".cache") symlinkSync(join(PROJECT, "node_modules", name), join(packages, name));
    }
  }

  /** Starts a command in the copy, at the head of a process group as a terminal does it. */
  start(command: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}): Command {
    // Node.js keeps compiled code there for its next start, whatever it was started for.
    const cacheless = { DISABLE_V8_COMPILE_CACHE: "1" };
    // esbuild is written in Go and ends with the command: it need not collect its garbage.
    const env = {
      ...process.env,
      ...cacheless,
      GOGC: "off",
      NODE_OPTIONS: `--require ${JSON.stringify(SHARED_BUNDLES)}`,
      ...variables,
      TMPDIR: this.temporary,
    };
    return new Command(spawn(command, args, { cwd: this.project, env, detached: true }));
  }

  /** Puts an executable script into `bin`. */
  install(name: string, script: string): void {
    writeFileSync(join(this.bin, name), script);
    chmodSync(join(this.bin, name), 0o755);
  }

  /** Text of a file, its name relative to the copy. */
  read(file: string): string {
    return readFileSync(join(this.project, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.project, file), text);
  }

  remove(file: string): void {
    rmSync(join(this.project, file));
  }

  has(file: string): boolean {
    return existsSync(join(this.project, file));
  }

  /** Running processes that were started from here, by whatever descendant: id and command line. */
  processes(): { readonly pid: number; readonly command: string }[] {
    return execFileSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 2 ** 26 })
      .split("\n")
      .filter((line) => line.includes(this.root))
      .map((line) => {
        const [, pid = "", command = ""] = /^ *(\d+) +(.*)$/.exec(line) ?? [];
        return { pid: Number(pid), command };
      });
  }

  /** Running processes that do not end within some seconds: one that was killed may take a moment. */
  async remaining(): Promise<{ readonly pid: number; readonly command: string }[]> {
    for (const deadline = Date.now() + ENDING_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      if (this.processes().length === 0) return [];
    }
    return this.processes();
  }

  /** What lies in the folder for temporary files. */
  temporaryFiles(): string[] {
    return readdirSync(this.temporary);
  }

  /** Ends what still runs and removes everything. */
  dispose(): void {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A command that runs or ran. */
export class Command {
  output = "";
  errors = "";
  private ending: Ending | undefined;
  private readonly closed: Promise<Ending>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on("data", (chunk) => {
      this.output += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      this.errors += chunk;
    });
    this.closed = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        this.ending = { code, signal };
        resolve(this.ending);
      });
    });
  }

  /** Resolves when the command has ended. */
  ended(): Promise<Ending> {
    return this.closed;
  }

  /** Resolves when the command has printed the text. */
  async printed(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.ending) throw new Error(`ended without printing "${text}":\n${this.output}\n${this.errors}`);
      await sleep(POLL_MS);
    }
  }

  /** What Ctrl-C does: the signal goes to all of the process group. */
  interrupt(): void {
    process.kill(-(this.child.pid as number), "SIGINT");
  }
}

/** Resolves once the condition holds; jest's timeout ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(POLL_MS);
}
