import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
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

describe("npm run demo", () => {
  it("plays to its end, shows where the report lies, and leaves nothing behind but its folder", async () => {
    const demo = playground.start("npm", ["run", "demo"]);
    await demo.printed("The schedule evaluates everything for the first time");
    expect(emulators()).not.toEqual([]);

    expect(await demo.ended()).toEqual({ code: 0, signal: null });
    const lastScreen = demo.output.slice(demo.output.indexOf("An auditor asks for a report"));
    const html = playground.read(printed(lastScreen, /The report: +(\S+\.html) /));
    const [json = "", csv = ""] = printed(lastScreen, /The same as data: (.*)/).split(", ");
    const { reportId, resources } = JSON.parse(playground.read(json)) as {
      reportId: string;
      resources: unknown[];
    };
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain(reportId);
    expect(playground.read(csv).split("\n").length).toBeGreaterThan(resources.length);
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
    expect(code).toBe(1);
    expect(demo.errors).toContain("unknown argument --kep");
    expect(demo.output).not.toContain("Setting up");
    expect(playground.temporaryFiles()).toEqual([]);
  });
});

describe("npm run demo -- --keep", () => {
  it("leaves the emulated account running under the printed endpoint, until it is killed as printed", async () => {
    const demo = playground.start("npm", ["run", "demo", "--", "--keep"]);
    expect(await demo.ended()).toEqual({ code: 0, signal: null });
    const lastScreen = demo.output.slice(demo.output.indexOf("The emulator is still running"));
    const kill = printed(lastScreen, /^ *(kill \d+ .*)$/m);
    expect(playground.processes().map(({ pid }) => pid)).toEqual([Number(/\d+/.exec(kill)?.[0])]);
    expect(playground.temporaryFiles()).toEqual([]);

    const config = {
      endpoint: printed(lastScreen, /AWS_ENDPOINT_URL=(\S+)/),
      region: printed(lastScreen, /AWS_REGION=(\S+)/),
      credentials: {
        accessKeyId: printed(lastScreen, /AWS_ACCESS_KEY_ID=(\S+)/),
        secretAccessKey: printed(lastScreen, /AWS_SECRET_ACCESS_KEY=(\S+)/),
      },
    };
    const table = printed(lastScreen, /dynamodb scan --table-name (\S+)/);
    const rows = await new DynamoDBClient(config).send(new ScanCommand({ TableName: table }));
    expect(rows.Items?.map(({ resource_id }) => resource_id?.S)).toContain("run#ec2-required-tags");
    const bucket = printed(lastScreen, /s3 ls --recursive s3:\/\/(\S+)/);
    const reports = await new S3Client(config).send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(reports.Contents?.map(({ Key }) => Key)).toContain("reports/latest.html");

    await playground.start("sh", ["-c", kill]).ended();
    expect(await playground.remaining()).toEqual([]);
    await expect(fetch(config.endpoint)).rejects.toThrow();
  });
});
