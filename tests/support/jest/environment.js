const asyncHooks = require("node:async_hooks");
const { setFlagsFromString } = require("node:v8");
require("./compiled");
const { TestEnvironment } = require("jest-environment-node");

// V8 would make its quickest code of whatever runs some thousand times, and every suite is new to it: to wait longer
// takes a sixth less of the processors. Where V8 has no such flag, it does nothing.
setFlagsFromString("--interrupt-budget=1000000");

/** The file of Pulumi's that asks for the stack at each resource, or at each promise. */
const PULUMI = /@pulumi[\\/]pulumi[\\/](?:resource|runtime[\\/]debuggable)\.js$/;

/** The stores that were made since the suite began. */
const stores = new Set();

asyncHooks.AsyncLocalStorage = class extends asyncHooks.AsyncLocalStorage {
  constructor(...given) {
    super(...given);
    stores.add(this);
  }
};

/**
 * Node's, made quicker in three ways. Pulumi gets no stack to remember for whoever debugs it: jest maps the frames of
 * each to their sources, which is half the time of the suites that run the program. No suite leaves a store behind, as
 * jest does for each: every promise of the suites after it would be told of to all of them. And an error remembers
 * twenty calls, not jest's hundred: each expectation makes one.
 */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    const mapped = Error.prepareStackTrace;
    Error.prepareStackTrace = (error, frames) =>
      PULUMI.test(frames[0]?.getFileName() ?? "") ? String(error) : mapped(error, frames);
  }

  handleTestEvent({ name }) {
    if (name === "run_start") this.global.Error.stackTraceLimit = 20;
  }

  async teardown() {
    for (const store of stores) store.disable();
    stores.clear();
    await super.teardown();
  }
};
