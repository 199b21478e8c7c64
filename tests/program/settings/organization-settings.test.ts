import { readSettings } from "../../../program/settings/settings";
import { PROJECT, rawSettings } from "../support";

const ORGANIZATION = { id: "o-a1b2c3d4e5", roleName: "compliance-reader" };

function read(organization: object, more: object = {}) {
  const raw = rawSettings({ environmentSuffix: "prod", alertEmail: "a@example.com", organization, ...more });
  return readSettings(raw, PROJECT, new Date("2026-11-24T00:00:00Z"));
}

test("without it there is none", () => {
  const raw = rawSettings({ environmentSuffix: "prod", alertEmail: "a@example.com" });
  expect(readSettings(raw, PROJECT, new Date()).organization).toBeUndefined();
});

test("what it leaves out is completed", () => {
  expect(read(ORGANIZATION).organization).toEqual({
    ...ORGANIZATION,
    excludeAccounts: [],
    regions: ["us-east-1"],
    roleRollout: "template",
  });
});

test("its Regions are those of the setting regions unless it names others", () => {
  const regions = ["us-east-1", "eu-west-1"];
  expect(read(ORGANIZATION, { regions }).organization?.regions).toEqual(regions);
  expect(read({ ...ORGANIZATION, regions: "all" }, { regions }).organization?.regions).toBe("all");
  expect(read(ORGANIZATION, { regions: "all" }).organization?.regions).toBe("all");
});

test.each([
  [{ roleName: "r" }, "organization.id must be an organization's id, such as o-a1b2c3d4e5, not missing"],
  [
    { id: "o-A1", roleName: "r" },
    'organization.id must be an organization\'s id, such as o-a1b2c3d4e5, not "o-A1"',
  ],
  [{ id: ORGANIZATION.id }, "organization.roleName must be 1 to 64 letters"],
  [{ ...ORGANIZATION, roleName: "path/role" }, "organization.roleName must be 1 to 64 letters"],
  [{ ...ORGANIZATION, externalId: "x" }, "organization.externalId must be 2 to 1224 letters"],
  [{ ...ORGANIZATION, units: [] }, "organization.units must name at least one unit, or be left out"],
  [{ ...ORGANIZATION, units: ["prod"] }, "organization.units[0] must be the id of a unit or a root"],
  [
    { ...ORGANIZATION, units: Array.from({ length: 2_001 }, (_, one) => `ou-ab12-${10_000_000 + one}`) },
    "organization.units must name at most 2000, as many as AWS allows, not 2001",
  ],
  [
    { ...ORGANIZATION, excludeAccounts: [111122223333] },
    "organization.excludeAccounts[0] must be an account id of 12 digits, as a text, not 111122223333",
  ],
  [
    { ...ORGANIZATION, excludeAccounts: ["111122223333", "111122223333"] },
    "organization.excludeAccounts must name each account once",
  ],
  [
    { ...ORGANIZATION, regions: ["us-east-1", "eu-west-7"] },
    "organization.regions must name Regions of AWS, and eu-west-7 is none",
  ],
  [{ ...ORGANIZATION, regions: ["eu-west-1"] }, "organization.regions must contain us-east-1"],
  [{ ...ORGANIZATION, roleRollout: "stackset" }, "organization needs units with roleRollout stackset"],
  [
    { ...ORGANIZATION, roleRollout: "terraform" },
    "organization.roleRollout must be one of template, stackset",
  ],
  [{ ...ORGANIZATION, account: "1" }, "organization has unknown account"],
])("is refused: %j", (organization, reason) => {
  expect(() => read(organization)).toThrow(reason);
});

test("is refused where it contradicts the setting regions", () => {
  const organization = { ...ORGANIZATION, regions: ["us-east-1"] };
  expect(() => read(organization, { regions: ["us-east-1", "eu-west-1"] })).toThrow(
    "organization.regions must contain eu-west-1, as the setting regions does",
  );
  expect(() => read(organization, { regions: "all" })).toThrow(
    "organization.regions must contain every Region",
  );
});

/** What is said against the setting. */
function refusalOf(organization: object, more: object = {}): string {
  try {
    read({ ...ORGANIZATION, ...organization }, more);
  } catch (error) {
    const [, ...problems] = (error as Error).message.split("\n  - compliance-scanner:");
    return problems.join("\n");
  }
  throw new Error("the setting was accepted");
}

test.each([
  ["id", ["o-a1b2c3d4e5", `o-${"z".repeat(32)}`]],
  ["roleName", ["r", "a_Z9+=,.@-", "r".repeat(64)]],
  ["externalId", ["ab", "a_Z9+=,.@:/-", "x".repeat(1224)]],
])("of %s everything is taken that AWS takes", (key, values) => {
  for (const value of values)
    expect(read({ ...ORGANIZATION, [key]: value }).organization).toHaveProperty(key, value);
});

test("units are organizational units and roots, and a StackSet is told them", () => {
  const units = [
    "r-ab12",
    `r-${"a".repeat(32)}`,
    "ou-ab12-c3d4e5f6",
    `ou-${"a".repeat(32)}-${"b".repeat(32)}`,
  ];
  expect(read({ ...ORGANIZATION, units, roleRollout: "stackset" }).organization).toMatchObject({
    units,
    roleRollout: "stackset",
  });
});

test.each([
  [
    "id",
    "an organization's id, such as o-a1b2c3d4e5",
    ["a1b2c3d4e5", "o-a1b2c3d4e", `o-${"z".repeat(33)}`, "xo-a1b2c3d4e5"],
  ],
  [
    "roleName",
    "1 to 64 letters, digits and +=,.@-_, without a path",
    ["", "r".repeat(65), "a b", "a/b", "/a", "a:b"],
  ],
  ["externalId", "2 to 1224 letters, digits and +=,.@:/-_", ["", "a", "a b", "a#", "#a"]],
])("of %s nothing else is", (key, allowed, values) => {
  for (const value of values) {
    expect(refusalOf({ [key]: value })).toBe(`organization.${key} must be ${allowed}, not "${value}"`);
  }
});

test("nor is a longer external id than STS takes", () => {
  expect(refusalOf({ externalId: "x".repeat(1225) })).toContain("organization.externalId must be 2 to 1224");
});

test.each([
  "r-ab1",
  `r-${"a".repeat(33)}`,
  "xr-ab12",
  "r-ab12-c3d4e5f6",
  "ou-ab1-c3d4e5f6",
  "ou-ab12-c3d4e5f",
  `ou-ab12-${"a".repeat(33)}`,
  "xou-ab12-c3d4e5f6",
  "ou-ab12-c3d4e5f6 ",
])("%s is no unit", (unit) => {
  expect(refusalOf({ units: ["r-ab12", unit] })).toBe(
    "organization.units[1] must be the id of a unit or a root, such as ou-ab12-c3d4e5f6 or r-ab12, not " +
      `"${unit}"`,
  );
});

test.each(["11112222333", "1111222233334", "a111122223333", "11112222333a"])(
  "%s is no account",
  (account) => {
    expect(refusalOf({ excludeAccounts: [account] })).toBe(
      `organization.excludeAccounts[0] must be an account id of 12 digits, as a text, not "${account}"`,
    );
  },
);

test("there are as many units and accounts as AWS allows, and each is named once", () => {
  const units = Array.from({ length: 2_000 }, (_, one) => `ou-ab12-${10_000_000 + one}`);
  expect(read({ ...ORGANIZATION, units }).organization?.units).toHaveLength(2_000);
  expect(refusalOf({ units: ["r-ab12", "r-ab13", "r-ab13"] })).toBe(
    "organization.units must name each unit once, not r-ab13 twice",
  );
  expect(refusalOf({ excludeAccounts: ["111122223333", "111122223333"] })).toBe(
    "organization.excludeAccounts must name each account once, not 111122223333 twice",
  );
  const accounts = (count: number) => Array.from({ length: count }, () => "111122223333");
  expect(refusalOf({ excludeAccounts: accounts(50_001) })).toContain(
    "organization.excludeAccounts must name at most 50000, as many as AWS allows, not 50001",
  );
  expect(refusalOf({ excludeAccounts: accounts(50_000) })).not.toContain("at most");
});

test("is told what is wrong with its Regions, each", () => {
  expect(refusalOf({ regions: ["us-east-1", "eu-west-7", "eu-west-1", "us-west-9"] })).toBe(
    "organization.regions must name Regions of AWS, and eu-west-7 is none\n" +
      "organization.regions must name Regions of AWS, and us-west-9 is none",
  );
  expect(refusalOf({ regions: ["us-east-1"] }, { regions: ["us-east-1", "eu-west-1"] })).toBe(
    "organization.regions must contain eu-west-1, as the setting regions does: the deployment's account is one " +
      'of them, not ["us-east-1"]',
  );
  expect(refusalOf({ roleRollout: "stackset" })).toBe(
    "organization needs units with roleRollout stackset, such as the organization's root: a StackSet is told where " +
      "to go",
  );
});
