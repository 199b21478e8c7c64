import "./lighter-pulumi";
import * as pulumi from "@pulumi/pulumi";
import { ACCOUNT_ID, REGION } from "../account/moto";
import type { StackSettings } from "./settings";

/** A resource as index.ts declares it. */
export interface DeclaredResource {
  /** Pulumi's type token, such as `aws:sns/topic:Topic`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly id: string;
  /** Arguments with everything they refer to filled in. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What index.ts declares. */
export interface Graph {
  readonly resources: readonly DeclaredResource[];
  /** What it tells whoever deploys it, such as what AWS Config will cost; warnings are printed at once. */
  readonly notes: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Runs index.ts in this process under Pulumi's mocks (https://www.pulumi.com/docs/iac/guides/testing/unit/) and
 * records what it declares. Works once in a process: a program is a module, and modules are loaded once.
 * @throws what the program throws, such as on a setting it refuses.
 */
export async function declaredGraph({ project, config }: StackSettings): Promise<Graph> {
  const resources: DeclaredResource[] = [];
  const notes: string[] = [];
  // Without an engine Pulumi prints it among what the caller has to say.
  Object.assign(pulumi.log, { info: async (note: string) => notes.push(note) });
  let failure: unknown;
  pulumi.runtime.setAllConfig({ "aws:region": REGION, ...config });
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const resource = { type, name, id: physicalName(name, inputs), inputs };
        resources.push(resource);
        return { id: resource.id, state: { ...inputs, ...computed(resource) } };
      },
      call: ({ token }) => answerCall(token),
    },
    project,
    "local",
    false,
    "organization",
  );
  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    try {
      return require("../../index");
    } catch (error) {
      // Pulumi would let it end the process, which the caller has to clean up in first.
      failure = error;
      return {};
    }
  });
  if (failure !== undefined) throw failure;
  const graph = { resources, notes, outputs: await settled(outputs ?? {}) };
  await pulumi.runtime.disconnect();
  return graph;
}

function settled(outputs: pulumi.Inputs): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    pulumi.output(outputs).apply(resolve);
  });
}

/** The resources of a type, in the order of their declaration. */
export function ofType(graph: Graph, type: string): DeclaredResource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

/** The only resource of a type whose logical or physical name contains `name`. */
export function theOne(graph: Graph, type: string, name = ""): DeclaredResource {
  const found = ofType(graph, type).filter((one) => one.name.includes(name) || one.id.includes(name));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(
      `index.ts declares ${found.length} resources of type ${type} named ${name || "anything"}, not one`,
    );
  }
  return only;
}

function physicalName(logicalName: string, inputs: Readonly<Record<string, unknown>>): string {
  const name = inputs.bucket ?? inputs.name ?? inputs.functionName;
  return typeof name === "string" ? name : logicalName;
}

/** Attributes that AWS gives a resource and that others refer to. */
function computed({ type, id, inputs }: DeclaredResource): Record<string, unknown> {
  const isAlias = type === "aws:lambda/alias:Alias";
  const isOnOwnBus = type === "aws:cloudwatch/eventRule:EventRule" && inputs.eventBusName !== undefined;
  const arn = isAlias
    ? `${arnOf("aws:lambda/function:Function", String(inputs.functionName))}:${id}`
    : arnOf(type, isOnOwnBus ? `${inputs.eventBusName}/${id}` : id);
  return {
    name: id,
    ...(arn !== undefined && { arn }),
    ...(type === "aws:sqs/queue:Queue" && {
      url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT_ID}/${id}`,
    }),
  };
}

/** The ARN that a resource of this type and name has here; undefined for types that nothing refers to by ARN. */
export function arnOf(type: string, id: string): string | undefined {
  const regional = (service: string, resource: string) =>
    `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
  const arns: Readonly<Record<string, string>> = {
    "aws:dynamodb/table:Table": regional("dynamodb", `table/${id}`),
    "aws:sns/topic:Topic": regional("sns", id),
    "aws:sqs/queue:Queue": regional("sqs", id),
    "aws:lambda/function:Function": regional("lambda", `function:${id}`),
    "aws:cloudwatch/logGroup:LogGroup": regional("logs", `log-group:${id}`),
    "aws:cloudwatch/eventBus:EventBus": regional("events", `event-bus/${id}`),
    "aws:cloudwatch/eventRule:EventRule": regional("events", `rule/${id}`),
    "aws:cloudwatch/metricAlarm:MetricAlarm": regional("cloudwatch", `alarm:${id}`),
    // AWS Config names a rule's ARN by an id of its own making.
    "aws:cfg/rule:Rule": regional("config", `config-rule/config-rule-of-${id}`),
    "aws:iam/role:Role": `arn:aws:iam::${ACCOUNT_ID}:role/${id}`,
    "aws:s3/bucket:Bucket": `arn:aws:s3:::${id}`,
    "aws:sfn/stateMachine:StateMachine": regional("states", `stateMachine:${id}`),
  };
  return arns[type];
}

function answerCall(token: string): Record<string, unknown> {
  const answers: Readonly<Record<string, Record<string, unknown>>> = {
    "aws:index/getCallerIdentity:getCallerIdentity": { accountId: ACCOUNT_ID },
    "aws:index/getRegion:getRegion": { id: REGION, name: REGION, region: REGION },
    "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com" },
  };
  const answer = answers[token];
  if (answer === undefined) throw new Error(`index.ts calls ${token}, which has no answer here`);
  return answer;
}
