import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const ROOT = join(__dirname, "..");
const MOST_LINES = 200;
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** A page without its blocks of code, in which nothing is a link or a heading. */
function prose(file: string): string {
  return read(file).replace(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors that GitHub gives to a page's headings: lower case, no punctuation, hyphens for spaces. */
function anchors(file: string): Set<string> {
  const seen = new Map<string, number>();
  const names = [...prose(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    const earlier = seen.get(name) ?? 0;
    seen.set(name, earlier + 1);
    return earlier === 0 ? name : `${name}-${earlier}`;
  });
  return new Set(names);
}

/** Links to files and headings of the repository: what is written, and the file and anchor that it leads to. */
function links(page: string) {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, inline, html]) => inline ?? html ?? "")
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return { target, anchor, file: path === "" ? page : normalize(join(dirname(page), path)) };
    });
}

it.each(pages)("every link of %s leads to a file, and to a heading where it names one", (page) => {
  const broken = links(page).filter(
    ({ file, anchor }) =>
      !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchors(file).has(anchor)),
  );
  expect(broken.map(({ target }) => target)).toEqual([]);
});

it("the README leads to every page of docs/", () => {
  const reached = new Set(links("README.md").map(({ file }) => file));
  expect(pages.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
});

it("the README can be read in one go", () => {
  expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(MOST_LINES);
});

it("every npm script that a page names exists", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/\bnpm run (?:--silent )?([a-z][a-z-]*)/g)].map(([, script = ""]) => script),
  );
  expect(new Set(named).size).toBeGreaterThan(3);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

/** The folder of the rule that docs/contributing.md adds for an example. */
const INVENTED = "lambdas/ebs-encryption/";

it("every path of the code that a page names exists", () => {
  const path = /`((?:lambdas|program|scripts|emulator|demo|tests|bench|docs)\/[\w./-]+)(?::[\d-]+)?`/g;
  const missing = pages
    .filter((page) => page !== "CHANGELOG.md")
    .flatMap((page) => [...read(page).matchAll(path)].map(([, name = ""]) => name))
    .filter((name) => !name.startsWith(INVENTED) && !existsSync(join(ROOT, name)));
  expect(missing).toEqual([]);
});
