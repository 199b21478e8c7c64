import { MANAGED_RULES } from "../../program/managed-rules";

test("rules, and their names in AWS Config, are told apart", () => {
  for (const key of ["name", "identifier", "title"] as const) {
    expect(new Set(MANAGED_RULES.map((rule) => rule[key])).size).toBe(MANAGED_RULES.length);
  }
});

test.each(MANAGED_RULES.map((rule) => [rule.name, rule] as const))(
  "%s says what it asks for, how to mend it, and which controls it supports",
  (name, { title, remediation, controls, identifier }) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(identifier).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    // AWS Config's limit for a rule's description.
    expect(title.length).toBeLessThanOrEqual(256);
    expect(remediation).toMatch(/\.$/);
    expect(controls["SOC 2"].length + controls["PCI DSS 4.0"].length).toBeGreaterThan(1);
  },
);

test("parameters fit into the 1,024 characters that AWS Config takes", () => {
  for (const { parameters } of MANAGED_RULES) expect(JSON.stringify(parameters).length).toBeLessThan(1024);
});
