/**
 * The compliance scanner: every AWS resource of it, in the order in which they need each other.
 *
 *   EventBridge, every six hours ─┐                ┌─> DynamoDB: the history, a row an evaluation and a row a run
 *                                 ├─> evaluators ──┼─> SNS: drift at once, a digest a run
 *   AWS Config, on a change ──────┘   (one a rule) └─> AWS Config: its verdict on what changed
 *   AWS Config's managed rules ───┐
 *   EventBridge, after a sweep ───┴─> report generator ──> S3: the reports, from the history
 */

import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EVENTS_ALIAS, resourceNames } from "./lambdas/common/deployment/names";
import type {
  EvaluatorSettings,
  ReportedRule,
  ReportGeneratorSettings,
} from "./lambdas/common/deployment/settings";
import { RULE_INDEX, TRANSITION_INDEX } from "./lambdas/common/history/keys";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "./lambdas/common/monitoring/metrics";
import type { OrganizationSettings } from "./lambdas/common/organization/settings";
import type { RuleDescription } from "./lambdas/common/rule/rule";
import { EXPIRY_ATTRIBUTE } from "./lambdas/common/values/expiry";
import { MANAGED_RULES } from "./lambdas/report-generator/managed-rules/scan";
import { productArn } from "./lambdas/report-generator/security-hub/asff";
import { version as programVersion } from "./package.json";
import { buildFunction } from "./program/bundle";
import { CHANGES_A_MONTH, estimateConfigCost } from "./program/config-cost";
import { dashboardBody } from "./program/dashboard";
import { inPatterns, itemChangePattern } from "./program/event-patterns";
import { failedInvocations } from "./program/failed-invocations";
import {
  forwardChanges,
  furtherRegion,
  type HomeOfRegions,
  type OwnRecording,
} from "./program/further-regions";
import { memberChanges } from "./program/member-changes";
import {
  managedSessionActions,
  memberRole,
  organizationStatements,
  sessionActions,
  startBySchedule,
  sweepMachine,
} from "./program/organization";
import type { HomeOfOrganization } from "./program/organization-home";
import * as policies from "./program/policies";
import {
  configClient,
  findForeignRecorder,
  recorderName as ownRecorderName,
  recordedTypes,
} from "./program/recorder";
import { CUSTOM_RULES } from "./program/rules";
import { longestGapHours } from "./program/settings/schedule";
import { readSettings } from "./program/settings/settings";
import { reportedStandard, titlesOf } from "./program/standards/choice";

// ---------------------------------------------------------------------------------------------- Settings

const settings = readSettings(pulumi.runtime.allConfig(), pulumi.getProject(), new Date());
for (const warning of settings.warnings) pulumi.log.warn(warning);
for (const { text } of settings.parameterNotes) pulumi.log.info(text);

const { environmentSuffix, region, kmsKeyArn, evaluationSchedule, reportSchedule } = settings;

/** The promise is a sweep within five minutes; a report may take all the time that Lambda gives. */
const EVALUATOR_TIMEOUT_SECONDS = 300;
const REPORT_TIMEOUT_SECONDS = 900;
/** What is seen hours later is no evidence of the moment that an event speaks of. */
const MAXIMUM_EVENT_AGE_SECONDS = 3600;

// ---------------------------------------------------------------------------------------- Names and tags

const names = resourceNames(environmentSuffix);

// The provider puts the tags on everything that takes tags. Pulumi.yaml forbids the default one.
const { requireRegion: _, ...providerSettings } = aws.config;
const provider = new aws.Provider("aws", {
  ...providerSettings,
  region,
  defaultTags: { tags: settings.tags },
});
/** Every resource takes it but those that name another: what lies in another Region. */
pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
  type.startsWith("aws:") ? { props, opts: pulumi.mergeOptions({ provider }, opts) } : undefined,
);

const { accountId } = aws.getCallerIdentityOutput({}, { provider });

/** Regions besides this one whose changes are noticed; where all are scanned, nobody knows them yet. */
const furtherRegions = settings.regions === "all" ? [] : settings.regions.filter((one) => one !== region);
const onlyHere = settings.regions !== "all" && furtherRegions.length === 0;

// ------------------------------------------------------------------------------- Storage: history, reports

const history = new aws.dynamodb.Table("history", {
  name: names.historyTable,
  billingMode: "PAY_PER_REQUEST",
  hashKey: "resource_id",
  rangeKey: "evaluation_timestamp",
  attributes: [
    { name: "resource_id", type: "S" },
    { name: "evaluation_timestamp", type: "S" },
    { name: "rule_shard", type: "S" },
    { name: "transition_shard", type: "S" },
  ],
  globalSecondaryIndexes: [
    timeIndex(RULE_INDEX, "rule_shard"),
    // Sparse: only rows at which something changed have the attribute.
    timeIndex(TRANSITION_INDEX, "transition_shard"),
  ],
  pointInTimeRecovery: { enabled: true },
  // Only leases and claims to alerts have the attribute; evaluations and runs stay.
  ttl: { attributeName: EXPIRY_ATTRIBUTE, enabled: true },
  serverSideEncryption: kmsKeyArn ? { enabled: true, kmsKeyArn } : undefined,
});

function timeIndex(name: string, hashKey: string) {
  return {
    name,
    keySchemas: [
      { attributeName: hashKey, keyType: "HASH" },
      { attributeName: "evaluation_timestamp", keyType: "RANGE" },
    ],
    projectionType: "ALL",
  };
}

const reportBucket = evidenceBucket("reports", accountId.apply(names.reportBucket));

/**
 * A bucket for evidence: private, encrypted, reached by TLS only, with old versions kept for a while.
 * @param lifetimeDays of its objects, where they are no evidence themselves; no versions are kept then.
 * @returns the bucket and its policy, which the writers from outside have to wait for.
 */
function evidenceBucket(
  name: string,
  bucketName: pulumi.Output<string>,
  statements: (bucketArn: pulumi.Output<string>) => policies.Statement[] = () => [],
  lifetimeDays?: number,
) {
  const bucket = new aws.s3.Bucket(name, { bucket: bucketName, forceDestroy: true });
  new aws.s3.BucketOwnershipControls(name, {
    bucket: bucket.bucket,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  const privacy = new aws.s3.BucketPublicAccessBlock(name, {
    bucket: bucket.bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(name, {
    bucket: bucket.bucket,
    rules: [
      {
        applyServerSideEncryptionByDefault: kmsKeyArn
          ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn }
          : { sseAlgorithm: "AES256" },
        bucketKeyEnabled: kmsKeyArn !== undefined,
      },
    ],
  });
  const versioning =
    lifetimeDays === undefined &&
    new aws.s3.BucketVersioning(name, {
      bucket: bucket.bucket,
      versioningConfiguration: { status: "Enabled" },
    });
  new aws.s3.BucketLifecycleConfiguration(
    name,
    {
      bucket: bucket.bucket,
      rules: [
        {
          id: "end-incomplete-uploads",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
        lifetimeDays === undefined
          ? {
              id: "expire-old-versions",
              status: "Enabled",
              filter: {},
              noncurrentVersionExpiration: { noncurrentDays: settings.reportVersionRetentionDays },
            }
          : { id: "expire", status: "Enabled", filter: {}, expiration: { days: lifetimeDays } },
      ],
    },
    { dependsOn: versioning || [] },
  );
  const policy = new aws.s3.BucketPolicy(
    name,
    {
      bucket: bucket.bucket,
      policy: policies.policy(
        policies.tlsOnly("s3:*", [bucket.arn, pulumi.interpolate`${bucket.arn}/*`]),
        ...statements(bucket.arn),
      ),
    },
    // S3 refuses two changes of a bucket's access at the same time.
    { dependsOn: privacy },
  );
  return { bucket, policy };
}

/** What the steps of a run over an organization leave for each other can be looked at for so long. */
const SWEEP_DAYS = 30;

const ofOrganization: HomeOfOrganization | undefined = settings.organization && {
  named: names.named,
  accountId,
  region,
  organization: settings.organization,
  bucketArn: evidenceBucket("sweeps", accountId.apply(names.sweepBucket), undefined, SWEEP_DAYS).bucket.arn,
};

// ----------------------------------------------------------------------------------- Alerts: who is told

const alertTopic = new aws.sns.Topic("alerts", { name: names.alertTopic, kmsMasterKeyId: kmsKeyArn });

new aws.sns.TopicPolicy("alerts", {
  arn: alertTopic.arn,
  policy: policies.policy(
    policies.tlsOnly(policies.TOPIC_ACTIONS, [alertTopic.arn]),
    policies.alarmsOf(alertTopic.arn, accountId),
  ),
});

for (const { protocol, endpoint, filterPolicy } of settings.subscriptions) {
  const name = `alerts-${protocol}-${createHash("sha256").update(endpoint).digest("hex").slice(0, 8)}`;
  new aws.sns.TopicSubscription(name, {
    topic: alertTopic.arn,
    protocol,
    // A webhook's address is its password, often enough.
    endpoint: protocol === "https" ? pulumi.secret(endpoint) : endpoint,
    filterPolicy: filterPolicy && JSON.stringify(filterPolicy),
  });
  if (protocol === "lambda") {
    new aws.lambda.Permission(name, {
      function: endpoint,
      action: "lambda:InvokeFunction",
      principal: "sns.amazonaws.com",
      sourceArn: alertTopic.arn,
    });
  }
}

// ------------------------------------------------------------------------- Events: when something is done

const sweepTime = new aws.cloudwatch.EventRule("evaluation-schedule", {
  name: names.named("compliance-evaluation-schedule"),
  description: "Evaluates every resource under every custom rule",
  scheduleExpression: evaluationSchedule,
});

const reportTime = new aws.cloudwatch.EventRule("report-schedule", {
  name: names.named("compliance-report-schedule"),
  description: "Makes the next report of the chain",
  scheduleExpression: reportSchedule,
});

const managedRuleChanges = inPatterns(settings.managedRules.map(({ name }) => names.configRule(name))).map(
  (configRuleNames, index) => {
    const name = index === 0 ? "managed-rule-changes" : `managed-rule-changes-${index + 1}`;
    const rule = new aws.cloudwatch.EventRule(name, {
      name: names.named(name),
      description: "Compliance changes under this deployment's AWS-managed rules",
      eventPattern: pulumi.jsonStringify({
        source: ["aws.config"],
        "detail-type": ["Config Rules Compliance Change"],
        // Another account may send its events to this one's bus.
        account: [accountId],
        region: [region],
        detail: { messageType: ["ComplianceChangeNotification"], configRuleName: configRuleNames },
      }),
    });
    return { name, rule };
  },
);

/** By rule, what changes in further Regions, as those forward it. */
const changesElsewhere = (furtherRegions.length > 0 ? CUSTOM_RULES : []).map(
  ({ rule: { name, resourceTypes } }) => ({
    name: `${name}-changes`,
    of: name,
    rule: new aws.cloudwatch.EventRule(`${name}-changes`, {
      name: names.named(`${name}-changes`),
      description: `Changes in further Regions of what ${name} judges`,
      eventPattern: pulumi.jsonStringify(
        itemChangePattern(resourceTypes, { account: [accountId], region: furtherRegions }),
      ),
    }),
  }),
);

const changesOfMembers = ofOrganization && memberChanges(settings.customRules, ofOrganization);

const eventRules: readonly { name: string; rule: aws.cloudwatch.EventRule; bus?: pulumi.Output<string> }[] = [
  { name: "evaluation-schedule", rule: sweepTime },
  { name: "report-schedule", rule: reportTime },
  ...managedRuleChanges,
  ...changesElsewhere,
  ...(changesOfMembers?.rules ?? []).map((one) => ({ ...one, bus: changesOfMembers?.busName })),
];

/** What could not be delivered, and what a function could not do even when it was tried again. */
const deadLetters = new aws.sqs.Queue("dead-letters", {
  name: names.deadLetterQueue,
  messageRetentionSeconds: 14 * 24 * 3600,
  ...(kmsKeyArn ? { kmsMasterKeyId: kmsKeyArn } : { sqsManagedSseEnabled: true }),
});

const deadLetterPolicy = new aws.sqs.QueuePolicy("dead-letters", {
  queueUrl: deadLetters.url,
  policy: policies.policy(
    policies.tlsOnly("sqs:*", [deadLetters.arn]),
    policies.deadLettersOf(
      eventRules.map(({ rule }) => rule.arn),
      deadLetters.arn,
    ),
  ),
});

/** How long EventBridge tries, and where it leaves what it could not hand over. */
const delivery = {
  retryPolicy: { maximumEventAgeInSeconds: MAXIMUM_EVENT_AGE_SECONDS, maximumRetryAttempts: 185 },
  deadLetterConfig: { arn: deadLetters.arn },
};

/** Sends the events of a rule to a function, or to its alias, and to the dead letters what cannot be handed over. */
function deliver(
  name: string,
  rule: aws.cloudwatch.EventRule,
  receiver: aws.lambda.Function,
  { alias, bus }: { readonly alias?: aws.lambda.Alias; readonly bus?: pulumi.Output<string> } = {},
) {
  const permission = new aws.lambda.Permission(name, {
    function: receiver.name,
    qualifier: alias?.name,
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
  new aws.cloudwatch.EventTarget(
    name,
    {
      rule: rule.name,
      eventBusName: bus,
      targetId: names.named(name),
      arn: (alias ?? receiver).arn,
      ...delivery,
    },
    { dependsOn: [permission, deadLetterPolicy] },
  );
}

// --------------------------------------------------------------------------- Rules: what is evaluated

/** A function of ours. */
interface FunctionSpec {
  readonly name: string;
  readonly description: string;
  /** The one of `lambdas/` that has its `handler.ts`. */
  readonly folder: string;
  readonly timeout: number;
  readonly memorySize: number;
  /** `settings.json` in its archive, where there is more room than in an environment. */
  readonly settings: object;
  /** Indexes of the history that it reads. */
  readonly indexes: readonly string[];
  /** What it may do besides: all of them log, use the history, alert, and leave dead letters. */
  readonly may: readonly policies.Statement[];
  /** Services by way of which it meets the company's key. */
  readonly encryptedBy: readonly string[];
}

/** The function with its own log group and role. It may do exactly what its role's one policy says. */
function scannerFunction(spec: FunctionSpec): aws.lambda.Function {
  const name = names.named(spec.name);
  const logGroup = new aws.cloudwatch.LogGroup(spec.name, {
    name: `/aws/lambda/${name}`,
    retentionInDays: settings.logRetentionDays,
    kmsKeyId: kmsKeyArn,
  });
  const role = new aws.iam.Role(spec.name, {
    name: names.named(`${spec.name}-role`),
    description: `What ${name} may do`,
    assumeRolePolicy: policies.trust("lambda.amazonaws.com"),
  });
  const permissions = new aws.iam.RolePolicy(spec.name, {
    name,
    role: role.name,
    policy: policies.policy(
      policies.writeLogs(logGroup.arn),
      ...policies.useHistory(history.arn, spec.indexes),
      { Effect: "Allow", Action: "sns:Publish", Resource: alertTopic.arn },
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetters.arn },
      ...spec.may,
      ...policies.useKey(kmsKeyArn, region, spec.encryptedBy),
    ),
  });
  const fn = new aws.lambda.Function(
    spec.name,
    {
      name,
      description: spec.description,
      runtime: aws.lambda.Runtime.NodeJS24dX,
      architectures: ["arm64"],
      handler: "index.handler",
      code: new pulumi.asset.AssetArchive(
        buildFunction(spec.folder, spec.settings).then(({ bundle, settings }) => ({
          "index.js": new pulumi.asset.FileAsset(bundle),
          "settings.json": new pulumi.asset.FileAsset(settings),
        })),
      ),
      role: role.arn,
      timeout: spec.timeout,
      memorySize: spec.memorySize,
      environment: { variables: { ENVIRONMENT_SUFFIX: environmentSuffix } },
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    },
    // The function comes after its log group, which it may not create, and goes before it.
    { dependsOn: [logGroup, permissions] },
  );
  retryAsynchronous(spec.name, fn, permissions);
  return fn;
}

/**
 * How events are retried that the function has taken over; those that came by an alias go by the alias's own settings.
 */
function retryAsynchronous(
  name: string,
  fn: aws.lambda.Function,
  dependsOn: pulumi.Resource,
  alias?: aws.lambda.Alias,
) {
  new aws.lambda.FunctionEventInvokeConfig(
    name,
    {
      functionName: fn.name,
      qualifier: alias?.name,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: MAXIMUM_EVENT_AGE_SECONDS,
      destinationConfig: { onFailure: { destination: deadLetters.arn } },
    },
    { dependsOn },
  );
}

const evaluators = settings.customRules.map((customRule) => {
  const { rule, functionName: name, folder, parameters, reads } = customRule;
  const regions = settings.organization?.regions ?? settings.regions;
  const evaluatorSettings: EvaluatorSettings<object> = {
    parameters,
    severity: severityOf(rule),
    discoveryScope: settings.discoveryScope,
    ...(settings.ownerTag !== undefined && { ownerTag: settings.ownerTag }),
    exceptions: settings.exceptions.filter((exception) => exception.rule === rule.name),
    evaluationSchedule,
    ...(!(onlyHere && settings.organization === undefined) && { regions }),
    ...(settings.organization && {
      organization: scannedOrganization(
        settings.organization,
        sessionActions(customRule, settings, { region, regions: settings.organization.regions }),
      ),
    }),
  };
  const evaluator = scannerFunction({
    name,
    description: `Evaluates ${rule.name}: ${rule.title}`,
    folder,
    timeout: EVALUATOR_TIMEOUT_SECONDS,
    memorySize: settings.evaluatorMemoryMb,
    settings: evaluatorSettings,
    may: [
      ...reads({
        accountId,
        region,
        regions,
        discoveryScope: settings.discoveryScope,
        ownerTag: settings.ownerTag,
        ...(ofOrganization && { looksUpRegions: true }),
      }),
      ...(ofOrganization ? organizationStatements(rule.name, ofOrganization) : []),
      // PutEvaluations knows no resources in policies; what it may write is in the token that Config sent.
      { Effect: "Allow", Action: "config:PutEvaluations", Resource: "*" },
    ],
    indexes: [RULE_INDEX],
    encryptedBy: ["dynamodb", "sns", "sqs", ...(ofOrganization ? ["s3"] : [])],
  });
  if (!ofOrganization) deliver(name, sweepTime, evaluator);
  for (const changes of changesElsewhere.filter(({ of }) => of === rule.name)) {
    deliver(`${name}-changes`, changes.rule, evaluator);
  }
  for (const changes of changesOfMembers?.rules.filter(({ of }) => of === rule.name) ?? []) {
    deliver(`${name}-members`, changes.rule, evaluator, { bus: changesOfMembers?.busName });
  }
  return { rule, name, evaluator, parameters };
});

function scannedOrganization(
  setting: NonNullable<typeof settings.organization>,
  actions: readonly string[],
): OrganizationSettings {
  const { id, units, excludeAccounts, roleName, externalId } = setting;
  return { id, units, excludeAccounts, roleName, externalId, actions };
}

/** In an organization the schedule starts a state machine for each rule, which invokes its function. */
const sweeps = ofOrganization
  ? evaluators.map(({ rule, evaluator }) => ({
      rule: rule.name,
      machine: sweepMachine(
        rule.name,
        evaluator.arn,
        {
          comment: "Evaluates every resource of every account under one rule",
          timeoutSeconds: EVALUATOR_TIMEOUT_SECONDS,
        },
        ofOrganization,
      ),
    }))
  : [];
if (ofOrganization) {
  startBySchedule("sweep-start", sweepTime, sweeps, delivery, deadLetterPolicy, ofOrganization);
}

function severityOf({ name, severity }: Pick<RuleDescription, "name" | "severity">) {
  return settings.severities[name] ?? severity;
}

// ------------------------------------------------------------ AWS Config: what is noticed when it changes

const configTypes = recordedTypes(settings.managedRules);
const configCost = estimateConfigCost(
  settings.managedRules,
  CUSTOM_RULES.map(({ rule }) => rule.resourceTypes),
  configTypes,
  settings.estimatedResourcesOfType,
);
pulumi.log.info(
  `AWS Config: ${settings.managedRules.length + CUSTOM_RULES.length} rules ` +
    `(${settings.managedRules.length} managed), ${configTypes.length} recorded types; ` +
    `about $${Math.ceil(configCost.total)} a month if each type has ` +
    `${settings.estimatedResourcesOfType} resources that change ${CHANGES_A_MONTH} times a month (docs/operations.md)`,
);

const identity = { project: pulumi.getProject(), stack: pulumi.getStack(), environmentSuffix };

/** The recorder that the account has, or the stack's own: AWS Config allows one, and rules need one. */
const recording = findForeignRecorder({
  mode: settings.configRecorder,
  identity,
  types: configTypes,
  client: configClient(region, providerSettings),
}).then((foreign): { own?: OwnRecording; recorderName: pulumi.Output<string> } => {
  if (foreign === undefined) {
    const own = ownRecorder();
    return { own, recorderName: own.recorder.name };
  }
  for (const warning of foreign.warnings) pulumi.log.warn(warning);
  return { recorderName: pulumi.output(foreign.name) };
});

let snapshots: ReturnType<typeof evidenceBucket> | undefined;

/** The bucket for the snapshots of every recorder that the stack makes. */
function snapshotBucket() {
  snapshots ??= evidenceBucket("snapshots", accountId.apply(names.snapshotBucket), (bucketArn) =>
    policies.configDelivery(bucketArn, accountId),
  );
  return snapshots;
}

/**
 * Destroyed in the one order that AWS accepts: recording stops, the channel goes, the recorder goes. What has to be
 * replaced goes first, for AWS allows one recorder and one channel.
 */
function ownRecorder(): OwnRecording {
  const oneAtATime = { deleteBeforeReplace: true };
  const { bucket, policy } = snapshotBucket();
  const role = new aws.iam.Role("config-recorder", {
    name: names.named("config-recorder-role"),
    description: "What AWS Config may do to record resources and deliver snapshots",
    assumeRolePolicy: policies.trust("config.amazonaws.com", accountId),
  });
  const reading = new aws.iam.RolePolicyAttachment("config-recorder", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole",
  });
  const delivering = new aws.iam.RolePolicy("config-recorder", {
    name: names.named("config-recorder-delivery"),
    role: role.name,
    policy: policies.policy(
      ...policies.recorderDelivery(bucket.arn, accountId),
      ...policies.useKey(kmsKeyArn, region, ["s3"]),
    ),
  });
  const recorder = new aws.cfg.Recorder(
    "recorder",
    {
      name: ownRecorderName(identity),
      roleArn: role.arn,
      // Named types are recorded, IAM's too, without the flag for global ones.
      recordingGroup: {
        allSupported: false,
        includeGlobalResourceTypes: false,
        resourceTypes: configTypes,
      },
      // Drift that is recorded once a day is known a day late.
      recordingMode: { recordingFrequency: "CONTINUOUS" },
    },
    { ...oneAtATime, dependsOn: [reading, delivering] },
  );
  const channel = new aws.cfg.DeliveryChannel(
    "snapshots",
    {
      name: names.named("config-snapshots"),
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
    "recorder",
    { name: recorder.name, isEnabled: true },
    { ...oneAtATime, dependsOn: every("channel") },
  );
  return { recorder, channel, started };
}

const home: HomeOfRegions = {
  named: names.named,
  accountId,
  providerSettings,
  tags: settings.tags,
  recorder: { mode: settings.configRecorder, identity },
  kmsKeyArn,
  region,
  snapshots: snapshotBucket,
  every,
};
const recordedElsewhere = furtherRegions.map((further) => furtherRegion(further, home));
if (recordedElsewhere.length > 0) forwardChanges(recordedElsewhere, home);

/** Of what the stack makes to record with, here and in the further Regions, one part. */
async function every(part: keyof OwnRecording): Promise<pulumi.Resource[]> {
  const here = recording.then(({ own }) => own);
  const recordings = await Promise.all([here, ...recordedElsewhere.map((further) => further.recording)]);
  return recordings.flatMap((own) => own?.[part] ?? []);
}

const recorderReady = every("started");

for (const { rule, name, evaluator } of evaluators) {
  const permission = new aws.lambda.Permission(`${name}-config`, {
    function: evaluator.name,
    action: "lambda:InvokeFunction",
    principal: "config.amazonaws.com",
    // The rule's ARN would be closer, but AWS Config wants the permission before it makes the rule.
    sourceAccount: accountId,
  });
  new aws.cfg.Rule(
    rule.name,
    {
      name: names.configRule(rule.name),
      description: rule.title,
      source: {
        owner: "CUSTOM_LAMBDA",
        sourceIdentifier: evaluator.arn,
        // Large resources are announced by the second kind only.
        sourceDetails: [
          "ConfigurationItemChangeNotification",
          "OversizedConfigurationItemChangeNotification",
        ].map((messageType) => ({ eventSource: "aws.config", messageType })),
      },
      scope: { complianceResourceTypes: [...rule.resourceTypes] },
    },
    { dependsOn: recorderReady.then<pulumi.Resource[]>((ready) => [permission, ...ready]) },
  );
}

const managedRules = settings.managedRules.map(({ name, identifier, title, parameters, trigger }) => {
  return new aws.cfg.Rule(
    name,
    {
      name: names.configRule(name),
      description: title,
      source: { owner: "AWS", sourceIdentifier: identifier },
      ...(Object.keys(parameters).length > 0 && { inputParameters: JSON.stringify(parameters) }),
      maximumExecutionFrequency: trigger.maximumExecutionFrequency,
      ...(trigger.resourceTypes && { scope: { complianceResourceTypes: [...trigger.resourceTypes] } }),
    },
    { dependsOn: recorderReady },
  );
});

// ------------------------------------------------------------------------------- Report: what is shown

const reportedRules: readonly ReportedRule[] = [
  ...evaluators.map(({ rule, parameters }) => ({
    ...reported(rule),
    kind: "custom" as const,
    resourceTypes: rule.resourceTypes,
    parameters,
  })),
  ...settings.managedRules.map((rule) => ({
    ...reported(rule),
    kind: "managed" as const,
    identifier: rule.identifier,
    parameters: rule.parameters,
    ...rule.trigger,
  })),
];

function reported(rule: Pick<RuleDescription, "name" | "title" | "severity" | "remediation" | "controls">) {
  const { name, title, remediation, controls } = rule;
  return {
    name,
    configRuleName: names.configRule(name),
    severity: severityOf(rule),
    title,
    remediation,
    controls,
  };
}

const deployedParameters = new Map(
  reportedRules.map(({ name, parameters }) => [name, parameters as Readonly<Record<string, string>>]),
);

/** Where AWS's managed rules are read in every account of an organization. */
const ofManagedRules = settings.managedRules.length > 0 ? ofOrganization : undefined;

const reportSettings: ReportGeneratorSettings = {
  rules: reportedRules,
  exceptions: settings.exceptions,
  ...(settings.standards.length > 0 && {
    standards: settings.standards.map((standard) =>
      reportedStandard(standard, deployedParameters, settings.parameterNotes),
    ),
  }),
  controlTitles: titlesOf(reportedRules.map(({ controls }) => controls)),
  discoveryScope: settings.discoveryScope,
  evaluationSchedule,
  reportSchedule,
  ...(settings.securityHub && { securityHub: true }),
  programVersion,
  ...(ofManagedRules && {
    organization: scannedOrganization(ofManagedRules.organization, managedSessionActions(region)),
  }),
};

/** A role's inline policies have room for 10,240 characters, which the ARNs of more rules would use up. */
const NAMED_RULES_MOST = 80;

const reportGenerator = scannerFunction({
  name: "report-generator",
  description: "Makes reports from the history, and brings the managed rules' results into it",
  folder: "report-generator",
  timeout: REPORT_TIMEOUT_SECONDS,
  memorySize: settings.reportMemoryMb,
  settings: reportSettings,
  may: [
    {
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      Resource: pulumi.interpolate`${reportBucket.bucket.arn}/reports/*`,
      Condition: policies.ofAccount(accountId),
    },
    // Not by prefix: without the right to list, S3 answers for a missing object as for a forbidden one.
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: reportBucket.bucket.arn,
      Condition: policies.ofAccount(accountId),
    },
    ...(settings.securityHub
      ? [
          {
            Effect: "Allow" as const,
            Action: "securityhub:BatchImportFindings",
            Resource: accountId.apply((id) => productArn({ accountId: id, region: settings.region })),
          },
        ]
      : []),
    {
      Effect: "Allow",
      Action: "config:GetComplianceDetailsByConfigRule",
      Resource:
        managedRules.length <= NAMED_RULES_MOST
          ? managedRules.map(({ arn }) => arn)
          : pulumi.interpolate`arn:aws:config:${region}:${accountId}:config-rule/*`,
    },
    // The names of users and policies, whether a rule was evaluated, the verdict behind an event, what there is: none
    // of these knows resources in policies. And the recorder may be anybody's and have any name.
    {
      Effect: "Allow",
      Action: [
        "config:BatchGetResourceConfig",
        "config:DescribeConfigRuleEvaluationStatus",
        "config:DescribeConfigurationRecorders",
        "config:DescribeConfigurationRecorderStatus",
        "config:GetComplianceDetailsByResource",
        "config:ListDiscoveredResources",
      ],
      Resource: "*",
    },
    ...(ofManagedRules ? organizationStatements(MANAGED_RULES, ofManagedRules) : []),
  ],
  indexes: [RULE_INDEX, TRANSITION_INDEX],
  encryptedBy: ["dynamodb", "sns", "sqs", "s3"],
});

// Who may ask for a report may invoke the function, and cannot choose to come by this alias, as EventBridge does and
// the state machine that it starts: a scheduled report is a link of the chain, and a compliance change a verdict.
const reportEvents = new aws.lambda.Alias("report-events", {
  name: EVENTS_ALIAS,
  description: "What EventBridge and its state machine invoke, and nobody else",
  functionName: reportGenerator.name,
  functionVersion: "$LATEST",
});
retryAsynchronous("report-events", reportGenerator, reportEvents, reportEvents);
const imports = ofManagedRules
  ? [
      {
        rule: "report",
        machine: sweepMachine(
          "report",
          reportEvents.arn,
          {
            comment: "Reads the managed rules of every account, and makes the report",
            timeoutSeconds: REPORT_TIMEOUT_SECONDS,
            tellsEvent: true,
          },
          ofManagedRules,
        ),
      },
    ]
  : [];
if (ofManagedRules) {
  startBySchedule("report-start", reportTime, imports, delivery, deadLetterPolicy, ofManagedRules);
} else {
  deliver("report-generator", reportTime, reportGenerator, { alias: reportEvents });
}
for (const { name, rule } of managedRuleChanges)
  deliver(name, rule, reportGenerator, { alias: reportEvents });

// ------------------------------------------------------------------- Watching: who watches the watcher

const functions = [
  ...evaluators.map(({ name, evaluator }) => ({ name, fn: evaluator })),
  { name: "report-generator", fn: reportGenerator },
];

const stateMachines = [...sweeps, ...imports];

const evaluationGapHours = longestGapHours(evaluationSchedule);

/**
 * Rules of which a run must be seen, and the hours it may take. The managed rules' runs are imports by the
 * report generator; one that waits for changes has none until there was something to evaluate, or the recorder has
 * recorded for long enough to know that there is nothing.
 */
const promisedRuns = [
  ...evaluators.map(({ rule }) => ({ rule: rule.name, hours: evaluationGapHours })),
  ...settings.managedRules
    .filter(({ trigger }) => trigger.maximumExecutionFrequency !== undefined)
    .map(({ name }) => ({ rule: name, hours: longestGapHours(reportSchedule) })),
];

const alarms = [
  ...functions.map(({ name, fn }) =>
    alarm(`${name}-errors`, {
      alarmDescription: pulumi.concat(
        fn.name,
        " failed. Its log group tells why; Lambda tries twice more and then leaves the event in ",
        deadLetters.name,
        ".",
      ),
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: fn.name },
      statistic: "Sum",
      period: 300,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
    }),
  ),
  ...stateMachines.map(({ rule, machine }) =>
    alarm(`${rule}-sweep-failed`, {
      alarmDescription: pulumi.concat(
        "An execution of ",
        machine.name,
        " failed: its run is not complete. The execution tells why; redrive it when the cause is mended ",
        "(docs/operations.md).",
      ),
      namespace: "AWS/States",
      metricName: "ExecutionsFailed",
      dimensions: { StateMachineArn: machine.arn },
      statistic: "Sum",
      period: 300,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
    }),
  ),
  // A metric that no run has written yet is as alarming as one that has stopped: until the first run after the
  // first deployment these alarm, too, and then say that all is well.
  ...promisedRuns.map(({ rule, hours }) =>
    alarm(`${rule}-missed-run`, {
      alarmDescription:
        `No complete run of ${rule} in ${hours + 1} hours, though one was due. Normal only until the first ` +
        "run.",
      // Hours without a run are zeros: CloudWatch would look further back for a value instead.
      metricQueries: [
        { id: "filled", expression: "FILL(runs, 0)", label: "Complete runs", returnData: true },
        {
          id: "runs",
          metric: {
            namespace: METRIC_NAMESPACE,
            metricName: METRICS.completedRuns,
            dimensions: {
              [METRIC_DIMENSIONS.environment]: environmentSuffix,
              [METRIC_DIMENSIONS.rule]: rule,
            },
            stat: "Sum",
            period: 3600,
          },
        },
      ],
      evaluationPeriods: hours + 1,
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      treatMissingData: "breaching",
      okActions: [alertTopic.arn],
    }),
  ),
  ...eventRules.map(({ name, rule, bus }) =>
    alarm(`${name}-undelivered`, {
      alarmDescription: pulumi.concat(
        "EventBridge could not deliver events of ",
        rule.name,
        "; they lie in ",
        deadLetters.name,
        ".",
      ),
      ...failedInvocations(rule.name, bus),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
    }),
  ),
  // Told to the topic that may be the one that fails: the dashboard and the metric show it, too.
  alarm("undelivered-alerts", {
    alarmDescription:
      "A run was recorded whose alerts SNS did not take. The next run tells them; the function's log says why.",
    namespace: METRIC_NAMESPACE,
    metricName: METRICS.undeliveredAlerts,
    dimensions: { [METRIC_DIMENSIONS.environment]: environmentSuffix },
    statistic: "Sum",
    period: 300,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  }),
  ...(settings.securityHub
    ? [
        alarm("unimported-findings", {
          alarmDescription:
            "AWS Security Hub did not take all findings of a report. The next report sends them again; the " +
            "report generator's log says why.",
          namespace: METRIC_NAMESPACE,
          metricName: METRICS.unimportedFindings,
          dimensions: { [METRIC_DIMENSIONS.environment]: environmentSuffix },
          statistic: "Sum",
          period: 300,
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          threshold: 1,
        }),
      ]
    : []),
  alarm("dead-letters", {
    alarmDescription: pulumi.concat(
      "Something was given up and lies in ",
      deadLetters.name,
      ". Mend the cause, evaluate again (docs/operations.md, Troubleshooting), delete the message.",
    ),
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: deadLetters.name },
    statistic: "Maximum",
    period: 300,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  }),
];

function alarm(name: string, args: Omit<aws.cloudwatch.MetricAlarmArgs, "name">): aws.cloudwatch.MetricAlarm {
  const defaults = { evaluationPeriods: 1, treatMissingData: "notBreaching", alarmActions: [alertTopic.arn] };
  return new aws.cloudwatch.MetricAlarm(name, { name: names.named(name), ...defaults, ...args });
}

const dashboard = new aws.cloudwatch.Dashboard("compliance", {
  dashboardName: names.named("compliance"),
  dashboardBody: pulumi
    .all([functions.map(({ fn }) => fn.name), deadLetters.name, alarms.map(({ arn }) => arn)])
    .apply(([functionNames, deadLetterQueueName, alarmArns]) =>
      dashboardBody({
        region,
        environmentSuffix,
        rules: reportedRules.map(({ name }) => name),
        functionNames,
        deadLetterQueueName,
        alarmArns,
        runPeriodHours: evaluationGapHours,
      }),
    ),
});

// ---------------------------------------------------------------------------------------------- Outputs

/** AWS Config's recorder: the stack's own, or the one that the account had. */
export const recorderName = pulumi.output(recording.then((recorder) => recorder.recorderName));
/** The DynamoDB table with every evaluation. */
export const historyTableName = history.name;
/** The SNS topic to subscribe to. */
export const alertTopicArn = alertTopic.arn;
/** The S3 bucket with the reports. */
export const reportBucketName = reportBucket.bucket.bucket;
/** null when every recorder that the stack uses was made by somebody else. */
export const snapshotBucketName = pulumi.output(
  Promise.all([recording, ...recordedElsewhere.map((further) => further.recording)]).then(
    () => snapshots?.bucket.bucket ?? null,
  ),
);
/** What to invoke, by what it does. */
export const functionNames = Object.fromEntries(functions.map(({ name, fn }) => [name, fn.name]));
/** The SQS queue with what was given up. */
export const deadLetterQueueUrl = deadLetters.url;
/** The CloudWatch dashboard, for a browser. */
export const dashboardUrl = pulumi.concat(
  "https://",
  region,
  ".console.aws.amazon.com/cloudwatch/home?region=",
  region,
  "#dashboards:name=",
  dashboard.dashboardName,
);
/**
 * By rule, the state machine that evaluates every account of the organization, and as `report` the one that reads AWS's
 * managed rules there and makes the report; null where none is scanned.
 */
export const stateMachineArns = ofOrganization
  ? Object.fromEntries(stateMachines.map(({ rule, machine }) => [rule, machine.arn]))
  : null;
/**
 * CloudFormation's template of what every account of the organization needs: the role, AWS's managed rules, and what
 * forwards changes; null where none is scanned.
 */
export const memberRoleTemplate =
  ofOrganization && changesOfMembers
    ? memberRole(
        settings.customRules,
        { rules: settings.managedRules, configRuleName: names.configRule },
        changesOfMembers,
        settings,
        ofOrganization,
      )
    : null;
