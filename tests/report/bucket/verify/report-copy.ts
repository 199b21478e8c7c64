/** A copy of a report bucket in memory, and what somebody who can write to a bucket could do to it. */

import { sha256 } from "../../../../lambdas/common/values/hash";
import { generateReport } from "../../../../lambdas/report-generator/generate";
import type { ReportSource } from "../../../../scripts/report-objects";
import { dependencies, makeScheduled, rule, settings } from "../../support";
import { Company } from "../../swept-company";

export const RULE = "s3-bucket-encryption";
export const ENDINGS = ["json", "html", "csv", "findings.ocsf.jsonl"];
export const OCSF = "findings.ocsf.jsonl";
export const SETTINGS = settings([rule(RULE)]);
/** The ends of the reports' periods. */
export const TIMES = [
  "2026-11-23T06:30:00.000Z",
  "2026-11-23T12:30:00.000Z",
  "2026-11-23T18:30:00.000Z",
] as const;
const HOURS = ["06", "12", "18"];

export type Objects = Map<string, Buffer>;

/** The key of a manifest. */
export const link = (sequence: number) => `reports/chain/0000000${sequence}.json`;
/** The key of a file of a scheduled report. */
export const file = (sequence: number, ending: string) =>
  `reports/2026/11/23/compliance-report-2026-11-23T${HOURS[sequence - 1]}-30-00-000Z.${ending}`;

let made: Promise<{ objects: Objects; demanded: readonly string[] }> | undefined;

async function make(): Promise<{ objects: Objects; demanded: readonly string[] }> {
  const company = new Company();
  company.sweep(RULE, "2026-11-23T06:00:00Z", { alpha: "COMPLIANT", beta: "NON_COMPLIANT" });
  const deps = dependencies(company, SETTINGS);
  const demanded: string[] = [];
  const demand = async () => {
    const { manifest } = await generateReport(deps, { kind: "on-demand", asOf: TIMES[0] });
    demanded.push(manifest.uri.slice("s3://reports/".length, -".manifest.json".length));
  };
  await demand();
  for (const time of TIMES) {
    await makeScheduled(deps, time);
    await demand();
  }
  return { objects: deps.store.objects, demanded };
}

/**
 * Three scheduled reports, and what the keys of reports on demand begin with: of one before the first scheduled report
 * and one after each.
 */
export async function threeReports(): Promise<{ objects: Objects; demanded: readonly string[] }> {
  made ??= make();
  const { objects, demanded } = await made;
  return { objects: new Map(objects), demanded };
}

/** The copy; with `rewritten`, as a bucket that keeps versions and has more than one of these keys. */
export function sourceOf(objects: ReadonlyMap<string, Buffer>, rewritten?: readonly string[]): ReportSource {
  return {
    async *keys(prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    async read(key) {
      const body = objects.get(key);
      return body && one(body);
    },
    ...(rewritten && {
      async *rewritten(prefix: string) {
        yield* rewritten.filter((key) => key.startsWith(prefix));
      },
    }),
  };
}

async function* one(body: Buffer): AsyncGenerator<Uint8Array> {
  yield body;
}

/** The text under a key. */
export function textOf(objects: ReadonlyMap<string, Buffer>, key: string): string {
  const body = objects.get(key);
  if (body === undefined) throw new Error(`there is no ${key}`);
  return body.toString("utf8");
}

/** Changes the text under a key. @throws Error when that changes nothing. */
export function edit(objects: Objects, key: string, from: string | RegExp, to: string): void {
  const text = textOf(objects, key);
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${key} has no ${from}`);
  objects.set(key, Buffer.from(changed));
}

/** Lets the stable names hold other files: those that begin with `stem`, or are named by it. */
export function setLatest(objects: Objects, keyOf: (ending: string) => string): void {
  for (const ending of ENDINGS) {
    const body = objects.get(keyOf(ending));
    if (body) objects.set(`reports/latest.${ending}`, body);
    else objects.delete(`reports/latest.${ending}`);
  }
}

/** Makes the chain again with a change to each report's JSON and its manifest, every hash and size in it fitting. */
export function forge(
  objects: Objects,
  change: (sequence: number, text: string, isManifest: boolean) => string,
): void {
  const replaced: [string, string][] = [];
  for (const sequence of [1, 2, 3]) {
    for (const key of [file(sequence, "json"), link(sequence)]) {
      let text = textOf(objects, key);
      for (const [from, to] of replaced) text = text.replaceAll(from, to);
      const old = textOf(objects, key);
      const next = change(sequence, text, key === link(sequence));
      replaced.push(
        [sha256(old), sha256(next)],
        [`"bytes": ${Buffer.byteLength(old)}`, `"bytes": ${Buffer.byteLength(next)}`],
      );
      objects.set(key, Buffer.from(next));
    }
  }
  objects.set("reports/latest.json", Buffer.from(textOf(objects, file(3, "json"))));
}
