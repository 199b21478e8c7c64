import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { complianceChangeEvent, scheduledEvent } from "../../emulator/account/events";
import { fault, jsonError } from "../../emulator/account/faults";
import { emulatorClient } from "../../emulator/account/moto";
import type { Report } from "../../lambdas/report-generator/content/report";
import type { ReportResult } from "../../lambdas/report-generator/report-files";
import { BucketSource } from "../../scripts/report-sources";
import { verifyChain } from "../../scripts/verify-chain";
import { deployed } from "./deployed";

const SLOT = "2026-11-23T06:00:00.000Z";
const REPORT_SLOT = "2026-11-23T06:30:00.000Z";
const NEXT_SLOT = "2026-11-23T12:00:00.000Z";
const NEXT_REPORT_SLOT = "2026-11-23T12:30:00.000Z";
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const ALICE = { resourceType: "AWS::IAM::User", resourceId: "AIDAALICEEXAMPLE", resourceName: "alice" };
const environment = deployed();

const schemaFile = join(__dirname, "../../lambdas/report-generator/content/report.schema.json");
const validate = addFormats(new Ajv2020({ allErrors: true, strict: false })).compile(
  JSON.parse(readFileSync(schemaFile, "utf8")),
);

/** Evaluates every custom rule at a slot of the schedule. */
async function sweep(slot: string): Promise<void> {
  for (const key of ["ec2-tag-evaluator", "s3-encryption-evaluator", "rds-backup-evaluator"] as const) {
    await environment.stack.functions[key].invoke(scheduledEvent(slot, "sweep"), { now: slot });
  }
}

async function report(event: unknown, now: string): Promise<ReportResult> {
  return (await environment.stack.functions["report-generator"].invoke(event, { now }))
    .payload as ReportResult;
}

/** What came of an event that EventBridge brings. */
async function delivered(event: unknown, now: string): Promise<ReportResult> {
  return (await environment.stack.deliver("report-generator", event, { now })).payload as ReportResult;
}

function scheduledReport(slot: string, now = slot): Promise<ReportResult> {
  return delivered(scheduledEvent(slot, "report"), now);
}

function s3(): S3Client {
  return new S3Client(emulatorClient(environment.stack.moto.url));
}

/** The text of an object by its S3 URI. */
async function read(uri: string): Promise<string> {
  const { host, pathname } = new URL(uri);
  const { Body } = await s3().send(new GetObjectCommand({ Bucket: host, Key: pathname.slice(1) }));
  return (await Body?.transformToString()) ?? "";
}

async function readReport({ files }: ReportResult): Promise<Report> {
  return JSON.parse(await read(files.json)) as Report;
}

function verify() {
  return verifyChain(new BucketSource(s3(), environment.stack.reportBucketName));
}

beforeEach(async () => {
  const { estate, managedRules } = environment.stack;
  await estate.launch({ Name: "tagged", ...TAGS });
  await estate.launch({ Name: "untagged" });
  await estate.createDatabase("ledger", { engine: "postgres", backupRetention: 7 });
  managedRules.judge("iam-user-mfa", ALICE, "NON_COMPLIANT", SLOT);
  managedRules.evaluated(SLOT);
});

describe("a scheduled report", () => {
  test("shows the history, valid by its schema, under the key of its slot and as the latest", async () => {
    await sweep(SLOT);

    const result = await scheduledReport(REPORT_SLOT);

    const bucket = `s3://${environment.stack.reportBucketName}`;
    expect(result.files.json).toBe(
      `${bucket}/reports/2026/11/23/compliance-report-2026-11-23T06-30-00-000Z.json`,
    );
    const text = await read(result.files.json);
    expect(await read(`${bucket}/reports/latest.json`)).toBe(text);
    const content = JSON.parse(text) as Report;
    expect({ valid: validate(content), errors: validate.errors }).toEqual({ valid: true, errors: null });

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
    await scheduledReport(REPORT_SLOT);

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
    await sweep(SLOT);
    const event = scheduledEvent(REPORT_SLOT, "report");
    const first = await delivered(event, REPORT_SLOT);
    const items = await environment.stack.items();

    const second = await delivered(event, "2026-11-23T06:31:00.000Z");

    expect(second).toMatchObject({ status: "already-made", files: first.files, manifest: first.manifest });
    expect(await environment.stack.items()).toEqual(items);
    expect(await verify()).toMatchObject({ links: 1, firstBreak: null, uncommitted: [] });
  });

  test("begins where the one before ended, in an unbroken chain", async () => {
    await sweep(SLOT);
    await scheduledReport(REPORT_SLOT);
    await sweep(NEXT_SLOT);

    const second = await scheduledReport(NEXT_REPORT_SLOT);

    expect(second.period).toMatchObject({ from: REPORT_SLOT, to: NEXT_REPORT_SLOT });
    expect(await verify()).toMatchObject({ links: 2, files: 8, firstBreak: null });
  });

  test("does not fork the chain when two are made at once", async () => {
    await sweep(SLOT);

    await Promise.all([
      scheduledReport(REPORT_SLOT, NEXT_REPORT_SLOT),
      scheduledReport(NEXT_REPORT_SLOT, NEXT_REPORT_SLOT),
    ]);

    expect(await verify()).toMatchObject({ firstBreak: null });
  });

  test("names the sweep that did not happen", async () => {
    await sweep(SLOT);
    await sweep("2026-11-23T18:00:00.000Z");

    const result = await scheduledReport("2026-11-23T18:30:00.000Z");

    const missing = (await readReport(result)).findings.filter(({ code }) => code === "sweep-missing");
    expect(missing.flatMap(({ rules = [] }) => rules)).toEqual(
      expect.arrayContaining(["ec2-required-tags", "s3-bucket-encryption", "rds-automated-backups"]),
    );
    expect(missing[0]?.text).toContain("2026-11-23 12:00");
  });

  test("is made without AWS Config's results when they cannot be had, and says so", async () => {
    await sweep(SLOT);
    const denied = jsonError("AccessDeniedException", "not authorized");
    environment.stack.inject(
      fault({ service: "config", operation: "DescribeConfigRuleEvaluationStatus" }, denied),
    );

    const result = await scheduledReport(REPORT_SLOT);

    const { findings } = await readReport(result);
    expect(findings.find(({ code }) => code === "import-failed")).toMatchObject({ level: "gap" });
  });

  test("keeps the settings it was judged by once, under their hash: reports on the past go by them", async () => {
    const bucket = environment.stack.reportBucketName;
    await sweep(SLOT);
    await scheduledReport(REPORT_SLOT);
    const { source } = await readReport(await scheduledReport(NEXT_REPORT_SLOT));

    const key = `reports/settings/${source.parametersHash}.json`;
    const { Versions = [] } = await s3().send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "reports/settings/" }),
    );
    expect(Versions.map(({ Key }) => Key)).toEqual([key]);
    const kept = await read(`s3://${bucket}/${key}`);
    expect(createHash("sha256").update(kept).digest("hex")).toBe(source.parametersHash);

    const then = await readReport(await report({ asOf: REPORT_SLOT }, "2026-11-23T13:00:00.000Z"));
    expect(then.source.parametersHash).toBe(source.parametersHash);
    await s3().send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: kept.replace("high", "low") }));
    await expect(report({ asOf: REPORT_SLOT }, "2026-11-23T13:01:00.000Z")).rejects.toMatchObject({
      errorMessage: expect.stringContaining("was changed"),
    });
    expect((await verify()).firstBreak).toMatchObject({ kind: "changed", sequence: 1, key });
  });

  test("leaves every file in the versioned bucket once", async () => {
    await sweep(SLOT);
    await scheduledReport(REPORT_SLOT);

    const { Versions = [] } = await s3().send(
      new ListObjectVersionsCommand({ Bucket: environment.stack.reportBucketName, Prefix: "reports/2026/" }),
    );
    expect(Versions).toHaveLength(4);
    expect(Versions.every(({ VersionId }) => VersionId !== "null")).toBe(true);
  });
});

describe("a report on demand", () => {
  test("as of an instant shows the state of then, not of now", async () => {
    const { estate } = environment.stack;
    const [drifting = ""] = await estate.launch({ Name: "drifting", ...TAGS });
    await sweep(SLOT);
    await estate.untag(drifting, "Compliance");
    await sweep(NEXT_SLOT);

    const then = await readReport(await report({ asOf: "2026-11-23T11:59:59Z" }, "2026-11-23T13:00:00.000Z"));
    const now = await readReport(await report({ asOf: "2026-11-23T12:05:00Z" }, "2026-11-23T13:01:00.000Z"));

    const verdict = ({ resources }: Report) =>
      resources.find(({ resourceName }) => resourceName === "drifting")?.complianceType;
    expect([verdict(then), verdict(now)]).toEqual(["COMPLIANT", "NON_COMPLIANT"]);
  });

  test("draws the sample that the seed stands for", async () => {
    await sweep(SLOT);
    const period = { from: "2026-11-23T00:00:00Z", to: "2026-11-23T06:45:00Z" };
    const request = { ...period, sample: { size: 2, seed: "audit" } };

    const first = await readReport(await report(request, "2026-11-23T07:00:00.000Z"));
    const again = await readReport(await report(request, "2026-11-23T07:05:00.000Z"));

    const drawn = ({ sample }: Report) =>
      sample?.evaluations.map(({ resourceId, rule }) => [resourceId, rule]);
    expect(drawn(first)).toHaveLength(2);
    expect(drawn(again)).toEqual(drawn(first));
    expect({ valid: validate(first), errors: validate.errors }).toEqual({ valid: true, errors: null });
  });

  test("refuses a period that is not understood, and writes nothing", async () => {
    await expect(report({ since: "yesterday" }, REPORT_SLOT)).rejects.toMatchObject({
      errorType: "InvalidInputError",
    });

    expect(await verify()).toMatchObject({ links: 0 });
    expect(await environment.stack.items()).toEqual([]);
  });
});

describe("a managed rule's change of compliance", () => {
  test("becomes a row and a mail that a person can read, once", async () => {
    const { managedRules } = environment.stack;
    managedRules.judge("iam-user-mfa", ALICE, "COMPLIANT", SLOT);
    await scheduledReport(REPORT_SLOT);
    managedRules.judge("iam-user-mfa", ALICE, "NON_COMPLIANT", "2026-11-23T08:00:00.000Z");
    const change = complianceChangeEvent({
      ...ALICE,
      configRuleName: environment.stack.configRuleName("iam-user-mfa"),
      time: "2026-11-23T08:00:00.000Z",
      from: "COMPLIANT",
      to: "NON_COMPLIANT",
    });

    await delivered(change, "2026-11-23T08:01:00.000Z");
    await delivered(change, "2026-11-23T08:02:00.000Z");

    const [mail, ...others] = environment.stack.mails();
    expect(others).toEqual([]);
    expect(mail?.subject).toContain("alice");
    expect(mail?.body).toContain("IAM users have MFA");
    expect(mail?.body).not.toContain("AIDAALICEEXAMPLE");
    expect((await environment.stack.evaluations()).at(-1)).toMatchObject({
      transition: "opened",
      trigger: "change",
    });
  });

  test("is nothing that a person can tell, or a report of the schedule's that a person can make", async () => {
    const { managedRules, functions } = environment.stack;
    const configRuleName = environment.stack.configRuleName("iam-user-mfa");
    managedRules.judge("iam-user-mfa", ALICE, "COMPLIANT", SLOT);
    const change = complianceChangeEvent({ ...ALICE, configRuleName, time: SLOT, to: "NON_COMPLIANT" });
    for (const event of [change, scheduledEvent(REPORT_SLOT, "report")]) {
      await expect(functions["report-generator"].invoke(event, { now: REPORT_SLOT })).rejects.toThrow(
        /InvalidInputError: detail-type must not be .* EventBridge's/,
      );
    }
    expect(await environment.stack.items()).toEqual([]);
    // Not even by EventBridge: it only says where AWS Config has a verdict.
    await delivered(change, REPORT_SLOT);
    expect(await environment.stack.evaluations()).toMatchObject([{ compliance_type: "COMPLIANT" }]);
  });
});
