const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

/** A folder for what the suites of one run share: gone after it, so that no bundle outlives its source. */
module.exports = async () => {
  const folder = mkdtempSync(join(tmpdir(), "run-of-the-tests-"));
  process.env.FOLDER_OF_THIS_RUN = folder;
  // esbuild is written in Go and has memory to spare: it need not collect its garbage that often.
  process.env.GOGC = "400";
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
};
