import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { asset } from "@pulumi/pulumi";
import { buildSync } from "esbuild";
import { PROJECT } from "../../program/bundle";
import { ACCOUNT_ID, CREDENTIALS, REGION } from "../account/moto";
import type { DeclaredResource } from "./graph";
import { END_OF_INVOCATION, type InvocationMessage, type InvocationReply } from "./lambda-runtime";

/**
 * Largest result of a synchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** A function as index.ts declares it. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** `JSON` or `Text`. */
  readonly logFormat: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The archive: file name → text. */
  readonly files: Readonly<Record<string, string>>;
}

/** What came of an invocation that succeeded. */
export interface Invocation {
  readonly payload: unknown;
  /** Lines the function wrote, in order; those that are JSON objects parsed. */
  readonly logs: readonly unknown[];
  readonly durationMs: number;
}

/** A function that failed: it threw, it ended its process, or its time ran out. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  constructor(
    readonly functionName: string,
    readonly errorType: string,
    readonly errorMessage: string,
    readonly logs: readonly unknown[],
  ) {
    super(`${functionName}: ${errorType}: ${errorMessage}`);
  }
}

export interface InvokeOptions {
  /** What the function's clock shows when the invocation begins; the machine's time unless given. */
  readonly now?: string;
  /** The alias that is invoked, if it is not the function itself. */
  readonly alias?: string;
}

/**
 * A function, run as Lambda runs it: its archive in a folder of its own, its environment and nothing of ours but
 * where AWS is, JSON in and out. An execution environment is a Node process that stays warm; invocations at the
 * same time get one each (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
export class LambdaFunction {
  readonly name: string;
  private readonly directory: string;
  private readonly idle: ExecutionEnvironment[] = [];
  private readonly all = new Set<ExecutionEnvironment>();

  constructor(
    readonly declaration: FunctionDeclaration,
    private readonly endpoint: string,
  ) {
    this.name = declaration.name;
    // First, because it can fail, and then there must be no folder yet.
    const runtime = runtimeSource();
    this.directory = mkdtempSync(join(tmpdir(), "lambda-"));
    for (const [name, text] of Object.entries(declaration.files)) {
      const file = join(this.directory, "task", name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    writeFileSync(join(this.directory, "runtime.js"), runtime);
  }

  get arn(): string {
    return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${this.name}`;
  }

  /**
   * Invokes the function and waits for its result.
   * @throws FunctionError when the function fails.
   */
  async invoke(event: unknown, options: InvokeOptions = {}): Promise<Invocation> {
    const environment = this.idle.pop() ?? this.start();
    const offset = options.now === undefined ? 0 : Date.parse(options.now) - Date.now();
    const outcome = await environment.run({
      event: JSON.parse(JSON.stringify(event)),
      requestId: randomUUID(),
      functionArn: options.alias === undefined ? this.arn : `${this.arn}:${options.alias}`,
      timeoutMs: this.declaration.timeoutSeconds * 1000,
      clockOffsetMs: offset,
    });
    if (environment.alive) this.idle.push(environment);
    else this.all.delete(environment);
    const { reply, logs, durationMs } = outcome;
    if ("errorType" in reply) throw new FunctionError(this.name, reply.errorType, reply.errorMessage, logs);
    if (Buffer.byteLength(reply.payload ?? "") > MAX_PAYLOAD_BYTES) {
      throw new FunctionError(this.name, "Function.ResponseSizeTooLarge", "the result exceeds 6 MB", logs);
    }
    return { payload: reply.payload === undefined ? null : JSON.parse(reply.payload), logs, durationMs };
  }

  /** Ends the function's processes: the next invocation begins with a cold start. */
  restart(): void {
    for (const environment of this.idle.splice(0)) {
      environment.end();
      this.all.delete(environment);
    }
  }

  /** Ends the function's processes and removes its files. */
  stop(): void {
    for (const environment of this.all) environment.end();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private start(): ExecutionEnvironment {
    const { declaration } = this;
    const taskRoot = join(this.directory, "task");
    const oldSpace = Math.floor(declaration.memoryMb * 0.9);
    const environment = new ExecutionEnvironment(
      spawn(process.execPath, [`--max-old-space-size=${oldSpace}`, join(this.directory, "runtime.js")], {
        cwd: taskRoot,
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        // Out of the terminal's process group, so that Ctrl-C does not look like a function that failed.
        detached: true,
        env: {
          ...declaration.environment,
          _HANDLER: declaration.handler,
          LAMBDA_TASK_ROOT: taskRoot,
          TZ: "UTC",
          AWS_REGION: REGION,
          AWS_DEFAULT_REGION: REGION,
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
          AWS_LAMBDA_FUNCTION_NAME: this.name,
          AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(declaration.memoryMb),
          AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${this.name}`,
          AWS_LAMBDA_LOG_STREAM_NAME: "local",
          AWS_LAMBDA_LOG_FORMAT: declaration.logFormat,
          AWS_ENDPOINT_URL: this.endpoint,
          // The SDK's advice to upgrade Node concerns the developer's machine, not the function.
          NODE_NO_WARNINGS: "1",
        },
      }),
    );
    this.all.add(environment);
    return environment;
  }
}

interface Outcome {
  readonly reply: InvocationReply;
  readonly logs: readonly unknown[];
  readonly durationMs: number;
}

class ExecutionEnvironment {
  private lines: unknown[] = [];
  private onLine: (line: string) => void = () => undefined;
  private readonly exited: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    this.exited = new Promise((resolve) => child.once("close", () => resolve()));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.onLine(line));
    }
  }

  get alive(): boolean {
    return this.child.connected && this.child.exitCode === null && !this.child.killed;
  }

  async run(message: InvocationMessage): Promise<Outcome> {
    const started = performance.now();
    this.lines = [];
    let timer: NodeJS.Timeout | undefined;
    const lastLine = new Promise<void>((resolve) => {
      this.onLine = (line) => {
        if (line.startsWith(END_OF_INVOCATION)) resolve();
        else this.lines.push(parsedLine(line));
      };
    });
    const replied = new Promise<InvocationReply>((resolve) => {
      this.child.once("message", (reply: InvocationReply) => resolve(reply));
    });
    const timedOut = new Promise<InvocationReply>((resolve) => {
      timer = setTimeout(() => {
        const seconds = (message.timeoutMs / 1000).toFixed(2);
        resolve(failure("Sandbox.Timedout", `Task timed out after ${seconds} seconds`));
        this.end();
      }, message.timeoutMs);
    });
    const died = this.exited.then(() =>
      failure("Runtime.ExitError", "Runtime exited before the invocation ended"),
    );
    this.child.send(message);
    const reply = await Promise.race([replied, timedOut, died]);
    clearTimeout(timer);
    this.child.removeAllListeners("message");
    await Promise.race([lastLine, this.exited]);
    return { reply, logs: this.lines, durationMs: performance.now() - started };
  }

  end(): void {
    this.child.kill("SIGKILL");
  }
}

function failure(errorType: string, errorMessage: string): InvocationReply {
  return { errorType, errorMessage, trace: "" };
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

let compiledRuntime: string | undefined;

function runtimeSource(): string {
  compiledRuntime ??= buildSync({
    entryPoints: [join(__dirname, "lambda-runtime.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
  }).outputFiles[0]?.text;
  return compiledRuntime ?? "";
}

/**
 * Reads a function off its declaration in the program.
 * @throws TypeError when the archive holds anything but files.
 */
export async function functionDeclaration({ id, inputs }: DeclaredResource): Promise<FunctionDeclaration> {
  const declared = inputs as unknown as DeclaredFunction;
  return {
    name: id,
    roleArn: declared.role,
    handler: declared.handler,
    timeoutSeconds: declared.timeout ?? 3,
    memoryMb: declared.memorySize ?? 128,
    logFormat: declared.loggingConfig?.logFormat ?? "Text",
    environment: declared.environment?.variables ?? {},
    files: await archivedTexts(declared.code),
  };
}

/** The arguments of `aws.lambda.Function` that matter when it runs. */
interface DeclaredFunction {
  readonly role: string;
  readonly handler: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly loggingConfig?: { readonly logFormat?: string };
  readonly environment?: { readonly variables?: Readonly<Record<string, string>> };
  readonly code: asset.AssetArchive;
}

async function archivedTexts(archive: asset.AssetArchive): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, file] of Object.entries(await archive.assets)) {
    if (!("path" in file)) throw new TypeError(`${name} in a function's archive is no file`);
    texts[name] = readFileSync(resolve(PROJECT, await (file as asset.FileAsset).path), "utf8");
  }
  return texts;
}
