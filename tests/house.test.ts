import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..");
const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*"(\.[^"]+)"/g;

/** The files that git knows or would take. */
function listed(...patterns: readonly string[]): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", ...patterns];
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && existsSync(join(ROOT, file)));
}

/** Every file of the product, and the files that it imports. */
const files = listed("*.ts").filter((file) => !file.startsWith("tests/"));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** Room → level, as the table in docs/architecture.md says. */
const levels = new Map(
  [...readFileSync(join(ROOT, "docs/architecture.md"), "utf8").matchAll(/^\| `([^`]+)` \| (\d+) \|/gm)].map(
    ([, room = "", level]) => [room, Number(level)],
  ),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(IMPORT)]
    .map(([, path = ""]) => join(dirname(file), path))
    .map((path) => (existsSync(join(ROOT, `${path}.ts`)) ? `${path}.ts` : path))
    .filter((path) => path.endsWith(".ts"));
}

/** As the table calls it; the rooms of rules have a row in common. */
function roomOf(file: string): string {
  const folder = dirname(file);
  if (levels.has(file)) return file;
  const isOfRule = /^lambdas\/[^/]+$/.test(folder) && existsSync(join(ROOT, folder, "rule.ts"));
  return isOfRule ? "lambdas/<rule>" : folder;
}

it("every file lives in a room that docs/architecture.md names, and every room there has files", () => {
  expect(files.length).toBeGreaterThan(100);
  expect(new Set(files.map(roomOf))).toEqual(new Set(levels.keys()));
});

it("a file imports from its own room and from rooms of a lower level only", () => {
  const wrong = [...imports].flatMap(([file, imported]) =>
    imported
      .filter((other) => dirname(other) !== dirname(file))
      .filter((other) => (levels.get(roomOf(other)) ?? 0) >= (levels.get(roomOf(file)) ?? 0))
      .map((other) => `${file} imports ${other}`),
  );
  expect(wrong).toEqual([]);
});

it("no file imports itself through others", () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" > "));
    else if (!done.has(file)) {
      for (const other of imports.get(file) ?? []) visit(other, [...path, file]);
      done.add(file);
    }
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

/** A page's address that is alone in its line of a comment: broken in two it leads nowhere. */
const ADDRESS = /^\s*(?:\*|\/\/) \(?https:\/\/\S+$/;
const WIDEST = 120;
const LONGEST = 250;

it("no file is longer than 250 lines, but for the one that declares every resource", () => {
  const code = listed("*.ts", "*.js", "*.py").filter((file) => file !== "index.ts");
  expect(code.length).toBeGreaterThan(200);
  const linesOf = (file: string) => readFileSync(join(ROOT, file), "utf8").trimEnd().split("\n").length;
  expect(code.filter((file) => linesOf(file) > LONGEST)).toEqual([]);
});

it("no line is wider than 120 columns, but for an address alone in a line", () => {
  const code = listed("*.ts", "*.js");
  expect(code.length).toBeGreaterThan(200);
  const wide = code.flatMap((file) =>
    readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        line.length > WIDEST && !ADDRESS.test(line) ? [`${file}:${index + 1}: ${line.length} columns`] : [],
      ),
  );
  expect(wide).toEqual([]);
});
