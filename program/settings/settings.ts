import * as v from "valibot";
import type { ScannedRegions } from "../../lambdas/common/deployment/settings";
import { DOUBTS, doubtsAbout, type Exception } from "../../lambdas/common/rule/exceptions";
import type { Severity } from "../../lambdas/common/rule/rule";
import type { DiscoveryScope } from "../../lambdas/common/rule/scope";
import { must, oneOf, textLike, wholeNumber } from "../../lambdas/common/values/check";
import type { ManagedRule } from "../managed-rules/rule";
import type { OrganizationSetting } from "../organization-home";
import { CUSTOM_RULES, type CustomRule } from "../rules";
import type { ParameterNote } from "../standards/choice";
import type { Standard } from "../standards/standards";
import { FIXED_TAGS } from "../tags";
import { exceptionList } from "./exceptions";
import { organizationSetting } from "./organization";
import { type RawSettings, REGION, SettingsReader } from "./reader";
import { scannedRegions } from "./regions";
import { DEFAULT_MANAGED_RULES, managedRuleList, STANDARD_LIST, severityMap } from "./rules";
import { WATCHABLE_SCHEDULE } from "./schedule";
import { withoutPaths } from "./secrets";
import { EMAIL_ADDRESS, type Subscription, subscriptionList } from "./subscriptions";
import { EXTRA_TAGS, TAG_KEY } from "./tags";

/** What the program takes from the stack's settings, complete and checked. */
export interface Settings {
  readonly environmentSuffix: string;
  readonly region: typeof REGION;
  /** What is scanned; the deployment's own Region is among it. */
  readonly regions: ScannedRegions;
  /** Every account of it is evaluated; the deployment's own alone without it. */
  readonly organization?: OrganizationSetting;
  /** On every resource that takes tags: the fixed ones and the company's own. */
  readonly tags: Readonly<Record<string, string>>;
  readonly kmsKeyArn?: string;
  readonly subscriptions: readonly Subscription[];
  readonly configRecorder: RecorderMode;
  /** All of them, with the stack's parameters. */
  readonly customRules: readonly (CustomRule & { readonly parameters: object })[];
  readonly discoveryScope: DiscoveryScope;
  readonly standards: readonly Standard[];
  /** The rules of the standards and further ones, with the stack's parameters. */
  readonly managedRules: readonly ManagedRule[];
  /** Where standards ask for different parameters. */
  readonly parameterNotes: readonly ParameterNote[];
  /** Key of the tag that names a resource's owner. */
  readonly ownerTag: string | undefined;
  /** Rule → severity, where it is not the rule's own. */
  readonly severities: Readonly<Record<string, Severity>>;
  readonly exceptions: readonly Exception[];
  readonly evaluationSchedule: string;
  readonly reportSchedule: string;
  /** Whether findings go to AWS Security Hub, too. */
  readonly securityHub: boolean;
  readonly logRetentionDays: number;
  readonly reportVersionRetentionDays: number;
  /** What the estimate of AWS Config's cost supposes. */
  readonly estimatedResourcesOfType: number;
  readonly evaluatorMemoryMb: number;
  readonly reportMemoryMb: number;
  /** What is allowed but worth a word at every deployment. */
  readonly warnings: readonly string[];
}

/** Whether the account's AWS Config recorder is looked for, or known to be missing or there. */
export type RecorderMode = (typeof RECORDER_MODES)[number];
const RECORDER_MODES = ["auto", "create", "existing"] as const;

/** S3 allows names of 63 characters, and the longest begins with `compliance-reports-<account>-`. */
const SUFFIX_LENGTH = 31;
/**
 * The only ones CloudWatch takes
 * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
 */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const RETENTION = v.custom<number>(
  (days) => RETENTION_DAYS.some((one) => one === days),
  must(`be one of ${RETENTION_DAYS.join(", ")}`),
);

const SUFFIX = v.custom<string>(
  (suffix) =>
    typeof suffix === "string" && suffix.length <= SUFFIX_LENGTH && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(suffix),
  must(
    `be 1 to ${SUFFIX_LENGTH} lower-case letters, digits and single hyphens within, ` +
      "as S3 bucket names end with it",
  ),
);

const KEY_ARN = textLike(
  /^arn:aws:kms:us-east-1:\d{12}:key\/(mrk-)?[0-9a-f-]{32,36}$/,
  "the ARN of a KMS key in us-east-1 (arn:aws:kms:us-east-1:<account>:key/<id>, no alias)",
);
/**
 * Reads every setting of the stack; Pulumi.yaml says what each means.
 * @param now exceptions end, or reach too far, as seen from here.
 * @throws pulumi.RunError that lists everything that is wrong, each with its key and what is allowed.
 */
export function readSettings(raw: RawSettings, project: string, now: Date): Settings {
  const stack = new SettingsReader(raw, project);
  const alertEmail = stack.optionalText("alertEmail", EMAIL_ADDRESS, withoutPaths);
  const standards = stack.structure("standards", [], STANDARD_LIST);
  const { rules: managedRules, notes: parameterNotes } = stack.structure(
    "managedRules",
    standards.length > 0 ? [] : DEFAULT_MANAGED_RULES,
    managedRuleList(standards, REGION),
  );
  const rules = [...CUSTOM_RULES.map(({ rule }) => rule), ...managedRules].map(({ name }) => name);
  const exceptions = stack.structure("exceptions", [], exceptionList(rules, now));
  const expired = exceptions.filter(({ expires }) => Date.parse(expires) <= now.getTime());
  const subscriptions = stack.structure("alertSubscriptions", [], subscriptionList(alertEmail), withoutPaths);
  const kmsKeyArn = stack.optionalText("kmsKeyArn", KEY_ARN);
  const customRules = CUSTOM_RULES.map((one: CustomRule) => ({ ...one, parameters: stack.parameters(one) }));
  const regions = stack.structure("regions", [REGION], scannedRegions(REGION));
  const settings: Settings = {
    environmentSuffix: stack.requiredText("environmentSuffix", SUFFIX),
    region: stack.region(),
    regions,
    organization: stack.optionalStructure("organization", organizationSetting(REGION, regions)),
    tags: { ...FIXED_TAGS, ...stack.structure("extraTags", {}, EXTRA_TAGS) },
    kmsKeyArn,
    subscriptions,
    configRecorder: stack.text("configRecorder", "auto", oneOf(RECORDER_MODES)),
    customRules,
    discoveryScope: stack.text("discoveryScope", "account", oneOf(["account", "environment"])),
    standards,
    managedRules,
    parameterNotes,
    ownerTag: stack.optionalText("ownerTag", TAG_KEY),
    severities: stack.structure("severities", {}, severityMap(rules)),
    exceptions,
    evaluationSchedule: stack.text("evaluationSchedule", "cron(0 0/6 * * ? *)", WATCHABLE_SCHEDULE),
    reportSchedule: stack.text("reportSchedule", "cron(30 0/6 * * ? *)", WATCHABLE_SCHEDULE),
    securityHub: stack.structure("securityHub", false, v.boolean(must("be true or false"))),
    logRetentionDays: stack.structure("logRetentionDays", 365, RETENTION),
    reportVersionRetentionDays: stack.structure("reportVersionRetentionDays", 2557, wholeNumber(1, 36_500)),
    estimatedResourcesOfType: stack.structure("estimatedResourcesOfType", 50, wholeNumber(0, 1_000_000)),
    evaluatorMemoryMb: stack.structure("evaluatorMemoryMb", 1769, wholeNumber(128, 10_240)),
    reportMemoryMb: stack.structure("reportMemoryMb", 1769, wholeNumber(128, 10_240)),
    warnings: [
      ...(subscriptions.length === 0
        ? ["nobody is told of failures: neither alertEmail nor alertSubscriptions is set"]
        : []),
      ...customRules.flatMap((one) => one.doubts?.(one.parameters, { kmsKeyArn }) ?? []),
      ...expired.map(
        ({ ticket, rule, resource, expires }) =>
          `exceptions: ${ticket} (${rule}, ${resource}) expired on ${expires} and covers nothing any more`,
      ),
      ...exceptions
        .filter((one) => !expired.includes(one))
        .flatMap((one) => doubtsAbout(one).map((doubt) => ({ ...one, doubt })))
        .map(
          ({ ticket, rule, resource, doubt }) =>
            `exceptions: ${ticket} (${rule}, ${resource}) ${DOUBTS[doubt]}`,
        ),
    ],
  };
  if (settings.configRecorder !== "create") stack.refuseAssumedRoles();
  stack.finish();
  return settings;
}
