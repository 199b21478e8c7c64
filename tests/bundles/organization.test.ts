/** The evaluators' archives over the accounts of an organization, by the state machine that index.ts declares. */

import { ACCOUNT_ID } from "../../emulator/account/moto";
import { refusingRole } from "../../emulator/account/organization";
import { OrganizationDeployment } from "../../emulator/stack/organization";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"];
const RULE = "ec2-required-tags";
jest.setTimeout(120_000);

let deployment: OrganizationDeployment;

beforeAll(async () => {
  deployment = await OrganizationDeployment.start(REGIONS, {
    settings: { alertEmail: "alerts@example.com", managedRules: ["iam-user-mfa"] },
  });
});

afterAll(() => deployment?.stop());

async function launch(account: string, region: string, tags: Readonly<Record<string, string>>) {
  const { stack, organization } = deployment;
  const estate = account === ACCOUNT_ID ? stack.estate : await organization.estateOf(account);
  const [id] = await estate.launch(tags, 1, region);
  return `arn:aws:ec2:${region}:${account}:instance/${id}`;
}

function sweep(time: string) {
  return deployment.run(RULE, time);
}

async function newest(arn: string) {
  return (await deployment.stack.evaluations()).filter(({ resource_id }) => resource_id === arn).at(-1);
}

it("runs over accounts that are read, refuse, are suspended, join and leave", async () => {
  const { stack, organization } = deployment;
  const production = await organization.unit("production");
  const sandbox = await organization.unit("sandbox");
  const [shop, bank, closed, lab] = [
    await organization.join("shop", production),
    await organization.join("bank", production),
    await organization.join("closed", sandbox),
    await organization.join("lab", sandbox),
  ];
  await launch(ACCOUNT_ID, "us-east-1", TAGS);
  const ofShop = await launch(shop, "eu-west-1", { Name: "untagged" });
  const ofBank = await launch(bank, "ap-southeast-1", TAGS);
  const ofLab = await launch(lab, "us-east-1", TAGS);
  await organization.close(closed);

  await expect(sweep("2026-11-23T06:00:00Z")).resolves.toMatchObject({
    status: "SUCCEEDED",
    output: { status: "complete", listed: 4, compliant: 3, nonCompliant: 1, error: 0 },
  });
  const [first] = await stack.runs();
  expect(first?.ledger).toHaveLength(4 * 3);
  expect(new Set(first?.ledger.map(({ account_id }) => account_id))).toEqual(
    new Set([ACCOUNT_ID, shop, bank, lab]),
  );
  expect(stack.mails().map(({ subject }) => subject)).toEqual([
    expect.stringContaining("ec2-required-tags: 1 failing"),
  ]);

  stack.inject(refusingRole(bank));
  // Sessions last an hour, and what refuses now was open then.
  for (const fn of Object.values(stack.functions)) fn.restart();
  await organization.remove(lab);
  const news = await organization.join("news", production);
  const ofNews = await launch(news, "eu-west-1", { Name: "untagged" });

  await expect(sweep("2026-11-23T12:00:00Z")).resolves.toMatchObject({
    status: "SUCCEEDED",
    // One instance of the account that refuses, and each of its Regions.
    output: { status: "complete", compliant: 1, nonCompliant: 2, error: 4 },
  });
  expect(await newest(ofShop)).toMatchObject({ compliance_type: "NON_COMPLIANT", transition: "ongoing" });
  expect(await newest(ofBank)).toMatchObject({
    compliance_type: "ERROR",
    settled_type: "COMPLIANT",
    annotation: expect.stringMatching(
      `User: arn:aws:sts::.+ is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${bank}:role/`,
    ),
  });
  expect(await newest(ofLab)).toMatchObject({
    gone: true,
    annotation: `No longer evaluated: the account ${lab} left the organization.`,
  });
  expect(await newest(ofNews)).toMatchObject({ compliance_type: "NON_COMPLIANT", transition: "first-seen" });
  expect(stack.mails().filter(({ subject }) => subject.includes("Drift"))).toEqual([]);

  const items = await stack.items();
  await expect(sweep("2026-11-23T12:00:00Z")).resolves.toMatchObject({
    status: "SUCCEEDED",
    output: { status: "already-complete" },
  });
  expect(await stack.items()).toEqual(items);
});
