/** A deployment over one day, whose settings change from one scheduled report to the next. */

import type { ReportSettings } from "../../../lambdas/common/deployment/settings";
import type { Manifest } from "../../../lambdas/report-generator/bucket/chain";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { manifestKey } from "../../../lambdas/report-generator/content/report-keys";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { dependencies, exception, MemoryStore, makeScheduled } from "../support";
import { Company } from "../swept-company";

export const RULE = "s3-bucket-encryption";
export const OTHER = "ec2-required-tags";
/** The ends of three scheduled reports. */
export const T1 = "2026-11-23T06:30:00.000Z";
export const T2 = "2026-11-23T12:30:00.000Z";
export const T3 = "2026-11-23T18:30:00.000Z";
/** After all of them, when reports on demand are made. */
export const NOW = "2026-11-23T20:00:00.000Z";

/** Every bucket swept every six hours of the day under both rules. */
function company(): Company {
  const it = new Company([exception()]);
  for (const hour of ["00", "06", "12", "18"]) {
    const at = `2026-11-23T${hour}:00:00Z`;
    it.sweep(RULE, at, { alpha: "COMPLIANT", beta: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" });
    it.sweep(OTHER, at, { alpha: "NON_COMPLIANT" });
  }
  return it;
}

/** A deployment whose settings change: scheduled reports made under one after another, then any under the last. */
export function deployment(it = company()) {
  const store = new MemoryStore();
  const under = (own: ReportSettings) =>
    dependencies(it, own, { store, now: () => new Date(NOW), importManagedRules: async () => {} });
  const read = (uri: string) => JSON.parse(store.text(uri.replace("s3://reports/", ""))) as Report;
  return {
    store,
    scheduled: async (own: ReportSettings, time: string) =>
      read((await makeScheduled(under(own), time)).files.json),
    onDemand: async (own: ReportSettings, asked: { asOf?: string; from?: string; to?: string }) =>
      read((await generateReport(under(own), { kind: "on-demand", ...asked })).files.json),
    manifest: (sequence: number) => JSON.parse(store.text(manifestKey(sequence))) as Manifest,
  };
}
