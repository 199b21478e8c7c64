/**
 * The settings that the program ships inside each function's archive as `settings.json`: unlike
 * environment variables they have no 4 KB limit, and a changed setting is a changed archive.
 */

/** How much a failure matters, for filters and subjects of alerts. */
export type Severity = "low" | "medium" | "high" | "critical";

/** A failing resource that the company has accepted until a date; reviewed in git with the stack's settings. */
export interface Exception {
  /** Rule name, such as `s3-bucket-encryption`. */
  readonly rule: string;
  /** Resource ARN; `*` stands for any run of characters. */
  readonly resource: string;
  readonly reason: string;
  readonly owner: string;
  readonly approver: string;
  readonly ticket: string;
  /** ISO date (`2027-03-31`, meaning its first instant in UTC) or instant; it covers nothing from then on. */
  readonly expires: string;
}

/** Everything in the account, or what carries the environmentSuffix in its name or tags. */
export type DiscoveryScope = "account" | "environment";

/** One required tag: the key alone, or the key and the values it may have. Case counts, as in AWS. */
export interface RequiredTag {
  readonly key: string;
  readonly values?: readonly string[];
}

/** Parameters of `ec2-required-tags`. */
export interface Ec2TagParameters {
  readonly requiredTags: readonly RequiredTag[];
}

/** Weakest to strongest. */
export const BUCKET_ENCRYPTIONS = ["AES256", "aws:kms", "aws:kms:dsse"] as const;
/** A default encryption that can be required. */
export type BucketEncryption = (typeof BUCKET_ENCRYPTIONS)[number];

/** Parameters of `s3-bucket-encryption`. */
export interface S3EncryptionParameters {
  readonly minimumBucketEncryption: BucketEncryption;
}

/** Parameters of `rds-automated-backups`. */
export interface RdsBackupParameters {
  /** Days, 1 to 35. */
  readonly minimumBackupRetentionDays: number;
  /** Judge read replicas too instead of calling them not applicable. */
  readonly checkReadReplicas: boolean;
}

/** `settings.json` of an evaluator. */
export interface EvaluatorSettings<Parameters> {
  readonly parameters: Parameters;
  readonly severity: Severity;
  readonly discoveryScope: DiscoveryScope;
  readonly exceptions: readonly Exception[];
  /** EventBridge cron expression of the sweeps, UTC. */
  readonly evaluationSchedule: string;
}

/** A rule as the report generator needs to know it. */
export interface ReportedRule {
  readonly name: string;
  readonly kind: "custom" | "managed";
  /** Managed rules: AWS's identifier, such as `IAM_PASSWORD_POLICY`. */
  readonly identifier?: string;
  /** The AWS Config rule's name in this deployment. */
  readonly configRuleName: string;
  readonly severity: Severity;
  readonly title: string;
  readonly remediation: string;
  /** Controls the rule supports, by standard. */
  readonly controls: Controls;
  /** What the rule is evaluated with; its hash goes into every row. */
  readonly parameters: object;
  /** Managed rules that AWS Config evaluates at intervals; the others it evaluates at changes. */
  readonly maximumExecutionFrequency?: "Six_Hours";
  /** The types of resources at whose changes AWS Config evaluates the others. */
  readonly resourceTypes?: readonly string[];
}

/** Standard → control ids, such as `{"PCI DSS 4.0": ["8.4.2"]}`. */
export type Controls = Readonly<Record<"SOC 2" | "PCI DSS 4.0" | "CIS AWS", readonly string[]>>;

/** `settings.json` of the report generator. */
export interface ReportSettings {
  readonly rules: readonly ReportedRule[];
  readonly exceptions: readonly Exception[];
  /** EventBridge cron expressions, UTC. */
  readonly evaluationSchedule: string;
  readonly reportSchedule: string;
  /** `version` of package.json. */
  readonly programVersion: string;
}
