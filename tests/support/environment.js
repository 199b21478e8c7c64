const { createContext } = require("node:vm");
const { ModuleMocker } = require("jest-mock");

/** The process's own context (runtime.js), as a suite found it and leaves it. */
module.exports = class {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  globals = Object.getOwnPropertyDescriptors(globalThis);
  variables = { ...process.env };
  exit = process.exit;

  async setup() {}

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    for (const key of Reflect.ownKeys(globalThis)) {
      // Of what packages leave there, some are found no second time.
      if (!Object.hasOwn(this.globals, key) && /jest|EVENT_HANDLERS/i.test(String(key)))
        Reflect.deleteProperty(globalThis, key);
    }
    Object.defineProperties(globalThis, { console: this.globals.console });
    process.exit = this.exit;
    process.env = this.variables;
  }

  exportConditions() {
    return ["node", "node-addons"];
  }

  getVmContext() {
    return createContext();
  }
};
