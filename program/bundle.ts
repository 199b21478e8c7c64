import { join } from "node:path";
import { buildSync } from "esbuild";

const PROJECT = join(__dirname, "..");

/**
 * Bundles a function's handler with all that it needs, AWS SDK included: the one in Lambda's runtime is older
 * and differs by Region. The same source always gives the same text, so that an unchanged function stays
 * as it is in the next deployment.
 * @param handler TypeScript file that exports `handler`, relative to the project.
 * @returns a CommonJS module for Node 24.
 * @throws esbuild's BuildFailure when the source does not compile.
 */
export function bundle(handler: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [handler],
    absWorkingDir: PROJECT,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // The SDK's ES modules are the ones that unused parts can be left out of.
    mainFields: ["module", "main"],
    // Names stay: stack traces and logs are read by people.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "silent",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}
