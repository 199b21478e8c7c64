import type { Controls, Severity } from "../lambdas/common/rule/rule";

/** A rule that AWS Config brings along and evaluates itself, as this product uses it. */
export interface ManagedRule {
  /** Rule name in settings, rows, metrics and exceptions. */
  readonly name: string;
  /** AWS's identifier (https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html). */
  readonly identifier: string;
  readonly title: string;
  /** Unless the stack's settings say otherwise. */
  readonly severity: Severity;
  readonly remediation: string;
  /** Controls that the rule supports with these parameters. */
  readonly controls: Controls;
  /** Input parameters, as AWS Config wants them: texts. Settings may change their values, not add to them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** How AWS Config comes to evaluate: at intervals, or when a resource of one of these types changes. */
  readonly trigger:
    | { readonly maximumExecutionFrequency: "Six_Hours" }
    | { readonly resourceTypes: readonly string[] };
}

const EVERY_SIX_HOURS = { maximumExecutionFrequency: "Six_Hours" } as const;

/** The managed rules that the setting `managedRules` can choose from. */
export const MANAGED_RULES: readonly ManagedRule[] = [
  {
    name: "iam-root-mfa",
    identifier: "ROOT_ACCOUNT_MFA_ENABLED",
    title: "The root user signs in with MFA",
    severity: "critical",
    remediation: "Sign in as the root user and register an MFA device under My security credentials.",
    controls: { "SOC 2": ["CC6.1"], "PCI DSS 4.0": ["8.4.2"], "CIS AWS": ["1.5"] },
    parameters: {},
    trigger: EVERY_SIX_HOURS,
  },
  {
    name: "iam-user-mfa",
    identifier: "IAM_USER_MFA_ENABLED",
    title: "IAM users have MFA",
    severity: "high",
    remediation: "Register an MFA device for the user, or replace the user by a role.",
    controls: { "SOC 2": ["CC6.1"], "PCI DSS 4.0": ["8.4.2"], "CIS AWS": ["1.10"] },
    parameters: {},
    trigger: EVERY_SIX_HOURS,
  },
  {
    name: "iam-console-mfa",
    identifier: "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
    title: "IAM users with a console password have MFA",
    severity: "high",
    remediation: "Register an MFA device for the user, or remove the console password.",
    controls: { "SOC 2": ["CC6.1"], "PCI DSS 4.0": ["8.4.2"], "CIS AWS": ["1.10"] },
    parameters: {},
    trigger: EVERY_SIX_HOURS,
  },
  {
    name: "iam-password-policy",
    identifier: "IAM_PASSWORD_POLICY",
    title: "The account's password policy is strong enough",
    severity: "medium",
    remediation: "Set the account's password policy under IAM, Account settings, to at least these values.",
    controls: {
      "SOC 2": ["CC6.1"],
      "PCI DSS 4.0": ["8.3.6", "8.3.7", "8.3.9"],
      "CIS AWS": ["1.8", "1.9"],
    },
    parameters: {
      RequireUppercaseCharacters: "true",
      RequireLowercaseCharacters: "true",
      RequireSymbols: "true",
      RequireNumbers: "true",
      MinimumPasswordLength: "14",
      PasswordReusePrevention: "24",
      MaxPasswordAge: "90",
    },
    trigger: EVERY_SIX_HOURS,
  },
  {
    name: "iam-access-keys-rotated",
    identifier: "ACCESS_KEYS_ROTATED",
    title: "Access keys are rotated",
    severity: "medium",
    remediation: "Create a second access key, move its users over, then deactivate and delete the old one.",
    controls: { "SOC 2": ["CC6.1"], "PCI DSS 4.0": ["8.6.3"], "CIS AWS": ["1.14"] },
    parameters: { maxAccessKeyAge: "90" },
    trigger: EVERY_SIX_HOURS,
  },
  {
    name: "iam-no-admin-policies",
    identifier: "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
    title: "Customer-managed policies grant no full administrator access",
    severity: "high",
    remediation: "Replace Action * on Resource * by the actions and resources that are really needed.",
    controls: { "SOC 2": ["CC6.1", "CC6.3"], "PCI DSS 4.0": ["7.2.1", "7.2.2"], "CIS AWS": ["1.16"] },
    parameters: { excludePermissionBoundaryPolicy: "true" },
    trigger: { resourceTypes: ["AWS::IAM::Policy"] },
  },
  {
    name: "iam-unused-credentials",
    identifier: "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    title: "Unused credentials are removed",
    severity: "medium",
    remediation: "Deactivate the password and access keys that nobody has used, or delete the user.",
    // CIS AWS 1.12 asks for 45 days, PCI DSS for 90.
    controls: { "SOC 2": ["CC6.1", "CC6.2"], "PCI DSS 4.0": ["8.2.6"], "CIS AWS": [] },
    parameters: { maxCredentialUsageAge: "90" },
    trigger: EVERY_SIX_HOURS,
  },
];
