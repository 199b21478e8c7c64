import { CATALOGUE, catalogueRule } from "../../../program/managed-rules/catalogue";
import { CUSTOM_RULES } from "../../../program/rules";
import { controlsOf, reportedStandard, rulesOf, titlesOf } from "../../../program/standards/choice";
import { STANDARDS, type Standard } from "../../../program/standards/standards";
import { chosen, read } from "./chosen-rules";

const standardOf = (id: string): Standard => {
  const found = STANDARDS.find((standard) => standard.id === id);
  if (!found) throw new Error(`there is no standard ${id}`);
  return found;
};

describe("the standards", () => {
  const customNames = CUSTOM_RULES.map(({ rule }) => rule.name);

  it.each(
    STANDARDS.flatMap(({ id, controls }) =>
      controls.map((control) => [`${id} ${control.number}`, control] as const),
    ),
  )("%s is answered by rules that there are, with a source, or says why not", (_, control) => {
    const { rules = {}, alsoBy = {}, source, whyNotChecked } = control;
    const named = [...Object.entries(rules), ...Object.entries(alsoBy)];
    for (const [name, asked] of named) {
      const rule = catalogueRule(name);
      if (rule === undefined) expect(customNames).toContain(name);
      else {
        const takes = [...Object.keys(rule.parameters), ...(rule.optionalParameters ?? [])];
        expect(takes).toEqual(expect.arrayContaining(Object.keys(asked)));
      }
    }
    if (Object.keys(rules).length > 0)
      expect([source, whyNotChecked]).toEqual([expect.any(String), undefined]);
    else expect([source, whyNotChecked]).toEqual([undefined, expect.stringMatching(/\.$/)]);
  });

  it("list each control once, and of the CIS benchmark every one", () => {
    for (const { controls } of STANDARDS) {
      expect(new Set(controls.map(({ number }) => number)).size).toBe(controls.length);
    }
    const numbers = standardOf("cis-aws-3.0").controls.map(({ number }) => number);
    const counts = ["1.", "2.1.", "2.2.", "2.3.", "2.4.", "3.", "4.", "5."].map(
      (section) => numbers.filter((number) => number.startsWith(section)).length,
    );
    // The sections of the benchmark, version 3.0.0.
    expect(counts).toEqual([22, 4, 1, 3, 1, 9, 16, 6]);
  });

  it("agree with the custom rules about the controls that those support", () => {
    for (const { name, controls } of CUSTOM_RULES.map(({ rule }) => rule)) {
      for (const [standard, numbers] of Object.entries(controls)) {
        const listed = standardOf(standard)
          .controls.filter(({ rules, alsoBy }) => rules?.[name] ?? alsoBy?.[name])
          .map(({ number }) => number);
        expect([...numbers]).toEqual(expect.arrayContaining(listed));
      }
    }
  });

  it("use every rule of the catalogue but those that no control asks for", () => {
    const used = new Set(rulesOf(STANDARDS).map(({ rule }) => rule));
    expect(CATALOGUE.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  });
});

describe("choosing standards", () => {
  it("deploys nothing more than what they need", () => {
    const rules = chosen({ standards: ["cis-aws-3.0"] });
    expect(rules.get("ec2-admin-ports-ipv4")).toMatchObject({
      identifier: "VPC_SG_PORT_RESTRICTION_CHECK",
      parameters: { restrictPorts: "22,3389", ipType: "IPv4" },
      controls: { "cis-aws-3.0": ["5.2"] },
    });
    expect(rules.get("ec2-admin-ports-ipv6")?.parameters).toEqual({
      restrictPorts: "22,3389",
      ipType: "IPv6",
    });
    expect(rules.has("iam-user-mfa")).toBe(false);
    expect(rules.size).toBe(rulesOf([standardOf("cis-aws-3.0")]).length);
  });

  it("takes the stricter parameter where they ask for different ones, and says so", () => {
    const { managedRules, parameterNotes } = read({ standards: ["aws-fsbp", "cis-aws-3.0"] });
    const unused = managedRules.find(({ name }) => name === "iam-unused-credentials");
    expect(unused?.parameters).toEqual({ maxCredentialUsageAge: "45" });
    expect(parameterNotes).toEqual([
      {
        standards: ["cis-aws-3.0", "aws-fsbp"],
        text: expect.stringMatching(
          /^iam-unused-credentials: maxCredentialUsageAge is 45.*cis-aws-3.0 1.12: 45; aws-fsbp IAM.8: 90/,
        ),
      },
    ]);
    expect(chosen({ standards: ["aws-fsbp"] }).get("iam-unused-credentials")?.parameters).toEqual({
      maxCredentialUsageAge: "90",
    });
  });

  it("can be done with all of them at once", () => {
    const rules = chosen({ standards: STANDARDS.map(({ id }) => id) });
    expect(rules.get("iam-password-policy")?.parameters).toEqual({
      RequireUppercaseCharacters: "true",
      RequireLowercaseCharacters: "true",
      RequireSymbols: "true",
      RequireNumbers: "true",
      MinimumPasswordLength: "12",
    });
  });

  it("lets managedRules add rules, change them and take them away", () => {
    const rules = chosen({
      standards: ["cis-aws-3.0"],
      managedRules: [
        "iam-user-mfa",
        { name: "iam-access-keys-rotated", parameters: { maxAccessKeyAge: 30 } },
        { name: "s3-mfa-delete", enabled: false },
      ],
    });
    expect(rules.has("iam-user-mfa")).toBe(true);
    expect(rules.get("iam-access-keys-rotated")?.parameters).toEqual({ maxAccessKeyAge: "30" });
    expect(rules.has("s3-mfa-delete")).toBe(false);
  });

  it("does not let a name without parameters loosen what a standard asks for", () => {
    const rules = chosen({ standards: ["cis-aws-3.0"], managedRules: ["iam-unused-credentials"] });
    expect(rules.get("iam-unused-credentials")?.parameters).toEqual({ maxCredentialUsageAge: "45" });
  });
});

describe("a control in the report's settings", () => {
  const cis = standardOf("cis-aws-3.0");
  const control = (number: string, deployed: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
    reportedStandard(cis, new Map(Object.entries(deployed)), []).controls.find(
      (one) => one.control === number,
    );

  it("names the rules that are deployed for it, and who says that they support it", () => {
    expect(control("1.12", { "iam-unused-credentials": { maxCredentialUsageAge: "30" } })).toEqual({
      control: "1.12",
      title: "Ensure credentials unused for 45 days or greater are disabled",
      level: 1,
      rules: ["iam-unused-credentials"],
      source: "AWS Security Hub, mapping for CIS v3.0.0",
    });
  });

  it("is not checked when the settings ask for less, or leave the rule out, and says which", () => {
    expect(control("1.12", { "iam-unused-credentials": { maxCredentialUsageAge: "90" } })).toMatchObject({
      rules: [],
      whyNotChecked: "iam-unused-credentials asks for less than the control: maxCredentialUsageAge 45.",
    });
    expect(control("1.12", {})).toMatchObject({
      rules: [],
      whyNotChecked: "The settings leave out iam-unused-credentials.",
    });
  });

  it("is answered by another rule that asks for as much", () => {
    const policy = (MinimumPasswordLength: string) => ({ "iam-password-policy": { MinimumPasswordLength } });
    expect(control("1.8", policy("14"))?.rules).toEqual(["iam-password-policy"]);
    expect(control("1.8", policy("8"))?.rules).toEqual([]);
  });

  it("keeps the reason that the standard gives", () => {
    expect(control("1.13", {})).toMatchObject({
      rules: [],
      whyNotChecked: expect.stringMatching(/credential report/),
    });
  });
});

test("a rule supports the controls that its parameters are strict enough for", () => {
  expect(
    controlsOf("iam-unused-credentials", { maxCredentialUsageAge: "90" })["cis-aws-3.0"],
  ).toBeUndefined();
  expect(controlsOf("iam-unused-credentials", { maxCredentialUsageAge: "45" })["cis-aws-3.0"]).toEqual([
    "1.12",
  ]);
  expect(controlsOf("iam-user-mfa", {})["cis-aws-3.0"]).toBeUndefined();
  const { parameters = {} } = catalogueRule("iam-password-policy") ?? {};
  expect(controlsOf("iam-password-policy", parameters)).toMatchObject({
    "cis-aws-3.0": ["1.8", "1.9"],
    "aws-fsbp": ["IAM.7"],
    "pci-dss-4.0": expect.arrayContaining(["8.3.6", "8.3.7", "8.3.9", "8.3.10.1", "8.6.3"]),
  });
});

test("every control that a rule of a standard supports has its title, and no other control", () => {
  const supported = controlsOf("iam-root-mfa", {});
  const titles = titlesOf([supported, { "soc-2": ["no such criterion"] }]);
  expect(titles["cis-aws-3.0"]).toEqual({ "1.5": "Ensure MFA is enabled for the 'root' user account" });
  for (const [standard, numbers] of Object.entries(supported)) {
    expect(Object.keys(titles[standard] ?? {}).sort()).toEqual([...numbers].sort());
  }
  expect(titles["soc-2"]).not.toHaveProperty("no such criterion");
});
