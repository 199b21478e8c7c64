import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import { InvalidInputError } from "../../lambdas/common/values/errors";
import { generateReport } from "../../lambdas/report-generator/generate";
import { parseEvent } from "../../lambdas/report-generator/request/event";
import { dependencies, exception, rule, settings } from "../report/support";
import { Company } from "../report/swept-company";

/** The rule that the company of the commands has. */
export const RULE = "s3-bucket-encryption";
const ROOT = join(__dirname, "../..");
const OUTPUTS = {
  reportBucketName: "reports",
  alertTopicArn: "arn:aws:sns:eu-west-1:123456789012:compliance-alerts-test",
  functionNames: { "report-generator": "report-generator-test" },
};

/** Two buckets pass, one fails, and one more fails and is accepted. */
export const company = new Company([exception()]);
company.sweep(RULE, "2026-11-23T06:00:00Z", {
  alpha: "COMPLIANT",
  gamma: "COMPLIANT",
  beta: "NON_COMPLIANT",
  "legacy-1": "NON_COMPLIANT",
});

/** The seed of a sample at which the function's time runs out. */
export const TIMES_OUT = "times out";

/** What came of a command. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A place to run commands in: a Pulumi that knows a stack, and Lambda and S3 as far as the commands need them, which
 * are the real report generator over a bucket in memory.
 */
export class Commands {
  readonly deps = dependencies(company, settings([rule(RULE)], [exception()]));
  /** The ending of a key whose object comes back as another. */
  spoils = "nothing";

  private constructor(
    /** A folder of its own, with the launcher of that Pulumi. */
    readonly folder: string,
    /** The commands as single files, which start quicker than their sources are compiled. */
    private readonly bundles: string,
  ) {}

  private readonly aws: Server = createServer((request, response) => this.answer(request, response));

  /** @param scripts paths of the commands that are run, from the project's folder */
  static async start(...scripts: string[]): Promise<Commands> {
    const folder = await mkdtemp(join(tmpdir(), "commands-"));
    await mkdir(join(ROOT, ".build"), { recursive: true });
    const bundles = await mkdtemp(join(ROOT, ".build/commands-"));
    await build({
      entryPoints: scripts,
      absWorkingDir: ROOT,
      bundle: true,
      platform: "node",
      packages: "external",
      outbase: ".",
      outdir: bundles,
    });
    await writeFile(join(folder, "npx"), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(OUTPUTS)}\nEND\n`);
    await chmod(join(folder, "npx"), 0o755);
    const commands = new Commands(folder, bundles);
    await new Promise<void>((listening) => commands.aws.listen(0, "127.0.0.1", listening));
    return commands;
  }

  async stop(): Promise<void> {
    await new Promise((closed) => this.aws.close(closed));
    await rm(this.folder, { recursive: true });
    await rm(this.bundles, { recursive: true });
  }

  run(script: string, ...args: string[]): Promise<Ended> {
    return this.runWith({}, script, ...args);
  }

  /** @param variables of the environment, besides the usual ones or in their place */
  runWith(variables: NodeJS.ProcessEnv, script: string, ...args: string[]): Promise<Ended> {
    const env = {
      ...process.env,
      PATH: `${this.folder}${delimiter}${process.env.PATH}`,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.aws.address() as AddressInfo).port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      NODE_NO_WARNINGS: "1",
      ...variables,
    };
    return new Promise((ended) => {
      const bundle = join(this.bundles, script.replace(/\.ts$/, ".js"));
      execFile(process.execPath, [bundle, ...args], { cwd: ROOT, env }, (error, stdout, stderr) => {
        ended({ code: error ? Number(error.code) : 0, stdout, stderr });
      });
    });
  }

  /** A folder with the objects of a bucket. */
  async copyOf(objects: ReadonlyMap<string, Buffer>): Promise<string> {
    const copy = await mkdtemp(join(this.folder, "copy-"));
    for (const [key, body] of objects) {
      await mkdir(join(copy, key, ".."), { recursive: true });
      await writeFile(join(copy, key), body);
    }
    return copy;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { deps } = this;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname } = new URL(request.url ?? "", "http://aws");
    if (pathname.startsWith("/missing-bucket")) {
      response.statusCode = 404;
      response.end(
        "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>",
      );
      return;
    }
    if (pathname.endsWith("/functions/report-generator-test/invocations")) {
      try {
        const event = JSON.parse(Buffer.concat(chunks).toString("utf8"));
        if (event.sample?.seed === TIMES_OUT) {
          response.setHeader("X-Amz-Function-Error", "Unhandled");
          response.end(
            JSON.stringify({
              errorType: "Sandbox.Timedout",
              errorMessage: "Task timed out after 900.00 seconds",
            }),
          );
          return;
        }
        const asked = parseEvent(event);
        if (asked.kind !== "on-demand") throw new Error(`the command asked for ${asked.kind}`);
        response.end(JSON.stringify(await generateReport(deps, asked)));
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        response.setHeader("X-Amz-Function-Error", "Unhandled");
        response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
      }
      return;
    }
    const body = deps.store.objects.get(decodeURIComponent(pathname).replace("/reports/", ""));
    response.statusCode = body ? 200 : 404;
    response.end(pathname.endsWith(this.spoils) ? "something else" : body);
  }
}
