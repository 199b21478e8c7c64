import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** One deliberate change to a file. */
export interface Fault {
  readonly id: string;
  readonly line: number;
  /** The code that is changed and what it becomes, each on one line. */
  readonly was: string;
  readonly becomes: string;
}

/**
 * @param arg a path from the project's folder, with `:from-to` for some of its lines
 * @returns the file's text with every fault in it, each behind a switch, and the faults
 */
export async function faultsOf(arg: string): Promise<{ file: string; text: string; faults: Fault[] }> {
  const [, file = arg, from, to = from] = /^(.+?)(?::(\d+)(?:-(\d+))?)?$/.exec(arg) ?? [];
  const original = readFileSync(join(ROOT, file), "utf8");
  const { Instrumenter } = await import("@stryker-mutator/instrumenter");
  const silent = () => {};
  const logger = { debug: silent, info: silent, isDebugEnabled: () => false, isTraceEnabled: () => false };
  const { files, mutants } = await new Instrumenter(logger as never).instrument(
    [{ name: file, mutate: true, content: original }],
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const lines = original.split("\n");
  const faults = mutants.map(({ id, location: { start, end }, replacement = "" }) => {
    const between = lines.slice(start.line, end.line + 1);
    const last = between.length - 1;
    between[last] = between[last]?.slice(0, end.column) ?? "";
    between[0] = between[0]?.slice(start.column) ?? "";
    return { id, line: start.line + 1, was: onOneLine(between.join("\n")), becomes: onOneLine(replacement) };
  });
  const isMeant = ({ line }: Fault) => !from || (line >= Number(from) && line <= Number(to));
  return { file, text: files[0]?.content ?? "", faults: faults.filter(isMeant) };
}

function onOneLine(code: string): string {
  return code.replace(/\s+/g, " ").trim();
}
