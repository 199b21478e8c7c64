import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateReport } from "../../lambdas/report-generator/generate";
import { dependencies, makeScheduled, rule, settings } from "../report/support";
import { Commands, company, RULE } from "./command-line";

let commands: Commands;
beforeAll(async () => {
  commands = await Commands.start("scripts/verify-reports.ts");
});
afterAll(() => commands.stop());

jest.setTimeout(60_000);

describe("npm run verify-reports with a hash that was kept", () => {
  it("takes it in whichever case it was noted down", async () => {
    const scheduled = dependencies(company, settings([rule(RULE)]));
    const { manifest } = await makeScheduled(scheduled, "2026-11-23T06:30:00.000Z");
    const copy = await commands.copyOf(scheduled.store.objects);
    const hash = manifest.sha256.toUpperCase() ?? "";
    expect(await commands.run("scripts/verify-reports.ts", copy, "--manifest", hash)).toMatchObject({
      code: 0,
    });
  });

  it.each(["", "abc", "0".repeat(63), "0".repeat(65), "g".repeat(64), ` ${"0".repeat(64)}`])(
    "says what a hash is instead of calling the chain rewritten when it is given %j",
    async (hash) => {
      const { code, stdout, stderr } = await commands.run(
        "scripts/verify-reports.ts",
        commands.folder,
        "--manifest",
        hash,
      );
      expect(stderr).toContain(`--manifest must be a SHA-256, 64 hexadecimal digits, not "${hash}"`);
      expect(stdout).toBe("");
      expect(code).toBe(2);
    },
  );
});

describe("npm run verify-reports where there is no scheduled report", () => {
  it("could not read one, and says when the first one comes", async () => {
    const copy = await commands.copyOf(new Map([["reports/stray.html", Buffer.from("x")]]));
    const { code, stdout, stderr } = await commands.run("scripts/verify-reports.ts", copy);
    expect(stderr).toContain(`There is no scheduled report in ${copy}.`);
    expect(stderr).toContain("half an hour after a sweep");
    expect(stdout).toBe("Belongs to no report: reports/stray.html\n");
    expect(code).toBe(3);
  });

  it("calls a chain broken of which somebody kept a hash", async () => {
    const copy = await commands.copyOf(new Map());
    const args = [copy, "--manifest", "0".repeat(64)];
    const { code, stdout } = await commands.run("scripts/verify-reports.ts", ...args);
    expect(stdout).toMatch(/^BROKEN: no manifest has the SHA-256 0000/);
    expect(stdout).toContain(`There is no scheduled report in ${copy}.`);
    expect(code).toBe(1);
  });
});

describe("npm run verify-reports", () => {
  it("ends with 0 for a sound copy, 1 for a broken one, 2 for a folder that is not there", async () => {
    const scheduled = dependencies(company, settings([rule(RULE)]));
    await makeScheduled(scheduled, "2026-11-23T06:30:00.000Z");
    const copy = await commands.copyOf(scheduled.store.objects);
    const sound = await commands.run("scripts/verify-reports.ts", copy);
    expect(sound).toMatchObject({ code: 0, stderr: "" });
    expect(sound.stdout).toContain("1 report, 4 files");

    expect(sound.stdout).toContain("A copy does not prove that the last manifest is unchanged or the last");

    const [hash = "nothing"] = /(?<=SHA-256 )[0-9a-f]{64}/.exec(sound.stdout) ?? [];
    expect((await commands.run("scripts/verify-reports.ts", copy, "--manifest", hash)).stdout).not.toContain(
      "A copy does not",
    );
    const rewritten = await commands.run("scripts/verify-reports.ts", copy, "--manifest", "0".repeat(64));
    expect(rewritten.stdout).toMatch(/^BROKEN: no manifest has the SHA-256 0000/);
    expect(rewritten.stdout).not.toMatch(/as they were written|without a gap|Last manifest/);
    expect(rewritten.code).toBe(1);

    await generateReport(scheduled, { kind: "on-demand" });
    const demanded = await commands.copyOf(scheduled.store.objects);
    expect((await commands.run("scripts/verify-reports.ts", demanded)).stdout).toContain(
      "Reports on demand (4 files) are not part of the chain: 1 report as written, by the manifest beside each.",
    );

    const { manifest } = await generateReport(scheduled, { kind: "on-demand", asOf: "2026-11-23T06:10:00Z" });
    const seal = manifest.uri.replace("s3://reports/", "");
    const two = await commands.copyOf(scheduled.store.objects);
    const html = join(two, seal.replace(".manifest.json", ".html"));
    await writeFile(html, (await readFile(html, "utf8")).replace("Compliance report", "Report"));
    const changed = await commands.run("scripts/verify-reports.ts", two);
    expect(changed.stdout).toContain(
      `BROKEN report on demand (changed): ${seal.replace(".manifest.json", ".html")}`,
    );
    expect(changed.stdout).toContain("1 report, 4 files");
    expect(changed.code).toBe(1);

    const csv = join(copy, "reports/2026/11/23/compliance-report-2026-11-23T06-30-00-000Z.csv");
    await writeFile(csv, (await readFile(csv, "utf8")).replace("NON_COMPLIANT", "COMPLIANT"));
    const broken = await commands.run("scripts/verify-reports.ts", copy);
    expect(broken.stdout).toMatch(
      /^BROKEN at report 1 \(changed\): reports\/2026\/11\/23\/compliance-report/,
    );
    expect(broken.stdout).toContain("Before the break: no report.");
    expect(broken.stdout).not.toMatch(/as they were written|without a gap|Last manifest/);
    expect(broken.code).toBe(1);

    expect((await commands.run("scripts/verify-reports.ts", join(copy, "nowhere"))).code).toBe(2);
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
      const { stdout } = await commands.run(
        "scripts/verify-reports.ts",
        await commands.copyOf(scheduled.store.objects),
      );
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
    const { code, stderr } = await commands.run("scripts/verify-reports.ts", place);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  });

  it("tells which folder in the one it was given is the copy", async () => {
    const copy = await commands.copyOf(new Map([["report-bucket/reports/stray.html", Buffer.from("x")]]));
    const { code, stderr } = await commands.run("scripts/verify-reports.ts", copy);
    expect(stderr).toBe(
      `${copy} is no copy of a report bucket; it has one in ${join(copy, "report-bucket")}: name that\n`,
    );
    expect(code).toBe(2);
  });

  it("names the bucket that is not there", async () => {
    const { code, stderr } = await commands.run("scripts/verify-reports.ts", "s3://missing-bucket");
    expect(stderr).toBe("there is no bucket s3://missing-bucket\n");
    expect(code).toBe(3);
  });

  it("asks for a bucket without knowing any Region", async () => {
    const nowhere = {
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_CONFIG_FILE: join(commands.folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(commands.folder, "none"),
    };
    const { code, stderr } = await commands.runWith(
      nowhere,
      "scripts/verify-reports.ts",
      "s3://no-such-bucket",
    );
    // The bucket answers, if only that it is not there.
    expect(stderr).not.toContain("Region is missing");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(3);
  });
});
