/**
 * `npm run verify-reports -- [s3://bucket | folder] [--manifest <sha256>] [--stack <name>]`
 *
 * Walks the chain of scheduled reports, and the manifests of those on demand. Exit codes: 0 sound, 1 broken, 2 asked
 * wrongly, 3 could not be read, or there is none.
 */

import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { S3Client } from "@aws-sdk/client-s3";
import { count } from "../lambdas/common/values/words";
import type { ReportSource } from "./report-objects";
import { BucketSource, copyInside, FolderSource, isCopy } from "./report-sources";
import { runScript, stackOutputs, textOutput, UnreadableError, UsageError } from "./stack";
import { type Verification, verifyChain } from "./verify-chain";

const USAGE =
  "usage: npm run verify-reports -- [s3://bucket | folder] [--manifest <sha256>] [--stack <name>]";

const HELP = `${USAGE}

Walks the chain of scheduled reports in a bucket, or in a copy of one in a folder; without either,
in the bucket of the deployed stack; then compares the reports on demand with the manifests beside
them.

  --manifest <sha256>  the SHA-256 of a manifest that was kept elsewhere: it must be in the chain
  --stack <name>       the Pulumi stack whose bucket is meant, the selected one unless given

Ends with 0 when all is sound, 1 when the chain or a report on demand is broken, 2 when it was asked
wrongly, 3 when something could not be read or there is no scheduled report.`;

const OTHERWISE = "Or name the place: npm run verify-reports -- s3://bucket | folder";

async function main(): Promise<number> {
  const { help, place, manifest, stack } = parseCommandLine(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }
  const { source, name } = await open(place, stack);
  const result = await verifyChain(source, (sequence, last) => {
    if (process.stderr.isTTY) process.stderr.write(`\rreport ${sequence} of ${last}`);
  }).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === "NoSuchBucket")) throw error;
    throw new UnreadableError(`there is no bucket ${name}`, { cause: error });
  });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");

  if (result.firstBreak !== null) {
    const { kind, sequence, key, text } = result.firstBreak;
    console.log(`BROKEN at report ${sequence} (${kind}): ${key}\n  ${text}`);
    console.log(`Before the break: ${result.links > 0 ? `${extent(result)}, sound` : "no report"}.`);
    return 1;
  }
  const none = `There is no scheduled report in ${name}.`;
  const known = [...result.manifests, ...result.onDemand.manifests];
  if (manifest !== undefined && !known.includes(manifest)) {
    console.log(
      `BROKEN: no manifest has the SHA-256 ${manifest}: the chain was rewritten, cut off, or is another one\n` +
        (result.links === 0 ? none : `What is there agrees with itself: ${extent(result)}.`),
    );
    return 1;
  }
  if (result.links === 0) {
    console.error(`${none} After a deployment the first one comes half an hour after a sweep.`);
    printStrays(result);
    return printDemandReports(result.onDemand) ? 3 : 1;
  }
  console.log(`${extent(result)}: all as they were written.`);
  console.log(periods(result));
  console.log(`Last manifest: SHA-256 ${result.manifests.at(-1)}`);
  printStrays(result);
  const areSound = printDemandReports(result.onDemand);
  if (source.rewritten === undefined && (manifest === undefined || !result.manifests.includes(manifest))) {
    console.log(
      "A copy does not prove that the last manifest is unchanged or the last: give --manifest the SHA-256 " +
        "that was kept of an earlier verification of the bucket, or that the report generator logged.",
    );
  }
  return areSound ? 0 : 1;
}

function extent({ links, files, bytes }: Verification): string {
  return `${count(links, "report")}, ${count(files, "file")}, ${count(bytes, "byte")}`;
}

function periods({ links, from, to }: Verification): string {
  const [what, first] =
    links === 1 ? ["Its period is", "it"] : ["Their periods follow each other without a gap,", "the first"];
  return `${what} ${from} to ${to}; ${first} begins 24 hours before its end, whether or not anything had run by then.`;
}

function printStrays({ uncommitted }: Verification): void {
  for (const key of uncommitted) console.log(`Belongs to no report: ${key}`);
}

/** Prints what was found of reports on demand. @returns whether all that are sealed are sound */
function printDemandReports({
  files,
  manifests,
  unsealed,
  faults,
  isLatest,
}: Verification["onDemand"]): boolean {
  for (const { kind, key, text } of faults) {
    console.log(`BROKEN report on demand (${kind}): ${key}\n  ${text}`);
  }
  if (files === 0) return faults.length === 0;
  const sound = `${count(manifests.length, "report")} as written, by the manifest beside each`;
  console.log(`Reports on demand (${count(files, "file")}) are not part of the chain: ${sound}.`);
  const compared = isLatest ? "; only latest.* was compared with them" : "";
  for (const stem of unsealed) {
    console.log(`Unsealed, without a manifest, and not verified${compared}: ${stem}`);
  }
  return faults.length === 0;
}

function parseCommandLine(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        manifest: { type: "string" },
        stack: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (positionals.length > 1) throw new UsageError(USAGE);
    const { manifest } = values;
    if (manifest !== undefined && !/^[0-9a-f]{64}$/i.test(manifest)) {
      throw new Error(`--manifest must be a SHA-256, 64 hexadecimal digits, not "${manifest}"`);
    }
    return { ...values, manifest: manifest?.toLowerCase(), place: positionals[0] };
  } catch (error) {
    throw new UsageError(`${error instanceof UsageError ? "" : `${(error as Error).message}\n`}${USAGE}`);
  }
}

async function open(
  place: string | undefined,
  stack: string | undefined,
): Promise<{ source: ReportSource; name: string }> {
  if (place !== undefined && !place.startsWith("s3://")) {
    const found = statSync(place, { throwIfNoEntry: false });
    if (found === undefined) throw new UsageError(`there is no folder ${place}`);
    if (!found.isDirectory()) {
      throw new UsageError(`${place} is a file: name the folder with the whole copy, or s3://bucket`);
    }
    const inside = isCopy(place) ? undefined : copyInside(place);
    if (inside !== undefined) {
      throw new UsageError(`${place} is no copy of a report bucket; it has one in ${inside}: name that`);
    }
    return { source: new FolderSource(place), name: place };
  }
  const bucket =
    place === undefined
      ? textOutput(await stackOutputs(stack, OTHERWISE), "reportBucketName")
      : place.slice("s3://".length).replace(/\/.*$/, "");
  if (bucket === "") throw new UsageError(`s3:// lacks the bucket's name\n${USAGE}`);
  return { source: new BucketSource(await bucketClient(), bucket), name: `s3://${bucket}` };
}

/** A bucket's Region is not in its name; whichever is asked sends to the right one. */
async function bucketClient(): Promise<S3Client> {
  const client = new S3Client({ followRegionRedirects: true });
  try {
    await client.config.region();
    return client;
  } catch {
    return new S3Client({ followRegionRedirects: true, region: "us-east-1" });
  }
}

runScript(main);
