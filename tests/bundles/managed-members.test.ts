/**
 * The report generator's archive over the managed rules of an organization, by the state machine that index.ts
 * declares.
 */

import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { scheduledEvent } from "../../emulator/account/events";
import { ManagedRules } from "../../emulator/account/managed-rules";
import { configOfMembers, Sessions } from "../../emulator/account/member-config";
import { ACCOUNT_ID, emulatorClient } from "../../emulator/account/moto";
import { ORGANIZATION_ID, refusingRole, SEED } from "../../emulator/account/organization";
import {
  type FunctionEndpoint,
  StateMachines,
  startFunctionEndpoint,
} from "../../emulator/account/state-machines";
import { Deployment } from "../../emulator/stack/deployment";
import { theOne } from "../../emulator/stack/graph";
import { actionsOf } from "../../program/member-role";
import { complaints } from "../support/authorization";
import { covers, grantsIn, grantsOf, neededPermissions, type PolicyDocument } from "./permissions";

const RULE = "iam-user-mfa";
/** Of the organization that moto makes after the seed. */
const ROOT = "r-ea9d";
const MORNING = "2026-11-23T06:30:00Z";
const NOON = "2026-11-23T12:30:00Z";
const EVENING = "2026-11-23T18:30:00Z";
jest.setTimeout(180_000);

let functions: FunctionEndpoint;
let stack: Deployment;
let machines: StateMachines;
let machineArn: string;
let sessions: Sessions;
/** What the functions' clocks show. */
let now: string;
const members = new Map<string, ManagedRules>();

beforeAll(async () => {
  functions = await startFunctionEndpoint();
  process.env.MOTO_PORT = String(functions.port);
  stack = await Deployment.start({
    settings: {
      alertEmail: "alerts@example.com",
      managedRules: [RULE],
      organization: {
        id: ORGANIZATION_ID,
        units: [ROOT],
        roleName: "compliance-reader",
        externalId: "shared-word",
        roleRollout: "stackset",
      },
    },
  });
  functions.invokes(async (name, event, alias) => {
    const fn = Object.values(stack.functions).find((one) => one.name === name);
    if (!fn) throw new Error(`there is no function ${name}`);
    return (await fn.invoke(event, { now, ...(alias !== undefined && { alias }) })).payload;
  });
  machines = new StateMachines(stack.moto.url);
  const { name, definition, roleArn } = theOne(
    stack.graph,
    "aws:sfn/stateMachine:StateMachine",
    "report-sweep",
  ).inputs;
  machineArn = await machines.create(String(name), String(definition), String(roleArn));
  sessions = new Sessions(stack.moto.url);
  stack.proxy.intercept(configOfMembers(sessions, (account) => members.get(account)));
  await fetch(`${stack.moto.url}/moto-api/seed?a=${SEED}`, { method: "POST" });
  await organizations().send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
});

afterAll(async () => {
  await stack?.stop();
  await functions?.stop();
});

const organizations = () => new OrganizationsClient(emulatorClient(stack.moto.url));

/** An account joins, with the deployment's managed rules unless told otherwise. */
async function join(AccountName: string, rules = stack.rules.filter(({ kind }) => kind === "managed")) {
  const { CreateAccountStatus: made } = await organizations().send(
    new CreateAccountCommand({ AccountName, Email: `${AccountName}@example.com` }),
  );
  const account = made?.AccountId ?? "";
  members.set(account, new ManagedRules(rules, account));
  return account;
}

function user(name: string) {
  return { resourceType: "AWS::IAM::User", resourceId: `AIDA${name.toUpperCase()}`, resourceName: name };
}

function judge(account: string, name: string, verdict: "COMPLIANT" | "NON_COMPLIANT", at: string) {
  const rules = members.get(account) ?? stack.managedRules;
  rules.judge(RULE, user(name), verdict, new Date(at).toISOString());
}

/** AWS Config evaluates everywhere just before the report, which the schedule has made. */
function report(time: string) {
  now = time;
  const shortlyBefore = new Date(Date.parse(time) - 60_000).toISOString();
  for (const rules of [stack.managedRules, ...members.values()]) rules.evaluated(shortlyBefore);
  return machines.run(machineArn, scheduledEvent(time, "report"));
}

async function newest(account: string, name: string) {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  return (await stack.evaluations()).filter(({ resource_id }) => resource_id === arn).at(-1);
}

it("reports on accounts that are read, refuse, lack the rule, join and leave", async () => {
  const [shop, bank, bare] = [await join("shop"), await join("bank"), await join("bare", [])];
  judge(ACCOUNT_ID, "ann", "COMPLIANT", MORNING);
  judge(shop, "ben", "NON_COMPLIANT", MORNING);
  judge(bank, "cat", "COMPLIANT", MORNING);

  await expect(report(MORNING)).resolves.toMatchObject({
    status: "SUCCEEDED",
    output: {
      status: "made",
      kind: "scheduled",
      manifest: { sequence: 1 },
      // The account that lacks the rule is the error.
      summary: { compliant: 2, nonCompliant: 1, error: 1 },
    },
  });
  const [first] = await stack.runs();
  expect(new Set(first?.ledger.map(({ account_id }) => account_id))).toEqual(
    new Set([ACCOUNT_ID, shop, bank, bare]),
  );
  expect(await newest(shop, "ben")).toMatchObject({ compliance_type: "NON_COMPLIANT", account_id: shop });
  expect((await stack.evaluations()).map(({ error_code }) => error_code)).toContain(
    "NoSuchConfigRuleException",
  );
  expect(stack.mails().map(({ subject }) => subject)).toEqual([
    expect.stringContaining(`${RULE}: 1 failing`),
  ]);
  expectLeastPrivilege();

  stack.inject(refusingRole(bank));
  // Sessions last an hour, and what refuses now was open then.
  for (const fn of Object.values(stack.functions)) fn.restart();
  await organizations().send(new RemoveAccountFromOrganizationCommand({ AccountId: bare }));
  const news = await join("news");
  judge(news, "dan", "NON_COMPLIANT", NOON);
  judge(shop, "ben", "COMPLIANT", NOON);

  await expect(report(NOON)).resolves.toMatchObject({
    status: "SUCCEEDED",
    // One user of the account that refuses, and the account.
    output: { manifest: { sequence: 2 }, summary: { compliant: 2, nonCompliant: 1, error: 2 } },
  });
  expect(await newest(bank, "cat")).toMatchObject({ compliance_type: "ERROR", settled_type: "COMPLIANT" });
  expect(await newest(shop, "ben")).toMatchObject({ transition: "resolved" });
  expect(await newest(news, "dan")).toMatchObject({ transition: "first-seen" });
  expect(stack.mails().filter(({ subject }) => subject.includes("Drift"))).toEqual([]);

  const items = await stack.items();
  await expect(report(NOON)).resolves.toMatchObject({
    status: "SUCCEEDED",
    output: { status: "already-made", manifest: { sequence: 2 } },
  });
  expect(await stack.items()).toEqual(items);

  stack.heal();
  now = EVENING;
  const onDemand = await stack.functions["report-generator"].invoke({}, { now });
  expect(onDemand.payload).toMatchObject({ kind: "on-demand", summary: { nonCompliant: 1, error: 2 } });
  expect(await stack.items()).toEqual(items);
});

/** What was asked of members, by the members' role and by the session; what was asked here, by the function's role. */
function expectLeastPrivilege() {
  const template = JSON.parse(
    String(theOne(stack.graph, "aws:cloudformation/stackSet:StackSet").inputs.templateBody),
  ) as MemberTemplate;
  const [{ PolicyDocument: policy }] = template.Resources.ComplianceReader.Properties.Policies;
  const requests = stack.proxy.exchanges.map(({ request }) => request);
  const ofMembers = requests.filter((request) => sessions.of(request));
  const inMember = (arn: string) => arn.replace(/^(arn:aws:config:[\w-]+):[^:]+:/, "$1:999999999999:");
  const needed = ofMembers
    .flatMap((request) => neededPermissions(request))
    .map(({ resource, ...other }) => ({ ...other, resource: inMember(resource) }));
  const granted = grantsIn(policy.Statement)
    .filter(({ action }) => action.startsWith("config:"))
    .map(({ resource, ...other }) => ({ ...other, resource: inMember(resource) }));
  expect(needed.length).toBeGreaterThan(0);
  expect(needed.filter((one) => !granted.some((grant) => covers(grant, one)))).toEqual([]);
  // Asked only of resources that AWS Config does not know, and of rules that it has not evaluated.
  const unused = granted.filter((grant) => !needed.some((one) => covers(grant, one)));
  expect(unused.map(({ action }) => action).sort()).toEqual([
    "config:DescribeConfigurationRecorders",
    "config:ListDiscoveredResources",
  ]);
  expect(complaints(granted)).toEqual([]);

  const taken = requests.filter(({ operation }) => operation === "AssumeRole");
  expect(taken.length).toBeGreaterThan(0);
  for (const { input } of taken) {
    const session = JSON.parse(String(input.Policy)) as PolicyDocument;
    expect(actionsOf(session.Statement as Parameters<typeof actionsOf>[0])).toEqual(
      granted.map(({ action }) => action).sort(),
    );
  }

  const own = grantsOf(stack.graph, "report-generator");
  const neededHere = requests
    .filter((request) => !sessions.of(request))
    .flatMap((request) => neededPermissions(request));
  expect(neededHere.filter((one) => !own.some((grant) => covers(grant, one)))).toEqual([]);
}

interface MemberTemplate {
  readonly Resources: {
    readonly ComplianceReader: {
      readonly Properties: { readonly Policies: readonly [{ readonly PolicyDocument: PolicyDocument }] };
    };
  };
}
