import { PROJECT } from "../support";
import { ACCOUNT, exception, messageOf, tags } from "./support";

const subscription = (protocol: string, endpoint: unknown, more = {}) => ({
  alertSubscriptions: [{ protocol, endpoint, ...more }],
});

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
