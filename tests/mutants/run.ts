/** `npm run mutate -- <file>[:from-to] ...`: deliberate faults, and which of them no test notices. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { EQUIVALENT } from "./equivalent";
import { type Fault, faultsOf, rangeOf } from "./faults";
import { sampled } from "./sample";
import { suitesOf } from "./suites";

const ROOT = join(__dirname, "../..");
const WORK = join(ROOT, `.build/mutants-${process.pid}`);
/** Milliseconds, beside ten times what a test takes without a fault. */
const PATIENCE = 5_000;
/** How long nothing may happen before a fault counts as one that never ends; milliseconds. */
const SILENCE = 90_000;

/** What the host says of a test that did not end. */
const OUT_OF_TIME = "OUT OF TIME";

const { SAMPLE, SEED = "20261124", SUITES } = process.env;

const USAGE = `usage: npm run mutate -- <file>[:from-to] ...

Puts deliberate faults into files, named from the project's folder, and lists those that no test
notices. With :from-to only into some of a file's lines. These environment variables change what is
done:

  SAMPLE=<number>     so many faults of each file, by chance; every one unless given
  SEED=<number>       what chance goes by, ${SEED} unless given
  SUITES=<file>,...   the suites that are tried, those of tests/mutants/suites.ts unless given`;

/** A mistake of the person who runs the command. */
class UsageError extends Error {}

interface Told {
  readonly begun?: string;
  readonly ended?: string;
  readonly by?: string;
  readonly error?: string;
  readonly broken?: string;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return console.log(USAGE);
  if (args.length === 0) throw new UsageError(USAGE);
  for (const arg of args) refuseMissing(arg);
  const bySuites = new Map<string, string[]>();
  for (const arg of args) {
    const suites = SUITES ?? suitesOf(arg).join(",");
    bySuites.set(suites, [...(bySuites.get(suites) ?? []), arg]);
  }
  mkdirSync(WORK, { recursive: true });
  try {
    for (const [suites, files] of bySuites) await mutate(files, suites.split(","));
  } finally {
    rmSync(WORK, { recursive: true, force: true });
  }
}

/** @throws UsageError when a file is named that is not there. */
function refuseMissing(arg: string): void {
  if (arg.startsWith("-")) throw new UsageError(`unknown option ${arg}\n${USAGE}`);
  const { file } = rangeOf(arg);
  if (statSync(join(ROOT, file), { throwIfNoEntry: false })?.isFile()) return;
  throw new UsageError(`there is no file ${file} in the project's folder`);
}

/** Runs the faults of files that have the same suites, and prints what came of them. */
async function mutate(args: readonly string[], suites: readonly string[]): Promise<void> {
  const { texts, faults } = await faultsOf(args);
  const files = Object.fromEntries([...texts].map(([file, text]) => [join(ROOT, file), text]));
  const ofFile = (file: string) => faults.filter((fault) => fault.file === file);
  const chosen = [...texts.keys()].flatMap((file) =>
    SAMPLE ? sampled(ofFile(file), Number(SAMPLE), Number(SEED)) : ofFile(file),
  );
  const killed = new Map<string, string>();
  const reached = new Set<string>();
  for (const suite of suites) {
    let left = chosen.filter(({ id }) => !killed.has(id)).map(({ id }) => id);
    while (left.length > 0) left = await runSuite(suite, files, left, killed, reached);
  }
  for (const file of texts.keys()) tell(file, ofFile(file).length, chosen, killed, reached);
}

/** Prints a file's survivors, and a row of a table: faults, noticed, equivalent, rate. */
function tell(
  file: string,
  all: number,
  chosen: readonly Fault[],
  killed: ReadonlyMap<string, string>,
  reached: ReadonlySet<string>,
): void {
  const tried = chosen.filter((fault) => fault.file === file);
  const survived = tried.filter(({ id }) => !killed.has(id));
  const open = survived.filter((fault) => !isEquivalent(fault));
  const equivalent = survived.length - open.length;
  const noticed = tried.length - survived.length;
  const counted = tried.length - equivalent;
  const never = tried.filter(({ id }) => killed.get(id)?.includes(OUT_OF_TIME)).length;
  for (const { line, was, becomes, id } of open)
    console.log(
      `${file}:${line}${reached.has(id) ? "" : " (not reached)"}  ${short(was)}  ->  ${short(becomes)}`,
    );
  const rate = counted === 0 ? "–" : `${((100 * noticed) / counted).toFixed(1)} %`;
  const ofAll = tried.length < all ? ` of ${all} (seed ${SEED})` : "";
  const slow = never > 0 ? ` ${never} out of time` : "";
  console.log(`| \`${file}\` | ${tried.length}${ofAll} | ${noticed} | ${equivalent} | ${rate} |${slow}`);
}

function isEquivalent({ file, was, becomes }: Fault): boolean {
  return EQUIVALENT.some((one) => one.file === file && one.was === was && one.becomes === becomes);
}

/** @returns the faults still to be tried, after one that never ended. */
async function runSuite(
  suite: string,
  files: Record<string, string>,
  mutants: readonly string[],
  killed: Map<string, string>,
  reached: Set<string>,
): Promise<string[]> {
  const job = join(WORK, "job.json");
  const results = join(WORK, "results.jsonl");
  writeFileSync(job, JSON.stringify({ files, mutants, patience: PATIENCE }));
  writeFileSync(results, "");
  const host = spawn(
    process.execPath,
    ["--no-warnings", "-r", join(ROOT, "scripts/typescript.js"), join(__dirname, "host.js")].concat([
      join(ROOT, suite),
      job,
      results,
    ]),
    {
      cwd: ROOT,
      stdio: "ignore",
      env: { ...process.env, TMPDIR: existsSync("/dev/shm") ? "/dev/shm" : tmpdir() },
    },
  );
  const ended = new Promise((resolve) => host.once("exit", resolve));
  const watch = setInterval(() => {
    if (Date.now() - statSync(results).mtimeMs > SILENCE) host.kill("SIGKILL");
  }, 1_000);
  await ended;
  clearInterval(watch);
  let open: string | undefined;
  const done = new Set<string>();
  let isLoaded = false;
  for (const line of readFileSync(results, "utf8").split("\n").filter(Boolean)) {
    const { begun, ended: id, by, error = "", broken, ...rest }: Told = JSON.parse(line);
    if (broken) console.log(`  ${relative(ROOT, suite)}: ${broken}: ${error.split("\n")[0]}`);
    if ("loaded" in rest) isLoaded = true;
    if (begun) {
      open = begun;
      reached.add(begun);
    }
    if (id) {
      open = undefined;
      done.add(id);
      if (by) killed.set(id, `${suite}: ${by}: ${error}`);
    }
  }
  if (!isLoaded) console.log(`  ${suite} did not run`);
  if (open === undefined) return [];
  killed.set(open, `${suite}: ${OUT_OF_TIME}`);
  return mutants.slice(mutants.indexOf(open) + 1);
}

function short(code: string): string {
  return code.length > 100 ? `${code.slice(0, 60)} … ${code.slice(-30)}` : code;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
