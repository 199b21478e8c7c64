import {
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { OrganizationDirectory } from "../../lambdas/common/organization/accounts";
import { MemberRoles } from "../../lambdas/common/organization/member-roles";

const organizations = mockClient(OrganizationsClient);
const sts = mockClient(STSClient);
const settings = { id: "o-abcdefghij", roleName: "compliance-reader", actions: ["ec2:DescribeInstances"] };

function account(digit: string, state = "ACTIVE") {
  const id = digit.repeat(12);
  const arn = `arn:aws:organizations::999999999999:account/o-abcdefghij/${id}`;
  return { Id: id, Arn: arn, State: state as "ACTIVE" };
}
const ids = (...digits: string[]) => digits.map((digit) => digit.repeat(12));

beforeEach(() => {
  organizations.reset();
  sts.reset();
  organizations
    .on(ListAccountsCommand, { NextToken: undefined })
    .resolves({ Accounts: [account("3"), account("1")], NextToken: "one" })
    .on(ListAccountsCommand, { NextToken: "one" })
    .resolves({ Accounts: [], NextToken: "two" })
    .on(ListAccountsCommand, { NextToken: "two" })
    .resolves({ Accounts: [account("2"), account("4", "SUSPENDED"), account("5", "PENDING_CLOSURE")] });
});

function directory(more: object = {}) {
  return new OrganizationDirectory(new OrganizationsClient({}), { ...settings, ...more });
}

describe("the accounts of an organization", () => {
  it("are those of every page, though one between is empty", async () => {
    await expect(directory().accounts()).resolves.toMatchObject({ accounts: ids("1", "2", "3") });
  });

  it("are active; others are named as skipped, with their state", async () => {
    const { skipped } = await directory().accounts();
    expect(skipped).toEqual([
      { id: "444444444444", reason: "SUSPENDED" },
      { id: "555555555555", reason: "PENDING_CLOSURE" },
    ]);
  });

  it("are told by their former status where AWS names no state", async () => {
    const { State, ...old } = account("4", "SUSPENDED");
    organizations.on(ListAccountsCommand).resolves({ Accounts: [account("1"), { ...old, Status: State }] });
    const { skipped } = await directory().accounts();
    expect(skipped).toEqual([{ id: "444444444444", reason: "SUSPENDED" }]);
  });

  it("leave out the excluded ones and name them", async () => {
    const listed = await directory({ excludeAccounts: ids("2") }).accounts();
    expect(listed.accounts).toEqual(ids("1", "3"));
    expect(listed.skipped).toContainEqual({ id: "222222222222", reason: "excludeAccounts" });
  });

  it("are those of the units and of the units below", async () => {
    organizations
      .on(ListAccountsForParentCommand, { ParentId: "ou-abcd-11111111" })
      .resolves({ Accounts: [account("1")] })
      .on(ListAccountsForParentCommand, { ParentId: "ou-abcd-22222222" })
      .resolves({ Accounts: [account("2"), account("4", "SUSPENDED")] })
      .on(ListOrganizationalUnitsForParentCommand, { ParentId: "ou-abcd-11111111" })
      .resolves({ OrganizationalUnits: [{ Id: "ou-abcd-22222222" }] })
      .on(ListOrganizationalUnitsForParentCommand, { ParentId: "ou-abcd-22222222" })
      .resolves({ OrganizationalUnits: [] });
    const { accounts, skipped } = await directory({ units: ["ou-abcd-11111111"] }).accounts();
    expect(accounts).toEqual(ids("1", "2"));
    expect(skipped).toContainEqual({ id: "333333333333", reason: "units" });
  });

  it("are refused when they are another organization's", async () => {
    await expect(directory({ id: "o-zzzzzzzzzz" }).accounts()).rejects.toThrow(
      "organization.id must be o-abcdefghij, to which the accounts belong, not o-zzzzzzzzzz",
    );
  });

  it("are refused when none of them is left", async () => {
    const left = directory({ excludeAccounts: ids("1", "2", "3") });
    await expect(left.accounts()).rejects.toThrow("at least one active account");
  });
});

describe("the role in a member", () => {
  const roles = (more: object = {}) =>
    new MemberRoles(new STSClient({}), "aws", { ...settings, ...more }, "x".repeat(80), () => now);
  const Credentials = {
    AccessKeyId: "ASIA",
    SecretAccessKey: "secret",
    SessionToken: "token",
    Expiration: new Date("2026-11-24T01:00:00Z"),
  };
  let now = new Date("2026-11-24T00:00:00Z");

  beforeEach(() => {
    now = new Date("2026-11-24T00:00:00Z");
    sts.on(AssumeRoleCommand).resolves({ Credentials });
  });

  it("is taken on for what the rule reads, and nothing else", async () => {
    await roles({ externalId: "shared" }).of("111111111111")();
    const [{ input } = { input: {} as never }] = sts
      .commandCalls(AssumeRoleCommand)
      .map(({ args }) => args[0]);
    expect(input).toMatchObject({
      RoleArn: "arn:aws:iam::111111111111:role/compliance-reader",
      RoleSessionName: "x".repeat(64),
      ExternalId: "shared",
    });
    expect(JSON.parse(input.Policy ?? "")).toEqual({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["ec2:DescribeInstances"], Resource: "*" }],
    });
  });

  it("is taken on once for all Regions of an account, and again before a session ends", async () => {
    const members = roles();
    await members.of("111111111111")();
    await members.of("111111111111")();
    expect(sts.calls()).toHaveLength(1);
    now = new Date("2026-11-24T00:55:00Z");
    await members.of("111111111111")();
    await members.of("222222222222")();
    expect(sts.calls()).toHaveLength(3);
  });

  it("is asked for again when it was refused", async () => {
    const refusal = Object.assign(new Error("no"), { name: "AccessDenied" });
    sts.on(AssumeRoleCommand).rejectsOnce(refusal).resolves({ Credentials });
    const members = roles();
    await expect(members.of("111111111111")()).rejects.toThrow("no");
    await expect(members.of("111111111111")()).resolves.toMatchObject({ accessKeyId: "ASIA" });
  });
});
