/** What the benchmarks have in common: the functions' own archives, an AWS to run them against, and the measuring. */

import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type FunctionDeclaration, functionDeclaration } from "../emulator/stack/function-declaration";
import { declaredGraph, theOne } from "../emulator/stack/graph";
import { localSettings } from "../emulator/stack/settings";
import type { EvaluatorSettings } from "../lambdas/common/deployment/settings";
import { CUSTOM_RULES } from "../program/rules";
import type { AwsSize, Served } from "./instant-aws";
import type { MeasuredCall, Measurement } from "./measured";
import { ACCOUNT, CUSTOM_KINDS, ENVIRONMENT_SUFFIX, REGION } from "./resources";
import type { Standard } from "./rule-history";

/** The functions that are measured, as index.ts declares them, and the standards of the custom rules. */
export interface MeasuredFunctions {
  readonly tagEvaluator: FunctionDeclaration;
  readonly reportGenerator: FunctionDeclaration;
  readonly standards: Readonly<Record<string, Standard>>;
}

/** What is measured: an archive, whose index.js has the handler. */
export type MeasuredFunction = Pick<FunctionDeclaration, "files" | "environment">;

/**
 * Runs index.ts, which bundles the functions' archives. Works once in a process, like the program.
 * @param more settings of the stack besides the least.
 */
export async function declaredFunctions(
  more: Readonly<Record<string, unknown>> = {},
): Promise<MeasuredFunctions> {
  const graph = await declaredGraph(
    localSettings({
      environmentSuffix: ENVIRONMENT_SUFFIX,
      configRecorder: "create",
      alertEmail: "bench@example.com",
      ...more,
    }),
  );
  const declared = (name: string) => functionDeclaration(theOne(graph, "aws:lambda/function:Function", name));
  const standards = await Promise.all(
    CUSTOM_RULES.filter(({ rule }) => CUSTOM_KINDS.some((kind) => kind.rule === rule)).map(
      async ({ rule, functionName }) => {
        const { files } = await declared(functionName);
        const { parameters, discoveryScope } = JSON.parse(
          files["settings.json"] ?? "",
        ) as EvaluatorSettings<unknown>;
        return [rule.name, { parameters, discoveryScope }] as const;
      },
    ),
  );
  return {
    tagEvaluator: await declared("ec2-tag-evaluator"),
    reportGenerator: await declared("report-generator"),
    standards: Object.fromEntries(standards),
  };
}

/** An AWS of the benchmarks' own (bench/instant-aws.ts), in a process of its own. */
export interface InstantAws {
  readonly url: string;
  served(): Promise<Served>;
  stop(): void;
}

/** @throws Error when it ends before it listens. */
export async function startAws(size: AwsSize): Promise<InstantAws> {
  const server = fork(join(__dirname, "instant-aws.ts"), [JSON.stringify(size)], {
    execArgv: ["--no-warnings", "-r", join(__dirname, "../scripts/typescript.js")],
  });
  const url = `http://127.0.0.1:${await nextMessage<number>(server, "bench/instant-aws.ts")}`;
  return {
    url,
    served: async () => (await (await fetch(url)).json()) as Served,
    stop: () => server.kill(),
  };
}

/** A process that holds a function's archive and nothing else, and answers one event after another. */
export interface Environment {
  /** @throws Error when the function fails, as it does when its objects do not fit. */
  answer(event: unknown): Promise<Measurement>;
  end(): void;
}

/**
 * Starts one.
 * @param collects whether garbage is collected all the time, to see what is in use.
 * @param heapMib the most that its objects may take; no limit unless given.
 */
export function startEnvironment(
  { files, environment }: MeasuredFunction,
  aws: InstantAws,
  { collects = false, heapMib }: { readonly collects?: boolean; readonly heapMib?: number } = {},
): Environment {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const script = join(directory, "measured.js");
  writeFileSync(script, measuredSource());
  const options = [
    ...(collects ? ["--expose-gc"] : []),
    ...(heapMib === undefined ? [] : [`--max-old-space-size=${heapMib}`]),
  ];
  const child = spawn(process.execPath, [...options, script], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...environment,
      LAMBDA_TASK_ROOT: directory,
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      NODE_NO_WARNINGS: "1",
    },
  });
  const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:bench`;
  return {
    answer: (event) => {
      child.send({ event, functionArn, collects } satisfies MeasuredCall);
      return nextMessage<Measurement>(child, "the function");
    },
    end: () => {
      child.kill();
      rmSync(directory, { recursive: true });
    },
  };
}

/**
 * Has a function answer an event, in a new process that holds its archive and nothing else.
 * @param heapMib the most that its objects may take; no limit unless given.
 * @throws Error when the function fails, as it does when its objects do not fit.
 */
export async function measure(
  fn: MeasuredFunction,
  aws: InstantAws,
  { event, collects }: Omit<MeasuredCall, "functionArn">,
  heapMib?: number,
): Promise<Measurement> {
  const environment = startEnvironment(fn, aws, { collects, heapMib });
  try {
    return await environment.answer(event);
  } finally {
    environment.end();
  }
}

async function nextMessage<Message>(child: ChildProcess, name: string): Promise<Message> {
  const over = new AbortController();
  const { signal } = over;
  const exited = once(child, "exit", { signal }).then(([code, killedBy]) => {
    throw new Error(`${name} ended with ${code ?? killedBy}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), exited]);
    return message as Message;
  } finally {
    over.abort();
  }
}

let measured: string | undefined;

function measuredSource(): string {
  measured ??= bundled("measured.ts");
  return measured;
}

/** A file of the benchmarks with all that it needs. */
export function bundled(file: string): string {
  const [output] = buildSync({
    entryPoints: [join(__dirname, file)],
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
  }).outputFiles;
  return output?.text ?? "";
}
