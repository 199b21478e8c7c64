/** What the report was judged against, what it looked at, and what changed since the one before. */

import Ajv2020 from "ajv/dist/2020";
import type { Report } from "../../../lambdas/report-generator/content/report";
import schema from "../../../lambdas/report-generator/content/report.schema.json";
import { generateReport, type ReportDependencies } from "../../../lambdas/report-generator/generate";
import { dependencies, exception, makeScheduled, rule, settings } from "../support";
import { Company } from "../swept-company";

const RULE = "s3-bucket-encryption";
const PARAMETERS = { minimumBucketEncryption: "aws:kms", allowedKeys: ["key-1", "key-2"], bucketKey: true };

async function onDemand(deps: ReturnType<typeof dependencies>, asOf: string) {
  const { files } = await generateReport(deps, { kind: "on-demand", asOf });
  return {
    report: JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report,
    // As a browser takes it: a line's end is a blank.
    page: deps.store.text(files.html.replace("s3://reports/", "")).replaceAll(/\s+/g, " "),
  };
}

async function scheduled(
  deps: ReportDependencies & { store: ReturnType<typeof dependencies>["store"] },
  at: string,
) {
  const { files } = await makeScheduled(deps, at);
  return JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report;
}

describe("what a report was judged against", () => {
  it("is in the JSON and, readable, on the page", async () => {
    const company = new Company();
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "COMPLIANT" });
    const deps = dependencies(company, settings([rule(RULE, { parameters: PARAMETERS })]));
    const { report, page } = await onDemand(deps, "2026-11-23T07:00:00.000Z");
    expect(report.rules[0]?.parameters).toEqual(PARAMETERS);
    expect(page).toContain("<code>minimumBucketEncryption</code>: aws:kms");
    expect(page).toContain("<code>allowedKeys</code>: key-1, key-2");
    expect(page).toContain("<code>bucketKey</code>: yes");
  });
});

describe("what a report looked at", () => {
  it("is every account, Region and kind of resource of its rules, and what none of them sees", async () => {
    const company = new Company();
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "COMPLIANT" });
    const rules = [
      rule(RULE, { resourceTypes: ["AWS::S3::Bucket"] }),
      rule("rds-automated-backups", { resourceTypes: ["AWS::RDS::DBInstance"] }),
    ];
    const { report, page } = await onDemand(
      dependencies(company, settings(rules)),
      "2026-11-23T07:00:00.000Z",
    );
    expect(report.scope.places).toEqual([{ accountId: "123456789012", region: "eu-west-1", rules: [RULE] }]);
    expect(report.scope.resourceTypes).toEqual([
      { resourceType: "AWS::RDS::DBInstance", rules: ["rds-automated-backups"] },
      { resourceType: "AWS::S3::Bucket", rules: [RULE] },
    ]);
    expect(report.scope.notSeen.join("\n")).toMatch(/directory, table and vector buckets/);
    for (const sentence of report.scope.notSeen) {
      expect(page).toContain(`<li>${sentence.replaceAll("'", "&#39;")}</li>`);
    }
    expect(page).not.toMatch(/every resource/i);
  });

  it("leaves out of what it does not see what none of its rules is about", async () => {
    const company = new Company();
    const deps = dependencies(company, settings([rule("x", { resourceTypes: ["AWS::EC2::Instance"] })]));
    const { report, page } = await onDemand(deps, "2026-11-23T07:00:00.000Z");
    expect(report.scope.notSeen.join("\n")).not.toMatch(/bucket|Neptune|AWS Config|discovery scope/);
    expect(page).toContain("Nowhere yet: no rule has had a complete run.");
  });

  it("tells of a discovery scope, and of AWS Config where it judges", async () => {
    const own = { ...settings([rule("x", { kind: "managed" })]), discoveryScope: "environment" as const };
    const { report } = await onDemand(dependencies(new Company(), own), "2026-11-23T07:00:00.000Z");
    expect(report.scope.notSeen.join("\n")).toMatch(/AWS Config does not record[\s\S]*discovery scope/);
  });
});

describe("failures that began", () => {
  it("are told apart from those that a rule's first evaluation found", async () => {
    const company = new Company();
    company.sweep(RULE, "2026-11-23T00:00:00Z", { a: "NON_COMPLIANT", b: "NON_COMPLIANT", c: "COMPLIANT" });
    company.sweep(RULE, "2026-11-23T06:00:00Z", {
      a: "NON_COMPLIANT",
      b: "NON_COMPLIANT",
      c: "NON_COMPLIANT",
    });
    const deps = dependencies(company, settings([rule(RULE)]));
    const { report, page } = await onDemand(deps, "2026-11-23T07:00:00.000Z");
    expect(report.summary).toMatchObject({ opened: 1, foundFailing: 2 });
    expect(report.rules[0]).toMatchObject({ opened: 1, foundFailing: 2 });
    expect(page).toContain(
      "1 failure began and 0 ended. 2 more were found failing when a rule first ran: they may have failed before that.",
    );
    const now = () => new Date("2026-11-24T04:00:00.000Z");
    const later = await onDemand({ ...deps, now }, "2026-11-24T03:00:00.000Z");
    expect(later.report.summary).toMatchObject({ opened: 1, foundFailing: 0 });
  });
});

describe("the first screen", () => {
  it("counts failures by severity, the accepted ones left out, and puts the gravest rules first", async () => {
    const company = new Company([exception()]);
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" });
    company.sweep("grave", "2026-11-23T06:00:00Z", { b: "NON_COMPLIANT", c: "NON_COMPLIANT" });
    const rules = [rule(RULE, { severity: "low" }), rule("grave", { severity: "critical" })];
    const deps = dependencies(company, settings(rules, [exception()]));
    const { report, page } = await onDemand(deps, "2026-11-23T07:00:00.000Z");
    expect(report.summary.bySeverity).toEqual({ critical: 2, high: 0, medium: 0, low: 1 });
    expect(report.rules.map(({ rule }) => rule)).toEqual(["grave", RULE]);
    expect(page).toContain('<b>2</b> critical</li><li class="zero"><b>0</b> high');
  });

  it("says what changed since the last scheduled report", async () => {
    const company = new Company();
    const deps = dependencies(company, settings([rule(RULE)]));
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "NON_COMPLIANT", b: "NON_COMPLIANT", c: "COMPLIANT" });
    const first = await scheduled(deps, "2026-11-23T06:30:00.000Z");
    expect(first.sinceLastReport).toBeNull();
    company.sweep(RULE, "2026-11-23T12:00:00Z", { a: "COMPLIANT", b: "COMPLIANT", c: "NON_COMPLIANT" });
    const second = await scheduled(deps, "2026-11-23T12:30:00.000Z");
    expect(second.sinceLastReport).toEqual({
      reportId: first.reportId,
      sequence: 1,
      to: "2026-11-23T06:30:00.000Z",
      score: 33.33,
      failing: 2,
      newlyFailing: 1,
      resolved: 2,
    });
    const now = () => new Date("2026-11-23T13:00:00.000Z");
    const between = await onDemand({ ...deps, now }, "2026-11-23T12:10:00.000Z");
    expect(between.report.sinceLastReport).toEqual(second.sinceLastReport);
    expect(between.page).toContain(">1 / 2</div>");
    expect(between.page).toContain("score 33.33 % → 66.66 %, failing 2 → 1; report no. 1 of");
    const after = await onDemand({ ...deps, now }, "2026-11-23T12:50:00.000Z");
    expect(after.report.sinceLastReport).toMatchObject({ sequence: 2, newlyFailing: 0, resolved: 0 });
    const before = await onDemand({ ...deps, now }, "2026-11-23T06:10:00.000Z");
    expect(before.report.sinceLastReport).toBeNull();
  });
});

describe("the report's schema", () => {
  it("takes what these reports say", async () => {
    const company = new Company();
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "NON_COMPLIANT" });
    const deps = dependencies(company, settings([rule(RULE, { parameters: PARAMETERS })]));
    await scheduled(deps, "2026-11-23T06:30:00.000Z");
    const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);
    validate(await scheduled(deps, "2026-11-23T12:30:00.000Z"));
    expect(validate.errors).toBeNull();
  });
});
