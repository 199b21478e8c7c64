import { exception, messageOf, read } from "./support";

const excepted = (difference: Record<string, unknown>) => ({ exceptions: [{ ...exception, ...difference }] });

describe("settings that are refused, by key and with what is allowed", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
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
  ])("%s", (_, settings, message) => {
    expect(messageOf(settings)).toMatch(message);
  });
});

test("an exception may be for a resource whose ARN AWS Config does not tell, by what reports call it", () => {
  const resource = "AWS::RDS::DBInstance/123456789012/us-east-1/db-*";
  expect(read(excepted({ resource })).exceptions).toMatchObject([{ resource }]);
  expect(messageOf(excepted({ resource: "AWS::RDS::DBInstance/db-1" }))).toMatch(/resource must be an ARN/);
});
