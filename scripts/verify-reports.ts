/**
 * `npm run verify-reports -- [s3://bucket | folder] [--manifest <sha256>] [--stack <name>]`
 *
 * Walks the chain of scheduled reports. Exit codes: 0 sound, 1 broken, 2 asked wrongly, 3 could not be read.
 */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { S3Client } from "@aws-sdk/client-s3";
import { type ReportSource, verifyChain } from "../lambdas/report-generator/verify";
import { BucketSource, FolderSource } from "./report-sources";
import { runScript, stackOutputs, textOutput, UsageError } from "./stack";

const USAGE =
  "usage: npm run verify-reports -- [s3://bucket | folder] [--manifest <sha256>] [--stack <name>]";

async function main(): Promise<number> {
  const { place, manifest, stack } = parseCommandLine(process.argv.slice(2));
  const { source, name } = await open(place, stack);
  const result = await verifyChain(source, (sequence, last) => {
    if (process.stderr.isTTY) process.stderr.write(`\rreport ${sequence} of ${last}`);
  });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");

  if (result.links > 0) {
    console.log(
      `${result.links} ${result.links === 1 ? "report" : "reports"}, ${result.files} files, ${result.bytes.toLocaleString("en")} bytes: all as they were written.`,
    );
    console.log(`They cover ${result.from} to ${result.to} without a gap.`);
    console.log(`Last manifest: SHA-256 ${result.manifests.at(-1)}`);
  }
  for (const key of result.uncommitted) console.log(`Belongs to no report: ${key}`);
  if (result.firstBreak !== null) {
    const { kind, sequence, key, text } = result.firstBreak;
    console.error(`BROKEN at report ${sequence} (${kind}): ${key}\n  ${text}`);
    return 1;
  }
  if (result.links === 0) {
    console.error(`There is no scheduled report in ${name}.`);
    return 1;
  }
  if (manifest !== undefined && !result.manifests.includes(manifest)) {
    console.error(
      `BROKEN: no manifest has the SHA-256 ${manifest}: the chain was rewritten, or is another one`,
    );
    return 1;
  }
  if (source.rewritten === undefined && manifest === undefined) {
    console.log(
      "A copy does not prove where the chain ends: compare the last manifest with --manifest and the SHA-256 that the report generator logged.",
    );
  }
  return 0;
}

function parseCommandLine(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { manifest: { type: "string" }, stack: { type: "string" } },
    });
    if (positionals.length > 1) throw new UsageError(USAGE);
    return { ...values, place: positionals[0] };
  } catch (error) {
    throw new UsageError(`${error instanceof UsageError ? "" : `${(error as Error).message}\n`}${USAGE}`);
  }
}

async function open(
  place: string | undefined,
  stack: string | undefined,
): Promise<{ source: ReportSource; name: string }> {
  if (place !== undefined && !place.startsWith("s3://")) {
    if (!existsSync(place)) throw new UsageError(`there is no folder ${place}\n${USAGE}`);
    return { source: new FolderSource(place), name: place };
  }
  const bucket =
    place === undefined
      ? textOutput(await stackOutputs(stack), "reportBucketName")
      : place.slice("s3://".length).replace(/\/.*$/, "");
  return { source: new BucketSource(await bucketClient(), bucket), name: `s3://${bucket}` };
}

/** A bucket's Region is not in its name: any Region will do to be sent to the right one. */
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
