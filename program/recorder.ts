import { createHash } from "node:crypto";
import {
  ConfigServiceClient,
  type ConfigurationRecorder,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  ResourceType,
} from "@aws-sdk/client-config-service";
import * as pulumi from "@pulumi/pulumi";
import { isCustomersRecorder, recordsType } from "../lambdas/common/deployment/recorder";
import { asError } from "../lambdas/common/values/errors";
import { type CatalogueRule, resultTypes } from "./managed-rules/rule";
import { CUSTOM_RULES } from "./rules";

const ALWAYS_RECORDED: readonly ResourceType[] = [
  ...CUSTOM_RULES.flatMap(({ rule }) => rule.resourceTypes as readonly ResourceType[]),
  "AWS::IAM::User",
  "AWS::IAM::Role",
  "AWS::IAM::Group",
  "AWS::IAM::Policy",
];
const RECORDABLE: ReadonlySet<string> = new Set(Object.values(ResourceType));

/**
 * Resource types that the stack's rules rest on: whose changes they wait for, and whose names their results go by.
 * Those that AWS Config cannot record are left out, such as the account itself.
 */
export function recordedTypes(managedRules: readonly CatalogueRule[]): ResourceType[] {
  const named = managedRules.flatMap(resultTypes).filter(isRecordable);
  return [...new Set([...ALWAYS_RECORDED, ...named])];
}

function isRecordable(type: string): type is ResourceType {
  return RECORDABLE.has(type);
}

/** What of the `aws:` settings decides whom a call reaches, and as whom. */
export interface ProviderSettings {
  readonly profile?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly token?: string;
  readonly endpoints?: readonly { readonly configservice?: string }[];
}

/** A client that sees the account that the stack's provider deploys to. */
export function configClient(region: string, provider: ProviderSettings): ConfigServiceClient {
  const { profile, accessKey, secretKey, token, endpoints = [] } = provider;
  return new ConfigServiceClient({
    region,
    profile,
    endpoint: endpoints.find(({ configservice }) => configservice)?.configservice,
    ...(accessKey &&
      secretKey && {
        credentials: { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token },
      }),
  });
}

const RECORDER_PREFIX = "compliance-recorder-";

/** A stack as its recorder's name tells it from others. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
  readonly environmentSuffix: string;
}

/**
 * The name of the stack's own recorder: a recorder takes tags by another call than the provider makes, so that the
 * name alone can say whose it is when the environmentSuffix has changed.
 */
export function recorderName(identity: StackIdentity): string {
  return `${RECORDER_PREFIX}${stackMark(identity)}-${identity.environmentSuffix}`;
}

function stackMark({ project, stack }: StackIdentity): string {
  return createHash("sha256").update(`${project}/${stack}`).digest("hex").slice(0, 8);
}

/** By the stack, should its suffix have changed, or by the suffix, which two stacks cannot share: it may be renamed. */
function isOwn(name: string, identity: StackIdentity): boolean {
  const [, mark, suffix] = new RegExp(`^${RECORDER_PREFIX}([0-9a-f]{8})-(.+)$`).exec(name) ?? [];
  return mark === stackMark(identity) || suffix === identity.environmentSuffix;
}

/** A recorder that somebody else made, and what it leaves to be desired. */
export interface ExistingRecorder {
  readonly name: string;
  readonly warnings: readonly string[];
}

/** How the decision is made, and by whom. */
export interface RecorderLookUp {
  readonly mode: "auto" | "create" | "existing";
  readonly identity: StackIdentity;
  /** What has to be recorded. */
  readonly types: readonly ResourceType[];
  readonly client: Pick<ConfigServiceClient, "send">;
}

/**
 * Decides whose recorder the stack works with: an account has one customer-managed recorder in a Region and
 * refuses another (https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html).
 * @returns somebody else's recorder, or undefined when the stack has to have its own: because there is none,
 *   or because the one that is there is the stack's from an earlier deployment, be it under another suffix.
 * @throws pulumi.RunError naming the setting that helps.
 */
export async function findForeignRecorder(lookUp: RecorderLookUp): Promise<ExistingRecorder | undefined> {
  const { mode, identity, types, client } = lookUp;
  if (mode === "create") return undefined;
  const recorder = await customerRecorder(client);
  if (recorder?.name === undefined) {
    if (mode === "auto") return undefined;
    throw new pulumi.RunError(
      "configRecorder is existing, but there is no AWS Config recorder in the account: set it to create or auto",
    );
  }
  if (isOwn(recorder.name, identity)) {
    if (mode === "auto") return undefined;
    throw new pulumi.RunError(
      `configRecorder is existing, but the recorder ${recorder.name} is this stack's own: set it to create or auto`,
    );
  }
  return {
    name: recorder.name,
    warnings: [
      ...ofAnotherStack(recorder.name),
      ...(await shortcomings(recorder, recorder.name, types, client)),
    ],
  };
}

async function customerRecorder(
  client: RecorderLookUp["client"],
): Promise<ConfigurationRecorder | undefined> {
  try {
    const { ConfigurationRecorders = [] } = await client.send(new DescribeConfigurationRecordersCommand({}));
    return ConfigurationRecorders.find(isCustomersRecorder);
  } catch (error) {
    throw new pulumi.RunError(
      `cannot look for an AWS Config recorder (config:DescribeConfigurationRecorders): ${asError(error).message}\n` +
        "Mend the credentials, or set configRecorder to create when the account has no recorder",
    );
  }
}

/** Another stack's recorder goes with that stack. */
function ofAnotherStack(name: string): string[] {
  if (!name.startsWith(RECORDER_PREFIX)) return [];
  return [
    `the AWS Config recorder ${name} belongs to another deployment of this program: when it goes, nothing is ` +
      "recorded until `pulumi up` is run again",
  ];
}

async function shortcomings(
  recorder: ConfigurationRecorder,
  name: string,
  types: readonly ResourceType[],
  client: RecorderLookUp["client"],
): Promise<string[]> {
  const missing = types.filter((type) => !recordsType(recorder, type));
  const daily = types.filter((type) => !missing.includes(type) && recordsDaily(recorder, type));
  return [
    ...((await isRecording(name, client)) ? [] : ["is stopped: changes are noticed at the next sweep only"]),
    ...(missing.length > 0 ? [`does not record ${missing.join(", ")}`] : []),
    ...(daily.length > 0 ? [`records ${daily.join(", ")} once a day: drift is known that late`] : []),
  ].map(
    (shortcoming) =>
      `the AWS Config recorder ${name}, which this stack uses but did not make, ${shortcoming}`,
  );
}

async function isRecording(name: string, client: RecorderLookUp["client"]): Promise<boolean> {
  try {
    const { ConfigurationRecordersStatus = [] } = await client.send(
      new DescribeConfigurationRecorderStatusCommand({ ConfigurationRecorderNames: [name] }),
    );
    return ConfigurationRecordersStatus[0]?.recording === true;
  } catch (error) {
    throw new pulumi.RunError(
      `cannot see whether the AWS Config recorder ${name} is recording ` +
        `(config:DescribeConfigurationRecorderStatus): ${asError(error).message}`,
    );
  }
}

function recordsDaily({ recordingMode }: ConfigurationRecorder, type: string): boolean {
  const override = recordingMode?.recordingModeOverrides?.find(({ resourceTypes = [] }) =>
    resourceTypes.some((overridden) => overridden === type),
  );
  return (override ?? recordingMode)?.recordingFrequency === "DAILY";
}
