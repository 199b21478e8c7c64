import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { hasJq, JQ_LINES, jq } from "../support/jq";
import { type Ending, Playground, until } from "./playground";

// A play takes half a minute where nothing else does.
jest.setTimeout(300_000);

let playground: Playground;
beforeEach(() => {
  playground = new Playground();
});
afterEach(() => playground.dispose());

const emulators = () => playground.processes().filter(({ command }) => command.includes("moto_server"));

/** What the pattern's group finds in what was printed. */
function printed(output: string, pattern: RegExp): string {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`nothing like ${pattern} in:\n${output}`);
  return found;
}

/** npm ends by the interrupt that its script ended by, or says so by its code as shells do. */
function expectInterrupted({ code, signal }: Ending): void {
  expect(signal ?? code).toEqual(signal === null ? 130 : "SIGINT");
}

const DEMO_ANSWERS = [
  /^critical\tiam-root-hardware-mfa\t-\tarn:aws:iam::\d+:root$/m,
  /"critical": \d[\s\S]*"newlyFailing": \d/,
  /^iam-unused-credentials \{.*"maxCredentialUsageAge":"45"/m,
  /^ec2-vpc-flow-logs has not been evaluated yet/m,
  /^\d{12}\t\d+$/,
];

/** The documented questions have answers in the demo's report, too. */
function expectAnswers(json: string): void {
  const folder = mkdtempSync(join(tmpdir(), "demo-jq-"));
  try {
    writeFileSync(join(folder, "latest.json"), json);
    expect(DEMO_ANSWERS).toHaveLength(JQ_LINES.length);
    for (const [index, line] of JQ_LINES.entries())
      expect(jq(line, folder)).toMatch(DEMO_ANSWERS[index] ?? /^$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("npm run demo", () => {
  it("plays to its end, shows where the report lies, and leaves nothing behind but its folder", async () => {
    const demo = playground.start("npm", ["run", "demo"]);
    await demo.printed("The schedule evaluates everything for the first time");
    expect(emulators()).not.toEqual([]);

    expect(await demo.ended()).toEqual({ code: 0, signal: null });
    // Pulumi's, of a deployment that nobody asked for.
    expect(demo.output).not.toMatch(/^(info|warning|debug):/m);
    const lastScreen = demo.output.slice(demo.output.indexOf("An auditor asks for a report"));
    const html = playground.read(printed(lastScreen, /The report: +(\S+\.html) /));
    const [json = "", csv = ""] = printed(lastScreen, /The same as data: (.*),/).split(", ");
    const [finding = "{}"] = playground.read(printed(lastScreen, /(\S+) \(OCSF findings\)/)).split("\n");
    expect(JSON.parse(finding)).toMatchObject({ class_uid: 2003 });
    const { reportId, resources } = JSON.parse(playground.read(json)) as {
      reportId: string;
      resources: unknown[];
    };
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain(reportId);
    expect(playground.read(csv).split("\n").length).toBeGreaterThan(resources.length);
    expect(lastScreen).toMatch(/^ +1\.10 +Ensure multi-factor .*… +failing +iam-console-mfa/m);
    expect(lastScreen).toMatch(/^ +3\.7 .* not evaluated +ec2-vpc-flow-logs/m);
    expect(lastScreen).toMatch(/^ +1\.1 .* not checked here +Contact details can be read by no rule/m);
    if (hasJq) expectAnswers(playground.read(json));
    expect(await playground.remaining()).toEqual([]);
    expect(playground.temporaryFiles()).toEqual([]);

    const verifying = printed(lastScreen, /npm run verify-reports -- (\S+)/);
    const verification = playground.start("npm", ["run", "verify-reports", "--", verifying]);
    expect(await verification.ended()).toEqual({ code: 0, signal: null });
  });

  it("cleans up when it is interrupted in the middle, and ends by the interrupt", async () => {
    const demo = playground.start("npm", ["run", "demo"]);
    await demo.printed("The schedule evaluates everything for the first time");
    expect(emulators()).not.toEqual([]);

    demo.interrupt();
    expectInterrupted(await demo.ended());
    expect(demo.output).not.toContain("An auditor asks for a report");
    expect(demo.errors).not.toContain("The demo failed");
    expect(await playground.remaining()).toEqual([]);
    expect(playground.temporaryFiles()).toEqual([]);
  });

  it("cleans up when it is interrupted while it sets up, though npm may pass on the same interrupt later", async () => {
    const demo = playground.start("npm", ["run", "demo"]);
    await demo.printed("Setting up");
    await until(() => emulators().length > 0);

    demo.interrupt();
    await demo.printed("Interrupted");
    demo.interrupt();
    expectInterrupted(await demo.ended());
    expect(await playground.remaining()).toEqual([]);
    expect(playground.temporaryFiles()).toEqual([]);
  });

  it("refuses an unknown argument by its name, and starts nothing", async () => {
    const demo = playground.start("npm", ["run", "demo", "--", "--kep"]);
    const { code } = await demo.ended();
    expect(code).toBe(2);
    expect(demo.errors).toContain("unknown argument --kep");
    expect(demo.output).not.toContain("Setting up");
    expect(playground.temporaryFiles()).toEqual([]);
  });
});

describe("npm run demo -- --keep", () => {
  it("goes on until Ctrl-C: what it prints works in another terminal, and a removed tag brings the alert", async () => {
    const demo = playground.start("npm", ["run", "demo", "--", "--keep"]);
    await demo.printed("put-bucket-encryption");
    await demo.printed("SSEAlgorithm");
    const screen = demo.output.slice(demo.output.indexOf("Now it is yours"));
    const settings = printed(screen, /^ +(unset [\s\S]*?AWS_ENDPOINT_URL=\S+)$/m);
    const command = (pattern: RegExp) => `${settings}\n${printed(screen, pattern)}`;

    const untagging = command(/^ +(aws ec2 delete-tags .*)$/m);
    if (hasAwsCli) await succeeded(untagging);
    else await untag(printed(untagging, /--resources (\S+)/), printed(untagging, /Key=(\S+)/), settings);
    await until(() => demo.output.slice(demo.output.indexOf("SSEAlgorithm")).includes("└"));
    const alert = demo.output.slice(demo.output.indexOf("SSEAlgorithm"));
    expect(alert).toContain('Drift: "payments-api-1" fails ec2-required-tags');
    expect(alert).toContain("Missing tags: Compliance.");

    if (hasAwsCli) {
      const history = await succeeded(command(/^ +(aws dynamodb query [\s\S]*?\}\}')$/m));
      // One more where a slot of the schedule has come since those of the day that was played.
      expect([6, 7]).toContain(history.match(/COMPLIANT/g)?.length);
      expect(history).not.toMatch(/alert#|lease#|window/);
    }
    const [report, verification] = await Promise.all([
      succeeded(command(/^ +(npm run report .*)$/m)),
      succeeded(command(/^ +(npm run verify-reports .*)$/m)),
    ]);
    expect(report).toMatch(/failures +1 began/);
    expect(playground.has(printed(report, /saved (\S+\.html)/))).toBe(true);
    expect(verification).toContain("all as they were written");

    demo.interrupt();
    // The demo itself ends with 0; npm's shell had the interrupt as well, and tells of it as shells do.
    const { code, signal } = await demo.ended();
    expect([0, 130, "SIGINT"]).toContain(signal ?? code);
    expect(demo.output).toContain("Stopping");
    expect(demo.errors).not.toMatch(/failed|Error/);
    expect(await playground.remaining()).toEqual([]);
    expect(playground.temporaryFiles()).toEqual([]);
  });
});

const hasAwsCli = spawnSync("aws", ["--version"]).status === 0;
if (!hasAwsCli) process.stderr.write("there is no AWS CLI: the SDK removes the demo's tag in its place\n");

/** Runs a command line as it was printed. Returns what it printed. */
async function succeeded(line: string): Promise<string> {
  const command = playground.start("sh", ["-c", line]);
  const { code } = await command.ended();
  if (code !== 0) throw new Error(`${line}\nended with ${code}:\n${command.output}\n${command.errors}`);
  return command.output;
}

async function untag(instance: string, key: string, settings: string): Promise<void> {
  const client = new EC2Client({
    endpoint: printed(settings, /AWS_ENDPOINT_URL=(\S+)/),
    region: printed(settings, /AWS_REGION=(\S+)/),
    credentials: {
      accessKeyId: printed(settings, /AWS_ACCESS_KEY_ID=(\S+)/),
      secretAccessKey: printed(settings, /AWS_SECRET_ACCESS_KEY=(\S+)/),
    },
  });
  await client.send(new DeleteTagsCommand({ Resources: [instance], Tags: [{ Key: key }] }));
}
