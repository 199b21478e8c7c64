/**
 * `node -r ./scripts/typescript.js <file>.ts`: TypeScript without types and without a compiler's start, as jest
 * reads it too.
 */
const Module = require("node:module");
const { readFileSync } = require("node:fs");
const { transformSync } = require("@swc/core");

/** @type {import("@swc/core").Options} */
const OPTIONS = {
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  // An import() stays one: it reads ES modules.
  module: { type: "commonjs", ignoreDynamic: true },
  sourceMaps: "inline",
  swcrc: false,
};

const compiled = new Map();

/** What stands in place of a file's own text: path → text. */
exports.replaced = new Map();

Module._extensions[".ts"] = (module, filename) => {
  if (!compiled.has(filename)) {
    const text = exports.replaced.get(filename) ?? readFileSync(filename, "utf8");
    compiled.set(filename, transformSync(text, { ...OPTIONS, filename }).code);
  }
  module._compile(compiled.get(filename), filename);
};
