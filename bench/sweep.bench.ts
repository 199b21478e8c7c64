/**
 * What a sweep over EC2 takes: the evaluator itself with its real clients, against an AWS that answers at once
 * (bench/instant-aws.ts), so that what is measured is reading XML, judging, recording and alerting.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { ConfigServiceClient } from "@aws-sdk/client-config-service";
import { answer } from "../lambdas/common/answer";
import { runDependencies } from "../lambdas/common/runtime";
import { instances } from "../lambdas/ec2-tags/instances";
import { ec2RequiredTags } from "../lambdas/ec2-tags/rule";
import { ACCOUNT, REQUIRED_TAGS } from "./instant-aws";

/** Prints a line for each size of account, up to the given number of resources. */
export async function benchSweep({ resources }: { readonly resources: number }): Promise<void> {
  console.log("resources   seconds   processor seconds   peak memory (RSS)   run before");
  for (const count of [100, 10, 2, 1].map((part) => Math.round(resources / part))) {
    for (const hasPrevious of [false, true]) {
      const { seconds, processorSeconds, peakMib } = await measure(count, hasPrevious);
      const columns = [
        String(count).padEnd(12),
        seconds.toFixed(1).padEnd(10),
        processorSeconds.toFixed(1).padEnd(20),
        `${peakMib} MiB`.padEnd(20),
        hasPrevious ? "of the same resources" : "none",
      ];
      console.log(columns.join(""));
    }
  }
}

async function measure(count: number, hasPrevious: boolean) {
  const { server, port } = await startAws(count, hasPrevious);
  try {
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    const started = process.hrtime.bigint();
    const startedCpu = process.cpuUsage();
    await sweep(`bench-${port}`);
    const { user, system } = process.cpuUsage(startedCpu);
    return {
      seconds: Number(process.hrtime.bigint() - started) / 1e9,
      processorSeconds: (user + system) / 1e6,
      // Of the whole process until now; the sizes grow, so the largest until now is this one's.
      peakMib: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    server.kill();
  }
}

/** @param environmentSuffix makes the target another one, and so its clients, for each server. */
async function sweep(environmentSuffix: string): Promise<void> {
  const credentials = async () => ({ accessKeyId: "bench", secretAccessKey: "bench" });
  const place = { partition: "aws", accountId: ACCOUNT, region: "us-east-1", environmentSuffix, credentials };
  const nothing = () => {};
  await answer(
    {
      rule: ec2RequiredTags,
      source: {
        ...instances,
        list: (target, options) => instances.list({ ...target, accountId: environmentSuffix }, options),
      },
      settings: {
        parameters: { requiredTags: REQUIRED_TAGS.map((key) => ({ key })) },
        severity: "medium",
        discoveryScope: "account",
        exceptions: [],
        evaluationSchedule: "cron(0 0/6 * * ? *)",
      },
      environmentSuffix,
      targets: [place],
      reportUri: "s3://reports/reports/latest.html",
    },
    { kind: "sweep", trigger: "on-demand" },
    {
      ...runDependencies(place),
      config: new ConfigServiceClient({ region: place.region, credentials }),
      log: { info: nothing, warn: nothing, error: nothing, metrics: nothing },
    },
  );
}

async function startAws(
  count: number,
  hasPrevious: boolean,
): Promise<{ server: ChildProcess; port: number }> {
  const script = join(__dirname, "instant-aws.ts");
  const loader = ["--no-warnings", "-r", "ts-node/register/transpile-only"];
  const server = spawn(
    process.execPath,
    [...loader, script, String(count), hasPrevious ? "with" : "without"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout?.once("data", (line: Buffer) => resolve(Number(line.toString())));
    server.once("exit", (code) => reject(new Error(`bench/instant-aws.ts ended with ${code}`)));
  });
  return { server, port };
}
