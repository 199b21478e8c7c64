import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { OCSF_VERSION, renderOcsf } from "../../../lambdas/report-generator/forms/ocsf";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { complianceFindingSchema } from "../../support/ocsf-schema";
import { dependencies, exception, makeScheduled, rule, settings } from "../support";
import { ACCOUNT, arnOf, Company, REGION } from "../swept-company";

const RULE = "s3-bucket-encryption";
const T1 = "2026-11-23T06:30:00.000Z";
const T2 = "2026-11-23T12:30:00.000Z";

interface Line {
  readonly [field: string]: unknown;
  readonly finding_info: { readonly uid: string };
  readonly resources: readonly { readonly name: string }[];
}

/** The second of two reports, over every verdict there is, as its OCSF form has it; by the resource's name. */
async function lines(): Promise<{ first: Map<string, Line>; second: Map<string, Line>; report: Report }> {
  const exceptions = [exception()];
  const company = new Company(exceptions);
  const deps = dependencies(company, settings([rule(RULE, { severity: "critical" })], exceptions));
  company.sweep(RULE, "2026-11-23T06:00:00Z", {
    failing: "NON_COMPLIANT",
    mended: "NON_COMPLIANT",
    "legacy-one": "NON_COMPLIANT",
    leaving: "NON_COMPLIANT",
    returning: "NON_COMPLIANT",
    passing: "COMPLIANT",
  });
  const one = await makeScheduled(deps, T1);
  company.change(RULE, "2026-11-23T07:00:00Z", "mended", "COMPLIANT");
  company.sweep(RULE, "2026-11-23T12:00:00Z", {
    failing: "NON_COMPLIANT",
    mended: "COMPLIANT",
    "legacy-one": "NON_COMPLIANT",
    fresh: "NON_COMPLIANT",
    unreadable: "ERROR",
    exempt: "NOT_APPLICABLE",
    passing: "COMPLIANT",
  });
  company.change(RULE, "2026-11-23T12:10:00Z", "returning", "COMPLIANT");
  const two = await makeScheduled(deps, T2);
  const read = (uri = "") => deps.store.text(uri.replace("s3://reports/", ""));
  const byName = (text: string) =>
    new Map(
      text
        .trimEnd()
        .split("\n")
        .map((line): Line => JSON.parse(line))
        .map((line) => [line.resources[0]?.name ?? "", line]),
    );
  return {
    first: byName(read(one.files.ocsf)),
    second: byName(read(two.files.ocsf)),
    report: JSON.parse(read(two.files.json)),
  };
}

jest.setTimeout(120_000);

describe("the OCSF form", () => {
  it(`has only Compliance Findings that the schema of OCSF ${OCSF_VERSION} takes`, async () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(complianceFindingSchema(OCSF_VERSION));
    const { first, second } = await lines();
    for (const line of [...first.values(), ...second.values()]) {
      expect([line.message, validate(line) ? [] : validate.errors]).toEqual([line.message, []]);
    }
    const [line] = second.values();
    expect(validate({ ...line, class_uid: 2004 })).toBe(false);
    expect(validate({ ...line, invented: true })).toBe(false);
  });

  it("has a line for every state of the report, and one for each resource that went in its period", async () => {
    const { second, report } = await lines();
    expect([...second.keys()].sort()).toEqual(
      [...report.resources.map(({ resourceName }) => resourceName), "leaving"].sort(),
    );
  });

  it.each([
    ["failing", "Update", "Critical", "New", "Fail"],
    ["fresh", "Create", "Critical", "New", "Fail"],
    ["legacy-one", "Update", "Critical", "Suppressed", "Fail"],
    ["unreadable", "Create", "Critical", "New", "Unknown"],
    ["mended", "Close", "Informational", "Resolved", "Pass"],
    ["passing", "Close", "Informational", "Resolved", "Pass"],
    ["exempt", "Close", "Informational", "Resolved", "Not Applicable"],
    ["leaving", "Close", "Informational", "Resolved", "Not Applicable"],
    ["returning", "Close", "Informational", "Resolved", "Pass"],
  ])("says of %s: %s, %s, %s, %s", async (name, activity, severity, status, verdict) => {
    expect((await lines()).second.get(name)).toMatchObject({
      activity_name: activity,
      severity,
      status,
      compliance: { status: verdict },
      unmapped: { gone: name === "leaving" },
    });
  });

  it("names rule, controls, resource, account, Region and times in milliseconds", async () => {
    const { second, report } = await lines();
    expect(second.get("failing")).toMatchObject({
      class_uid: 2003,
      type_uid: 200302,
      time: Date.parse("2026-11-23T12:00:00Z"),
      finding_info: { first_seen_time: Date.parse("2026-11-23T06:00:00Z"), title: `Title of ${RULE}` },
      compliance: {
        control: RULE,
        standards: ["PCI DSS 4.0", "SOC 2"],
        requirements: ["PCI DSS 4.0 3.5.1", "SOC 2 CC6.1"],
      },
      resources: [
        {
          uid: arnOf("failing"),
          type: "AWS::S3::Bucket",
          region: REGION,
          owner: { account: { uid: ACCOUNT } },
          data: { algorithm: "AES256" },
        },
      ],
      cloud: { provider: "AWS", account: { uid: ACCOUNT }, region: REGION },
      remediation: { desc: `Mend ${RULE}.` },
      metadata: { version: OCSF_VERSION, uid: expect.stringContaining(report.reportId) },
    });
  });

  it("keeps the uid of a resource under a rule from report to report, and shares none", async () => {
    const { first, second } = await lines();
    for (const [name, { finding_info }] of first) {
      expect(second.get(name)?.finding_info.uid).toBe(finding_info.uid);
    }
    expect(new Set([...second.values()].map(({ finding_info }) => finding_info.uid)).size).toBe(second.size);
  });

  it("holds one line at a time", async () => {
    const { report } = await lines();
    const pieces = [...renderOcsf(report)];
    expect(pieces.every((piece) => piece.indexOf("\n") === piece.length - 1)).toBe(true);
  });

  it("is part of the manifest of a report on demand, too", async () => {
    const deps = dependencies(new Company(), settings([rule(RULE)]));
    const { files, latest } = await generateReport(deps, { kind: "on-demand" });
    expect(files.ocsf).toMatch(/on-demand.*\.findings\.ocsf\.jsonl$/);
    expect(latest?.ocsf).toBe("s3://reports/reports/latest.findings.ocsf.jsonl");
  });
});
