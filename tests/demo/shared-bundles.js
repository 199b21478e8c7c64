/** `node -r` of it: what runs the program bundles nothing that another command of this run of the tests has bundled. */
const Module = require("node:module");
const { sharing } = require("../support/jest/shared-bundles");

const load = Module._load;
const shared = new WeakMap();

Module._load = (request, ...rest) => {
  const loaded = load(request, ...rest);
  if (request !== "esbuild") return loaded;
  if (!shared.has(loaded))
    shared.set(
      loaded,
      sharing(loaded, () => true),
    );
  return shared.get(loaded);
};
