import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE, catalogueRule } from "../../../program/managed-rules/catalogue";
import { isAvailable } from "../../../program/managed-rules/regions";
import { type RuleTrigger, resultTypes } from "../../../program/managed-rules/rule";

test("rules are told apart by name and title, and those of one identifier by their parameters", () => {
  for (const key of ["name", "title"] as const) {
    expect(new Set(CATALOGUE.map((rule) => rule[key])).size).toBe(CATALOGUE.length);
  }
  const asked = CATALOGUE.map(({ identifier, parameters }) => JSON.stringify([identifier, parameters]));
  expect(new Set(asked).size).toBe(CATALOGUE.length);
});

test.each(CATALOGUE.map((rule) => [rule.name, rule] as const))(
  "%s says what it asks for, how to mend it, and what its results are of",
  (name, rule) => {
    expect(name).toMatch(/^(iam|ec2|rds|s3)(-[a-z0-9]+)+$/);
    expect(rule.identifier).toMatch(/^[A-Z0-9]+(_[A-Z0-9]+)+$/);
    // AWS Config's limit for a rule's description.
    expect(rule.title.length).toBeLessThanOrEqual(256);
    expect(rule.remediation).toMatch(/\.$/);
    // AWS Config takes 1,024 characters, and no spaces.
    expect(JSON.stringify(rule.parameters).length).toBeLessThan(1024);
    for (const value of Object.values(rule.parameters)) expect(value).toMatch(/^\S+$/);
    expect(resultTypes(rule)).not.toEqual([]);
    for (const type of resultTypes(rule)) expect(type).toMatch(/^AWS::[A-Za-z0-9]*::[A-Za-z0-9]+$/);
  },
);

test("some wait for changes, some are periodic, and some are both", () => {
  expect(catalogueRule("rds-storage-encrypted")?.trigger).toEqual({
    resourceTypes: ["AWS::RDS::DBInstance"],
  });
  expect(catalogueRule("iam-root-mfa")?.trigger).toEqual({ maximumExecutionFrequency: "Six_Hours" });
  expect(catalogueRule("s3-no-public-read")?.trigger).toEqual({
    resourceTypes: ["AWS::S3::Bucket"],
    maximumExecutionFrequency: "TwentyFour_Hours",
  });
});

test("every rule is to be had in us-east-1, and some only in few Regions", () => {
  for (const { identifier } of CATALOGUE) expect(isAvailable(identifier, "us-east-1")).toBe(true);
  expect(isAvailable("IAM_SERVER_CERTIFICATE_EXPIRATION_CHECK", "eu-central-1")).toBe(false);
  expect(isAvailable("EC2_IMDSV2_CHECK", "mx-central-1")).toBe(false);
  expect(isAvailable("IAM_PASSWORD_POLICY", "mx-central-1")).toBe(true);
  expect(isAvailable("SNS_ENCRYPTED_KMS", "mx-central-1")).toBe(true);
});

test("docs/standards.md lists them all, and no other, with what it says of each", () => {
  const text = readFileSync(join(__dirname, "../../../docs/standards.md"), "utf8");
  const listed = [...text.matchAll(/^\| `([^`]+)` \| ([A-Z0-9_]+) \| ([^|]+) \| (\w+) \| ([^|]*)\|$/gm)].map(
    ([, name, identifier, evaluated, severity, parameters = ""]) =>
      [name, identifier, evaluated, severity, parameters.trim()].join(" | "),
  );
  const evaluated = ({ resourceTypes, maximumExecutionFrequency }: RuleTrigger) => {
    if (resourceTypes === undefined) return "6 h";
    return maximumExecutionFrequency === undefined ? "at changes" : "both";
  };
  const expected = CATALOGUE.map(({ name, identifier, trigger, severity, parameters }) => {
    const inWords = Object.entries(parameters).map(([parameter, value]) => `\`${parameter}\` ${value}`);
    return [name, identifier, evaluated(trigger), severity, inWords.join(", ")].join(" | ");
  });
  expect(listed.sort()).toEqual(expected.sort());
});
