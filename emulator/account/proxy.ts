import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { type AwsRequest, parseAwsRequest } from "./aws-request";

/** What an interceptor answers in the emulator's place. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request is taken and never answered. */
export const NEVER = "never";

/** What an interceptor puts in a request's place; moto answers that. */
export interface Rewrite {
  readonly path?: string;
  readonly body?: string;
}

/**
 * Answers or rewrites a request, at once or as a promise, or returns undefined and leaves it to the next interceptor,
 * at last to moto.
 */
export type Interceptor = (
  request: AwsRequest,
) => Reply | Rewrite | typeof NEVER | Promise<Reply> | undefined;

/** A request and the status it was answered with. */
export interface Exchange {
  readonly request: AwsRequest;
  readonly status: number;
}

/** An endpoint that stands before moto, hands on what nobody intercepts, and keeps what it saw. */
export interface AwsProxy {
  readonly url: string;
  /** Everything since the start or since `forget`, in order of the answers. */
  readonly exchanges: readonly Exchange[];
  forget(): void;
  /** Asked before those that were there already. Returns what takes the interceptor away again. */
  intercept(interceptor: Interceptor): () => void;
  stop(): Promise<void>;
}

/**
 * Starts a proxy on a free port of 127.0.0.1. The Host header is kept, so that signatures stay valid. Answers carry
 * no date: functions may run by another clock, and the SDK, seeing that its clock is wrong, repeats every request
 * that is refused.
 */
export async function startProxy(upstream: string): Promise<AwsProxy> {
  const exchanges: Exchange[] = [];
  const interceptors: Interceptor[] = [];
  const agent = new Agent({ keepAlive: true });

  const server = createServer((incoming, outgoing) => {
    outgoing.sendDate = false;
    answer(incoming, outgoing).catch((error) => {
      outgoing.writeHead(502, { "content-type": "text/plain" }).end(`proxy: ${error}`);
    });
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const wire = {
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      headers: incoming.headers,
      body: await bodyOf(incoming),
    };
    const request = parseAwsRequest(wire);
    const intercepted = await (request && firstInterception(request));
    // Noted before it is answered: whoever has the answer finds the exchange.
    const note = (status: number) => {
      if (request) exchanges.push({ request, status });
    };
    if (intercepted === NEVER) return;
    if (intercepted && "status" in intercepted) {
      note(intercepted.status);
      outgoing.writeHead(intercepted.status, { ...intercepted.headers }).end(intercepted.body);
      return;
    }
    const response = await forward(upstream, agent, incoming, {
      path: wire.path,
      body: wire.body,
      ...intercepted,
    });
    const { statusCode = 502, headers } = response;
    const { date: _, ...kept } = headers;
    const body = await bodyOf(response);
    note(statusCode);
    // Head and body in one go: each write wakes the function.
    outgoing.writeHead(statusCode, kept).end(body);
  }

  function firstInterception(request: AwsRequest): ReturnType<Interceptor> {
    for (const interceptor of interceptors) {
      const intercepted = interceptor(request);
      if (intercepted) return intercepted;
    }
    return undefined;
  }

  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    forget: () => exchanges.splice(0),
    intercept: (interceptor) => {
      interceptors.unshift(interceptor);
      return () => {
        const index = interceptors.indexOf(interceptor);
        if (index >= 0) interceptors.splice(index, 1);
      };
    },
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forward(
  upstream: string,
  agent: Agent,
  { method, headers }: IncomingMessage,
  { path, body }: { path: string; body: Buffer | string },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(upstream);
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const options = { hostname, port, method, path, headers: { ...headers, ...length }, agent };
    httpRequest(options, resolve).once("error", reject).end(body);
  });
}
