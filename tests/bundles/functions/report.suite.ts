import { createHash } from "node:crypto";
import { ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { scheduledEvent } from "../../../emulator/account/events";
import { fault, jsonError } from "../../../emulator/account/faults";
import type { Report } from "../../../lambdas/report-generator/content/report";

import { deployed, SLOT } from "../deployed";
import { NEXT_SLOT, REPORT_SLOT, Reporting, validity } from "./reporting";

const NEXT_REPORT_SLOT = "2026-11-23T12:30:00.000Z";
const environment = deployed();
const reporting = new Reporting(environment);

beforeEach(() => reporting.seed());

describe("a scheduled report", () => {
  test("shows the history, valid by its schema, under the key of its slot and as the latest", async () => {
    await reporting.sweep(SLOT);

    const result = await reporting.scheduledReport(REPORT_SLOT);

    const bucket = `s3://${environment.stack.reportBucketName}`;
    expect(result.files.json).toBe(
      `${bucket}/reports/2026/11/23/compliance-report-2026-11-23T06-30-00-000Z.json`,
    );
    const text = await reporting.read(result.files.json);
    expect(await reporting.read(`${bucket}/reports/latest.json`)).toBe(text);
    const content = JSON.parse(text) as Report;
    expect(validity(content)).toEqual({ valid: true, errors: null });

    const rows = await environment.stack.evaluations();
    const shown = content.resources.map(
      (entry) => `${entry.resourceId} ${entry.rule} ${entry.complianceType}`,
    );
    expect(shown.sort()).toEqual(
      rows.map((row) => `${row.resource_id} ${row.rule} ${row.compliance_type}`).sort(),
    );
    expect(content.summary).toMatchObject({
      listed: rows.length,
      compliant: 4,
      nonCompliant: 2,
      coverage: 100,
    });
  });

  test("brings the managed rules' results into the history, under readable names", async () => {
    await reporting.scheduledReport(REPORT_SLOT);

    expect(await environment.stack.evaluations()).toMatchObject([
      {
        resource_id: "arn:aws:iam::123456789012:user/alice",
        resource_name: "alice",
        rule: "iam-user-mfa",
        compliance_type: "NON_COMPLIANT",
        evaluation_timestamp: `${REPORT_SLOT}#iam-user-mfa`,
      },
    ]);
  });

  test("delivered a second time changes nothing and names the report that there is", async () => {
    await reporting.sweep(SLOT);
    const event = scheduledEvent(REPORT_SLOT, "report");
    const first = await reporting.delivered(event, REPORT_SLOT);
    const items = await environment.stack.items();

    const second = await reporting.delivered(event, "2026-11-23T06:31:00.000Z");

    expect(second).toMatchObject({ status: "already-made", files: first.files, manifest: first.manifest });
    expect(await environment.stack.items()).toEqual(items);
    expect(await reporting.verify()).toMatchObject({ links: 1, firstBreak: null, uncommitted: [] });
  });

  test("begins where the one before ended, in an unbroken chain", async () => {
    await reporting.sweep(SLOT);
    await reporting.scheduledReport(REPORT_SLOT);
    await reporting.sweep(NEXT_SLOT);

    const second = await reporting.scheduledReport(NEXT_REPORT_SLOT);

    expect(second.period).toMatchObject({ from: REPORT_SLOT, to: NEXT_REPORT_SLOT });
    expect(await reporting.verify()).toMatchObject({ links: 2, files: 8, firstBreak: null });
  });

  test("does not fork the chain when two are made at once", async () => {
    await reporting.sweep(SLOT);

    await Promise.all([
      reporting.scheduledReport(REPORT_SLOT, NEXT_REPORT_SLOT),
      reporting.scheduledReport(NEXT_REPORT_SLOT, NEXT_REPORT_SLOT),
    ]);

    expect(await reporting.verify()).toMatchObject({ firstBreak: null });
  });

  test("names the sweep that did not happen", async () => {
    await reporting.sweep(SLOT);
    await reporting.sweep("2026-11-23T18:00:00.000Z");

    const result = await reporting.scheduledReport("2026-11-23T18:30:00.000Z");

    const missing = (await reporting.readReport(result)).findings.filter(
      ({ code }) => code === "sweep-missing",
    );
    expect(missing.flatMap(({ rules = [] }) => rules)).toEqual(
      expect.arrayContaining(["ec2-required-tags", "s3-bucket-encryption", "rds-automated-backups"]),
    );
    expect(missing[0]?.text).toContain("2026-11-23 12:00");
  });

  test("is made without AWS Config's results when they cannot be had, and says so", async () => {
    await reporting.sweep(SLOT);
    const denied = jsonError("AccessDeniedException", "not authorized");
    environment.stack.inject(
      fault({ service: "config", operation: "DescribeConfigRuleEvaluationStatus" }, denied),
    );

    const result = await reporting.scheduledReport(REPORT_SLOT);

    const { findings } = await reporting.readReport(result);
    expect(findings.find(({ code }) => code === "import-failed")).toMatchObject({ level: "gap" });
  });

  test("keeps the settings it was judged by once, under their hash: reports on the past go by them", async () => {
    const bucket = environment.stack.reportBucketName;
    await reporting.sweep(SLOT);
    await reporting.scheduledReport(REPORT_SLOT);
    const { source } = await reporting.readReport(await reporting.scheduledReport(NEXT_REPORT_SLOT));

    const key = `reports/settings/${source.parametersHash}.json`;
    const { Versions = [] } = await reporting
      .s3()
      .send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "reports/settings/" }));
    expect(Versions.map(({ Key }) => Key)).toEqual([key]);
    const kept = await reporting.read(`s3://${bucket}/${key}`);
    expect(createHash("sha256").update(kept).digest("hex")).toBe(source.parametersHash);

    const then = await reporting.readReport(
      await reporting.report({ asOf: REPORT_SLOT }, "2026-11-23T13:00:00.000Z"),
    );
    expect(then.source.parametersHash).toBe(source.parametersHash);
    await reporting
      .s3()
      .send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: kept.replace("high", "low") }));
    await expect(reporting.report({ asOf: REPORT_SLOT }, "2026-11-23T13:01:00.000Z")).rejects.toMatchObject({
      errorMessage: expect.stringContaining("was changed"),
    });
    expect((await reporting.verify()).firstBreak).toMatchObject({ kind: "changed", sequence: 1, key });
  });

  test("leaves every file in the versioned bucket once", async () => {
    await reporting.sweep(SLOT);
    await reporting.scheduledReport(REPORT_SLOT);

    const { Versions = [] } = await reporting.s3().send(
      new ListObjectVersionsCommand({
        Bucket: environment.stack.reportBucketName,
        Prefix: "reports/2026/",
      }),
    );
    expect(Versions).toHaveLength(4);
    expect(Versions.every(({ VersionId }) => VersionId !== "null")).toBe(true);
  });
});
