/**
 * Jest gives every suite a context of its own (node:vm), in which Node.js looks up whatever is global several times as
 * slowly, and loads the SDKs of AWS and Pulumi anew for each. Here suites run in the process's own context, and what is in
 * node_modules is loaded once in a process; the product's modules and the tests are loaded for each suite as ever.
 */
const { compileFunction } = require("node:vm");
const { createRequire } = require("node:module");
const { default: Runtime } = require("jest-runtime");

/** What a suite may not share with the next, because it belongs to jest. */
const OF_JEST = /\/node_modules\/(@jest|jest-|expect\b)/;

module.exports = class extends Runtime {
  constructor(...args) {
    super(...args);
    this.executor.compile = (source, filename) =>
      compileFunction(source, this.executor.injectedModuleParameters, { filename });
  }

  requireModuleOrMock(from, name) {
    const found = from.includes("/node_modules/") ? undefined : shared(from, name);
    return found ? found.exports : super.requireModuleOrMock(from, name);
  }
};

/** A module of a package, as Node.js loads it. */
function shared(from, name) {
  if (/^[./]|^node:|^jest/.test(name)) return undefined;
  const require = createRequire(from);
  const path = require.resolve(name);
  return path.includes("/node_modules/") && !OF_JEST.test(path) ? { exports: require(path) } : undefined;
}
