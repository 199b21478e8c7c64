import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Commands } from "./command-line";

let commands: Commands;
beforeAll(async () => {
  commands = await Commands.start(
    "scripts/report.ts",
    "scripts/verify-reports.ts",
    "bench/run.ts",
    "demo/demo.ts",
    "tests/mutants/run.ts",
  );
});
afterAll(() => commands.stop());

jest.setTimeout(60_000);

describe("every command", () => {
  it.each([
    ["scripts/report.ts", ["--from", "--to", "--as-of", "--sample", "--seed", "--out", "--stack"]],
    ["scripts/verify-reports.ts", ["--manifest", "--stack"]],
    ["bench/run.ts", ["--resources", "--days", "--rules", "--accounts", "--regions"]],
    ["demo/demo.ts", ["--keep", "--organization"]],
    ["tests/mutants/run.ts", ["SAMPLE=<number>", "SEED=<number>", "SUITES=<file>,..."]],
  ])("%s tells when asked how it is used, and what each option is for", async (script, options) => {
    const { code, stdout, stderr } = await commands.run(script, "--help");
    expect(stdout).toMatch(/^usage: npm run /);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    for (const option of options) expect(stdout).toMatch(new RegExp(`^ +${option} .*\\w`, "m"));
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it.each([
    "scripts/report.ts",
    "scripts/verify-reports.ts",
    "bench/run.ts",
    "demo/demo.ts",
    "tests/mutants/run.ts",
  ])("%s takes -h, too", async (script) => {
    const { code, stdout } = await commands.run(script, "-h");
    expect(stdout).toMatch(/^usage: npm run /);
    expect(code).toBe(0);
  });

  it("says what must be reached when Pulumi's launcher could not fetch Pulumi", async () => {
    const bin = await mkdtemp(join(commands.folder, "bin-"));
    await writeFile(join(bin, "npx"), "#!/bin/sh\necho 'pulumi: fetch failed' >&2\nexit 1\n");
    await chmod(join(bin, "npx"), 0o755);
    const offline = { PATH: `${bin}${delimiter}${process.env.PATH}` };
    const { code, stderr } = await commands.runWith(offline, "scripts/report.ts", "--out", commands.folder);
    expect(stderr).toContain("pulumi: fetch failed");
    expect(stderr).toContain("can get.pulumi.com and github.com be reached");
    expect(stderr).not.toContain("Is a stack deployed");
    expect(code).toBe(3);
  });

  it.each([
    [
      "scripts/report.ts",
      ["Or name the function, in the Region that AWS_REGION says: npm run report -- --function <name>"],
    ],
    ["scripts/verify-reports.ts", ["Or name the place: npm run verify-reports -- s3://bucket | folder"]],
  ])("%s says what to do without a stack, which it could not read", async (script, more) => {
    const { code, stderr } = await commands.runWith({ PATH: "/nonexistent" }, script);
    for (const line of ["Is a stack deployed and selected (npx pulumi stack select)?", ...more]) {
      expect(stderr).toContain(line);
    }
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });
});

/** Nothing that names a Region or has credentials. */
const BARE = {
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: "none",
  AWS_SHARED_CREDENTIALS_FILE: "none",
  AWS_EC2_METADATA_DISABLED: "true",
};

describe("a command that lacks something of the environment", () => {
  const demand: [string, ...string[]] = ["scripts/report.ts", "--function", "f"];
  const verify: [string, ...string[]] = ["scripts/verify-reports.ts", "s3://reports"];

  it("names AWS_REGION when no Region is set", async () => {
    const { code, stderr } = await commands.runWith(BARE, ...demand);
    expect(stderr).toContain("\nno AWS Region is set: set AWS_REGION, for example to eu-west-1\n");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });

  it.each([demand, verify])(
    "%s says how to give credentials when there are none",
    async (script, ...args) => {
      const { code, stderr } = await commands.runWith({ ...BARE, AWS_REGION: "eu-west-1" }, script, ...args);
      expect(stderr).toMatch(
        /no AWS credentials were found \(.+\): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n/,
      );
      expect(stderr).not.toContain("    at ");
      expect(code).toBe(3);
    },
  );

  it.each([demand, verify])("%s says how to leave an emulator that has ended", async (script, ...args) => {
    const ended = { AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
    const { code, stderr } = await commands.runWith(ended, script, ...args);
    expect(stderr).toContain("nothing answers at http://127.0.0.1:1 (AWS_ENDPOINT_URL)");
    expect(stderr).toContain("`unset AWS_ENDPOINT_URL`");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });
});

describe("npm run mutate", () => {
  it.each([
    ["nothing", [], /^usage: npm run mutate -- <file>/],
    ["an option it does not know", ["--wrong"], /^unknown option --wrong\nusage: npm run mutate/],
    [
      "a file that is not there",
      ["lambdas/none.ts:3-4"],
      /^there is no file lambdas\/none\.ts in the project's/,
    ],
  ])("ends with 2 and says what is wrong when it is given %s", async (_what, args, expected) => {
    const { code, stderr } = await commands.run("tests/mutants/run.ts", ...args);
    expect(stderr).toMatch(expected);
    expect(code).toBe(2);
  });
});

describe("npm run demo", () => {
  it.each([
    ["--wrong", ["--wrong"], /^unknown argument --wrong\nusage: npm run demo/],
    ["two stories", ["--keep", "--organization"], /^--keep and --organization do not go together\nusage: /],
  ])("ends with 2 and its usage when it is given %s", async (_what, args, expected) => {
    const { code, stdout, stderr } = await commands.run("demo/demo.ts", ...args);
    expect(stderr).toMatch(expected);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("npm run bench", () => {
  it.each([
    ["nothing to measure", [], /^usage: npm run bench/],
    ["something it does not know", ["everything"], /^unknown benchmark everything\nusage: npm run bench/],
    ["what every object has", ["constructor"], /^unknown benchmark constructor\nusage: npm run bench/],
    ["an option it does not know", ["init", "--wrong"], /^unknown option --wrong\nusage: npm run bench/],
  ])("ends with 2 and its usage when it is given %s", async (_what, args, expected) => {
    const { code, stderr } = await commands.run("bench/run.ts", ...args);
    expect(stderr).toMatch(expected);
    expect(code).toBe(2);
  });

  it.each([
    ["--accounts", "0", "--accounts must be a whole number of at least 1, not 0"],
    ["--accounts", "10001", "--accounts must be at most 10000, not 10001"],
    ["--regions", "18", "--regions must be at most 17, not 18"],
    ["--resources", "many", "--resources must be a whole number of at least 1, not many"],
  ])("ends with 2 and says what an option may be: %s %s", async (option, given, complaint) => {
    const { code, stderr } = await commands.run("bench/run.ts", "organization", option, given);
    expect(stderr.trim()).toBe(complaint);
    expect(code).toBe(2);
  });
});
