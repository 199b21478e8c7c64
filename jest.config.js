const { availableParallelism } = require("node:os");

/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["**/*.test.ts"],
  testEnvironment: "<rootDir>/tests/support/jest/environment.js",
  globalSetup: "<rootDir>/tests/support/jest/run-folder.js",
  moduleNameMapper: {
    "^esbuild$": "<rootDir>/tests/support/jest/esbuild.js",
    // Pulumi's automation API, and what it serializes functions with: a package manager and a compiler.
    "^\\./automation$": "<rootDir>/tests/support/jest/unused.js",
    "/closure/codePaths$": "<rootDir>/tests/support/jest/unused.js",
    "/typescript-shim$": "<rootDir>/tests/support/jest/unused.js",
  },
  setupFiles: ["<rootDir>/tests/support/jest/seed.ts"],
  // Jest leaves one processor alone, which on two of them is half of all.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Suites leave memory behind: beyond this a worker is begun anew, as a large one takes too long to end.
  workerIdleMemoryLimit: "700MB",
  testSequencer: "<rootDir>/tests/support/jest/sequencer.js",
  // For a slow machine: what hangs fails, and what is slow does not.
  testTimeout: 30_000,
  testPathIgnorePatterns: ["/node_modules/", "/.build/", "/.demo/"],
  transform: {
    "\\.[jt]s$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // p-map ships as an ES module only; jest runs CommonJS.
  transformIgnorePatterns: ["/node_modules/(?!p-map/)"],
};
