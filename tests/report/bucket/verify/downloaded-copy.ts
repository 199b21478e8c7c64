/** A copy of a report bucket in a folder, as an auditor downloads it. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generateReport } from "../../../../lambdas/report-generator/generate";
import type { ReportSource } from "../../../../scripts/report-objects";
import { FolderSource } from "../../../../scripts/report-sources";
import { verifyChain } from "../../../../scripts/verify-chain";
import { dependencies, makeScheduled } from "../../support";
import { Company } from "../../swept-company";
import { type Objects, RULE, SETTINGS, TIMES } from "./report-copy";

/** What the keys of the report on demand begin with. */
export const demanded = "reports/on-demand/2026/11/23/compliance-report-2026-11-23T12-30-05-000Z";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/**
 * A downloaded copy of a bucket with three scheduled reports, of which the last is judged by `lastSettings`, and one on
 * demand; of the whole bucket unless `inside` names the folder that was downloaded. @returns the copy's folder.
 */
export async function copy(
  change: (objects: Objects) => void = () => {},
  inside = "",
  lastSettings = SETTINGS,
): Promise<string> {
  const company = new Company();
  company.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT", beta: "NON_COMPLIANT" });
  const deps = dependencies(company, SETTINGS);
  for (const time of TIMES) {
    await makeScheduled(time === TIMES[2] ? { ...deps, settings: lastSettings } : deps, time);
  }
  await generateReport(deps, { kind: "on-demand", asOf: TIMES[0] });
  change(deps.store.objects);
  const folder = await mkdtemp(join(tmpdir(), "reports-"));
  folders.push(folder);
  for (const [key, body] of deps.store.objects) {
    const path = join(folder, key.slice(inside.length));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
  return folder;
}

/** The copy as a bucket that holds more than one version of some keys. */
export function bucketOf(folder: string, rewritten: readonly string[]): ReportSource {
  const source = new FolderSource(folder);
  return {
    keys: source.keys.bind(source),
    read: source.read.bind(source),
    async *rewritten(prefix) {
      yield* rewritten.filter((key) => key.startsWith(prefix));
    },
  };
}

/** What is found in a copy that was changed before it was downloaded. */
export const verified = async (change?: (objects: Objects) => void) =>
  verifyChain(new FolderSource(await copy(change)));
