import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { ACCOUNT_ID, CREDENTIALS, REGION } from "../account/moto";
import { ExecutionEnvironment } from "./execution-environment";
import type { FunctionDeclaration } from "./function-declaration";

/**
 * Largest result of a synchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

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
  /** How many times as fast `setTimeout` calls back in the function; once unless given. */
  readonly timerRate?: number;
  /** When the function's time runs out, if before its timeout. */
  readonly timeIsUp?: Promise<void>;
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
    const message = {
      event: JSON.parse(JSON.stringify(event)),
      requestId: randomUUID(),
      functionArn: options.alias === undefined ? this.arn : `${this.arn}:${options.alias}`,
      timeoutMs: this.declaration.timeoutSeconds * 1000,
      clockOffsetMs: offset,
      timerRate: options.timerRate ?? 1,
    };
    const outcome = await environment.run(message, options.timeIsUp);
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
