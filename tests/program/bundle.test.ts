import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../program/bundle";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function source(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(text: string): { handler: () => unknown } {
  const module = { exports: {} as { handler: () => unknown } };
  new Function("module", "exports", "require", text)(module, module.exports, require);
  return module.exports;
}

test("a handler and what it imports become one CommonJS module", () => {
  source("shared.ts", "export const answer: number = 42;");
  const handler = source(
    "handler.ts",
    'import { answer } from "./shared";\nexport const handler = async () => answer;',
  );
  return expect(load(bundle(handler)).handler()).resolves.toBe(42);
});

test("the same source gives the same text, wherever the project lies", () => {
  const handler = source("handler.ts", "export const handler = async () => 1;");
  const text = bundle(handler);
  expect(bundle(handler)).toBe(text);
  expect(text).not.toContain(folder);
});

test("names stay readable in stack traces", () => {
  const handler = source(
    "handler.ts",
    "function evaluateBucket() { throw new Error() }\nexport const handler = async () => evaluateBucket();",
  );
  expect(bundle(handler)).toContain("function evaluateBucket()");
});

test("source that does not compile stops the program with the place", () => {
  const handler = source("handler.ts", "export const handler = async () => {");
  expect(() => bundle(handler)).toThrow(/handler\.ts:1:\d+: ERROR/);
});
