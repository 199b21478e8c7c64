import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CUSTOM_RULES } from "../../program/rules";

const ROOT = join(__dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

const [, guide = ""] = /^## Add a rule\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(read("docs/contributing.md")) ?? [];
/** What the guide's list says that a rule touches. */
const touched = [...guide.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file = ""]) => file);

describe.each(CUSTOM_RULES)("the guide to a new rule, held against $rule.name,", (known) => {
  const { rule, folder, functionName, defaults } = known;
  const names = [rule.name, folder, functionName, ...Object.keys(defaults)];
  /**
   * Where some rules are what a story, a benchmark or an example is about, where what there was is told, and standards,
   * which name rules that answer their controls.
   */
  const free = new RegExp(
    [
      "^(tests|demo|bench|program/standards|program/managed-rules)/",
      "^CHANGELOG.md$",
      "^docs/(contributing|mutation|architecture|alerts|reports|operations|regions|standards).md$",
    ].join("|"),
  );
  const files = execFileSync(
    "git",
    ["grep", "--untracked", "-lwF", ...names.flatMap((name) => ["-e", name]), "--", "."],
    { cwd: ROOT, encoding: "utf8" },
  )
    .trim()
    .split("\n")
    .concat(filesOf(folder))
    .filter((file) => !free.test(file));

  test("names every file that it stands in", () => {
    const patterns = touched.map(
      (file) =>
        new RegExp(
          `^${file.replaceAll(".", "\\.").replace("<rule>", folder).replace("<resources>", "\\w+")}$`,
        ),
    );
    expect(files.filter((file) => !patterns.some((pattern) => pattern.test(file)))).toEqual([]);
  });
});

test("a rule touches seven files at most", () => {
  expect(touched.length).toBeGreaterThan(3);
  expect(touched.length).toBeLessThanOrEqual(7);
});

function filesOf(folder: string): string[] {
  const listed = execFileSync("git", ["ls-files", `lambdas/${folder}`], { cwd: ROOT, encoding: "utf8" });
  return listed.trim().split("\n");
}

/** Where the compiler and the linter look at it. */
test.each(["rule", "volumes", "handler", "entry"])("the guide shows new-rule/%s.ts as it is", (part) => {
  const code = read(`tests/program/new-rule/${part}.ts`).replaceAll("../../../lambdas/common/", "../common/");
  // The registry has its imports already, and exports the list alone.
  const shown = part === "entry" ? code.replace(/^.*^export (?=const)/ms, "") : code;
  expect(guide).toContain(`\`\`\`ts\n${shown}\`\`\`\n`);
});
