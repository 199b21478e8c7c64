const vm = require("node:vm");

const { compileFunction } = vm;

/** File and its parameters → what V8 made of it. */
const compiled = new Map();

/**
 * Keeps what V8 makes of a file for the suites after it: jest compiles each file anew for each suite, a fifth of all
 * the time (`npm test` without the line of environment.js that requires this takes so much longer). V8 itself compares
 * the length of a source only, and forgets who answers its `import()`.
 * https://nodejs.org/docs/latest-v20.x/api/vm.html#vmcompilefunctioncode-params-options
 */
vm.compileFunction = (source, parameters, options = {}) => {
  if (options.filename === undefined || source.includes("import("))
    return compileFunction(source, parameters, options);
  const key = [options.filename, ...(parameters ?? [])].join("\n");
  const known = compiled.get(key);
  if (known?.source === source)
    return compileFunction(source, parameters, { ...options, cachedData: known.cachedData });
  const made = compileFunction(source, parameters, { ...options, produceCachedData: true });
  if (made.cachedDataProduced) compiled.set(key, { source, cachedData: made.cachedData });
  return made;
};
