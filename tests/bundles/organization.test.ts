/** The evaluators' archives over the accounts of an organization, by the state machine that index.ts declares. */

import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { scheduledEvent } from "../../emulator/account/events";
import { fault, queryError } from "../../emulator/account/faults";
import { ACCOUNT_ID, emulatorClient } from "../../emulator/account/moto";
import {
  type FunctionEndpoint,
  StateMachines,
  startFunctionEndpoint,
} from "../../emulator/account/state-machines";
import { Deployment } from "../../emulator/stack/deployment";
import { theOne } from "../../emulator/stack/graph";
import { ORGANIZATION_ID, SEED } from "./permissions";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"];

const RULE = "ec2-required-tags";
jest.setTimeout(120_000);

let functions: FunctionEndpoint;
let stack: Deployment;
let machines: StateMachines;
let machineArn: string;
let organizations: OrganizationsClient;
/** What the functions' clocks show. */
let now: string;

beforeAll(async () => {
  functions = await startFunctionEndpoint();
  process.env.MOTO_PORT = String(functions.port);
  stack = await Deployment.start({
    settings: {
      alertEmail: "alerts@example.com",
      managedRules: ["iam-user-mfa"],
      organization: {
        id: ORGANIZATION_ID,
        regions: REGIONS,
        roleName: "compliance-reader",
        externalId: "shared-word",
      },
    },
  });
  functions.invokes(async (name, event) => {
    const fn = Object.values(stack.functions).find((one) => one.name === name);
    if (!fn) throw new Error(`there is no function ${name}`);
    return (await fn.invoke(event, { now })).payload;
  });
  machines = new StateMachines(stack.moto.url);
  const { inputs } = theOne(stack.graph, "aws:sfn/stateMachine:StateMachine", `${RULE}-sweep`);
  const { name, definition, roleArn } = inputs;
  machineArn = await machines.create(String(name), String(definition), String(roleArn));
  organizations = new OrganizationsClient(emulatorClient(stack.moto.url));
  await fetch(`${stack.moto.url}/moto-api/seed?a=${SEED}`, { method: "POST" });
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
});

afterAll(async () => {
  await stack?.stop();
  await functions?.stop();
});

async function unit(Name: string): Promise<string> {
  const { Roots = [] } = await organizations.send(new ListRootsCommand({}));
  const made = await organizations.send(
    new CreateOrganizationalUnitCommand({ ParentId: Roots[0]?.Id, Name }),
  );
  return made.OrganizationalUnit?.Id ?? "";
}

async function join(AccountName: string, unitId: string): Promise<string> {
  const { Roots = [] } = await organizations.send(new ListRootsCommand({}));
  const { CreateAccountStatus: made } = await organizations.send(
    new CreateAccountCommand({ AccountName, Email: `${AccountName}@example.com` }),
  );
  const account = made?.AccountId ?? "";
  await organizations.send(
    new MoveAccountCommand({ AccountId: account, SourceParentId: Roots[0]?.Id, DestinationParentId: unitId }),
  );
  return account;
}

async function launch(account: string, region: string, tags: Readonly<Record<string, string>>) {
  const sts = new STSClient(emulatorClient(stack.moto.url));
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/owner`, RoleSessionName: "owner" }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken,
  };
  const ec2 = new EC2Client({ ...emulatorClient(stack.moto.url, region), credentials });
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12345678",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [
        { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  return `arn:aws:ec2:${region}:${account}:instance/${Instances[0]?.InstanceId}`;
}

function sweep(time: string) {
  now = time;
  return machines.run(machineArn, scheduledEvent(time, "sweep"));
}

async function newest(arn: string) {
  return (await stack.evaluations()).filter(({ resource_id }) => resource_id === arn).at(-1);
}

const isOf = (account: string) => (request: { readonly body: Buffer }) => request.body.includes(account);

it("runs over accounts that are read, refuse, are suspended, join and leave", async () => {
  const production = await unit("production");
  const sandbox = await unit("sandbox");
  const [shop, bank, closed, lab] = [
    await join("shop", production),
    await join("bank", production),
    await join("closed", sandbox),
    await join("lab", sandbox),
  ];
  await launch(ACCOUNT_ID, "us-east-1", TAGS);
  const ofShop = await launch(shop, "eu-west-1", { Name: "untagged" });
  const ofBank = await launch(bank, "ap-southeast-1", TAGS);
  const ofLab = await launch(lab, "us-east-1", TAGS);
  await organizations.send(new CloseAccountCommand({ AccountId: closed }));

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

  const denied = queryError("sts", "AccessDenied", "is not authorized to perform: sts:AssumeRole", 403);
  stack.inject(fault({ service: "sts", operation: "AssumeRole", where: isOf(bank) }, denied));
  // Sessions last an hour, and what refuses now was open then.
  for (const fn of Object.values(stack.functions)) fn.restart();
  await organizations.send(new RemoveAccountFromOrganizationCommand({ AccountId: lab }));
  const news = await join("news", production);
  const ofNews = await launch(news, "eu-west-1", { Name: "untagged" });

  await expect(sweep("2026-11-23T12:00:00Z")).resolves.toMatchObject({
    status: "SUCCEEDED",
    // One instance of the account that refuses, and each of its Regions.
    output: { status: "complete", compliant: 1, nonCompliant: 2, error: 4 },
  });
  expect(await newest(ofShop)).toMatchObject({ compliance_type: "NON_COMPLIANT", transition: "ongoing" });
  expect(await newest(ofBank)).toMatchObject({ compliance_type: "ERROR", settled_type: "COMPLIANT" });
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
