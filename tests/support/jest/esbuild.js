const { createHash, randomUUID } = require("node:crypto");
const { existsSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const esbuild = jest.requireActual("../../../node_modules/esbuild");

const PROJECT = join(__dirname, "../../..");

/**
 * esbuild, which bundles the same handlers once in a run of the tests: a dozen suites run the program. What lies
 * elsewhere than in this project is bundled each time.
 */
module.exports = {
  ...esbuild,
  async build(options) {
    const folder = process.env.BUNDLES_OF_THIS_RUN;
    if (folder === undefined || options.absWorkingDir !== PROJECT || options.write !== false)
      return esbuild.build(options);
    const key = createHash("sha256").update(JSON.stringify(options)).digest("hex");
    const file = join(folder, `${key}.json`);
    if (!existsSync(file)) {
      const { outputFiles } = await esbuild.build(options);
      const temporary = `${file}.${randomUUID()}`;
      const texts = outputFiles.map(({ path, text }) => ({ path, text }));
      writeFileSync(temporary, JSON.stringify(texts));
      renameSync(temporary, file);
    }
    const texts = JSON.parse(readFileSync(file, "utf8"));
    const outputFiles = texts.map(({ path, text }) => ({ path, text, contents: Buffer.from(text) }));
    return { errors: [], warnings: [], outputFiles };
  },
};
