import { isStrictEnough, strictest } from "../../../program/standards/strictness";
import { chosen, read } from "./chosen-rules";

describe("of two values of a parameter", () => {
  it.each([
    ["maxAccessKeyAge", "30", "90", "30"],
    ["MinimumPasswordLength", "8", "14", "14"],
    ["RequireSymbols", "true", "false", "true"],
    ["excludePermissionBoundaryPolicy", "true", "false", "false"],
    ["blockedPorts", "20,21", "21,3389", "20,21,3389"],
    ["authorizedTcpPorts", "443", "80,443", "443"],
    ["trafficType", "REJECT", "REJECT", "REJECT"],
  ])("%s %s and %s, the strictest that satisfies both is %s", (parameter, one, other, expected) => {
    expect(strictest(parameter, one, other)).toBe(expected);
    for (const asked of [one, other]) {
      expect(isStrictEnough({ [parameter]: expected }, { [parameter]: asked })).toBe(true);
    }
  });

  it("none satisfies both when neither is stricter", () => {
    expect(() => strictest("trafficType", "REJECT", "ACCEPT")).toThrow(
      /trafficType cannot be REJECT and ACCEPT/,
    );
  });

  it("a parameter that is not set asks for nothing", () => {
    expect(isStrictEnough({}, { maxAccessKeyAge: "90" })).toBe(false);
  });
});

describe("managedRules", () => {
  const problemsOf = (settings: Readonly<Record<string, unknown>>) => {
    try {
      read(settings);
    } catch (error) {
      return String((error as Error).message);
    }
    throw new Error("the settings were accepted");
  };

  it("brings a rule of AWS Config that the catalogue lacks", () => {
    const rules = chosen({
      managedRules: [
        {
          name: "sns-encrypted",
          identifier: "SNS_ENCRYPTED_KMS",
          parameters: { kmsKeyIds: "arn:aws:kms:us-east-1:111122223333:key/a" },
          resourceTypes: ["AWS::SNS::Topic"],
          frequency: "Twelve_Hours",
          severity: "high",
          controls: { "pci-dss-4.0": ["3.5.1"] },
          title: "Topics are encrypted",
          remediation: "Give the topic a key.",
        },
        { name: "budget", identifier: "SOME_RULE", frequency: "TwentyFour_Hours" },
      ],
    });
    expect(rules.get("sns-encrypted")).toEqual({
      name: "sns-encrypted",
      identifier: "SNS_ENCRYPTED_KMS",
      parameters: { kmsKeyIds: "arn:aws:kms:us-east-1:111122223333:key/a" },
      trigger: { resourceTypes: ["AWS::SNS::Topic"], maximumExecutionFrequency: "Twelve_Hours" },
      severity: "high",
      controls: { "pci-dss-4.0": ["3.5.1"] },
      title: "Topics are encrypted",
      remediation: "Give the topic a key.",
    });
    expect(rules.get("budget")).toMatchObject({
      severity: "medium",
      controls: {},
      title: "AWS's rule SOME_RULE",
    });
  });

  it("tells everything that is wrong with such a rule", () => {
    const message = problemsOf({
      managedRules: [
        {
          name: "iam-root-mfa",
          identifier: "sns-encrypted",
          parameters: { keys: "a b", more: [1] },
          severity: "huge",
          resourceTypes: ["Topic"],
          frequency: "Hourly",
          controls: { "cis-aws-9": ["1"] },
          title: "",
          colour: "red",
        },
        { name: "neither", identifier: "SNS_ENCRYPTED_KMS" },
      ],
    });
    for (const part of [
      "managedRules[0] has unknown colour",
      "managedRules[0].name must be another name than those that there are",
      "managedRules[0].identifier must be AWS's identifier of a managed rule",
      "managedRules[0].parameters.keys must have no spaces",
      "managedRules[0].parameters.more must be a text, a number or true or false",
      "managedRules[0].severity must be one of",
      "managedRules[0].resourceTypes[0] must be a type such as",
      "managedRules[0].frequency must be one of One_Hour",
      "managedRules[0].controls has unknown cis-aws-9",
      "managedRules[0].title must be a non-empty text",
      "managedRules[1] must have resourceTypes when",
    ]) {
      expect(message).toContain(part);
    }
  });

  it.each([
    [{ standards: ["cis-aws-1.2"] }, "standards[0] must be one of cis-aws-3.0, aws-fsbp, pci-dss-4.0, soc-2"],
    [
      { managedRules: ["iam-root-mfa", { name: "s3-versioning", enabled: false }] },
      "managedRules takes away s3-versioning, which no chosen standard brings; leave it out",
    ],
    [
      { standards: ["cis-aws-3.0"], managedRules: [{ name: "s3-mfa-delete", enabled: true }] },
      "managedRules[0].enabled must be false, or be left out, not true",
    ],
    [
      {
        managedRules: Array.from({ length: 998 }, (_, index) => ({
          name: `rule-${index}`,
          identifier: "SNS_ENCRYPTED_KMS",
          resourceTypes: ["AWS::SNS::Topic"],
        })),
      },
      "managedRules makes 1001 rules; AWS Config allows 1000 in a Region of an account",
    ],
    [
      {
        managedRules: [
          { name: "long", identifier: "A_B", frequency: "One_Hour", parameters: { a: "x".repeat(1020) } },
        ],
      },
      "managedRules must give long parameters of at most 1024 characters",
    ],
  ])("%j is refused", (settings, message) => {
    expect(problemsOf(settings)).toContain(message);
  });
});
