/** What the program declares with no settings but a suffix; all of these suites share one run of it. */

import { runForSuites } from "./deployment/program";

beforeAll(runForSuites, 60_000);

for (const suite of ["storage", "config", "functions", "roles", "events", "monitoring"]) {
  describe(suite, () => {
    require(`./deployment/${suite}.suite`);
  });
}
