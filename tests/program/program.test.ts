/** What the program declares with no settings but a suffix; all of these suites share one run of it. */

import { runForSuites } from "./deployment/program";

beforeAll(runForSuites, 60_000);

for (const suite of ["everything", "config", "functions", "roles", "events", "monitoring"])
  require(`./deployment/${suite}.suite`);
