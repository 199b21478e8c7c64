const { TestEnvironment } = require("jest-environment-node");

/** The file of Pulumi's that asks for the stack at each resource, or at each promise. */
const PULUMI = /@pulumi[\\/]pulumi[\\/](?:resource|runtime[\\/]debuggable)\.js$/;

/**
 * Node's, but Pulumi gets no stack to remember for whoever debugs it: jest maps a hundred frames of each to their
 * sources, which is half the time of the suites that run the program.
 */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    const mapped = Error.prepareStackTrace;
    Error.prepareStackTrace = (error, frames) =>
      PULUMI.test(frames[0]?.getFileName() ?? "") ? String(error) : mapped(error, frames);
  }
};
