/**
 * Imported before Pulumi: spares it what it loads for programs of another kind, a package manager and a compiler. They
 * are four fifths of its half second, and nothing that index.ts declares asks for them.
 */

const UNUSED = ["automation", "runtime/closure/codePaths", "typescript-shim"];

for (const name of UNUSED) {
  const filename = require.resolve(`@pulumi/pulumi/${name}`);
  require.cache[filename] ??= { ...module, id: filename, filename, loaded: true, children: [], exports: {} };
}
