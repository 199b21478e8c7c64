import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import { InvalidInputError } from "../../lambdas/common/values/errors";
import { sha256 } from "../../lambdas/common/values/hash";
import { generateReport } from "../../lambdas/report-generator/generate";
import { parseEvent } from "../../lambdas/report-generator/request/event";
import { Company, dependencies, exception, makeScheduled, rule, settings } from "../report/support";

const RULE = "s3-bucket-encryption";
const ROOT = join(__dirname, "../..");
const OUTPUTS = {
  reportBucketName: "reports",
  alertTopicArn: "arn:aws:sns:eu-west-1:123456789012:compliance-alerts-test",
  functionNames: { "report-generator": "report-generator-test" },
};

const company = new Company([exception()]);
company.sweep(RULE, "2026-11-23T06:00:00Z", {
  alpha: "COMPLIANT",
  gamma: "COMPLIANT",
  beta: "NON_COMPLIANT",
  "legacy-1": "NON_COMPLIANT",
});
const deps = dependencies(company, settings([rule(RULE)], [exception()]));

/** The seed of a sample at which the function's time runs out. */
const TIMES_OUT = "times out";

/** The ending of a key whose object comes back as another. */
let spoils = "nothing";
let aws: Server;
let folder: string;
/** The commands as single files, which start quicker than their sources are compiled. */
let bundles: string;

/** Lambda and S3 as far as the command needs them: the real report generator over a bucket in memory. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-command-"));
  await mkdir(join(ROOT, ".build"), { recursive: true });
  bundles = await mkdtemp(join(ROOT, ".build/commands-"));
  await build({
    entryPoints: [
      "scripts/report.ts",
      "scripts/verify-reports.ts",
      "bench/run.ts",
      "demo/demo.ts",
      "tests/mutants/run.ts",
    ],
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    packages: "external",
    outbase: ".",
    outdir: bundles,
  });
  await writeFile(join(folder, "npx"), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(OUTPUTS)}\nEND\n`);
  await chmod(join(folder, "npx"), 0o755);
  aws = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname } = new URL(request.url ?? "", "http://aws");
    if (pathname.startsWith("/missing-bucket")) {
      response.statusCode = 404;
      response.end(
        "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>",
      );
      return;
    }
    if (pathname.endsWith("/functions/report-generator-test/invocations")) {
      try {
        const event = JSON.parse(Buffer.concat(chunks).toString("utf8"));
        if (event.sample?.seed === TIMES_OUT) {
          response.setHeader("X-Amz-Function-Error", "Unhandled");
          response.end(
            JSON.stringify({
              errorType: "Sandbox.Timedout",
              errorMessage: "Task timed out after 900.00 seconds",
            }),
          );
          return;
        }
        const asked = parseEvent(event);
        if (asked.kind !== "on-demand") throw new Error(`the command asked for ${asked.kind}`);
        response.end(JSON.stringify(await generateReport(deps, asked)));
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        response.setHeader("X-Amz-Function-Error", "Unhandled");
        response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
      }
      return;
    }
    const body = deps.store.objects.get(decodeURIComponent(pathname).replace("/reports/", ""));
    response.statusCode = body ? 200 : 404;
    response.end(pathname.endsWith(spoils) ? "something else" : body);
  });
  await new Promise<void>((listening) => aws.listen(0, "127.0.0.1", listening));
});

afterAll(async () => {
  await new Promise((closed) => aws.close(closed));
  await rm(folder, { recursive: true });
  await rm(bundles, { recursive: true });
});

function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return runWith({}, script, ...args);
}

function runWith(
  variables: NodeJS.ProcessEnv,
  script: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "testing",
    AWS_SECRET_ACCESS_KEY: "testing",
    NODE_NO_WARNINGS: "1",
    ...variables,
  };
  return new Promise((ended) => {
    const bundle = join(bundles, script.replace(/\.ts$/, ".js"));
    execFile(process.execPath, [bundle, ...args], { cwd: ROOT, env }, (error, stdout, stderr) => {
      ended({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

jest.setTimeout(60_000);

describe("npm run report", () => {
  it("asks the deployed function, tells the summary and saves the files as they are in the bucket", async () => {
    const { code, stdout, stderr } = await run(
      "scripts/report.ts",
      "--as-of",
      "2026-11-23T07:00:00Z",
      "--out",
      folder,
    );
    expect(stderr).toContain("asking report-generator-test for a report");
    expect(stdout).toContain("Compliance report, 2026-11-22T07:00:00.000Z to 2026-11-23T07:00:00.000Z");
    expect(stdout).toMatch(/score\s+50 %/);
    expect(stdout).toMatch(/failing\s+1 {2}\(1 more accepted\) {2}of 4 checks on 4 resources\n/);
    expect(code).toBe(0);
    for (const form of ["json", "csv", "html", "ocsf.jsonl"]) {
      const key = [...deps.store.objects.keys()].find((one) => one.endsWith(form)) ?? "";
      expect(await readFile(join(folder, key.slice(key.lastIndexOf("/") + 1)))).toEqual(
        deps.store.objects.get(key),
      );
    }
  });

  it("tells each file's SHA-256, saves the manifest that has it, and refuses a file that has another", async () => {
    const args = ["scripts/report.ts", "--as-of", "2026-11-23T07:00:00Z", "--out", folder] as const;
    const { stdout } = await run(...args);
    const saved = [...stdout.matchAll(/^saved (.+)\n {2}SHA-256 ([0-9a-f]{64})$/gm)];
    expect(saved).toHaveLength(5);
    for (const [, path = "", hash] of saved) expect(sha256(await readFile(path))).toBe(hash);
    const manifest = await readFile(saved.at(-1)?.[1] ?? "", "utf8");
    for (const [, , hash = "nothing"] of saved.slice(0, -1)) expect(manifest).toContain(hash);

    spoils = ".csv";
    const { code, stderr } = await run(...args);
    spoils = "nothing";
    expect(stderr).toMatch(/\.csv has the SHA-256 [0-9a-f]{64}, and its manifest says [0-9a-f]{64}/);
    expect(code).toBe(3);
  });

  it("tells in one line what the report generator refuses", async () => {
    const seed = "s".repeat(129);
    const { code, stderr } = await run("scripts/report.ts", "--sample", "5", "--seed", seed, "--out", folder);
    expect(stderr).toContain("the report generator refused: InvalidInputError: sample.seed must be");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  });

  it("does not blame the command for a report generator that failed", async () => {
    const args = ["--sample", "5", "--seed", TIMES_OUT, "--out", folder];
    const { code, stderr } = await run("scripts/report.ts", ...args);
    expect(stderr).toContain(
      "the report generator failed: Sandbox.Timedout: Task timed out after 900.00 seconds",
    );
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });

  it("makes no report that could not be saved, the place being a file", async () => {
    const before = deps.store.objects.size;
    const { code, stderr } = await run("scripts/report.ts", "--out", "README.md");
    expect(stderr).toBe("--out must be a folder, and README.md is a file\n");
    expect(code).toBe(2);
    expect(deps.store.objects.size).toBe(before);
  });

  it("says how it is used when it is used otherwise", async () => {
    const { code, stderr } = await run("scripts/report.ts", "--form", "2026-11-01");
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
    const { code, stderr } = await runWith({ PATH: "/nonexistent" }, "scripts/report.ts", ...args);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain("could not read the stack's outputs");
    expect(code).toBe(2);
  });
});

describe("every command", () => {
  it.each([
    ["scripts/report.ts", ["--from", "--to", "--as-of", "--sample", "--seed", "--out", "--stack"]],
    ["scripts/verify-reports.ts", ["--manifest", "--stack"]],
    ["bench/run.ts", ["--resources", "--days", "--accounts", "--regions"]],
    ["demo/demo.ts", ["--keep", "--organization"]],
    ["tests/mutants/run.ts", ["SAMPLE=<number>", "SEED=<number>", "SUITES=<file>,..."]],
  ])("%s tells when asked how it is used, and what each option is for", async (script, options) => {
    const { code, stdout, stderr } = await run(script, "--help");
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
    const { code, stdout } = await run(script, "-h");
    expect(stdout).toMatch(/^usage: npm run /);
    expect(code).toBe(0);
  });

  it("says what must be reached when Pulumi's launcher could not fetch Pulumi", async () => {
    const bin = await mkdtemp(join(folder, "bin-"));
    await writeFile(join(bin, "npx"), "#!/bin/sh\necho 'pulumi: fetch failed' >&2\nexit 1\n");
    await chmod(join(bin, "npx"), 0o755);
    const offline = { PATH: `${bin}${delimiter}${process.env.PATH}` };
    const { code, stderr } = await runWith(offline, "scripts/report.ts", "--out", folder);
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
    const { code, stderr } = await runWith({ PATH: "/nonexistent" }, script);
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
    const { code, stderr } = await runWith(BARE, ...demand);
    expect(stderr).toContain("\nno AWS Region is set: set AWS_REGION, for example to eu-west-1\n");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });

  it.each([demand, verify])(
    "%s says how to give credentials when there are none",
    async (script, ...args) => {
      const { code, stderr } = await runWith({ ...BARE, AWS_REGION: "eu-west-1" }, script, ...args);
      expect(stderr).toMatch(
        /no AWS credentials were found \(.+\): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n/,
      );
      expect(stderr).not.toContain("    at ");
      expect(code).toBe(3);
    },
  );

  it.each([demand, verify])("%s says how to leave an emulator that has ended", async (script, ...args) => {
    const ended = { AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
    const { code, stderr } = await runWith(ended, script, ...args);
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
    const { code, stderr } = await run("tests/mutants/run.ts", ...args);
    expect(stderr).toMatch(expected);
    expect(code).toBe(2);
  });
});

describe("npm run demo", () => {
  it.each([
    ["--wrong", ["--wrong"], /^unknown argument --wrong\nusage: npm run demo/],
    ["two stories", ["--keep", "--organization"], /^--keep and --organization do not go together\nusage: /],
  ])("ends with 2 and its usage when it is given %s", async (_what, args, expected) => {
    const { code, stdout, stderr } = await run("demo/demo.ts", ...args);
    expect(stderr).toMatch(expected);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("npm run report -- --help", () => {
  it("says where the files go and how many evaluations a sample may have", async () => {
    const { stdout } = await run("scripts/report.ts", "--help");
    expect(stdout).toMatch(/--out <folder> .*compliance-reports/);
    expect(stdout).toMatch(/--sample <size> .*1 to 1000/);
  });
});

describe("npm run bench", () => {
  it.each([
    ["nothing to measure", []],
    ["something it does not know", ["everything"]],
  ])("ends with 2 and its usage when it is given %s", async (_what, args) => {
    const { code, stderr } = await run("bench/run.ts", ...args);
    expect(stderr).toMatch(/^usage: npm run bench/);
    expect(code).toBe(2);
  });

  it.each([
    ["--accounts", "0", "--accounts must be a whole number of at least 1, not 0"],
    ["--accounts", "10001", "--accounts must be at most 10000, not 10001"],
    ["--regions", "18", "--regions must be at most 17, not 18"],
    ["--resources", "many", "--resources must be a whole number of at least 1, not many"],
  ])("ends with 2 and says what an option may be: %s %s", async (option, given, complaint) => {
    const { code, stderr } = await run("bench/run.ts", "organization", option, given);
    expect(stderr.trim()).toBe(complaint);
    expect(code).toBe(2);
  });
});

describe("npm run report for a sample", () => {
  it.each([
    ["a size without a seed", ["--sample", "5"]],
    ["a seed without a size", ["--seed", "2026-Q4"]],
  ])("refuses %s", async (_what, args) => {
    const { code, stderr } = await run("scripts/report.ts", ...args);
    expect(stderr).toContain("--sample and --seed go together");
    expect(code).toBe(2);
  });
});

/** A folder with the objects of a bucket. */
async function copyOf(objects: ReadonlyMap<string, Buffer>): Promise<string> {
  const copy = await mkdtemp(join(folder, "copy-"));
  for (const [key, body] of objects) {
    await mkdir(join(copy, key, ".."), { recursive: true });
    await writeFile(join(copy, key), body);
  }
  return copy;
}

describe("npm run verify-reports with a hash that was kept", () => {
  it("takes it in whichever case it was noted down", async () => {
    const scheduled = dependencies(company, settings([rule(RULE)]));
    const { manifest } = await makeScheduled(scheduled, "2026-11-23T06:30:00.000Z");
    const copy = await copyOf(scheduled.store.objects);
    const hash = manifest.sha256.toUpperCase() ?? "";
    expect(await run("scripts/verify-reports.ts", copy, "--manifest", hash)).toMatchObject({ code: 0 });
  });

  it.each(["", "abc", "0".repeat(63), "0".repeat(65), "g".repeat(64), ` ${"0".repeat(64)}`])(
    "says what a hash is instead of calling the chain rewritten when it is given %j",
    async (hash) => {
      const { code, stdout, stderr } = await run("scripts/verify-reports.ts", folder, "--manifest", hash);
      expect(stderr).toContain(`--manifest must be a SHA-256, 64 hexadecimal digits, not "${hash}"`);
      expect(stdout).toBe("");
      expect(code).toBe(2);
    },
  );
});

describe("npm run verify-reports where there is no scheduled report", () => {
  it("could not read one, and says when the first one comes", async () => {
    const copy = await copyOf(new Map([["reports/stray.html", Buffer.from("x")]]));
    const { code, stdout, stderr } = await run("scripts/verify-reports.ts", copy);
    expect(stderr).toContain(`There is no scheduled report in ${copy}.`);
    expect(stderr).toContain("half an hour after a sweep");
    expect(stdout).toBe("Belongs to no report: reports/stray.html\n");
    expect(code).toBe(3);
  });

  it("calls a chain broken of which somebody kept a hash", async () => {
    const copy = await copyOf(new Map());
    const args = [copy, "--manifest", "0".repeat(64)];
    const { code, stdout } = await run("scripts/verify-reports.ts", ...args);
    expect(stdout).toMatch(/^BROKEN: no manifest has the SHA-256 0000/);
    expect(stdout).toContain(`There is no scheduled report in ${copy}.`);
    expect(code).toBe(1);
  });
});

describe("npm run verify-reports", () => {
  it("ends with 0 for a sound copy, 1 for a broken one, 2 for a folder that is not there", async () => {
    const scheduled = dependencies(company, settings([rule(RULE)]));
    await makeScheduled(scheduled, "2026-11-23T06:30:00.000Z");
    const copy = await copyOf(scheduled.store.objects);
    const sound = await run("scripts/verify-reports.ts", copy);
    expect(sound).toMatchObject({ code: 0, stderr: "" });
    expect(sound.stdout).toContain("1 report, 4 files");

    expect(sound.stdout).toContain("A copy does not prove that the last manifest is unchanged or the last");

    const [hash = "nothing"] = /(?<=SHA-256 )[0-9a-f]{64}/.exec(sound.stdout) ?? [];
    expect((await run("scripts/verify-reports.ts", copy, "--manifest", hash)).stdout).not.toContain(
      "A copy does not",
    );
    const rewritten = await run("scripts/verify-reports.ts", copy, "--manifest", "0".repeat(64));
    expect(rewritten.stdout).toMatch(/^BROKEN: no manifest has the SHA-256 0000/);
    expect(rewritten.stdout).not.toMatch(/as they were written|without a gap|Last manifest/);
    expect(rewritten.code).toBe(1);

    await generateReport(scheduled, { kind: "on-demand" });
    const demanded = await copyOf(scheduled.store.objects);
    expect((await run("scripts/verify-reports.ts", demanded)).stdout).toContain(
      "Reports on demand (4 files) are not part of the chain: 1 report as written, by the manifest beside each.",
    );

    const { manifest } = await generateReport(scheduled, { kind: "on-demand", asOf: "2026-11-23T06:10:00Z" });
    const seal = manifest.uri.replace("s3://reports/", "");
    const two = await copyOf(scheduled.store.objects);
    const html = join(two, seal.replace(".manifest.json", ".html"));
    await writeFile(html, (await readFile(html, "utf8")).replace("Compliance report", "Report"));
    const changed = await run("scripts/verify-reports.ts", two);
    expect(changed.stdout).toContain(
      `BROKEN report on demand (changed): ${seal.replace(".manifest.json", ".html")}`,
    );
    expect(changed.stdout).toContain("1 report, 4 files");
    expect(changed.code).toBe(1);

    const csv = join(copy, "reports/2026/11/23/compliance-report-2026-11-23T06-30-00-000Z.csv");
    await writeFile(csv, (await readFile(csv, "utf8")).replace("NON_COMPLIANT", "COMPLIANT"));
    const broken = await run("scripts/verify-reports.ts", copy);
    expect(broken.stdout).toMatch(
      /^BROKEN at report 1 \(changed\): reports\/2026\/11\/23\/compliance-report/,
    );
    expect(broken.stdout).toContain("Before the break: no report.");
    expect(broken.stdout).not.toMatch(/as they were written|without a gap|Last manifest/);
    expect(broken.code).toBe(1);

    expect((await run("scripts/verify-reports.ts", join(copy, "nowhere"))).code).toBe(2);
  });

  it.each([
    [1, "Its period is 2026-11-22T06:30:00.000Z to 2026-11-23T06:30:00.000Z; it begins"],
    [
      2,
      "Their periods follow each other without a gap, 2026-11-22T06:30:00.000Z to " +
        "2026-11-23T12:30:00.000Z; the first begins",
    ],
  ])(
    "does not pass the first period of %i off as evidence that anything ran in it",
    async (links, expected) => {
      const scheduled = dependencies(company, settings([rule(RULE)]));
      const times = ["2026-11-23T06:30:00.000Z", "2026-11-23T12:30:00.000Z"];
      for (const time of times.slice(0, links)) await makeScheduled(scheduled, time);
      const { stdout } = await run("scripts/verify-reports.ts", await copyOf(scheduled.store.objects));
      expect(stdout).toContain(
        `${expected} 24 hours before its end, whether or not anything had run by then.`,
      );
      expect(stdout).not.toMatch(/cover/);
    },
  );

  it.each([
    ["a file", "README.md", "README.md is a file: name the folder"],
    ["a folder that is not there", "nowhere", "there is no folder nowhere\n"],
    ["a bucket without a name", "s3://", "s3:// lacks the bucket's name\nusage: npm run verify-reports"],
  ])("refuses %s in a line", async (_what, place, expected) => {
    const { code, stderr } = await run("scripts/verify-reports.ts", place);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  });

  it("tells which folder in the one it was given is the copy", async () => {
    const copy = await copyOf(new Map([["report-bucket/reports/stray.html", Buffer.from("x")]]));
    const { code, stderr } = await run("scripts/verify-reports.ts", copy);
    expect(stderr).toBe(
      `${copy} is no copy of a report bucket; it has one in ${join(copy, "report-bucket")}: name that\n`,
    );
    expect(code).toBe(2);
  });

  it("names the bucket that is not there", async () => {
    const { code, stderr } = await run("scripts/verify-reports.ts", "s3://missing-bucket");
    expect(stderr).toBe("there is no bucket s3://missing-bucket\n");
    expect(code).toBe(3);
  });

  it("asks for a bucket without knowing any Region", async () => {
    const nowhere = {
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_CONFIG_FILE: join(folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
    };
    const { code, stderr } = await runWith(nowhere, "scripts/verify-reports.ts", "s3://no-such-bucket");
    // The bucket answers, if only that it is not there.
    expect(stderr).not.toContain("Region is missing");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });
});
