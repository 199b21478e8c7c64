import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { readSettings } from "../../../program/settings/settings";
import { PROJECT, rawSettings } from "../support";

const NOW = new Date("2026-11-24T12:00:00Z");
const ACCOUNT = "123456789012";
const read = (settings: Record<string, unknown>) =>
  readSettings(rawSettings({ environmentSuffix: "dev", ...settings }), PROJECT, NOW);

const exception = {
  rule: "s3-bucket-encryption",
  resource: "arn:aws:s3:::legacy-*",
  reason: "Read by a system that cannot use KMS",
  owner: "payments",
  approver: "ciso@example.com",
  ticket: "RISK-7",
  expires: "2027-03-31",
};

describe("Pulumi.yaml", () => {
  const { config, runtime } = load(readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8")) as {
    runtime: { options: { nodeargs: string } };
    config: Record<string, { type?: string; description?: string; default?: unknown; value?: unknown }>;
  };
  const declared = Object.entries(config).filter(([key]) => !key.includes(":"));

  test("describes every setting, and declares no other", () => {
    const [, allowed = ""] = /allowed: (.*)$/m.exec(messageOf({ typo: "x" })) ?? [];
    expect(declared.map(([key]) => key).sort()).toEqual(allowed.split(", "));
    for (const [, { description }] of declared) expect(description?.length).toBeGreaterThan(20);
  });

  test("declares the defaults that the program has, so that only the suffix must be set", () => {
    const defaults = declared
      .filter(([, one]) => one.default !== undefined)
      .map(([key, one]) => [key, one.default]);
    expect(defaults).toHaveLength(declared.length - 1);
    expect(read(Object.fromEntries(defaults))).toEqual(read({}));
  });

  test("forbids resources that forget the provider with the tags", () => {
    expect(config["pulumi:disable-default-providers"]?.value).toEqual(["aws"]);
  });

  test("lets Node say nothing of the AWS SDK's plans, and everything of what is deprecated", () => {
    const program = `
      const { ConfigServiceClient } = require("@aws-sdk/client-config-service");
      new ConfigServiceClient({ region: "us-east-1" });
      process.emitWarning("that the SDK is heard", "DeprecationWarning");`;
    const { stderr } = spawnSync(process.execPath, [...runtime.options.nodeargs.split(" "), "-e", program], {
      cwd: join(__dirname, "../../.."),
      env: {},
      encoding: "utf8",
    });
    expect(stderr).toMatch(/DeprecationWarning: that the SDK is heard/);
    expect(stderr).not.toMatch(/NodeVersionSupportWarning|bad option/);
  });
});

describe("settings that are fine", () => {
  test.each([
    [["us-east-1"]],
    [["us-east-1", "eu-west-1", "ap-southeast-2", "il-central-1", "mx-central-1"]],
    ["all"],
  ])("regions %j", (regions) => {
    expect(read({ regions }).regions).toEqual(regions);
  });

  test("the deployment's own Region alone, unless regions says otherwise", () => {
    expect(read({}).regions).toEqual(["us-east-1"]);
  });

  test.each(["a", "dev", "team-7-prod", "0", "a".repeat(31)])("environmentSuffix %s", (environmentSuffix) => {
    expect(read({ environmentSuffix }).environmentSuffix).toBe(environmentSuffix);
  });

  test.each([
    ["email", "security+alerts@example.com"],
    ["email-json", "robot@example.com"],
    ["sms", "+4915112345678"],
    ["sms", "+123456789012345"],
    ["sqs", `arn:aws:sqs:eu-west-1:${ACCOUNT}:tickets`],
    ["lambda", `arn:aws:lambda:us-east-1:${ACCOUNT}:function:forwarder:live`],
    ["https", "https://example.com"],
  ])("a subscription by %s", (protocol, endpoint) => {
    expect(read({ alertSubscriptions: [{ protocol, endpoint }] }).subscriptions).toEqual([
      { protocol, endpoint },
    ]);
  });

  test.each([`arn:aws:kms:us-east-1:${ACCOUNT}:key/mrk-${"0a".repeat(16)}`])("kmsKeyArn %s", (kmsKeyArn) => {
    expect(read({ kmsKeyArn }).kmsKeyArn).toBe(kmsKeyArn);
  });

  test("an exception for just under a year, with a ticket that Pulumi took for a number", () => {
    const { exceptions, warnings } = read({
      alertEmail: "compliance@bank.example",
      exceptions: [{ ...exception, ticket: 4711, expires: "2027-11-25" }],
    });
    expect(exceptions).toEqual([{ ...exception, ticket: "4711", expires: "2027-11-25" }]);
    expect(warnings).toEqual([]);
  });

  test("an exception for all of a kind, or approved by its owner alone, is allowed and warned of", () => {
    const { warnings } = read({
      alertEmail: "compliance@bank.example",
      exceptions: [{ ...exception, resource: "arn:aws:s3:::*", approver: exception.owner }],
    });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^exceptions: RISK-7 \(s3-bucket-encryption, arn:aws:s3:::\*\) covers everything of its/,
      ),
      expect.stringMatching(/^exceptions: RISK-7 .* is approved by nobody but its owner$/),
    ]);
  });

  test("an exception that ends now covers nothing, and is warned of", () => {
    const { exceptions, warnings } = read({
      alertEmail: "compliance@bank.example",
      exceptions: [{ ...exception, expires: "2026-11-24T12:00:00Z" }],
    });
    expect(exceptions).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining("RISK-7")]);
  });

  test("an exception that ends 366 days from now, to the second", () => {
    const expires = "2027-11-25T12:00:00Z";
    expect(read({ exceptions: [{ ...exception, expires }] }).exceptions).toMatchObject([{ expires }]);
  });

  test("as many tags as a resource takes, ours included", () => {
    expect(Object.keys(read({ extraTags: tags(47) }).tags)).toHaveLength(50);
  });

  test("a schedule with as long between two runs as an alarm can watch", () => {
    const evaluationSchedule = "cron(0 0,1 ? * MON *)";
    expect(read({ evaluationSchedule }).evaluationSchedule).toBe(evaluationSchedule);
  });

  test("settings of other namespaces are left alone", () => {
    expect(() => read({ "aws:profile": "bank", "other:thing": "x" })).not.toThrow();
  });

  test("a role of the provider's, when no recorder is looked for", () => {
    expect(() => read({ "aws:assumeRoles": [{ roleArn: "x" }], configRecorder: "create" })).not.toThrow();
  });
});

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Tag${index}`, "x"]));
}

const subscription = (protocol: string, endpoint: unknown, more = {}) => ({
  alertSubscriptions: [{ protocol, endpoint, ...more }],
});
const excepted = (difference: Record<string, unknown>) => ({ exceptions: [{ ...exception, ...difference }] });

describe("settings that are refused, by key and with what is allowed", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a suffix that is missing",
      { environmentSuffix: "" },
      /environmentSuffix must be 1 to 31 lower-case letters/,
    ],
    ["a suffix with capitals", { environmentSuffix: "Dev" }, /environmentSuffix must be .* not "Dev"/],
    ["a suffix too long for S3", { environmentSuffix: "a".repeat(32) }, /environmentSuffix must be 1 to 31/],
    ["a suffix with underscores", { environmentSuffix: "my_env" }, /environmentSuffix must be/],
    ["a suffix that ends in a hyphen", { environmentSuffix: "dev-" }, /environmentSuffix must be/],
    ["another Region", { "aws:region": "eu-west-1" }, /aws:region must be us-east-1, not eu-west-1/],
    ["tags beside ours", { "aws:defaultTags": { tags: {} } }, /aws:defaultTags must not be set.*extraTags/],
    [
      "a role during the look-up",
      { "aws:assumeRoles": [{}] },
      /aws:assumeRoles needs .*configRecorder to be create/,
    ],
    [
      "a setting with a typing error",
      { requiredTag: [] },
      /requiredTag is no setting of this program; allowed: .*requiredTags/,
    ],

    [
      "a malformed e-mail",
      { alertEmail: "alerts@example" },
      /alertEmail must be an e-mail address, not "alerts@example"/,
    ],
    [
      "an unknown protocol",
      subscription("fax", "1"),
      /alertSubscriptions\[0\]\.protocol must be one of email, .*https, not "fax"/,
    ],
    [
      "plain HTTP",
      subscription("https", "http://example.com"),
      /\[0\]\.endpoint must be .* begins with https:/,
    ],
    [
      "a local telephone number",
      subscription("sms", "0151 1234567"),
      /\[0\]\.endpoint must be a telephone number/,
    ],
    [
      "a FIFO queue",
      subscription("sqs", `arn:aws:sqs:us-east-1:${ACCOUNT}:q.fifo`),
      /endpoint must be .*standard queue/,
    ],
    [
      "a telephone number of 16 digits, as E.164 has none",
      subscription("sms", "+1234567890123456"),
      /\[0\]\.endpoint must be a telephone number/,
    ],
    [
      "a function in another Region",
      subscription("lambda", `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:forwarder`),
      /endpoint must be the ARN of a function/,
    ],
    ["a function's name", subscription("lambda", "forwarder"), /endpoint must be the ARN of a function/],
    [
      "a subscription without an endpoint",
      subscription("email", undefined),
      /endpoint must be an e-mail address/,
    ],
    [
      "a filter on nothing",
      subscription("sms", "+12065550100", { filterPolicy: { level: ["high"] } }),
      /filterPolicy has unknown level; allowed: kind, rule, severity, account, region/,
    ],
    [
      "a filter that is no list",
      subscription("sms", "+12065550100", { filterPolicy: { severity: "high" } }),
      /filterPolicy\.severity must be a list/,
    ],
    [
      "a subscription twice",
      { alertEmail: "a@example.com", ...subscription("email", "a@example.com") },
      /alertSubscriptions must not subscribe email a@example\.com twice, alertEmail included/,
    ],

    [
      "an unknown recorder mode",
      { configRecorder: "none" },
      /configRecorder must be one of auto, create, existing, not "none"/,
    ],
    [
      "a key's alias",
      { kmsKeyArn: `arn:aws:kms:us-east-1:${ACCOUNT}:alias/bank` },
      /kmsKeyArn must be the ARN of a KMS key in us-east-1/,
    ],
    [
      "a key in another Region",
      { kmsKeyArn: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/12345678-1234-1234-1234-123456789012` },
      /kmsKeyArn must be/,
    ],
    [
      "a tag of ours again",
      { extraTags: { compliance: "none" } },
      /extraTags\.compliance is a duplicate; allowed are keys that differ, by more than case/,
    ],
    [
      "a tag of ours as it is",
      { extraTags: { Environment: "Test" } },
      /extraTags\.Environment is a duplicate/,
    ],
    ["a tag of ours in capitals", { extraTags: { MANAGEDBY: "x" } }, /extraTags\.MANAGEDBY is a duplicate/],
    ["more tags than a resource takes", { extraTags: tags(48) }, /extraTags must leave .* at most 50 tags/],
    ["a tag twice but for case", { extraTags: { Team: "a", team: "b" } }, /extraTags\.team is a duplicate/],
    ["a tag of AWS's", { extraTags: { "aws:x": "1" } }, /extraTags\.aws:x must have .* not begin with aws:/],
    ["a tag with a number", { extraTags: { Floor: 7 } }, /extraTags\.Floor must be a text/],

    ["no required tags", { requiredTags: [] }, /requiredTags must name at least one tag/],
    [
      "a required tag twice",
      { requiredTags: [{ key: "Owner" }, { key: "Owner" }] },
      /requiredTags names the key Owner twice/,
    ],
    [
      "an unknown encryption",
      { minimumBucketEncryption: "DES" },
      /minimumBucketEncryption must be one of AES256, aws:kms, aws:kms:dsse/,
    ],
    [
      "no backups at all",
      { minimumBackupRetentionDays: 0 },
      /minimumBackupRetentionDays must be a whole number from 1 to 35, not 0/,
    ],
    [
      "backups for words",
      { minimumBackupRetentionDays: "many" },
      /minimumBackupRetentionDays must be a whole number from 1 to 35, not "many"/,
    ],
    ["an undecided truth value", { checkReadReplicas: "maybe" }, /checkReadReplicas must be true or false/],
    ["an owner tag that is no key", { ownerTag: "a*b" }, /ownerTag must be a tag's key/],
    ["an undecided Security Hub", { securityHub: "yes" }, /securityHub must be true or false, not "yes"/],
    ["an unknown scope", { discoveryScope: "region" }, /discoveryScope must be one of account, environment/],
    [
      "a Region by itself",
      { regions: "eu-west-1" },
      /regions must be a list of Regions or all, not "eu-west-1"/,
    ],
    ["no Region", { regions: [] }, /regions must contain us-east-1, where everything is deployed/],
    ["Regions without the home", { regions: ["eu-west-1"] }, /regions must contain us-east-1/],
    [
      "a Region twice",
      { regions: ["us-east-1", "eu-west-1", "eu-west-1"] },
      /regions must name each Region once, not eu-west-1 twice/,
    ],
    [
      "a Region that is none",
      { regions: ["us-east-1", "europe"] },
      /regions\[1\] must be the name of a Region of the partition aws, such as eu-west-1, not "europe"/,
    ],
    ["a Region of another partition", { regions: ["us-east-1", "us-gov-west-1"] }, /regions\[1\] must be/],
    ["a Region of China", { regions: ["us-east-1", "cn-north-1"] }, /regions\[1\] must be/],

    [
      "an unknown managed rule",
      { managedRules: ["iam-magic"] },
      /managedRules\[0\] must be one of iam-root-mfa, .*not "iam-magic"/,
    ],
    ["no managed rule", { managedRules: [] }, /managedRules must name at least one rule/],
    [
      "a managed rule twice",
      { managedRules: ["iam-root-mfa", "iam-root-mfa"] },
      /managedRules must name each rule once, not iam-root-mfa twice/,
    ],
    [
      "a parameter that the rule has not",
      { managedRules: [{ name: "iam-access-keys-rotated", parameters: { days: 1 } }] },
      /parameters of iam-access-keys-rotated has unknown days; allowed: maxAccessKeyAge/,
    ],
    [
      "a severity of an unknown rule",
      { severities: { "ec2-tags": "low" } },
      /severities has unknown ec2-tags; allowed: ec2-required-tags, .*iam-root-mfa/,
    ],
    [
      "an unknown severity",
      { severities: { "ec2-required-tags": "mild" } },
      /severities\.ec2-required-tags must be one of low, medium, high, critical/,
    ],

    [
      "an exception for an unknown rule",
      excepted({ rule: "s3-encryption" }),
      /exceptions\[0\]\.rule must be one of ec2-required-tags, s3-bucket-encryption/,
    ],
    [
      "an exception that stands twice",
      { exceptions: [exception, { ...exception, expires: "2027-06-30" }] },
      /exceptions\[1\] has the ticket, rule and resource of exceptions\[0\]: to prolong an exception, change its date/,
    ],
    [
      "an exception without an end",
      excepted({ expires: undefined }),
      /exceptions\[0\]\.expires must be a non-empty text, not missing/,
    ],
    [
      "an exception without an approver",
      excepted({ approver: " " }),
      /exceptions\[0\]\.approver must be a non-empty text/,
    ],
    [
      "an exception with more to say",
      excepted({ note: "x" }),
      /exceptions\[0\] has unknown note; allowed: rule, resource/,
    ],
    [
      "an exception for over a year",
      excepted({ expires: "2027-11-26" }),
      /exceptions\[0\]\.expires must be at most 366 days ahead, which is 2027-11-25/,
    ],
    [
      "an exception that ends a second too late",
      excepted({ expires: "2027-11-25T12:00:01Z" }),
      /exceptions\[0\]\.expires must be at most 366 days ahead, which is 2027-11-25/,
    ],
    [
      "an exception for nothing of a service",
      excepted({ resource: "arn:aws:s3:::" }),
      /exceptions\[0\]\.resource must be an ARN/,
    ],
    [
      "a day that does not exist",
      excepted({ expires: "2027-02-30" }),
      /exceptions\[0\]\.expires must be a date such as/,
    ],
    [
      "a date in local order",
      excepted({ expires: "31.03.2027" }),
      /exceptions\[0\]\.expires must be a date such as/,
    ],
    [
      "an instant without its zone",
      excepted({ expires: "2027-03-31T12:00:00" }),
      /exceptions\[0\]\.expires must be a date such as/,
    ],
    [
      "an exception for a name",
      excepted({ resource: "legacy-*" }),
      /exceptions\[0\]\.resource must be an ARN/,
    ],
    ["an exception for everything", excepted({ resource: "*" }), /exceptions\[0\]\.resource must be an ARN/],
    [
      "an exception for every service",
      excepted({ resource: "arn:aws:*" }),
      /exceptions\[0\]\.resource must be an ARN/,
    ],

    ["a rate", { evaluationSchedule: "rate(6 hours)" }, /evaluationSchedule is "rate\(6 hours\)": only cron/],
    [
      "a schedule that no alarm can watch",
      { reportSchedule: "cron(0 0 ? * MON *)" },
      /reportSchedule is .*at most 167 hours/,
    ],
    [
      "a schedule with an hour more between two runs than an alarm can watch",
      { evaluationSchedule: "cron(0 0 ? * TUE *)" },
      /evaluationSchedule is .*at most 167 hours/,
    ],
    [
      "a retention that CloudWatch has not",
      { logRetentionDays: 31 },
      /logRetentionDays must be one of 1, 3, 5, .* not 31/,
    ],
    [
      "versions kept for no time",
      { reportVersionRetentionDays: 0 },
      /reportVersionRetentionDays must be a whole number from 1 to 36500/,
    ],
    [
      "too little memory",
      { evaluatorMemoryMb: 64 },
      /evaluatorMemoryMb must be a whole number from 128 to 10240/,
    ],
  ])("%s", (_, settings, message) => {
    expect(messageOf(settings)).toMatch(message);
  });

  test("all of them at once, each with the key to set", () => {
    const message = messageOf({ alertEmail: "nobody", logRetentionDays: 31, minimumBackupRetentionDays: 99 });
    expect(message.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^ {2}- compliance-scanner:alertEmail must/),
      expect.stringMatching(/^ {2}- compliance-scanner:minimumBackupRetentionDays must/),
      expect.stringMatching(/^ {2}- compliance-scanner:logRetentionDays must/),
    ]);
  });
});

test("everything that is wrong with the entries of a list is told at once, each with its field", () => {
  const message = messageOf({
    exceptions: [
      { ...exception, rule: "no-rule", owner: "", expires: "soon", since: "2026-01-01" },
      { ...exception, resource: "*" },
    ],
    alertSubscriptions: [
      { protocol: "sqs", endpoint: "queue", filterPolicy: { rule: "all", kind: "drift" } },
      { protocol: "fax", endpoint: "1" },
    ],
    managedRules: ["no-rule", { name: "iam-user-mfa", parameters: { x: 1 } }],
  });
  for (const problem of [
    "exceptions[0] has unknown since",
    "exceptions[0].rule must",
    "exceptions[0].owner must",
    "exceptions[0].expires must",
    "exceptions[1].resource must",
    "alertSubscriptions[0].endpoint must",
    "alertSubscriptions[0].filterPolicy.rule must",
    "alertSubscriptions[0].filterPolicy.kind must",
    "alertSubscriptions[1].protocol must",
    "managedRules[0] must",
    "managedRules[1].parameters of iam-user-mfa has unknown x",
  ]) {
    expect(message).toContain(`\n  - ${PROJECT}:${problem}`);
  }
});

function messageOf(settings: Record<string, unknown>): string {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("the settings were not refused");
}

describe("the encryption of the stack's own buckets", () => {
  const kmsKeyArn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/mrk-${"0a".repeat(16)}`;
  const warningsOf = (settings: Record<string, unknown>) =>
    read({ alertEmail: "compliance@bank.example", ...settings }).warnings;

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "aws:kms without a key",
      { minimumBucketEncryption: "aws:kms" },
      /own buckets have AES256: .* set kmsKeyArn/,
    ],
    ["aws:kms:dsse without a key", { minimumBucketEncryption: "aws:kms:dsse" }, /own buckets have AES256/],
    [
      "aws:kms:dsse with a key, by which they get aws:kms",
      { minimumBucketEncryption: "aws:kms:dsse", kmsKeyArn },
      /own buckets have aws:kms: they will fail s3-bucket-encryption; accept it by an exception/,
    ],
  ])("is warned of where the minimum is %s", (_what, settings, warning) => {
    expect(warningsOf(settings)).toEqual([expect.stringMatching(warning)]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["AES256", {}],
    ["aws:kms with a key", { minimumBucketEncryption: "aws:kms", kmsKeyArn }],
  ])("is enough where the minimum is %s", (_what, settings) => {
    expect(warningsOf(settings)).toEqual([]);
  });
});

describe("a webhook's address, which is its password, is not told when a setting is refused", () => {
  const URL = "https://bot:hunter2@hooks.chat.example/services/T0/hunter2?key=hunter2#hunter2";
  const twice = { protocol: "https", endpoint: URL };

  test.each<[string, Record<string, unknown>]>([
    ["under another protocol", subscription("email", URL)],
    ["as a queue", subscription("sqs", URL)],
    ["without encryption", subscription("https", URL.replace("https", "http"))],
    ["without its scheme", subscription("https", "hooks.chat.example/services/T0/hunter2")],
    [
      "without its scheme, as a mail address",
      subscription("email", "hooks.chat.example/services/T0/hunter2"),
    ],
    ["with a space in it", subscription("https", `${URL} `)],
    ["as the protocol", subscription(URL, "x")],
    ["twice", { alertSubscriptions: [twice, twice] }],
    ["in a list", { alertSubscriptions: [URL] }],
    ["in an object", subscription("https", { url: URL })],
    ["in place of the list", { alertSubscriptions: URL }],
    ["as a filter", subscription("https", "https://a.example", { filterPolicy: { kind: URL } })],
    ["as an unknown field", { alertSubscriptions: [{ "hooks.chat.example/services/T0/hunter2": 1 }] }],
    [
      "with a password too long to be told",
      subscription("sms", `https://bot:hunter2${"x".repeat(80)}@a.example`),
    ],
    ["as alertEmail", { alertEmail: URL }],
    ["with a quote in it", { kmsKeyArn: `${URL}"hunter2` }],
    ["as kmsKeyArn", { kmsKeyArn: URL }],
    ["as a tag", { extraTags: { webhook: `${URL};` } }],
    ["as a schedule", { reportSchedule: URL }],
  ])("%s", (_where, settings) => {
    const message = messageOf({ alertEmail: "compliance@bank.example", ...settings });
    expect(message).toMatch(/^ {2}- compliance-scanner:/m);
    expect(message).not.toContain("hunter2");
  });
});

test("an exception may be for a resource whose ARN AWS Config does not tell, by what reports call it", () => {
  const resource = "AWS::RDS::DBInstance/123456789012/us-east-1/db-*";
  expect(read(excepted({ resource })).exceptions).toMatchObject([{ resource }]);
  expect(messageOf(excepted({ resource: "AWS::RDS::DBInstance/db-1" }))).toMatch(/resource must be an ARN/);
});
