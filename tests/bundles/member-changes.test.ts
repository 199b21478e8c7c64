/** What changes in a member, on its way through two buses to the topic, and what that takes of each role. */

import { isDeepStrictEqual } from "node:util";
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { recordedInstance } from "../../emulator/account/estate";
import { configChangeEvent, type RecordedResource } from "../../emulator/account/events";
import { Member } from "../../emulator/account/member";
import { ACCOUNT_ID, CREDENTIALS, emulatorClient } from "../../emulator/account/moto";
import { ORGANIZATION_ID, SEED } from "../../emulator/account/organization";
import { ChangeBus } from "../../emulator/stack/change-bus";
import { Deployment, type FunctionKey } from "../../emulator/stack/deployment";
import { theOne } from "../../emulator/stack/graph";
import { managedRuleReads } from "../../program/member-managed-rules";
import { complaints, type Grant } from "../support/authorization";
import { requestsOf } from "./deployed";
import { judgedResources } from "./member-resources";
import {
  covers,
  grantsIn,
  grantsOf,
  type NeededPermission,
  neededPermissions,
  type PolicyDocument,
} from "./permissions";

const ROOT = "r-ea9d";
const REGIONS = ["us-east-1", "eu-west-1"];
jest.setTimeout(120_000);

let stack: Deployment;
let bus: ChangeBus;
let member: Member;

beforeAll(async () => {
  process.env.MOTO_FORWARDS_EVENTS = "yes";
  const organization = {
    id: ORGANIZATION_ID,
    units: [ROOT],
    regions: REGIONS,
    roleName: "compliance-reader",
    externalId: "shared-word",
    roleRollout: "stackset",
  };
  stack = await Deployment.start({
    settings: { alertEmail: "alerts@example.com", managedRules: ["iam-user-mfa"], organization },
  });
  await fetch(`${stack.moto.url}/moto-api/seed?a=${SEED}`, { method: "POST" });
  const organizations = new OrganizationsClient(emulatorClient(stack.moto.url));
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const { CreateAccountStatus: made } = await organizations.send(
    new CreateAccountCommand({ AccountName: "shop", Email: "shop@example.com" }),
  );
  member = await Member.enter(stack.moto.url, made?.AccountId ?? "");
  bus = await ChangeBus.create(stack);
  for (const region of REGIONS) await member.makeStack(template(), region);
});

afterAll(async () => {
  delete process.env.MOTO_FORWARDS_EVENTS;
  await stack?.stop();
});

function template(): string {
  const stackSet = theOne(stack.graph, "aws:cloudformation/stackSet:StackSet");
  return String(stackSet.inputs.templateBody);
}

/** A whole run of a rule, without its state machine. */
async function run(key: FunctionKey, now: string): Promise<void> {
  const fn = stack.functions[key];
  const { payload } = await fn.invoke({ plan: { instant: now } }, { now });
  for (const account of (payload as { accounts: string[] }).accounts) {
    await fn.invoke({ scan: { instant: now, account } }, { now });
  }
  await fn.invoke({ close: { instant: now } }, { now });
}

test("the template makes the role that reads once, and in each Region a role that forwards", async () => {
  expect(await member.roleNames()).toEqual([
    // AWS Organizations makes it with the account.
    "OrganizationAccountAccessRole",
    "compliance-reader",
    "member-changes-eu-west-1-local",
    "member-changes-us-east-1-local",
  ]);
});

test("drift in a Region of a member reaches the topic before the next run", async () => {
  await run("ec2-tag-evaluator", "2026-11-23T06:00:00.000Z");
  stack.proxy.forget();
  const [id = ""] = await member.estate.launch({}, 1, "eu-west-1");
  const resource = recordedInstance(id, "eu-west-1", member.accountId);
  const now = "2026-11-23T08:17:30.000Z";
  await member.records(resource, now);

  const [invocation, ...others] = await bus.deliver({ now });
  expect(others).toEqual([]);
  expect(invocation?.payload).toMatchObject({
    status: "evaluated",
    resources: [{ resource: resource.arn, complianceType: "NON_COMPLIANT" }],
  });
  expect(stack.mails().map(({ subject }) => subject)).toEqual([
    expect.stringContaining(`Drift: "${id}" fails ec2-required-tags`),
  ]);
  expect((await stack.evaluations()).at(-1)).toMatchObject({
    resource_id: resource.arn,
    account_id: member.accountId,
    region: "eu-west-1",
    trigger: "change",
  });
  expect(requestsOf(stack, "config", "PutEvaluations")).toEqual([]);
});

test("a change of a type that no rule judges, or in a Region without the stack, comes to nobody", async () => {
  const now = "2026-11-23T08:20:00.000Z";
  const user = {
    resourceType: "AWS::IAM::User",
    resourceId: "AIDAEXAMPLE",
    arn: `arn:aws:iam::${member.accountId}:user/x`,
  };
  await member.records(user, now);
  await member.records(recordedInstance("i-0123456789abcdef0", "ap-southeast-1", member.accountId), now);
  expect(await bus.deliver({ now })).toEqual([]);
});

describe("what the roles allow", () => {
  const KEYS = ["ec2-tag-evaluator", "s3-encryption-evaluator", "rds-backup-evaluator"] as const;
  type Key = (typeof KEYS)[number];

  /** What was asked for, by whose credentials, and the sessions that were begun. */
  interface Asked {
    readonly own: NeededPermission[];
    readonly inMember: NeededPermission[];
    readonly sessions: readonly Grant[][];
  }
  const asked = new Map<Key, Asked>();
  const askedBy = (key: Key) => asked.get(key) as Asked;

  beforeAll(async () => {
    for (const key of KEYS) asked.set(key, await journey(key));
  });

  /** Two runs, and a change in the deployment's own account and in the member. */
  async function journey(key: Key): Promise<Asked> {
    const { rule, own, ofMember } = judgedResources(stack.estate, member)[key];
    const fn = stack.functions[key];
    // A session that is kept is not begun again.
    fn.restart();
    stack.proxy.forget();
    const resource = await own();
    const away = await ofMember();
    await run(key, "2026-11-24T06:00:00.000Z");
    const now = "2026-11-24T08:17:30.000Z";
    await fn.invoke(configChangeEvent({ configRuleName: stack.configRuleName(rule), resource, time: now }), {
      now,
    });
    await change(away, now);
    // Something that fails is alerted of and claimed.
    await stack.estate.createBucket("failing");
    await stack.estate.createDatabase("failing", { engine: "postgres", backupRetention: 0 });
    await stack.estate.launch({});
    await run(key, "2026-11-24T12:00:00.000Z");
    await stack.estate.deleteBucket("failing");
    await stack.estate.deleteDatabase("failing");
    const requests = stack.proxy.exchanges.map(({ request }) => request);
    const isOwn = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
      String(headers.authorization).includes(`Credential=${CREDENTIALS.accessKeyId}/`);
    return {
      own: requests.filter(isOwn).flatMap((request) => neededPermissions(request)),
      inMember: requests
        .filter((request) => !isOwn(request))
        .flatMap((request) => neededPermissions(request, member.accountId)),
      sessions: requestsOf(stack, "sts", "AssumeRole").map(({ input }) =>
        grantsIn((JSON.parse(String(input.Policy)) as PolicyDocument).Statement),
      ),
    };
  }

  async function change(resource: RecordedResource, now: string): Promise<void> {
    await member.records(resource, now);
    const invocations = await bus.deliver({ now });
    expect(invocations.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ status: "evaluated" }),
    ]);
  }

  const refused = (needed: readonly NeededPermission[], granted: readonly Grant[]) =>
    needed.filter((permission) => !granted.some((grant) => covers(grant, permission)));
  const unused = (granted: readonly Grant[], needed: readonly NeededPermission[]) =>
    granted.filter((grant) => !needed.some((permission) => covers(grant, permission)));
  /** What the role allows besides what the report generator reads managed rules' results with. */
  const roleOfMember = () => {
    const { Properties } = JSON.parse(template()).Resources.ComplianceReader;
    const ofManagedRules = grantsIn(managedRuleReads("us-east-1") as PolicyDocument["Statement"]);
    return grantsIn(Properties.Policies[0].PolicyDocument.Statement).filter(
      (grant) => !ofManagedRules.some((one) => isDeepStrictEqual(one, grant)),
    );
  };

  test.each(KEYS)("to %s in the deployment's account, all of which it uses", (key) => {
    const granted = grantsOf(stack.graph, key);
    const { own } = askedBy(key);
    expect(refused(own, granted)).toEqual([]);
    // Units lie in the root here, and Lambda itself writes the logs and gives up what failed.
    const elsewhere = ["logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"];
    const notUsed = unused(granted, own).filter(({ resource }) => !resource.includes(":ou/"));
    expect(notUsed.map(({ action }) => action).sort()).toEqual(elsewhere);
    expect(complaints(granted)).toEqual([]);
  });

  test.each(KEYS)("to sessions of %s in a member, all of which they use", (key) => {
    const { inMember, sessions } = askedBy(key);
    expect(inMember.length).toBeGreaterThan(0);
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) {
      expect(refused(inMember, session)).toEqual([]);
      expect(unused(session, inMember)).toEqual([]);
    }
  });

  test("to the role in a member, all of which some evaluator uses", () => {
    const granted = roleOfMember();
    const needed = KEYS.flatMap((key) => askedBy(key).inMember);
    expect(refused(needed, granted)).toEqual([]);
    expect(unused(granted, needed)).toEqual([]);
    const there = granted.map((grant) => ({
      ...grant,
      resource: grant.resource.replace(/^(arn:aws:rds:[^:]+):\*:/, `$1:${member.accountId}:`),
    }));
    expect(complaints(there)).toEqual([]);
  });

  test("to take the role on in a member, and nothing of it in the deployment's own account", () => {
    const roles = KEYS.flatMap((key) => askedBy(key).own).filter(({ action }) => action === "sts:AssumeRole");
    expect(new Set(roles.map(({ resource }) => resource))).toEqual(
      new Set([`arn:aws:iam::${member.accountId}:role/compliance-reader`]),
    );
    expect(member.accountId).not.toBe(ACCOUNT_ID);
  });
});
