import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../lambdas/common/values/hash";
import { Commands, TIMES_OUT } from "./command-line";

let commands: Commands;
beforeAll(async () => {
  commands = await Commands.start("scripts/report.ts");
});
afterAll(() => commands.stop());

jest.setTimeout(60_000);

describe("npm run report", () => {
  it("asks the deployed function, tells the summary and saves the files as they are in the bucket", async () => {
    const { code, stdout, stderr } = await commands.run(
      "scripts/report.ts",
      "--as-of",
      "2026-11-23T07:00:00Z",
      "--out",
      commands.folder,
    );
    expect(stderr).toContain("asking report-generator-test for a report");
    expect(stdout).toContain("Compliance report, 2026-11-22T07:00:00.000Z to 2026-11-23T07:00:00.000Z");
    expect(stdout).toMatch(/score\s+50 %/);
    expect(stdout).toMatch(/failing\s+1 {2}\(1 more accepted\) {2}of 4 checks on 4 resources\n/);
    expect(code).toBe(0);
    for (const form of ["json", "csv", "html", "ocsf.jsonl"]) {
      const key = [...commands.deps.store.objects.keys()].find((one) => one.endsWith(form)) ?? "";
      expect(await readFile(join(commands.folder, key.slice(key.lastIndexOf("/") + 1)))).toEqual(
        commands.deps.store.objects.get(key),
      );
    }
  });

  it("tells each file's SHA-256, saves the manifest that has it, and refuses a file that has another", async () => {
    const args = ["scripts/report.ts", "--as-of", "2026-11-23T07:00:00Z", "--out", commands.folder] as const;
    const { stdout } = await commands.run(...args);
    const saved = [...stdout.matchAll(/^saved (.+)\n {2}SHA-256 ([0-9a-f]{64})$/gm)];
    expect(saved).toHaveLength(5);
    for (const [, path = "", hash] of saved) expect(sha256(await readFile(path))).toBe(hash);
    const manifest = await readFile(saved.at(-1)?.[1] ?? "", "utf8");
    for (const [, , hash = "nothing"] of saved.slice(0, -1)) expect(manifest).toContain(hash);

    commands.spoils = ".csv";
    const { code, stderr } = await commands.run(...args);
    commands.spoils = "nothing";
    expect(stderr).toMatch(/\.csv has the SHA-256 [0-9a-f]{64}, and its manifest says [0-9a-f]{64}/);
    expect(code).toBe(3);
  });

  it("tells in one line what the report generator refuses", async () => {
    const seed = "s".repeat(129);
    const { code, stderr } = await commands.run(
      "scripts/report.ts",
      "--sample",
      "5",
      "--seed",
      seed,
      "--out",
      commands.folder,
    );
    expect(stderr).toContain("the report generator refused: InvalidInputError: sample.seed must be");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  });

  it("does not blame the command for a report generator that failed", async () => {
    const args = ["--sample", "5", "--seed", TIMES_OUT, "--out", commands.folder];
    const { code, stderr } = await commands.run("scripts/report.ts", ...args);
    expect(stderr).toContain(
      "the report generator failed: Sandbox.Timedout: Task timed out after 900.00 seconds",
    );
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });

  it("makes no report that could not be saved, the place being a file", async () => {
    const before = commands.deps.store.objects.size;
    const { code, stderr } = await commands.run("scripts/report.ts", "--out", "README.md");
    expect(stderr).toBe("--out must be a folder, and README.md is a file\n");
    expect(code).toBe(2);
    expect(commands.deps.store.objects.size).toBe(before);
  });

  it("says how it is used when it is used otherwise", async () => {
    const { code, stderr } = await commands.run("scripts/report.ts", "--form", "2026-11-01");
    expect(stderr).toContain("usage: npm run report --");
    expect(code).toBe(2);
  });
});

describe("npm run report, before it asks the stack", () => {
  it.each([
    ["an instant that is none", ["--as-of", "yesterday"], "--as-of must be an ISO-8601"],
    ["an instant without its zone", ["--from", "2026-11-23T06:00:00"], "--from must be an ISO-8601"],
    ["an end that is no instant", ["--from", "2026-11-23", "--to", "2026-02-30"], "--to must be an ISO-8601"],
    ["an end without a beginning", ["--to", "2026-11-23"], "--to needs a --from"],
    ["an end before the beginning", ["--from", "2026-11-23", "--to", "2026-11-22"], "--to needs a --from"],
    ["an instant beside a period", ["--as-of", "2026-11-23", "--from", "2026-11-22"], "--as-of stands alone"],
    [
      "a sample size that is no number",
      ["--sample", "abc", "--seed", "s"],
      "--sample must be a whole number from 1",
    ],
    ["a sample of nothing", ["--sample", "0", "--seed", "s"], "--sample must be a whole number from 1"],
  ])("refuses %s", async (_what, args, expected) => {
    const { code, stderr } = await commands.runWith({ PATH: "/nonexistent" }, "scripts/report.ts", ...args);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain("could not read the stack's outputs");
    expect(code).toBe(2);
  });
});

describe("npm run report -- --help", () => {
  it("says where the files go and how many evaluations a sample may have", async () => {
    const { stdout } = await commands.run("scripts/report.ts", "--help");
    expect(stdout).toMatch(/--out <folder> .*compliance-reports/);
    expect(stdout).toMatch(/--sample <size> .*1 to 1000/);
  });
});

describe("npm run report for a sample", () => {
  it.each([
    ["a size without a seed", ["--sample", "5"]],
    ["a seed without a size", ["--seed", "2026-Q4"]],
  ])("refuses %s", async (_what, args) => {
    const { code, stderr } = await commands.run("scripts/report.ts", ...args);
    expect(stderr).toContain("--sample and --seed go together");
    expect(code).toBe(2);
  });
});
