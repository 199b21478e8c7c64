import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** One deliberate change to a file. */
export interface Fault {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The code that is changed and what it becomes, each on one line. */
  readonly was: string;
  readonly becomes: string;
}

/** @param arg a path, with `:from-to` for some of the file's lines */
export function rangeOf(arg: string): { file: string; from: number; to: number } {
  const [, file = arg, from, to = from] = /^(.+?)(?::(\d+)(?:-(\d+))?)?$/.exec(arg) ?? [];
  return { file, from: Number(from ?? 1), to: Number(to ?? Number.POSITIVE_INFINITY) };
}

/**
 * @param args paths from the project's folder, with `:from-to` for some of a file's lines
 * @returns each file's text with every fault in it, each behind a switch, and the faults
 */
export async function faultsOf(
  args: readonly string[],
): Promise<{ texts: ReadonlyMap<string, string>; faults: Fault[] }> {
  const asked = args.map(rangeOf);
  const originals = new Map(asked.map(({ file }) => [file, readFileSync(join(ROOT, file), "utf8")]));
  const { Instrumenter } = await import("@stryker-mutator/instrumenter");
  const silent = () => {};
  const logger = { debug: silent, info: silent, isDebugEnabled: () => false, isTraceEnabled: () => false };
  const { files, mutants } = await new Instrumenter(logger as never).instrument(
    [...originals].map(([name, content]) => ({ name, mutate: true, content })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const faults = mutants.map(({ id, fileName: file, location: { start, end }, replacement = "" }) => {
    const between = (originals.get(file) ?? "").split("\n").slice(start.line, end.line + 1);
    const last = between.length - 1;
    between[last] = between[last]?.slice(0, end.column) ?? "";
    between[0] = between[0]?.slice(start.column) ?? "";
    const was = onOneLine(between.join("\n"));
    return { id, file, line: start.line + 1, was, becomes: onOneLine(replacement) };
  });
  return {
    texts: new Map(files.map(({ name, content }) => [name, content])),
    faults: faults.filter((fault) =>
      asked.some(({ file, from, to }) => file === fault.file && fault.line >= from && fault.line <= to),
    ),
  };
}

function onOneLine(code: string): string {
  return code.replace(/\s+/g, " ").trim();
}
