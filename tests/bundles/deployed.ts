import type { AwsRequest } from "../../emulator/account/aws-request";
import { Deployment } from "../../emulator/stack/deployment";

/** Starting Python, running the program and bundling four functions takes seconds, and longer on a busy machine. */
const START_TIMEOUT_MS = 120_000;

/** One managed rule, because each makes a report of the emulated account slower. */
const SETTINGS = { alertEmail: "alerts@example.com", managedRules: ["iam-user-mfa"] };

/** Settings → the stack with them, for all suites of a file. */
const started = new Map<string, Promise<Deployment>>();

afterAll(async () => {
  const stacks = await Promise.allSettled(started.values());
  for (const stack of stacks) if (stack.status === "fulfilled") await stack.value.stop();
});

function start(settings: Readonly<Record<string, unknown>>): Promise<Deployment> {
  const key = JSON.stringify(settings);
  const stack = started.get(key) ?? Deployment.start({ settings });
  started.set(key, stack);
  return stack;
}

/**
 * The stack in an emulated account for the tests of one suite: empty before each test. Without an emulator every test
 * fails, for none of them says anything then.
 */
export function deployed(settings: Readonly<Record<string, unknown>> = {}): { readonly stack: Deployment } {
  let stack: Deployment | undefined;
  jest.setTimeout(60_000);

  beforeAll(async () => {
    stack = await start({ ...SETTINGS, ...settings });
  }, START_TIMEOUT_MS);

  beforeEach(async () => {
    await stack?.reset();
  });

  return {
    get stack() {
      if (!stack) throw new Error("the stack could not be started");
      return stack;
    },
  };
}

/** The requests that were made of one operation, oldest first. */
export function requestsOf(stack: Deployment, service: string, operation: string): AwsRequest[] {
  return stack.proxy.exchanges
    .map(({ request }) => request)
    .filter((request) => request.service === service && request.operation === operation);
}

/** The operations that were called, as `service:Operation`, each once, in order of the alphabet. */
export function operations(stack: Deployment): string[] {
  return [
    ...new Set(stack.proxy.exchanges.map(({ request }) => `${request.service}:${request.operation}`)),
  ].sort();
}
