const SWEEP = under("tests/runs/sweep", "recording", "retries", "gone", "digest", "on-demand");
const SETTINGS = under("tests/program/settings", "settings", "refused-settings", "refused-rules");

const RUNS = [
  "tests/runs/single",
  "tests/runs/single-looks",
  "tests/runs/told-by-others",
  "tests/runs/run",
  "tests/runs/settling",
  "tests/runs/past",
  "tests/runs/run-alerts",
  "tests/runs/leases",
  "tests/runs/expiry",
  ...SWEEP,
  "tests/runs/kept-drifts",
  "tests/runs/out-of-order",
  "tests/runs/out-of-order-alerts",
  "tests/evaluator/events",
  "tests/evaluator/config-notifications",
  "tests/alerts/changes",
  "tests/alerts/drift",
  "tests/alerts/no-drift",
  "tests/alerts/lost-alerts",
  "tests/alerts/crossing-deliveries",
  "tests/alerts/owed-alerts",
  "tests/runs/races",
  "tests/runs/lost-answers",
  "tests/runs/digest",
  "tests/evaluator/regions",
  "tests/evaluator/regions-come-and-go",
  "tests/organization/organization",
  "tests/evaluator/managed-rules",
  "tests/evaluator/compliance-changes",
];

/**
 * A file, or the beginning of its path, → the suites that are about it, the fastest first. Not the ones of whole
 * archives, the demo's or the long random sequences: what is noticed is noticed close to where it was done.
 */
const SUITES: readonly (readonly [string, readonly string[]])[] = [
  [
    "lambdas/report-generator/bucket/storage",
    ["tests/report/bucket/storage", "tests/report/generate", "tests/report/scheduled"],
  ],
  [
    "lambdas/report-generator/bucket/",
    [
      "tests/report/bucket/chain",
      "tests/report/bucket/standard",
      "tests/report/bucket/watched-rules",
      "tests/report/bucket/verify/demand",
      "tests/report/generate",
      "tests/report/content/findings",
      "tests/report/scheduled",
      "tests/report/bucket/verify/reports-and-manifests",
      "tests/report/bucket/verify/settings-and-other-files",
    ],
  ],
  [
    "lambdas/report-generator/managed-rules/",
    [
      "tests/evaluator/managed-rules",
      "tests/evaluator/managed-rule-resources",
      "tests/evaluator/compliance-changes",
      "tests/report/import",
    ],
  ],
  [
    "lambdas/report-generator/figures/cron",
    ["tests/report/figures/slots", "tests/program/settings/schedule", "tests/report/figures/schedule"],
  ],
  [
    "lambdas/report-generator/",
    [
      "tests/report/content/state",
      "tests/report/content/state-reads",
      "tests/report/content/read-once",
      "tests/report/figures/intervals",
      "tests/report/content/content",
      "tests/report/content/borders",
      "tests/report/figures/figures",
      "tests/report/event",
      "tests/report/figures/slots",
      "tests/report/figures/schedule",
      "tests/report/chosen-standards",
      "tests/report/generate",
      "tests/report/content/findings",
      "tests/report/scheduled",
      "tests/report/forms/csv",
      "tests/report/forms/csv-rows",
      "tests/report/forms/ocsf",
      "tests/report/forms/html-layout",
      "tests/report/forms/html",
    ],
  ],
  [
    "scripts/",
    [
      "tests/report/bucket/verify/manifests",
      "tests/report/bucket/verify/files",
      "tests/report/bucket/verify/latest",
      "tests/report/bucket/verify/result",
      "tests/report/bucket/verify/demand",
      "tests/report/bucket/verify/reports-and-manifests",
      "tests/report/bucket/verify/settings-and-other-files",
    ],
  ],
  [
    "lambdas/common/alerts/",
    [
      "tests/alerts/claims",
      "tests/alerts/windows",
      "tests/alerts/messages",
      "tests/alerts/digest-message",
      "tests/alerts/alerts",
      "tests/alerts/long-alerts",
      "tests/alerts/folding",
      "tests/alerts/changes",
      "tests/alerts/drift",
      "tests/alerts/no-drift",
      "tests/alerts/owed-alerts",
      "tests/alerts/lost-alerts",
      "tests/alerts/crossing-deliveries",
      "tests/runs/races",
    ],
  ],
  [
    "lambdas/common/history/",
    [
      "tests/history/transition",
      "tests/history/drift",
      "tests/history/row",
      "tests/history/reads",
      "tests/history/writes",
      "tests/history/ledger",
      "tests/history/keys",
      "tests/organization/limits",
      ...SWEEP,
      "tests/evaluator/exceptions",
      "tests/runs/out-of-order",
      "tests/runs/out-of-order-alerts",
      "tests/runs/lost-answers",
    ],
  ],
  ["lambdas/common/runs/", RUNS],
  [
    "lambdas/common/evaluator/",
    [
      "tests/evaluator/events",
      "tests/evaluator/config-notifications",
      "tests/evaluator/answers-to-config",
      "tests/evaluator/forged-events",
      "tests/evaluator/region-events",
      "tests/evaluator/exceptions",
      "tests/evaluator/scope",
      "tests/runs/single",
      ...SWEEP,
      "tests/evaluator/regions",
      "tests/organization/organization",
    ],
  ],
  [
    "lambdas/ec2-tags/",
    under("tests/rules/ec2-tags", "ec2-required-tags", "ec2-tag-parameters", "instances"),
  ],
  [
    "lambdas/s3-encryption/",
    under("tests/rules/s3-encryption", "s3-bucket-encryption", "buckets", "bucket-facts"),
  ],
  [
    "lambdas/rds-backups/",
    under(
      "tests/rules/rds-backups",
      "rds-automated-backups",
      "rds-backup-parameters",
      "databases",
      "finding-databases",
    ),
  ],
  ["program/settings/schedule", ["tests/program/settings/schedule", ...SETTINGS]],
  ["program/settings/secrets", ["tests/program/settings/secrets", ...SETTINGS]],
  ["program/settings/organization", ["tests/program/settings/organization-settings", ...SETTINGS]],
  [
    "program/settings/own-managed-rule",
    [
      "tests/program/settings/own-managed-rule",
      "tests/program/standards/standards",
      "tests/program/standards/rule-choice",
    ],
  ],
  [
    "program/settings/",
    [
      ...SETTINGS,
      "tests/program/settings/secrets",
      "tests/program/settings/schedule",
      "tests/program/settings/organization-settings",
      "tests/program/standards/standards",
      "tests/program/standards/rule-choice",
      "tests/program/standards/managed-rules",
      "tests/program/settings/company-settings",
    ],
  ],
  [
    "program/policies",
    [
      "tests/program/authorization",
      "tests/program/program",
      "tests/program/organization/organization",
      "tests/program/organization/member-template",
      "tests/program/regions",
    ],
  ],
  [
    "program/",
    [
      "tests/program/standards/managed-rules",
      "tests/program/standards/standards",
      "tests/program/standards/rule-choice",
      "tests/program/standards/chosen-standards",
      "tests/program/recorder",
      "tests/program/program",
    ],
  ],
  [
    "index",
    [
      "tests/program/program",
      "tests/program/organization/organization",
      "tests/program/organization/member-template",
      "tests/program/settings/company-settings",
      "tests/program/regions",
      "tests/program/recorder",
      "tests/program/existing-recorder",
    ],
  ],
];

function under(folder: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${folder}/${name}`);
}

/** @throws Error when the table has no suites for the file. */
export function suitesOf(file: string): string[] {
  const suites = SUITES.find(([start]) => file.startsWith(start))?.[1];
  if (!suites)
    throw new Error(`tests/mutants/suites.ts names no suites for ${file}; SUITES=tests/a.test.ts does`);
  return suites.map((suite) => `${suite}.test.ts`);
}
