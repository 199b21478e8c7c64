/** The state machine of a run over an organization: plan, scan every account, close. */

/**
 * Accounts that are read at the same time; a new AWS account lets ten invocations of Lambda run, which are waited for.
 */
export const CONCURRENT_ACCOUNTS = 100;
/** Label of the map's run, which stands in the ARNs of its executions. */
export const MAP_LABEL = "accounts";

/** What of the definition goes by the function. */
export interface Steps {
  readonly comment: string;
  /** How long the function may take. */
  readonly timeoutSeconds: number;
  /** Whether the plan is told the id of the event that the schedule sent. */
  readonly tellsEvent?: true;
}

/** A request may take a while to reach the function and come back. */
const ON_THE_WAY_SECONDS = 30;

/**
 * The definition in the Amazon States Language, with JSONPath
 * (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html). All three steps invoke
 * the same function, which may be named by an alias. An account whose scan fails, however often it is tried, leaves
 * nothing, which the close says of it; it ends no other account's run. What the scans answer is not passed on: a state
 * may hold 256 KiB, and the close reads what they left in the bucket.
 */
export function sweepDefinition(functionArn: string, steps: Steps): object {
  const invoke = (payload: object) => invocation(functionArn, payload, steps.timeoutSeconds);
  const scan = {
    ...invoke({ scan: { "instant.$": "$.instant", "account.$": "$.account" } }),
    OutputPath: null,
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "Left out" }],
    End: true,
  };
  const plan = (payload: object) => ({
    ...invoke({ plan: payload }),
    OutputPath: "$.Payload",
    Next: "Scan every account",
  });
  return {
    Comment: steps.comment,
    StartAt: "Was it the schedule?",
    States: {
      "Was it the schedule?": {
        Type: "Choice",
        Choices: [{ Variable: "$.time", IsPresent: true, Next: "Plan as of the schedule" }],
        Default: "Plan as of now",
      },
      "Plan as of the schedule": plan({
        "instant.$": "$.time",
        ...(steps.tellsEvent && { "eventId.$": "$.id" }),
      }),
      "Plan as of now": plan({ "instant.$": "$$.Execution.StartTime", trigger: "on-demand" }),
      "Scan every account": {
        Type: "Map",
        Label: MAP_LABEL,
        ItemsPath: "$.accounts",
        ItemSelector: { "instant.$": "$.instant", "account.$": "$$.Map.Item.Value" },
        MaxConcurrency: CONCURRENT_ACCOUNTS,
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Scan",
          States: { Scan: scan, "Left out": { Type: "Pass", OutputPath: null, End: true } },
        },
        ResultPath: null,
        Next: "Close",
      },
      Close: {
        ...invoke({ close: { "instant.$": "$.instant" } }),
        OutputPath: "$.Payload",
        End: true,
      },
    },
  };
}

/** Half a minute on average, at random, so that those who were refused together do not come back together. */
const PATIENTLY = { IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: "FULL" };

function invocation(functionArn: string, payload: object, timeoutSeconds: number) {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { FunctionName: functionArn, Payload: payload },
    TimeoutSeconds: timeoutSeconds + ON_THE_WAY_SECONDS,
    Retry: [
      // Said again it is refused again.
      { ErrorEquals: ["InvalidInputError"], MaxAttempts: 0 },
      // Lambda has no room until others are done: with few places that is long, and after two hours a scan says so
      // itself.
      { ErrorEquals: ["Lambda.TooManyRequestsException"], ...PATIENTLY, MaxAttempts: 300 },
      // Lambda is away: not the function's fault, and never for long.
      {
        ErrorEquals: [
          "Lambda.ClientExecutionTimeoutException",
          "Lambda.ServiceException",
          "Lambda.AWSLambdaException",
          "Lambda.SdkClientException",
        ],
        ...PATIENTLY,
        MaxAttempts: 12,
      },
      { ErrorEquals: ["States.ALL"], IntervalSeconds: 15, BackoffRate: 2, MaxAttempts: 2 },
    ],
  };
}
