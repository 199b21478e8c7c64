/** A company whose reports are made, and what is in its bucket then. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import type { Manifest } from "../../lambdas/report-generator/bucket/chain";
import type { Report } from "../../lambdas/report-generator/content/report";
import { dependencies, exception, type MemoryStore, rule, settings } from "./support";
import { Company } from "./swept-company";

export const RULE = "s3-bucket-encryption";
const schema = JSON.parse(
  readFileSync(join(__dirname, "../../lambdas/report-generator/content/report.schema.json"), "utf8"),
) as object;
/** Whether something is a report by its JSON Schema. */
export const validate = new Ajv({ allErrors: true }).compile(schema);

/** The ends of three scheduled reports. */
export const T1 = "2026-11-23T06:30:00.000Z";
export const T2 = "2026-11-23T12:30:00.000Z";
export const T3 = "2026-11-23T18:30:00.000Z";

/** A day of two sweeps, a change and another sweep, by which a bucket of each verdict is there. */
export function company(): Company {
  const it = new Company([exception()]);
  it.sweep(RULE, "2026-11-23T00:00:00Z", {
    alpha: "COMPLIANT",
    beta: "NON_COMPLIANT",
    "legacy-1": "NON_COMPLIANT",
  });
  it.sweep(RULE, "2026-11-23T06:00:00Z", {
    alpha: "COMPLIANT",
    beta: "NON_COMPLIANT",
    "legacy-1": "NON_COMPLIANT",
    gamma: "ERROR",
  });
  it.change(RULE, "2026-11-23T08:00:00Z", "beta", "COMPLIANT");
  it.sweep(RULE, "2026-11-23T12:00:00Z", {
    alpha: "NON_COMPLIANT",
    beta: "COMPLIANT",
    "legacy-1": "NON_COMPLIANT",
    gamma: "NOT_APPLICABLE",
  });
  return it;
}

/** The report generator over that company, with a managed rule that is imported with each scheduled report. */
export function setUp() {
  return dependencies(
    company(),
    settings([rule(RULE), rule("iam-password-policy", { kind: "managed" })], [exception()]),
  );
}

/** A report, as its JSON in the bucket says. */
export function jsonOf(store: MemoryStore, uri: string): Report {
  return JSON.parse(store.text(uri.replace("s3://reports/", ""))) as Report;
}

/** The manifest of a link of the chain. */
export function manifest(store: MemoryStore, sequence: number): Manifest {
  return JSON.parse(store.text(`reports/chain/0000000${sequence}.json`)) as Manifest;
}

/** The JSON reports in the bucket, without those under stable names. */
export const reportKeys = (store: MemoryStore) =>
  [...store.objects.keys()].filter((key) => /\/compliance-report-.*json$/.test(key));
