/**
 * `npm run report -- [--from <instant> [--to <instant>] | --as-of <instant>] [--sample <n> --seed <text>]
 *   [--out <folder>] [--stack <name> | --function <name>]`
 *
 * Asks the deployed report generator for a report, prints its summary and saves its files, checked against their
 * manifest. Exit codes: 0 saved, 2 asked wrongly, 3 could not be had.
 */

import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { check, INSTANT, wholeNumber } from "../lambdas/common/values/check";
import { count, duration, percent } from "../lambdas/common/values/words";
import type { ReportResult } from "../lambdas/report-generator/report-files";
import { MAXIMUM_SAMPLE } from "../lambdas/report-generator/request/event";
import { download, type SavedFile } from "./download";
import { runScript, stackOutputs, textOutput, UnreadableError, UsageError } from "./stack";

const USAGE =
  "usage: npm run report -- [--from <instant> [--to <instant>] | --as-of <instant>]\n" +
  "         [--sample <size> --seed <text>] [--out <folder>] [--stack <name> | --function <name>]\n" +
  "An instant is an ISO-8601 date or has its zone: 2026-11-24, 2026-11-24T06:00:00Z";

const OUT = "compliance-reports";

const HELP = `${USAGE}

Asks the deployed report generator for a report, prints its summary, saves it as JSON, CSV, HTML and
OCSF findings with its manifest, and checks what it saved against the manifest.

  --from <instant>  the period begins after this, the end of the last scheduled report unless given
  --to <instant>    the period ends with this, now unless given; only together with --from
  --as-of <instant> the state at this instant and the 24 hours before it; without --from and --to
  --sample <size>   adds a sample of 1 to ${MAXIMUM_SAMPLE} evaluations; only together with --seed
  --seed <text>     what the sample is drawn by: with it anybody can draw the same one again
  --out <folder>    where the files are saved, ${OUT} unless given
  --stack <name>    the Pulumi stack to ask, the selected one unless given
  --function <name> the report generator to ask, where the stack's state cannot be read

Ends with 0 when the files are saved, 2 when it was asked wrongly, 3 when the stack, the report
generator or the bucket could not answer. What the report says, failures and findings, does not
change that.`;

const OTHERWISE =
  "Or name the function, in the Region that AWS_REGION says: npm run report -- --function <name>";

/** Longer than the function may run. */
const INVOKE_TIMEOUT_MS = 16 * 60 * 1000;

async function main(): Promise<number> {
  const { help, event, out, stack, named } = parseCommandLine(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }
  refuseFile(out);
  const { functionName, region } =
    named === undefined ? await ofStack(stack) : { functionName: named, region: {} };

  const result = await withProgress(`asking ${functionName} for a report`, () =>
    invoke(functionName, region, event),
  );
  await mkdir(out, { recursive: true });
  const client = new S3Client({ ...region, followRegionRedirects: true });
  const saved = await withProgress("saving the files", () => download(client, result, out));
  print(result, saved);
  return 0;
}

/** Before a report is made that could not be saved. */
function refuseFile(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UsageError(`--out must be a folder, and ${folder} is a file`);
  }
}

function parseCommandLine(args: string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        from: text,
        to: text,
        "as-of": text,
        sample: text,
        seed: text,
        out: text,
        stack: text,
        function: text,
        help: { type: "boolean", short: "h" },
      },
    });
    const { sample, seed, out = OUT, stack, function: named, help = false } = values;
    if (stack !== undefined && named !== undefined) throw new UsageError("--function stands without --stack");
    const instant = (option: "from" | "to" | "as-of") =>
      values[option] === undefined ? undefined : check(INSTANT, values[option], `--${option}`);
    const [from, to, asOf] = [instant("from"), instant("to"), instant("as-of")];
    if (asOf !== undefined && (from !== undefined || to !== undefined)) {
      throw new UsageError("--as-of stands alone, without --from and --to");
    }
    if (to !== undefined && (from === undefined || from >= to)) {
      throw new UsageError("--to needs a --from that is before it");
    }
    if ((sample === undefined) !== (seed === undefined)) {
      throw new UsageError(
        "--sample and --seed go together: without its seed nobody can draw a sample again",
      );
    }
    const size = sample !== undefined && /^\d+$/.test(sample) ? Number(sample) : sample;
    const event = {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(asOf !== undefined && { asOf }),
      ...(sample !== undefined && {
        sample: { size: check(wholeNumber(1, MAXIMUM_SAMPLE), size, "--sample"), seed },
      }),
    };
    return { help, event, out, stack, named };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

async function ofStack(stack: string | undefined) {
  const outputs = await stackOutputs(stack, OTHERWISE);
  const functionName = textOutput(outputs, "functionNames", "report-generator");
  return { functionName, region: functionRegion(outputs) };
}

/** The Region of the stack, where it says so; otherwise the caller's own. */
function functionRegion(outputs: Readonly<Record<string, unknown>>): { region?: string } {
  const region = /^arn:[^:]*:sns:([^:]+):/.exec(String(outputs.alertTopicArn))?.[1];
  return region === undefined ? {} : { region };
}

async function invoke(
  functionName: string,
  region: { region?: string },
  event: object,
): Promise<ReportResult> {
  // A second attempt would be a second report.
  const client = new LambdaClient({
    ...region,
    maxAttempts: 1,
    requestHandler: { requestTimeout: INVOKE_TIMEOUT_MS },
  });
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError !== undefined) {
    const { errorType, errorMessage } = (answer ?? {}) as { errorType?: string; errorMessage?: string };
    const said = `${errorType ?? FunctionError}: ${errorMessage ?? "no message"}`;
    if (errorType === "InvalidInputError") throw new UsageError(`the report generator refused: ${said}`);
    throw new UnreadableError(`the report generator failed: ${said}\nIts log group tells why.`);
  }
  return answer as ReportResult;
}

async function withProgress<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  process.stderr.write(`${what} ...`);
  const ticker = setInterval(
    () => process.stderr.isTTY && process.stderr.write(`\r${what} ... ${seconds()}`),
    1000,
  );
  try {
    return await work();
  } finally {
    clearInterval(ticker);
    process.stderr.write(
      `${process.stderr.isTTY ? "\r" : " "}${process.stderr.isTTY ? `${what} ... ` : ""}${seconds()}\n`,
    );
  }
}

function print({ period, summary, findings, files }: ReportResult, saved: readonly SavedFile[]): void {
  const { sweeps, timeToResolve } = summary;
  const lines = [
    `Compliance report, ${period.from} to ${period.to}`,
    "",
    `  score      ${percent(summary.score)}  (accepted failures left out: ${percent(summary.scoreWithExceptions)})`,
    `  coverage   ${summary.rulesNotEvaluated > 0 ? "incomplete" : percent(summary.coverage)}`,
    `  failing    ${summary.nonCompliant - summary.excepted}  (${summary.excepted} more accepted)  of ` +
      `${summary.listed} checks on ` +
      `${count(summary.resources, "resource")}`,
    `  runs       ${sweeps.onTime} of ${sweeps.expected} on time, ${sweeps.late} late, ${sweeps.missing} missing`,
    `  failures   ${summary.opened} began, ${timeToResolve.resolved} ended, median time to resolve ` +
      `${duration(timeToResolve.medianMs)}`,
    "",
    ...findings.map(({ level, text }) => `  ${level.toUpperCase()}: ${text}`),
    ...(findings.length > 0 ? [""] : []),
    ...saved.map(({ path, sha256 }) => `saved ${path}\n  SHA-256 ${sha256}`),
    "checked against the manifest, which is as the report generator wrote it",
    `in the bucket: ${files.json}`,
  ];
  console.log(lines.join("\n"));
}

runScript(main);
