import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { build } from "esbuild";
import { unusedSchemasGo } from "./sdk-schemas";

/** The program's folder: Pulumi runs it there, and files are named from there. */
export const PROJECT = join(__dirname, "..");

/** Where the functions' files lie; git ignores it. */
const BUILD_FOLDER = ".build";

/**
 * A function's files as they were built, relative to the project: then the stack's state knows no machine's folders.
 */
export interface FunctionFiles {
  readonly bundle: string;
  /** JSON. Its name holds its hash, so that deployments with other settings never write the same file. */
  readonly settings: string;
}

/**
 * Writes what a function's archive consists of into the build folder: its handler with all that it needs, and its
 * settings. Pulumi gets files rather than texts, because it keeps texts in the stack's state, and of files a hash.
 * Beside the bundle lies its source map, which is not deployed: to read it costs each cold start a fifth, and names
 * are in stack traces anyway. The same source always gives the same bytes, so that the map can be made again later.
 * @param folder the one of `lambdas/` that has the `handler.ts`.
 * @throws esbuild's BuildFailure when the source does not compile, or that of another function of the same tick.
 */
export async function buildFunction(
  folder: string,
  settings: object,
  project: string = PROJECT,
): Promise<FunctionFiles> {
  const settingsText = `${JSON.stringify(settings, undefined, 2)}\n`;
  const hash = createHash("sha256").update(settingsText).digest("hex").slice(0, 16);
  const directory = posix.join(BUILD_FOLDER, folder);
  const files = {
    bundle: posix.join(directory, bundleName(settings)),
    settings: posix.join(directory, `settings-${hash}.json`),
  };
  const built = await bundled(
    { in: `lambdas/${folder}/handler.ts`, out: files.bundle.replace(/\.js$/, "") },
    featuresOf(settings),
    project,
  );
  await mkdir(join(project, directory), { recursive: true });
  await Promise.all([
    ...[files.bundle, `${files.bundle}.map`].map((file) => writeBuilt(built, project, file)),
    writeWhole(join(project, files.settings), Buffer.from(settingsText)),
  ]);
  return files;
}

/** Stacks that use other parts of a function do not write each other's bundle. */
function bundleName(settings: object): string {
  const used = Object.entries(featuresOf(settings)).filter(([, isUsed]) => isUsed === "true");
  return ["index", ...used.map(([feature]) => feature.toLowerCase().replaceAll("_", "-"))].join("-") + ".js";
}

/** What of a function a deployment uses: the rest is left out of its archive. */
function featuresOf(settings: object): Record<string, string> {
  const { organization, securityHub } = settings as { organization?: unknown; securityHub?: unknown };
  return {
    SCANS_ORGANIZATION: String(organization !== undefined),
    TELLS_SECURITY_HUB: String(securityHub === true),
  };
}

/** A handler's file, and where its bundle goes, without the extension. */
interface EntryPoint {
  readonly in: string;
  readonly out: string;
}

/** What esbuild made, by its path from the project. */
type Built = ReadonlyMap<string, Uint8Array>;

/** Handlers that wait for the others of their tick, by what their bundles have in common. */
const waiting = new Map<string, { readonly entryPoints: EntryPoint[]; readonly built: Promise<Built> }>();

/**
 * Bundles what is asked for in one tick in one go: esbuild then reads once what the functions share, above all the
 * AWS SDK, and is done in half the time.
 */
function bundled(
  entryPoint: EntryPoint,
  define: Readonly<Record<string, string>>,
  project: string,
): Promise<Built> {
  const key = JSON.stringify([project, define]);
  const others = waiting.get(key);
  if (others !== undefined) {
    others.entryPoints.push(entryPoint);
    return others.built;
  }
  const entryPoints = [entryPoint];
  const built = Promise.resolve().then(() => {
    waiting.delete(key);
    return bundle(entryPoints, define, project);
  });
  waiting.set(key, { entryPoints, built });
  return built;
}

/** Bundles the AWS SDK, too: the one in Lambda's runtime is older and differs by Region. */
async function bundle(
  entryPoints: EntryPoint[],
  define: Readonly<Record<string, string>>,
  project: string,
): Promise<Built> {
  // By which esbuild names what it makes, wherever links lead to the project.
  const root = await realpath(project);
  const { outputFiles } = await build({
    entryPoints,
    outdir: ".",
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    define,
    // The SDK's ES modules are the ones that unused parts can be left out of.
    mainFields: ["module", "main"],
    plugins: [unusedSchemasGo],
    minify: true,
    // Stack traces and logs are read by people, and the SDK's errors are known by their names.
    keepNames: true,
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "silent",
    write: false,
  });
  return new Map(
    outputFiles.map(({ path, contents }) => [relative(root, path).replaceAll(sep, "/"), contents]),
  );
}

async function writeBuilt(built: Built, project: string, file: string): Promise<void> {
  const contents = built.get(file);
  if (contents === undefined) throw new Error(`esbuild made no ${file}`);
  await writeWhole(join(project, file), contents);
}

/** Never half written for another deployment that reads it, and untouched where nothing changes. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(contents)) return;
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, contents);
  await rename(temporary, file);
}
