/** The JSON form: everything that the report says. */

import type { Report } from "../content/report";

/** The lists that can be long: rendered one entry a line, so that the text is never held as a whole. */
const LONG_LISTS = [
  "coverage",
  "resources",
  "changes",
  "failures",
] as const satisfies readonly (keyof Report)[];

/** The report as JSON text, in pieces; report.schema.json describes it. */
export function* renderJson(report: Report): Generator<string> {
  const { coverage, resources, changes, failures, ...head } = report;
  yield JSON.stringify(head, null, 1).slice(0, -2);
  const lists = { coverage, resources, changes, failures };
  for (const name of LONG_LISTS) {
    yield `,\n ${JSON.stringify(name)}: [`;
    let separator = "\n  ";
    for (const entry of lists[name]) {
      yield separator + JSON.stringify(entry);
      separator = ",\n  ";
    }
    yield "\n ]";
  }
  yield "\n}\n";
}
