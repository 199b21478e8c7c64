/** A fault that changes nothing that anybody can see. */
export interface Equivalent {
  readonly file: string;
  readonly was: string;
  readonly becomes: string;
  readonly reason: string;
}

const POLICIES = "program/policies.ts";
const OWN_RULE = "program/settings/own-managed-rule.ts";
const SCHEDULE = "program/settings/schedule.ts";
const SECRETS = "program/settings/secrets.ts";
const RUN = "lambdas/common/runs/run.ts";
const RUN_ALERTS = "lambdas/common/runs/run-alerts.ts";
const SETTLING = "lambdas/common/runs/settling.ts";
const PAST = "lambdas/common/runs/past.ts";
const SINGLE = "lambdas/common/runs/single.ts";
const STORAGE = "lambdas/report-generator/bucket/storage.ts";
const STATE = "lambdas/report-generator/content/state.ts";
const VERIFY_CHAIN = "scripts/verify-chain.ts";
const VERIFY_FILES = "scripts/verify-files.ts";
const VERIFY_LINKS = "scripts/verify-links.ts";
const LABEL = "A statement's Sid is a label, which AWS does not evaluate.";
const NO_RUN_YET = "No run of this instant is complete: it was asked under the lease that is held.";
const CHUNKS = "Only how the same bytes are divided into chunks, of which S3 sees nothing.";
const WHOLE_WORD =
  "The rest is taken as a whole anyway: `.*` is greedy, and what is before its scheme has no newline.";
const ADDRESS = "/^(.*?[a-z][a-z0-9+.-]*:\\/\\/)(.*)$/is";

/** Faults that no test can notice, and why. */
export const EQUIVALENT: readonly Equivalent[] = [
  { file: POLICIES, was: '"ConfigChecksTheBucket"', becomes: '""', reason: LABEL },
  { file: POLICIES, was: '"ConfigFindsTheBucket"', becomes: '""', reason: LABEL },
  {
    file: POLICIES,
    was: 'typeof action === "string"',
    becomes: "true",
    reason: "A list of actions is copied only for its type.",
  },
  {
    file: OWN_RULE,
    was: "[]",
    becomes: '["Stryker was here"]',
    reason: "An entry with neither types nor a frequency is refused before.",
  },
  {
    file: SCHEDULE,
    was: "/^cron\\((.*)\\)$/.exec(expression)?.[1]?.split",
    becomes: "/^cron\\((.*)\\)$/.exec(expression)?.[1].split",
    reason: "What matches has its group.",
  },
  {
    file: SCHEDULE,
    was: '""',
    becomes: '"Stryker was here!"',
    reason: "There is a text for each of the six fields, and a first part of whatever is split.",
  },
  {
    file: SECRETS,
    was: ADDRESS,
    becomes: "/^(.*?[a-z][a-z0-9+.-]*:\\/\\/)(.*)/is",
    reason: WHOLE_WORD,
  },
  { file: SECRETS, was: ADDRESS, becomes: "/(.*?[a-z][a-z0-9+.-]*:\\/\\/)(.*)$/is", reason: WHOLE_WORD },
  {
    file: SECRETS,
    was: "[]",
    becomes: '["Stryker was here"]',
    reason: "The first entry, the whole match, is not used.",
  },
  { file: SECRETS, was: '""', becomes: '"Stryker was here!"', reason: "Whatever is split has a first part." },
  { file: SECRETS, was: "/[/?#].*$/s", becomes: "/[/?#].*/s", reason: WHOLE_WORD },
  {
    file: STORAGE,
    was: '"expectedBucketOwner"',
    becomes: '""',
    reason: "The name of a middleware is for those who would remove it.",
  },
  { file: STORAGE, was: "characters < CHUNK_CHARACTERS", becomes: "false", reason: CHUNKS },
  {
    file: STORAGE,
    was: "characters < CHUNK_CHARACTERS",
    becomes: "characters <= CHUNK_CHARACTERS",
    reason: CHUNKS,
  },
  { file: STORAGE, was: "characters > 0", becomes: "true", reason: CHUNKS },
  { file: STORAGE, was: '"utf8"', becomes: '""', reason: "Node.js takes no encoding for UTF-8." },
  { file: RUN, was: "{ strictlyBefore: true }", becomes: "{}", reason: NO_RUN_YET },
  { file: RUN, was: "true", becomes: "false", reason: NO_RUN_YET },
  {
    file: RUN_ALERTS,
    was: "{ drifts: [], uncounted: 0 }",
    becomes: "{}",
    reason: "Nobody asks what is untold before it was sent.",
  },
  {
    file: SETTLING,
    was: '"9999"',
    becomes: '""',
    reason: "The end of a range gets AFTER_INSTANT, which sorts after every instant, too.",
  },
  {
    file: SETTLING,
    was: "instantOf(row.evaluation_timestamp) > instant",
    becomes: "instantOf(row.evaluation_timestamp) >= instant",
    reason: "The run's own rows, which are of its instant, are not among those of others.",
  },
  {
    file: SETTLING,
    was: "this.plan.readAgain?.(resource)",
    becomes: "this.plan.readAgain(resource)",
    reason: "Nothing is looked at again where the plan has no way to.",
  },
  {
    file: PAST,
    was: 'at > (driftSince.get(arn) ?? "")',
    becomes: 'at >= (driftSince.get(arn) ?? "")',
    reason: "The same instant is put into its own place.",
  },
  {
    file: SINGLE,
    was: "newest?.compliance_type",
    becomes: "newest.compliance_type",
    reason: "Without a newest row its instant is no event's.",
  },
  {
    file: SINGLE,
    was: "newest && instantOf(newest.evaluation_timestamp) < instant",
    becomes: "false",
    reason: "The table answers with the same row; this saves a read.",
  },
  {
    file: SINGLE,
    was: "one > other",
    becomes: "one >= other",
    reason: "Of two that are alike it is either.",
  },
  {
    file: VERIFY_CHAIN,
    was: "latest?.head?.kind",
    becomes: "latest?.head.kind",
    reason: "A newest report without a head is a break, after which nobody looks beside the chain.",
  },
  {
    file: VERIFY_FILES,
    was: "[]",
    becomes: '["Stryker was here"]',
    reason: "The rules before the first manifest: one without a name is no rule of the settings.",
  },
  {
    file: VERIFY_LINKS,
    was: "period.from > before.period.to",
    becomes: "period.from >= before.period.to",
    reason: "Where both are the same there is neither gap nor fork.",
  },
  {
    file: VERIFY_LINKS,
    was: "manifest?.files",
    becomes: "manifest.files",
    reason: "What has a whole number under `sequence` is not null.",
  },
  {
    file: STATE,
    was: "!row.gone",
    becomes: "true",
    reason: "What is gone is left out once more below: here it is for the memory.",
  },
  {
    file: STATE,
    was: "known.evaluation_timestamp < row.evaluation_timestamp",
    becomes: "known.evaluation_timestamp <= row.evaluation_timestamp",
    reason: "Two rows of a resource and a rule have two instants: they are the table's key.",
  },
];
