import { check } from "../../../lambdas/common/values/check";
import { OWN_RULE } from "../../../program/settings/own-managed-rule";

const ENTRY = { name: "topics", identifier: "SNS_ENCRYPTED_KMS", frequency: "One_Hour" };

function read(entry: object) {
  return check(OWN_RULE, { ...ENTRY, ...entry }, "managedRules[0]");
}

/** What is said against the entry. */
function refusalOf(entry: object): string {
  try {
    read(entry);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the entry was accepted");
}

test("what an entry leaves out is completed", () => {
  expect(read({})).toEqual({
    add: {
      name: "topics",
      identifier: "SNS_ENCRYPTED_KMS",
      parameters: {},
      severity: "medium",
      title: "AWS's rule SNS_ENCRYPTED_KMS",
      remediation: "See what AWS Config's documentation says of SNS_ENCRYPTED_KMS.",
      trigger: { maximumExecutionFrequency: "One_Hour" },
    },
    changed: {},
    controls: {},
  });
});

test.each([
  [{ frequency: "Three_Hours" }, { maximumExecutionFrequency: "Three_Hours" }],
  [{ frequency: undefined, resourceTypes: ["AWS::SNS::Topic"] }, { resourceTypes: ["AWS::SNS::Topic"] }],
  [
    { frequency: "Six_Hours", resourceTypes: ["AWS::SNS::Topic", "AWS::EC2::VPC"] },
    { maximumExecutionFrequency: "Six_Hours", resourceTypes: ["AWS::SNS::Topic", "AWS::EC2::VPC"] },
  ],
])("AWS evaluates it as the entry says: %j", ({ frequency, ...entry }, trigger) => {
  const { frequency: _, ...rest } = ENTRY;
  const made = check(OWN_RULE, { ...rest, ...entry, ...(frequency && { frequency }) }, "managedRules[0]");
  expect(made.add.trigger).toStrictEqual(trigger);
});

test("numbers, true and false become the texts that AWS Config wants", () => {
  expect(read({ parameters: { days: 90, deep: true, off: false, key: "a" } }).add.parameters).toEqual({
    days: "90",
    deep: "true",
    off: "false",
    key: "a",
  });
});

test.each(["a", "a1-b2-c3", "9", "x".repeat(64)])("%s is a name", (name) => {
  expect(read({ name }).add.name).toBe(name);
});

test.each(["", "-a", "a-", "a--b", "A", "a_b", "a b", "x".repeat(65), 5])("%j is no name", (name) => {
  expect(refusalOf({ name })).toBe(
    "managedRules[0].name must be 1 to 64 lower-case letters, digits and single hyphens within, not " +
      JSON.stringify(name),
  );
});

test.each(["s3-bucket-encryption", "ec2-required-tags", "rds-automated-backups", "iam-root-mfa"])(
  "the name of %s, which there is already, is refused",
  (name) => {
    expect(refusalOf({ name })).toBe("managedRules[0].name must be another name than those that there are");
  },
);

test.each(["A", "EC2_IMDSV2_CHECK", "A_1"])("%s is an identifier", (identifier) => {
  expect(read({ identifier }).add.identifier).toBe(identifier);
});

test.each(["", "_A", "A_", "A__B", "sns", "A_b", "xA", "Ax", "A-B"])("%j is no identifier", (identifier) => {
  expect(refusalOf({ identifier })).toBe(
    "managedRules[0].identifier must be AWS's identifier of a managed rule, such as SNS_ENCRYPTED_KMS, not " +
      JSON.stringify(identifier),
  );
});

test.each([
  "SNS::Topic",
  "AWS::SNS",
  "AWS::SNS::Topic::A",
  "the AWS::SNS::Topic",
  "AWS::SNS::",
  "AWS::::A",
  "AWS::S-S::A",
  "AWS::SNS::A-B",
])("%s is no type", (type) => {
  expect(refusalOf({ resourceTypes: ["AWS::SNS::Topic", type] })).toBe(
    `managedRules[0].resourceTypes[1] must be a type such as AWS::SNS::Topic, not "${type}"`,
  );
});

test.each([
  [
    { name: ["a"] },
    'managedRules[0].name must be 1 to 64 lower-case letters, digits and single hyphens within, not ["a"]',
  ],
  [{ resourceTypes: [] }, "managedRules[0].resourceTypes must name at least one type"],
  [
    { resourceTypes: "AWS::SNS::Topic" },
    'managedRules[0].resourceTypes must be a list, not "AWS::SNS::Topic"',
  ],
  [
    { severity: "urgent" },
    'managedRules[0].severity must be one of low, medium, high, critical, not "urgent"',
  ],
  [
    { frequency: "Daily" },
    "managedRules[0].frequency must be one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, " +
      'TwentyFour_Hours, not "Daily"',
  ],
  [{ parameters: { a: "b\tc" } }, "managedRules[0].parameters.a must have no spaces"],
  [{ parameters: { a: null } }, "managedRules[0].parameters.a must be a text, a number or true or false"],
  [{ parameters: ["a"] }, 'managedRules[0].parameters must be an object, not ["a"]'],
  [{ controls: { "soc-2": [""] } }, 'managedRules[0].controls.soc-2[0] must be a non-empty text, not ""'],
  [{ title: " " }, 'managedRules[0].title must be a non-empty text, not " "'],
  [{ remediation: "" }, 'managedRules[0].remediation must be a non-empty text, not ""'],
])("is refused: %j", (entry, reason) => {
  expect(refusalOf(entry)).toBe(reason);
});

test("an entry that does not say when AWS evaluates the rule is refused", () => {
  const { frequency: _, ...entry } = ENTRY;
  expect(() => check(OWN_RULE, entry, "managedRules[0]")).toThrow(
    "managedRules[0] must have resourceTypes when AWS evaluates the rule at changes, frequency when at intervals, " +
      "and both when by both",
  );
});
