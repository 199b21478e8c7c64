/**
 * What is needed in a Region besides that of the deployment: AWS Config's recorder there, unless there is one, and a
 * rule of EventBridge's that forwards what it records to the deployment's bus.
 */

import type { ResourceType } from "@aws-sdk/client-config-service";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { asError } from "../lambdas/common/values/errors";
import { itemChangePattern } from "./event-patterns";
import * as policies from "./policies";
import {
  configClient,
  findForeignRecorder,
  type ProviderSettings,
  type RecorderLookUp,
  recorderName,
} from "./recorder";
import { CUSTOM_RULES } from "./rules";

/** IAM is recorded in the deployment's Region, and once is enough. */
const TYPES_RECORDED_ELSEWHERE = CUSTOM_RULES.flatMap(
  ({ rule }) => rule.resourceTypes as readonly ResourceType[],
);

/** What of AWS Config the stack makes in a Region that nobody else records. */
export interface OwnRecording {
  readonly recorder: aws.cfg.Recorder;
  readonly channel: aws.cfg.DeliveryChannel;
  readonly started: aws.cfg.RecorderStatus;
}

/** What a deployment gives to each of its further Regions. */
export interface HomeOfRegions {
  readonly named: (resourceType: string) => string;
  readonly accountId: pulumi.Output<string>;
  readonly providerSettings: ProviderSettings;
  readonly tags: Readonly<Record<string, string>>;
  readonly recorder: Pick<RecorderLookUp, "mode" | "identity">;
  readonly kmsKeyArn?: string;
  /** The Region of the deployment. */
  readonly region: string;
  /** Made when the first recorder needs it. */
  readonly snapshots: () => { readonly bucket: aws.s3.Bucket; readonly policy: aws.s3.BucketPolicy };
  /** Those that the stack makes in all of its Regions: where one refuses its recorder, none begins to record. */
  readonly every: (part: keyof OwnRecording) => Promise<pulumi.Resource[]>;
}

/** A Region that tells of its changes. */
export interface FurtherRegion {
  readonly region: string;
  readonly options: { readonly provider: aws.Provider };
  /** The rule of EventBridge's there that sees the changes. */
  readonly changes: aws.cloudwatch.EventRule;
  /** Undefined where somebody else's recorder records. */
  readonly recording: Promise<OwnRecording | undefined>;
}

/** Declares what a further Region needs, all but the way from there to the deployment. */
export function furtherRegion(region: string, home: HomeOfRegions): FurtherRegion {
  const { named, accountId, providerSettings, tags } = home;
  const settings = providerSettings as aws.ProviderArgs;
  const provider = new aws.Provider(`aws-${region}`, {
    ...settings,
    region: region as aws.Region,
    defaultTags: { tags },
  });
  const options = { provider };
  const changes = new aws.cloudwatch.EventRule(
    `changes-${region}`,
    {
      name: named("configuration-changes"),
      description: `Changes that AWS Config records here, for the compliance scanner in ${home.region}`,
      eventPattern: pulumi.jsonStringify(
        itemChangePattern(TYPES_RECORDED_ELSEWHERE, { account: [accountId], region: [region] }),
      ),
    },
    options,
  );
  const client = configClient(region, providerSettings);
  const recording = findForeignRecorder({ ...home.recorder, client, types: TYPES_RECORDED_ELSEWHERE }).then(
    (foreign) => {
      for (const warning of foreign?.warnings ?? []) pulumi.log.warn(`${region}: ${warning}`);
      return foreign === undefined ? ownRecorder(region, home, options) : undefined;
    },
    (caught) => {
      throw new pulumi.RunError(`${region}: ${asError(caught).message}`);
    },
  );
  return { region, options, changes, recording };
}

/**
 * Forwards what further Regions see to the default bus of the deployment's
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html).
 */
export function forwardChanges(regions: readonly FurtherRegion[], home: HomeOfRegions): void {
  const { named, accountId } = home;
  const bus = pulumi.interpolate`arn:aws:events:${home.region}:${accountId}:event-bus/default`;
  const role = new aws.iam.Role("change-forwarding", {
    name: named("change-forwarding-role"),
    description: `What EventBridge may do to forward changes to ${home.region}`,
    assumeRolePolicy: policies.trustRules(regions.map(({ changes }) => changes.arn)),
  });
  const permission = new aws.iam.RolePolicy("change-forwarding", {
    name: named("change-forwarding"),
    role: role.name,
    policy: policies.policy({ Effect: "Allow", Action: "events:PutEvents", Resource: bus }),
  });
  for (const { region, changes, options: there } of regions) {
    new aws.cloudwatch.EventTarget(
      `changes-${region}`,
      { rule: changes.name, targetId: named("home-bus"), arn: bus, roleArn: role.arn },
      { ...there, dependsOn: permission },
    );
  }
}

/** Destroyed in the one order that AWS accepts, as the deployment's own (index.ts). */
function ownRecorder(
  region: string,
  home: HomeOfRegions,
  options: { readonly provider: aws.Provider },
): OwnRecording {
  const { named, accountId, kmsKeyArn, every } = home;
  const oneAtATime = { ...options, deleteBeforeReplace: true };
  const { bucket, policy } = home.snapshots();
  const name = `config-recorder-${region}`;
  const role = new aws.iam.Role(name, {
    name: named(name),
    description: `What AWS Config may do to record resources in ${region} and deliver snapshots`,
    assumeRolePolicy: policies.trust("config.amazonaws.com", accountId),
  });
  const reading = new aws.iam.RolePolicyAttachment(name, {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole",
  });
  const delivering = new aws.iam.RolePolicy(name, {
    name: named("config-recorder-delivery"),
    role: role.name,
    policy: policies.policy(
      ...policies.recorderDelivery(bucket.arn, accountId),
      // The bucket lies in the deployment's Region, and so does its key.
      ...policies.useKey(kmsKeyArn, home.region, ["s3"]),
    ),
  });
  const recorder = new aws.cfg.Recorder(
    `recorder-${region}`,
    {
      name: recorderName(home.recorder.identity),
      roleArn: role.arn,
      recordingGroup: {
        allSupported: false,
        includeGlobalResourceTypes: false,
        resourceTypes: [...TYPES_RECORDED_ELSEWHERE],
      },
      recordingMode: { recordingFrequency: "CONTINUOUS" },
    },
    { ...oneAtATime, dependsOn: [reading, delivering] },
  );
  const channel = new aws.cfg.DeliveryChannel(
    `snapshots-${region}`,
    {
      name: named("config-snapshots"),
      s3BucketName: bucket.bucket,
      s3KmsKeyArn: kmsKeyArn,
      snapshotDeliveryProperties: { deliveryFrequency: "TwentyFour_Hours" },
    },
    {
      ...oneAtATime,
      dependsOn: every("recorder").then<pulumi.Resource[]>((recorders) => [...recorders, policy]),
    },
  );
  const started = new aws.cfg.RecorderStatus(
    `recorder-${region}`,
    { name: recorder.name, isEnabled: true },
    { ...oneAtATime, dependsOn: every("channel") },
  );
  return { recorder, channel, started };
}
