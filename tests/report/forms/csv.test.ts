/**
 * The CSV in spreadsheets of all locales: whatever a value holds, no reader finds a formula in it, nor loses any of it.
 */

import fc from "fast-check";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { renderCsv } from "../../../lambdas/report-generator/forms/csv";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { dependencies, rule, settings } from "../support";
import { Company } from "../swept-company";

const RULE = "s3-bucket-encryption";

/**
 * A reader as forgiving as spreadsheets are: quotes count at a cell's beginning, what follows the closing one is kept.
 */
function read(csv: string, separator: string): string[][] {
  const records: string[][] = [[]];
  let cell = "";
  let isQuoted = false;
  let isFresh = true;
  const endCell = () => {
    records.at(-1)?.push(cell);
    cell = "";
    isFresh = true;
  };
  for (let at = 0; at < csv.length; at++) {
    const character = csv.charAt(at);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (csv[at + 1] === '"') cell += csv.charAt(++at);
      else isQuoted = false;
    } else if (character === '"' && isFresh) {
      isQuoted = true;
      isFresh = false;
    } else if (character === separator) {
      endCell();
    } else if (character === "\n" || character === "\r") {
      if (character === "\r" && csv[at + 1] === "\n") at++;
      endCell();
      records.push([]);
    } else {
      cell += character;
      isFresh = false;
    }
  }
  return records.slice(0, -1);
}

const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
const plain = (cell: string) => cell.replace(/'/g, "");

const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom("=", "+", "-", "@", "＝", '"', "'", ",", ";", "\t", "\n", "\r", "\r\n", " ", "\u200b"),
      fc.constantFrom("=HYPERLINK(0)", "a", "012345678901", "1e5", "\u202e", "\ufeff", "é"),
      fc.string({ unit: "grapheme", maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

let report: Report;
beforeAll(async () => {
  const company = new Company();
  company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "NON_COMPLIANT" });
  const deps = dependencies(company, settings([rule(RULE)]));
  const { files } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:00:00.000Z" });
  report = JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report;
});

const csvOf = (resourceName: string, owner: string, annotation: string, title: string) =>
  [
    ...renderCsv({
      ...report,
      resources: report.resources.map((entry) => ({ ...entry, resourceName, owner, annotation })),
      rules: report.rules.map((one) => ({ ...one, title })),
    }),
  ]
    .join("")
    .slice(1);

describe("nasty values in the CSV", () => {
  it.each([",", ";", "\t"])("are no formula to a reader that separates by %j", (separator) => {
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, (...values) => {
        const cells = read(csvOf(...values), separator).flat();
        expect(cells.filter((cell) => FORMULA.test(cell))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("come back whole to a reader that separates by commas, but for the apostrophes before formulas", () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, (...values) => {
        const [header = [], row = [], ...more] = read(csvOf(...values), ",");
        expect([more.length, row.length]).toEqual([0, header.length]);
        const cells = Object.fromEntries(row.map((cell, column) => [header[column], plain(cell)]));
        expect(cells).toMatchObject({
          "Resource name": plain(values[0]),
          Owner: plain(values[1]),
          Explanation: plain(values[2]),
          "Rule title": plain(values[3]),
          Account: "123456789012",
        });
      }),
      { numRuns: 500 },
    );
  });

  it("have times that a spreadsheet and a data frame parse, and say that they are UTC", () => {
    const [header = [], row = []] = read(csvOf("a", "", "", ""), ",");
    const times = header.flatMap((title, column) => (title.endsWith("(UTC)") ? [row[column]] : []));
    expect(times).toHaveLength(4);
    for (const time of times) expect(time).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
  });
});
