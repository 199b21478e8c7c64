/** The jq lines of docs/reports.md do what they say. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasJq, JQ_LINES, jq } from "../../support/jq";
import { dependencies, exception, makeScheduled, rule, settings } from "../support";
import { Company } from "../swept-company";

const RULE = "s3-bucket-encryption";
const EXPECTED = [
  /^high\ts3-bucket-encryption\t-\tarn:aws:s3:::a$/,
  /"high": 1[\s\S]*"newlyFailing": 1/,
  /^s3-bucket-encryption \{\}$/m,
  /could not be made[\s\S]*Accounts and Regions that are not listed here/,
  /^123456789012\t1$/,
];

if (!hasJq) console.warn("jq is not installed: its lines in docs/reports.md are not tried");

(hasJq ? describe : describe.skip)("the jq lines of the documentation", () => {
  const folder = mkdtempSync(join(tmpdir(), "jq-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(async () => {
    const company = new Company([exception()]);
    const deps = dependencies(company, settings([rule(RULE)], [exception()]));
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "COMPLIANT", "legacy-1": "NON_COMPLIANT", b: "ERROR" });
    await makeScheduled(deps, "2026-11-23T06:30:00.000Z");
    company.sweep(RULE, "2026-11-23T12:00:00Z", {
      a: "NON_COMPLIANT",
      "legacy-1": "NON_COMPLIANT",
      b: "ERROR",
    });
    await makeScheduled(deps, "2026-11-23T12:30:00.000Z");
    writeFileSync(join(folder, "latest.json"), deps.store.text("reports/latest.json"));
  });

  it("are as many as are tried here", () => expect(JQ_LINES).toHaveLength(EXPECTED.length));

  it.each(JQ_LINES.map((line, index) => [line, EXPECTED[index]] as const))("%s", (line, expected) => {
    expect(jq(line, folder)).toMatch(expected ?? /^$/);
  });
});
