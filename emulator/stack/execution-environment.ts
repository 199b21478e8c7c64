import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { END_OF_INVOCATION, type InvocationMessage, type InvocationReply } from "./lambda-runtime";

/** What a process made of one event. */
export interface Outcome {
  readonly reply: InvocationReply;
  readonly logs: readonly unknown[];
  readonly durationMs: number;
}

/** A Node process in which a function runs, one invocation after another. */
export class ExecutionEnvironment {
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

  /** @param timeIsUp ends the invocation as its timeout does. */
  async run(message: InvocationMessage, timeIsUp?: Promise<void>): Promise<Outcome> {
    const started = performance.now();
    this.lines = [];
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
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
      const timeOut = () => {
        if (isOver) return;
        const seconds = (message.timeoutMs / 1000).toFixed(2);
        resolve(failure("Sandbox.Timedout", `Task timed out after ${seconds} seconds`));
        this.end();
      };
      timer = setTimeout(timeOut, message.timeoutMs);
      void timeIsUp?.then(timeOut);
    });
    const died = this.exited.then(() =>
      failure("Runtime.ExitError", "Runtime exited before the invocation ended"),
    );
    this.child.send(message);
    const reply = await Promise.race([replied, timedOut, died]);
    isOver = true;
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
