import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT as PROJECT_FOLDER } from "../../program/bundle";

export const ACCOUNT_ID = "123456789012";
export const PROJECT = "compliance-scanner";

type Inputs = Readonly<Record<string, unknown>>;

/** A resource as the program declares it, its arguments with everything they refer to filled in. */
export interface Declared {
  /** Without the package and the repeated class: `s3/BucketPolicy`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  /** The provider that makes it. */
  readonly provider: string | undefined;
  /** `type name` of what it was told to wait for. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
}

/** One statement of a policy, with lists of one written as their element. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: unknown;
}

/** What the program declared, and the stack's outputs. */
export class Program {
  constructor(
    readonly resources: readonly Declared[],
    readonly outputs: Inputs,
    readonly warnings: readonly string[],
    /** What it tells whoever deploys it. */
    readonly notes: readonly string[],
  ) {}

  of(type: string): readonly Declared[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** @throws Error when there is none of that name, or more. */
  the(type: string, name: string): Declared {
    const found = this.of(type).filter((resource) => resource.name === name);
    if (found.length === 1 && found[0]) return found[0];
    const names = this.of(type).map((resource) => resource.name);
    throw new Error(`${found.length} resources ${type} ${name} among ${names.join(", ")}`);
  }

  /** The statements of a resource's policy document. */
  statements(type: string, name: string, property = "policy"): Statement[] {
    const { Version, Statement } = JSON.parse(String(this.the(type, name).inputs[property]));
    if (Version !== "2012-10-17") throw new Error(`${type} ${name} has a policy of version ${Version}`);
    return Statement;
  }

  /** What a function's archive holds: file name → text. */
  async archive(name: string): Promise<Record<string, string>> {
    const code = this.the("lambda/Function", name).inputs.code as unknown as pulumi.asset.AssetArchive;
    const texts = Object.entries(await code.assets).map(async ([file, one]) => {
      const path = await (one as pulumi.asset.FileAsset).path;
      return [file, readFileSync(join(PROJECT_FOLDER, path), "utf8")] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
  }
}

/** Settings as Pulumi hands them to the program. */
export function rawSettings(settings: Inputs): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.includes(":") ? key : `${PROJECT}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/**
 * Runs index.ts under Pulumi's mocks, once in a test file: a program is a module, and modules are loaded once.
 * A call that is not answered here fails the program.
 */
export async function runProgram(settings: Inputs): Promise<Program> {
  const inputs = new Map<string, Inputs>();
  const providers = new Map<string, string | undefined>();
  const declared: (() => Promise<Declared>)[] = [];
  const warnings: string[] = [];
  const notes: string[] = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => {
    warnings.push(message);
  });
  jest.spyOn(pulumi.log, "info").mockImplementation(async (message) => {
    notes.push(message);
  });
  pulumi.runtime.setAllConfig(rawSettings(settings));
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs: given, provider }) {
        inputs.set(keyOf(type, name), given);
        providers.set(keyOf(type, name), provider);
        return { id: name, state: { ...given, ...attributes(type, given) } };
      },
      call({ token }) {
        if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { accountId: ACCOUNT_ID };
        throw new Error(`the program calls ${token}, which has no answer here`);
      },
    },
    PROJECT,
    "test",
    false,
  );
  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      declared.push(async () => {
        const reference = providers.get(keyOf(type, name));
        return {
          type: shortType(type),
          name,
          inputs: inputs.get(keyOf(type, name)) ?? {},
          provider: reference && keyOfReference(reference),
          dependsOn: await dependencies(opts.dependsOn),
          protect: (await plain(opts.protect)) === true,
          retainOnDelete: opts.retainOnDelete === true,
          deleteBeforeReplace: "deleteBeforeReplace" in opts && opts.deleteBeforeReplace === true,
        };
      });
      return undefined;
    });
    return require("../../index");
  });
  await pulumi.runtime.disconnect();
  const resources = await Promise.all(declared.map((one) => one()));
  return new Program(resources, (await plain(outputs)) as Inputs, warnings, notes);
}

/** `aws:s3/bucketPolicy:BucketPolicy` → `s3/BucketPolicy` */
function shortType(type: string): string {
  return type.replace(/^aws:(\w+)\/\w+:/, "$1/");
}

function keyOf(type: string, name: string): string {
  return `${shortType(type)} ${name}`;
}

async function keyOfResource({ urn }: pulumi.Resource): Promise<string> {
  return keyOfReference(String(await plain(urn)));
}

/** @param reference a resource's URN, or a provider's with its id. */
function keyOfReference(reference: string): string {
  const [, , type = "", name = ""] = reference.split("::");
  return keyOf(type.slice(type.lastIndexOf("$") + 1), name);
}

/** Pulumi takes one resource or many, and promises and outputs of either. */
async function dependencies(dependsOn: pulumi.ResourceOptions["dependsOn"]): Promise<string[]> {
  const resources = [await plain(dependsOn ?? [])].flat(3) as pulumi.Resource[];
  return Promise.all(resources.map(keyOfResource));
}

function plain(value: pulumi.Input<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    (pulumi.output(value) as pulumi.Output<unknown>).apply(resolve);
  });
}

/** What AWS adds to a resource and others refer to. */
function attributes(type: string, inputs: Inputs): Inputs {
  const name = String(inputs.bucket ?? inputs.name);
  const regional = (service: string, resource: string) =>
    `arn:aws:${service}:us-east-1:${ACCOUNT_ID}:${resource}`;
  const arns: Readonly<Record<string, string>> = {
    "dynamodb/Table": regional("dynamodb", `table/${name}`),
    "sns/Topic": regional("sns", name),
    "sqs/Queue": regional("sqs", name),
    "lambda/Function": regional("lambda", `function:${name}`),
    "lambda/Alias": regional("lambda", `function:${inputs.functionName}:${name}`),
    "cloudwatch/LogGroup": regional("logs", `log-group:${name}`),
    "cloudwatch/EventBus": regional("events", `event-bus/${name}`),
    "cloudwatch/EventRule": regional(
      "events",
      `rule/${inputs.eventBusName ? `${inputs.eventBusName}/` : ""}${name}`,
    ),
    "cloudwatch/MetricAlarm": regional("cloudwatch", `alarm:${name}`),
    "cfg/Rule": regional("config", `config-rule/config-rule-of-${name}`),
    "iam/Role": `arn:aws:iam::${ACCOUNT_ID}:role/${name}`,
    "s3/Bucket": `arn:aws:s3:::${name}`,
    "sfn/StateMachine": regional("states", `stateMachine:${name}`),
  };
  const short = shortType(type);
  return {
    ...(arns[short] !== undefined && { arn: arns[short] }),
    ...(short === "sqs/Queue" && { url: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT_ID}/${name}` }),
  };
}
