/** What the program declares with no settings but a suffix; all of these suites share one run of it. */

for (const suite of ["storage", "config", "functions", "roles", "events", "monitoring"]) {
  describe(suite, () => {
    require(`./deployment/${suite}.suite`);
  });
}
