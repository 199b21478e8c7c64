/**
 * What the functions do on an emulated account with the stack in it, which all of these suites share: starting it takes
 * longer than most of them. `-t report` runs one of them.
 */

import "./deployed";

for (const suite of ["sweep", "change", "report", "demand", "pages", "resilience"]) {
  describe(suite, () => {
    require(`./functions/${suite}.suite`);
  });
}
