/** The report generator over an account with some resources, and what its reports say. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { scheduledEvent } from "../../../emulator/account/events";
import { emulatorClient } from "../../../emulator/account/moto";
import type { Deployment } from "../../../emulator/stack/deployment";
import type { Report } from "../../../lambdas/report-generator/content/report";
import type { ReportResult } from "../../../lambdas/report-generator/report-files";
import { BucketSource } from "../../../scripts/report-sources";
import { verifyChain } from "../../../scripts/verify-chain";
import { SLOT } from "../deployed";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
/** The user whom the managed rule judges. */
export const ALICE = {
  resourceType: "AWS::IAM::User",
  resourceId: "AIDAALICEEXAMPLE",
  resourceName: "alice",
};
/** When its report is due. */
export const REPORT_SLOT = "2026-11-23T06:30:00.000Z";
/** When the next sweep is. */
export const NEXT_SLOT = "2026-11-23T12:00:00.000Z";

const schemaFile = join(__dirname, "../../../lambdas/report-generator/content/report.schema.json");
const validate = addFormats(new Ajv2020({ allErrors: true, strict: false })).compile(
  JSON.parse(readFileSync(schemaFile, "utf8")),
);

/** Whether it is valid by the schema of reports, and why not. */
export function validity(report: Report) {
  return { valid: validate(report), errors: validate.errors };
}

/** What can be asked of the report generator that is deployed. */
export class Reporting {
  constructor(private readonly environment: { readonly stack: Deployment }) {}

  /** Evaluates every custom rule at a slot of the schedule. */
  async sweep(slot: string): Promise<void> {
    for (const key of ["ec2-tag-evaluator", "s3-encryption-evaluator", "rds-backup-evaluator"] as const) {
      await this.environment.stack.functions[key].invoke(scheduledEvent(slot, "sweep"), { now: slot });
    }
  }

  async report(event: unknown, now: string): Promise<ReportResult> {
    return (await this.environment.stack.functions["report-generator"].invoke(event, { now }))
      .payload as ReportResult;
  }

  /** What came of an event that EventBridge brings. */
  async delivered(event: unknown, now: string): Promise<ReportResult> {
    return (await this.environment.stack.deliver("report-generator", event, { now })).payload as ReportResult;
  }

  scheduledReport(slot: string, now = slot): Promise<ReportResult> {
    return this.delivered(scheduledEvent(slot, "report"), now);
  }

  s3(): S3Client {
    return new S3Client(emulatorClient(this.environment.stack.moto.url));
  }

  /** The text of an object by its S3 URI. */
  async read(uri: string): Promise<string> {
    const { host, pathname } = new URL(uri);
    const { Body } = await this.s3().send(new GetObjectCommand({ Bucket: host, Key: pathname.slice(1) }));
    return (await Body?.transformToString()) ?? "";
  }

  async readReport({ files }: ReportResult): Promise<Report> {
    return JSON.parse(await this.read(files.json)) as Report;
  }

  verify() {
    return verifyChain(new BucketSource(this.s3(), this.environment.stack.reportBucketName));
  }

  /** Two instances, of which one passes, a database that does, and a user who does not. */
  async seed(): Promise<void> {
    const { estate, managedRules } = this.environment.stack;
    await estate.launch({ Name: "tagged", ...TAGS });
    await estate.launch({ Name: "untagged" });
    await estate.createDatabase("ledger", { engine: "postgres", backupRetention: 7 });
    managedRules.judge("iam-user-mfa", ALICE, "NON_COMPLIANT", SLOT);
    managedRules.evaluated(SLOT);
  }
}
