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
