const { createHash, randomUUID } = require("node:crypto");
const { existsSync, readdirSync, readFileSync, renameSync, realpathSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

const PROJECT = realpathSync(join(__dirname, "../../.."));
exports.PROJECT = PROJECT;

/**
 * esbuild, which bundles the same handlers once in a run of the tests: a dozen suites run the program, and so do the
 * demos in copies of the project.
 * @param isShared whether what is bundled in the folder is shared with others: of the project, or of its copies, as a
 *   source map names the folders.
 */
exports.sharing = (esbuild, isShared) => ({
  ...esbuild,
  async build(options) {
    const folder = process.env.FOLDER_OF_THIS_RUN;
    const { absWorkingDir: root, write } = options;
    if (folder === undefined || write !== false || !isShared(root)) return esbuild.build(options);
    const file = join(folder, `${keyOf(options)}.json`);
    if (!existsSync(file)) {
      const { outputFiles } = await esbuild.build(options);
      const temporary = `${file}.${randomUUID()}`;
      const texts = outputFiles.map(({ path, text }) => ({ path: relative(root, path), text }));
      writeFileSync(temporary, JSON.stringify(texts));
      renameSync(temporary, file);
    }
    const texts = JSON.parse(readFileSync(file, "utf8"));
    const outputFiles = texts.map(({ path, text }) => ({
      path: join(root, path),
      text,
      contents: Buffer.from(text),
    }));
    return { errors: [], warnings: [], outputFiles };
  },
});

/** Of what a bundle is made of: how, and in a copy, which sources. */
function keyOf({ absWorkingDir: root, ...how }) {
  const hash = createHash("sha256").update(JSON.stringify([root === PROJECT, how]));
  const lambdas = join(root, "lambdas");
  const files = root === PROJECT ? [] : readdirSync(lambdas, { recursive: true, withFileTypes: true });
  for (const file of files) {
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest("hex");
}
