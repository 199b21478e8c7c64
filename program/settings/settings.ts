import * as pulumi from "@pulumi/pulumi";
import { DOUBTS, doubtsAbout, type Exception } from "../../lambdas/common/rule/exceptions";
import type { Severity } from "../../lambdas/common/rule/rule";
import type { DiscoveryScope } from "../../lambdas/common/rule/scope";
import { InvalidInputError } from "../../lambdas/common/values/errors";
import {
  asBoolean,
  asFields,
  asList,
  asOneOf,
  asWholeNumber,
  refuseOthers,
} from "../../lambdas/common/values/input";
import { type Ec2TagParameters, ec2RequiredTags } from "../../lambdas/ec2-tags/rule";
import type { RdsBackupParameters } from "../../lambdas/rds-backups/rule";
import {
  BUCKET_ENCRYPTIONS,
  type BucketEncryption,
  type S3EncryptionParameters,
  s3BucketEncryption,
} from "../../lambdas/s3-encryption/rule";
import { MANAGED_RULES, type ManagedRule } from "../managed-rules";
import { CUSTOM_RULES } from "../rules";
import { exceptionList } from "./exceptions";
import { checkEach, InvalidInputErrors } from "./problems";
import { LONGEST_WATCHABLE_GAP_HOURS, longestGapHours, parseSchedule } from "./schedule";
import { withoutUrlPaths } from "./secrets";
import { asEmail, type Subscription, subscriptionList } from "./subscriptions";

/** What the program takes from the stack's settings, complete and checked. */
export interface Settings {
  readonly environmentSuffix: string;
  readonly region: typeof REGION;
  /** On every resource that takes tags: the fixed ones and the company's own. */
  readonly tags: Readonly<Record<string, string>>;
  readonly kmsKeyArn?: string;
  readonly subscriptions: readonly Subscription[];
  readonly configRecorder: RecorderMode;
  readonly ec2: Ec2TagParameters;
  readonly s3: S3EncryptionParameters;
  readonly rds: RdsBackupParameters;
  readonly discoveryScope: DiscoveryScope;
  /** The chosen ones of the catalogue, with the stack's parameters. */
  readonly managedRules: readonly ManagedRule[];
  /** Rule → severity, where it is not the rule's own. */
  readonly severities: Readonly<Record<string, Severity>>;
  readonly exceptions: readonly Exception[];
  readonly evaluationSchedule: string;
  readonly reportSchedule: string;
  readonly logRetentionDays: number;
  readonly reportVersionRetentionDays: number;
  readonly evaluatorMemoryMb: number;
  readonly reportMemoryMb: number;
  /** What is allowed but worth a word at every deployment. */
  readonly warnings: readonly string[];
}

/** Whether the account's AWS Config recorder is looked for, or known to be missing or there. */
export type RecorderMode = (typeof RECORDER_MODES)[number];
const RECORDER_MODES = ["auto", "create", "existing"] as const;

/** The settings as Pulumi has them: `<namespace>:<key>` → text, structures as JSON. */
export type RawSettings = Readonly<Record<string, string>>;

/** Tags that every resource carries; nobody can change them. */
export const FIXED_TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" } as const;

/** Config records IAM in one Region only, and the whole design rests on its being this one. */
const REGION = "us-east-1";
/** S3 allows names of 63 characters, and the longest begins with `compliance-reports-<account>-`. */
const SUFFIX_LENGTH = 31;
/** The only ones CloudWatch takes (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html). */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const SEVERITIES = ["low", "medium", "high", "critical"] as const;

const DEFAULT_MANAGED_RULES = [
  "iam-root-mfa",
  "iam-user-mfa",
  "iam-password-policy",
  "iam-access-keys-rotated",
  "iam-no-admin-policies",
  "iam-unused-credentials",
];
const DEFAULT_REQUIRED_TAGS = Object.keys(FIXED_TAGS).map((key) => ({ key }));

/**
 * Reads every setting of the stack; Pulumi.yaml says what each means.
 * @param now exceptions end, or reach too far, as seen from here.
 * @throws pulumi.RunError that lists everything that is wrong, each with its key and what is allowed.
 */
export function readSettings(raw: RawSettings, project: string, now: Date): Settings {
  const stack = new SettingsReader(raw, project);
  const alertEmail = stack.optionalText("alertEmail", asEmail);
  const managedRules = stack.structure("managedRules", DEFAULT_MANAGED_RULES, managedRuleList);
  const rules = [...CUSTOM_RULES, ...managedRules].map(({ name }) => name);
  const { exceptions, expired } = stack.structure("exceptions", [], (value, key) =>
    exceptionList(value, key, rules, now),
  );
  const subscriptions = stack.structure("alertSubscriptions", [], (value, key) =>
    subscriptionList(value, key, alertEmail),
  );
  const kmsKeyArn = stack.optionalText("kmsKeyArn", asKeyArn);
  const s3 = stack.text("minimumBucketEncryption", "AES256", (minimumBucketEncryption) =>
    s3BucketEncryption.parseParameters({ minimumBucketEncryption }),
  );
  const settings: Settings = {
    environmentSuffix: stack.requiredText("environmentSuffix", asSuffix),
    region: stack.region(),
    tags: { ...FIXED_TAGS, ...stack.structure("extraTags", {}, asExtraTags) },
    kmsKeyArn,
    subscriptions,
    configRecorder: stack.text("configRecorder", "auto", (value, key) => asOneOf(value, RECORDER_MODES, key)),
    ec2: stack.structure("requiredTags", DEFAULT_REQUIRED_TAGS, (requiredTags) =>
      ec2RequiredTags.parseParameters({ requiredTags }),
    ),
    s3,
    rds: {
      minimumBackupRetentionDays: stack.structure("minimumBackupRetentionDays", 1, wholeNumber(1, 35)),
      checkReadReplicas: stack.structure("checkReadReplicas", false, asBoolean),
    },
    discoveryScope: stack.text("discoveryScope", "account", (value, key) =>
      asOneOf(value, ["account", "environment"], key),
    ),
    managedRules,
    severities: stack.structure("severities", {}, (value, key) => asSeverities(value, key, rules)),
    exceptions,
    evaluationSchedule: stack.text("evaluationSchedule", "cron(0 0/6 * * ? *)", asWatchableSchedule),
    reportSchedule: stack.text("reportSchedule", "cron(30 0/6 * * ? *)", asWatchableSchedule),
    logRetentionDays: stack.structure("logRetentionDays", 365, asRetentionDays),
    reportVersionRetentionDays: stack.structure("reportVersionRetentionDays", 2557, wholeNumber(1, 36_500)),
    evaluatorMemoryMb: stack.structure("evaluatorMemoryMb", 1769, wholeNumber(128, 10_240)),
    reportMemoryMb: stack.structure("reportMemoryMb", 1769, wholeNumber(128, 10_240)),
    warnings: [
      ...(subscriptions.length === 0
        ? ["nobody is told of failures: neither alertEmail nor alertSubscriptions is set"]
        : []),
      ...ownBucketsTooWeak(s3, kmsKeyArn),
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

/** Reads settings one by one and remembers what is wrong, so that all of it can be told at once. */
class SettingsReader {
  private readonly problems: string[] = [];
  private readonly keys = new Set<string>();

  constructor(
    private readonly raw: RawSettings,
    private readonly project: string,
  ) {}

  requiredText(key: string, parse: Parser<string, string>): string {
    return this.attempt(() => parse(this.given(key) ?? "", key)) ?? "";
  }

  optionalText(key: string, parse: Parser<string, string>): string | undefined {
    const given = this.given(key);
    return given === undefined ? undefined : this.attempt(() => parse(given, key));
  }

  text<Value>(key: string, fallback: string, parse: Parser<string, Value>): Value {
    const given = this.given(key) ?? fallback;
    return this.attempt(() => parse(given, key)) ?? parse(fallback, key);
  }

  /** A number, a truth value, a list or an object. */
  structure<Value>(key: string, fallback: unknown, parse: Parser<unknown, Value>): Value {
    const given = this.given(key);
    const value = given === undefined ? fallback : fromJson(given);
    return this.attempt(() => parse(value, key)) ?? parse(fallback, key);
  }

  region(): typeof REGION {
    const region = this.raw["aws:region"] ?? REGION;
    if (region !== REGION) this.problems.push(`aws:region must be ${REGION}, not ${region}`);
    if (this.raw["aws:defaultTags"] !== undefined) {
      this.problems.push(`aws:defaultTags must not be set; ${this.project}:extraTags is for further tags`);
    }
    return REGION;
  }

  /** The look-up for the recorder would see another account than the one that is deployed to. */
  refuseAssumedRoles(): void {
    for (const key of ["aws:assumeRoles", "aws:assumeRoleWithWebIdentity"]) {
      if (this.raw[key] === undefined) continue;
      this.problems.push(
        `${key} needs ${this.project}:configRecorder to be create, as the look-up for a recorder takes on no role; ` +
          "a profile in aws:profile that takes it on will do, too",
      );
    }
  }

  /**
   * To be called when everything was read.
   * @throws pulumi.RunError when anything was wrong, or the stack sets what nobody read.
   */
  finish(): void {
    const prefix = `${this.project}:`;
    for (const name of Object.keys(this.raw).filter((one) => one.startsWith(prefix))) {
      if (this.keys.has(name.slice(prefix.length))) continue;
      this.problems.push(
        `${name} is no setting of this program; allowed: ${[...this.keys].sort().join(", ")}`,
      );
    }
    if (this.problems.length > 0) {
      throw new pulumi.RunError(`The stack's settings need mending:\n  - ${this.problems.join("\n  - ")}`);
    }
  }

  /** Pulumi.yaml can declare a setting without a value only as an empty text. */
  private given(key: string): string | undefined {
    this.keys.add(key);
    return this.raw[`${this.project}:${key}`] || undefined;
  }

  private attempt<Value>(parse: () => Value): Value | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      const problems = error instanceof InvalidInputErrors ? error.problems : [error.message];
      this.problems.push(...problems.map((problem) => withoutUrlPaths(`${this.project}:${problem}`)));
      return undefined;
    }
  }
}

/** @throws InvalidInputError naming the key and what is allowed. */
type Parser<From, To> = (value: From, key: string) => To;

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function asSuffix(value: string, key: string): string {
  if (value.length <= SUFFIX_LENGTH && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)) return value;
  throw new InvalidInputError(
    `${key} must be 1 to ${SUFFIX_LENGTH} lower-case letters, digits and single hyphens within, ` +
      `as S3 bucket names end with it, not ${JSON.stringify(value)}`,
  );
}

function asKeyArn(value: string, key: string): string {
  if (/^arn:aws:kms:us-east-1:\d{12}:key\/(mrk-)?[0-9a-f-]{32,36}$/.test(value)) return value;
  throw new InvalidInputError(
    `${key} must be the ARN of a KMS key in us-east-1 (arn:aws:kms:us-east-1:<account>:key/<id>, no alias), ` +
      `not ${JSON.stringify(value)}`,
  );
}

/** The stack's buckets are resources of the account like any others, and evaluated. */
function ownBucketsTooWeak(
  { minimumBucketEncryption: minimum }: S3EncryptionParameters,
  kmsKeyArn: string | undefined,
): string[] {
  const own: BucketEncryption = kmsKeyArn === undefined ? "AES256" : "aws:kms";
  if (BUCKET_ENCRYPTIONS.indexOf(own) >= BUCKET_ENCRYPTIONS.indexOf(minimum)) return [];
  const remedy =
    minimum === "aws:kms" ? "set kmsKeyArn, or accept it by an exception" : "accept it by an exception";
  return [
    `minimumBucketEncryption is ${minimum}, and the stack's own buckets have ${own}: they will fail ` +
      `${s3BucketEncryption.name}; ${remedy}`,
  ];
}

function wholeNumber(lowest: number, highest: number): Parser<unknown, number> {
  return (value, key) => asWholeNumber(value, lowest, highest, key);
}

function asRetentionDays(value: unknown, key: string): number {
  if (typeof value === "number" && RETENTION_DAYS.includes(value)) return value;
  throw new InvalidInputError(
    `${key} must be one of ${RETENTION_DAYS.join(", ")}, not ${JSON.stringify(value)}`,
  );
}

function asWatchableSchedule(value: string, key: string): string {
  const expression = parseSchedule(value, key);
  if (longestGapHours(expression) <= LONGEST_WATCHABLE_GAP_HOURS) return expression;
  throw new InvalidInputError(
    `${key} is ${value}: at most ${LONGEST_WATCHABLE_GAP_HOURS} hours may pass between two runs, ` +
      "as no CloudWatch alarm can watch for longer",
  );
}

/** AWS's rules for tags (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html). */
function asExtraTags(value: unknown, key: string): Record<string, string> {
  const tags = Object.entries(asFields(value, key));
  const taken = new Set(Object.keys(FIXED_TAGS).map((tag) => tag.toLowerCase()));
  for (const [tag, text] of tags) {
    // IAM tells tags apart by more than case.
    if (taken.has(tag.toLowerCase())) {
      throw new InvalidInputError(
        `${key}.${tag} is a duplicate; allowed are keys that differ, by more than case, from each other and ` +
          `from ${Object.keys(FIXED_TAGS).join(", ")}`,
      );
    }
    taken.add(tag.toLowerCase());
    if (!/^(?!aws:)[\p{L}\p{N} _.:/=+\-@]{1,128}$/iu.test(tag)) {
      throw new InvalidInputError(
        `${key}.${tag} must have 1 to 128 letters, digits, spaces and _.:/=+-@ and not begin with aws:`,
      );
    }
    if (typeof text !== "string" || !/^[\p{L}\p{N} _.:/=+\-@]{0,256}$/u.test(text)) {
      throw new InvalidInputError(
        `${key}.${tag} must be a text of at most 256 letters, digits, spaces and _.:/=+-@, not ${JSON.stringify(text)}`,
      );
    }
  }
  if (taken.size > 50) throw new InvalidInputError(`${key} must leave a resource with at most 50 tags`);
  return Object.fromEntries(tags) as Record<string, string>;
}

function managedRuleList(value: unknown, key: string): ManagedRule[] {
  const rules = checkEach(asList(value, key), (one, index) => asManagedRule(one, `${key}[${index}]`));
  const names = rules.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (rules.length === 0) throw new InvalidInputError(`${key} must name at least one rule`);
  if (twice !== undefined) throw new InvalidInputError(`${key} must name each rule once, not ${twice} twice`);
  return rules;
}

/** A rule's name, or its name with the parameters that differ from the catalogue's. */
function asManagedRule(value: unknown, key: string): ManagedRule {
  const {
    name,
    parameters = {},
    ...others
  } = typeof value === "string" ? { name: value } : asFields(value, key);
  refuseOthers(others, ["name", "parameters"], key);
  const rule = MANAGED_RULES.find((one) => one.name === name);
  if (rule === undefined) {
    const allowed = MANAGED_RULES.map((one) => one.name).join(", ");
    throw new InvalidInputError(`${key} must be one of ${allowed}, not ${JSON.stringify(name ?? value)}`);
  }
  const changed = asFields(parameters, `${key}.parameters`);
  refuseOthers(changed, Object.keys(rule.parameters), `${key}.parameters of ${rule.name}`);
  const texts = Object.entries(changed).map(([parameter, one]) => {
    if (typeof one === "string" || typeof one === "number" || typeof one === "boolean") {
      return [parameter, String(one)] as const;
    }
    throw new InvalidInputError(`${key}.parameters.${parameter} must be a text, a number or true or false`);
  });
  return { ...rule, parameters: { ...rule.parameters, ...Object.fromEntries(texts) } };
}

function asSeverities(value: unknown, key: string, rules: readonly string[]): Record<string, Severity> {
  const severities = asFields(value, key);
  refuseOthers(severities, rules, key);
  return Object.fromEntries(
    Object.entries(severities).map(([rule, severity]) => [
      rule,
      asOneOf(severity, SEVERITIES, `${key}.${rule}`),
    ]),
  );
}
