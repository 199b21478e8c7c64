import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/**
 * Lets esbuild leave out the shapes of the operations that are not called. An SDK client describes every shape of its
 * service (EC2: 1.3 MB) with keys such as `[_xN]`, and a computed key counts as a side effect, since it might be an
 * object with a toString(). With the text that the constant stands for, what nothing refers to can go.
 */
export const unusedSchemasGo: Plugin = {
  name: "unused-schemas-go",
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: withLiteralKeys(await readFile(path, "utf8")),
      loader: "js",
    }));
  },
};

/** The module with the text of its own constants in place of keys that are computed from them; all else stays. */
export function withLiteralKeys(source: string): string {
  const texts = new Map<string, string>();
  for (const [, name = "", text = ""] of source.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)) {
    texts.set(name, text);
  }
  return source.replace(/\[(\w+)\]:/g, (key, name: string) =>
    texts.has(name) ? `${texts.get(name)}:` : key,
  );
}
