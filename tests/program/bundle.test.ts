import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunction, PROJECT } from "../../program/bundle";
import { withLiteralKeys } from "../../program/sdk-schemas";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project with one function, `checker`. */
function projectWith(handler: string, others: Readonly<Record<string, string>> = {}): string {
  const project = mkdtempSync(join(tmpdir(), "bundle-"));
  folders.push(project);
  mkdirSync(join(project, "lambdas/checker"), { recursive: true });
  for (const [name, text] of Object.entries({ "handler.ts": handler, ...others })) {
    writeFileSync(join(project, "lambdas/checker", name), text);
  }
  return project;
}

async function builtBundle(project: string): Promise<string> {
  const { bundle } = await buildFunction("checker", {}, project);
  return readFileSync(join(project, bundle), "utf8");
}

function load(text: string): { handler: () => unknown } {
  const module = { exports: {} as { handler: () => unknown } };
  new Function("module", "exports", "require", text)(module, module.exports, require);
  return module.exports;
}

test("a handler and what it imports become one CommonJS module", async () => {
  const project = projectWith(
    'import { answer } from "./shared";\nexport const handler = async () => answer;',
    { "shared.ts": "export const answer: number = 42;" },
  );
  await expect(load(await builtBundle(project)).handler()).resolves.toBe(42);
});

test("a project that a link leads to is bundled all the same", async () => {
  const project = projectWith("export const handler = async () => 7;");
  const link = `${project}-link`;
  symlinkSync(project, link);
  folders.push(link);
  await expect(load(await builtBundle(link)).handler()).resolves.toBe(7);
});

test("a handler that does not compile is refused with what is wrong, and so are those of its tick", async () => {
  const project = projectWith("export const handler = async () => ;");
  mkdirSync(join(project, "lambdas/judge"));
  writeFileSync(join(project, "lambdas/judge/handler.ts"), "export const handler = async () => 1;");
  const both = ["checker", "judge"].map((folder) => buildFunction(folder, {}, project));
  for (const one of both) await expect(one).rejects.toThrow(/checker\/handler\.ts.*Unexpected ";"/);
  await expect(buildFunction("judge", {}, project)).resolves.toMatchObject({
    bundle: ".build/judge/index.js",
  });
});

test("a bundle has the same bytes whether it is made alone or together with others", async () => {
  const source = 'import { answer } from "../common"; export const handler = async () => answer;';
  const project = projectWith(source);
  mkdirSync(join(project, "lambdas/judge"));
  writeFileSync(join(project, "lambdas/common.ts"), "export const answer = 42;");
  writeFileSync(join(project, "lambdas/judge/handler.ts"), source.replace("answer;", "answer + 1;"));
  const alone = await builtBundle(project);

  const [checker, judge] = await Promise.all([
    buildFunction("checker", {}, project),
    buildFunction("judge", {}, project),
  ]);
  expect(readFileSync(join(project, checker.bundle), "utf8")).toBe(alone);
  await expect(load(readFileSync(join(project, judge.bundle), "utf8")).handler()).resolves.toBe(43);
});

test("the files lie in the build folder, named from the project, the settings for people to read", async () => {
  const project = projectWith("export const handler = async () => 1;");
  const files = await buildFunction("checker", { severity: "high" }, project);
  expect(files).toEqual({
    bundle: ".build/checker/index.js",
    settings: expect.stringMatching(/^\.build\/checker\/settings-[0-9a-f]{16}\.json$/),
  });
  expect(readFileSync(join(project, files.settings), "utf8")).toBe('{\n  "severity": "high"\n}\n');
});

test.each([
  ["ec2-tags", { organization: { id: "o-1" } }, "ListAccountsForParent"],
  ["report-generator", { securityHub: true }, "BatchImportFindings"],
])(
  "an archive of %s holds the clients for %j only where the settings ask for them",
  async (folder, settings, client) => {
    const text = async (given: object) =>
      readFileSync(join(PROJECT, (await buildFunction(folder, given)).bundle), "utf8");
    expect(await text({})).not.toContain(client);
    expect(await text(settings)).toContain(client);
  },
);

test("deployments with other settings do not write each other's", async () => {
  const project = projectWith("export const handler = async () => 1;");
  const built = await Promise.all(
    ["low", "high"].map((severity) => buildFunction("checker", { severity }, project)),
  );
  const severities = built.map(({ settings }) => JSON.parse(readFileSync(join(project, settings), "utf8")));
  expect(severities).toEqual([{ severity: "low" }, { severity: "high" }]);
});

test("the same source and settings give the same bytes, wherever the project lies", async () => {
  const source = "function check() { throw new Error() }\nexport const handler = async () => check();";
  const contents = async () => {
    const project = projectWith(source);
    await buildFunction("checker", { severity: "high" }, project);
    const directory = join(project, ".build/checker");
    return readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]);
  };
  const first = await contents();
  expect(await contents()).toEqual(first);
  expect(JSON.stringify(first)).not.toContain("bundle-");
});

test("a change of the source replaces the bundle, and nothing else is left in the folder", async () => {
  const project = projectWith("export const handler = async () => 1;");
  await builtBundle(project);
  writeFileSync(join(project, "lambdas/checker/handler.ts"), "export const handler = async () => 2;");
  await expect(load(await builtBundle(project)).handler()).resolves.toBe(2);
  expect(readdirSync(join(project, ".build/checker")).sort()).toEqual([
    "index.js",
    "index.js.map",
    expect.stringMatching(/^settings-\w+\.json$/),
  ]);
});

test("stack traces name the functions and classes of the source", async () => {
  const project = projectWith(`
    class BucketUnreadable extends Error {
      constructor() { super("no"); this.name = new.target.name; }
    }
    function evaluateBucket() { throw new BucketUnreadable() }
    export const handler = async () => evaluateBucket();`);
  await expect(load(await builtBundle(project)).handler()).rejects.toMatchObject({
    stack: expect.stringMatching(/^BucketUnreadable: no\n +at evaluateBucket /),
  });
});

test("source that does not compile is refused with the place", async () => {
  const project = projectWith("export const handler = async () => {");
  await expect(builtBundle(project)).rejects.toThrow(/handler\.ts:1:\d+: ERROR/);
});

const SDK_BUNDLING_MS = 60_000;

test(
  "of an SDK's client only what is called is bundled",
  async () => {
    const { bundle } = await buildFunction("ec2-tags", {});
    const text = readFileSync(join(PROJECT, bundle), "utf8");
    expect(text).toContain("DescribeInstancesRequest");
    for (const uncalled of ["AcceptAddressTransfer", "RunInstances", "CreateTransitGateway"]) {
      expect(text).not.toContain(uncalled);
    }
  },
  SDK_BUNDLING_MS,
);

describe("literal keys in an SDK's schemas", () => {
  test("a key that is a constant's text becomes that text", () => {
    expect(withLiteralKeys('const _xN = "xmlName";\nvar A$ = [1, n0, _A, 0, [0, { [_xN]: _it }]];')).toBe(
      'const _xN = "xmlName";\nvar A$ = [1, n0, _A, 0, [0, { "xmlName": _it }]];',
    );
  });

  test.each([
    "var A$ = { [_unknown]: 1 };",
    "const _n = 1;\nvar A$ = { [_n]: 1 };",
    'let _v = "text";\nvar A$ = { [_v]: 1 };',
    'const _q = "a\\"b";\nvar A$ = { [_q]: 1 };',
  ])("anything else stays: %j", (source) => {
    expect(withLiteralKeys(source)).toBe(source);
  });
});
