import type { AwsRequest } from "../../emulator/account/aws-request";
import { scheduledEvent } from "../../emulator/account/events";
import { Deployment } from "../../emulator/stack/deployment";
import { motoOfWorker } from "./moto-of-worker";

/** Starting Python, running the program and bundling four functions takes seconds, and longer on a busy machine. */
const START_TIMEOUT_MS = 120_000;

/** One managed rule, because each makes a report of the emulated account slower. */
const SETTINGS = { alertEmail: "alerts@example.com", managedRules: ["iam-user-mfa"] };

/** The stack of all suites of a file: they have one, as they have one account. */
let started: { readonly settings: string; readonly stack: Promise<Deployment> } | undefined;

afterAll(async () => {
  const stack = await started?.stack.catch(() => undefined);
  await stack?.stop();
});

function start(given: Readonly<Record<string, unknown>>): Promise<Deployment> {
  const settings = JSON.stringify(given);
  started ??= { settings, stack: Deployment.start({ settings: given, startMoto: motoOfWorker }) };
  if (started.settings !== settings) throw new Error("the suites of one file must have the same settings");
  return started.stack;
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

/** When the sweeps of the suites are due. */
export const SLOT = "2026-11-23T06:00:00.000Z";

/** Runs the sweep of a slot as Lambda would. */
export function sweep(
  stack: Deployment,
  key: "ec2-tag-evaluator" | "s3-encryption-evaluator" | "rds-backup-evaluator",
  slot = SLOT,
  now = slot,
) {
  return stack.functions[key].invoke(scheduledEvent(slot, "sweep"), { now });
}

/** Resource and instant of every evaluation in the history. */
export async function rowKeys(stack: Deployment): Promise<string[]> {
  const rows = await stack.evaluations();
  return rows.map((row) => `${row.resource_id} ${row.evaluation_timestamp}`);
}

/** The kinds of the mails that were sent, oldest first. */
export function mailKinds(stack: Deployment): (string | undefined)[] {
  return stack.mails().map(({ attributes }) => attributes.kind);
}
