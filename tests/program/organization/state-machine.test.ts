import { sweepDefinition } from "../../../program/state-machine";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:ec2-tag-evaluator-prod";

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly End?: boolean;
  readonly Parameters?: { readonly FunctionName: string; readonly Payload: unknown };
  readonly ItemProcessor?: Machine & { readonly ProcessorConfig: unknown };
  readonly [field: string]: unknown;
}
interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
const STEPS = { comment: "Evaluates everything", timeoutSeconds: 300 };
const machine = sweepDefinition(ARN, STEPS) as unknown as Machine;
const map = machine.States["Scan every account"] as State;
const scan = map.ItemProcessor?.States.Scan as State;

function payloads({ States }: Machine): unknown[] {
  return Object.values(States).flatMap((state) => [
    ...(state.Parameters ? [state.Parameters.Payload] : []),
    ...(state.ItemProcessor ? payloads(state.ItemProcessor) : []),
  ]);
}

function followed({ StartAt, States }: Machine): string[] {
  const next = Object.values(States).flatMap((state) => [
    ...[state.Next, state.Default].filter((one) => one !== undefined),
    ...(state.Choices ?? []).map((one) => one.Next),
    ...(state.Catch ?? []).map((one) => one.Next),
  ]);
  return [...new Set([StartAt, ...next])].sort();
}

test("every step is an event that the function takes", () => {
  expect(payloads(machine)).toEqual([
    { plan: { "instant.$": "$.time" } },
    { plan: { "instant.$": "$$.Execution.StartTime", trigger: "on-demand" } },
    { scan: { "instant.$": "$.instant", "account.$": "$.account" } },
    { close: { "instant.$": "$.instant" } },
  ]);
});

test("every state is reached, and each ends or goes on", () => {
  for (const one of [machine, map.ItemProcessor as Machine]) {
    expect(followed(one)).toEqual(Object.keys(one.States).sort());
    for (const state of Object.values(one.States)) {
      expect([state.Next, state.End, state.Default].filter((way) => way !== undefined)).toHaveLength(1);
    }
  }
});

test("an account whose scan fails ends no other account's", () => {
  expect(scan.Catch).toEqual([{ ErrorEquals: ["States.ALL"], Next: "Left out" }]);
  expect(map.ItemProcessor?.States["Left out"]).toMatchObject({ Type: "Pass", End: true });
});

test("what the scans answer is not gathered, for which a state has no room", () => {
  expect(scan.OutputPath).toBeNull();
  expect(map.ResultPath).toBeNull();
});

test("accounts are read by a hundred, each in an execution of its own", () => {
  expect(map.MaxConcurrency).toBe(100);
  expect(map.ItemProcessor?.ProcessorConfig).toEqual({ Mode: "DISTRIBUTED", ExecutionType: "STANDARD" });
});

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly MaxAttempts?: number;
}

test("what the function refuses is not tried again, and what may pass is", () => {
  const retries = (scan.Retry as { ErrorEquals: string[]; MaxAttempts: number }[]).map(
    ({ ErrorEquals, MaxAttempts }) => [ErrorEquals[0], MaxAttempts],
  );
  expect(retries).toEqual([
    ["InvalidInputError", 0],
    ["Lambda.TooManyRequestsException", 300],
    ["Lambda.ClientExecutionTimeoutException", 12],
    ["States.ALL", 2],
  ]);
});

test("an account with room for ten invocations is waited for as long as a scan may begin", () => {
  const [patient] = (scan.Retry as Retrier[]).filter(({ ErrorEquals }) =>
    ErrorEquals.includes("Lambda.TooManyRequestsException"),
  );
  const { IntervalSeconds = 0, BackoffRate = 0, MaxDelaySeconds = 0, MaxAttempts = 0 } = patient ?? {};
  let seconds = 0;
  for (let attempt = 0; attempt < MaxAttempts; attempt++) {
    // Full jitter: half of it on average.
    seconds += Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds) / 2;
  }
  expect(seconds).toBeGreaterThan(2 * 3_600);
});

test("a plan is told of the schedule's event where the report has to tell it", () => {
  const telling = sweepDefinition(ARN, { ...STEPS, tellsEvent: true }) as unknown as Machine;
  expect(payloads(telling)).toContainEqual({ plan: { "instant.$": "$.time", "eventId.$": "$.id" } });
  expect(payloads(machine)).not.toContainEqual(
    expect.objectContaining({ plan: expect.objectContaining({ "eventId.$": "$.id" }) }),
  );
});

test("a step is waited for longer than the function may take", () => {
  for (const timeoutSeconds of [300, 900]) {
    const { States } = sweepDefinition(ARN, { ...STEPS, timeoutSeconds }) as unknown as Machine;
    expect(States.Close?.TimeoutSeconds).toBeGreaterThan(timeoutSeconds);
  }
});
