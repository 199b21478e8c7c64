const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

/** A folder for what the suites of one run share (esbuild.js): gone after it, so that no bundle outlives its source. */
module.exports = async () => {
  const folder = mkdtempSync(join(tmpdir(), "bundles-of-a-run-"));
  process.env.BUNDLES_OF_THIS_RUN = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
};
