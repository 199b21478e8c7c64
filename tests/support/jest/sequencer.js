const Sequencer = require("@jest/test-sequencer").default;

/** They take longest, and what takes longest must not be begun last when there are two workers. */
const FIRST = [
  "demo/demo",
  "bundles/functions",
  "demo/organization",
  "bundles/permissions",
  "bundles/managed-members",
  "bundles/member-changes",
  "bundles/organization",
  "organization/limits",
  "scripts/commands",
  "bundles/all-regions",
  "bundles/regions",
  "bundles/scope",
];

/** The long suites first, whether or not jest remembers how long each took. */
module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = FIRST.findIndex((name) => path.endsWith(`${name}.test.ts`));
      return found === -1 ? FIRST.length : found;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
