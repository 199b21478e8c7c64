/** Changes that AWS Config tells of in members of an organization. */

import { MEMBER, memberChange, Organization } from "../support/organization";
import { EUROPE, itemChange, newestOf, refusing } from "../support/regions";
import { ACCOUNT, changeEvent, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";
import { runBefore } from "./member-change-support";

const STRANGER = "999999999999";

let world: World;
let organization: Organization;
eachWorld((one) => {
  world = one;
  world.regions = [REGION, EUROPE];
  organization = new Organization(world);
});

describe("a change in a member", () => {
  it("is read by its role in the event's Region, recorded and alerted of, and answered to nobody", async () => {
    organization.put(MEMBER, "b", "good", EUROPE);
    await runBefore(world, organization);
    organization.put(MEMBER, "b", "bad", EUROPE);
    await expect(world.invoke(memberChange("b", MEMBER, world, { region: EUROPE }))).resolves.toMatchObject({
      status: "evaluated",
      resources: [{ resource: thingArn("b", MEMBER, EUROPE), complianceType: "NON_COMPLIANT" }],
    });
    expect(await newestOf(world, thingArn("b", MEMBER, EUROPE))).toMatchObject({
      trigger: "change",
      account_id: MEMBER,
      region: EUROPE,
      transition: "opened",
    });
    expect(organization.taken).toEqual([MEMBER]);
    expect(world.toldNames()).toEqual(["b"]);
    expect(world.reported).toEqual([]);
  });

  it("that comes twice is recorded and told once", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore(world, organization);
    organization.put(MEMBER, "b", "bad");
    const event = memberChange("b", MEMBER, world);
    await world.invoke(event);
    const items = await world.items();
    world.pass(1);
    await world.invoke(event);
    expect(await world.items()).toEqual(items);
    expect(world.toldNames()).toEqual(["b"]);
  });

  it("is not told again by the run after it", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore(world, organization);
    organization.put(MEMBER, "b", "bad");
    await world.invoke(memberChange("b", MEMBER, world));
    world.pass(300);
    await organization.run();
    expect(world.toldNames()).toEqual(["b"]);
    expect(await newestOf(world, thingArn("b", MEMBER))).toMatchObject({ transition: "ongoing" });
  });

  it("may say that a resource is gone", async () => {
    organization.put(MEMBER, "b", "bad");
    await runBefore(world, organization);
    organization.remove("b");
    await world.invoke(
      memberChange("b", MEMBER, world, { item: { configurationItemStatus: "ResourceDeleted" } }),
    );
    expect(await newestOf(world, thingArn("b", MEMBER))).toMatchObject({ gone: true, account_id: MEMBER });
  });

  it("is not evaluated by AWS Config's rules, which are of the deployment's own account", async () => {
    organization.put(MEMBER, "b", "bad");
    await runBefore(world, organization);
    const event = changeEvent("b", world.now);
    const invokingEvent = String(event.invokingEvent).replaceAll(ACCOUNT, MEMBER);
    await expect(async () => world.invoke({ ...event, invokingEvent })).rejects.toThrow(
      `awsAccountId must be one of the scanned accounts ${ACCOUNT}`,
    );
    expect(organization.taken).toEqual([]);
  });

  it("in an account that refuses the role fails, to be tried again and kept, and leaves what is known", async () => {
    organization.put(MEMBER, "b", "good");
    await runBefore(world, organization);
    const items = await world.items();
    organization.refusing.set(MEMBER, refusing("AccessDenied"));
    await expect(world.invoke(memberChange("b", MEMBER, world))).rejects.toThrow(
      expect.objectContaining({ name: "AccessDenied" }),
    );
    expect(await world.items()).toEqual(items);
  });

  it("of the deployment's own account needs no role", async () => {
    organization.put(ACCOUNT, "a", "good", EUROPE);
    await runBefore(world, organization);
    organization.put(ACCOUNT, "a", "bad", EUROPE);
    await world.invoke(itemChange("a", EUROPE, world));
    expect(world.toldNames()).toEqual(["a"]);
    expect(organization.taken).toEqual([]);
  });
});

describe("an account that no plan has", () => {
  it("has its changes left to the next run, which tells it as scanned for the first time", async () => {
    organization.accounts = [ACCOUNT];
    await runBefore(world, organization);
    organization.put(MEMBER, "b", "bad");
    const answer = { status: "not-planned", rule: "good-things", account: MEMBER };
    await expect(world.invoke(memberChange("b", MEMBER, world))).resolves.toEqual(answer);
    expect(await world.rows()).toEqual([]);
    organization.accounts = [ACCOUNT, MEMBER];
    await organization.run();
    expect(world.drifts()).toEqual([]);
    expect(world.digests().at(-1)?.email).toContain(
      `Scanned for the first time: us-east-1 in ${MEMBER}, 1 listed, 1 failing.`,
    );
  });

  it("is none of the organization's, as far as anybody knows: nothing is read there", async () => {
    await runBefore(world, organization);
    await expect(world.invoke(memberChange("b", STRANGER, world))).resolves.toMatchObject({
      status: "not-planned",
    });
    expect(organization.taken).toEqual([]);
  });

  it("is every one before the first run", async () => {
    organization.put(MEMBER, "b", "bad");
    await expect(world.invoke(memberChange("b", MEMBER, world))).resolves.toMatchObject({
      status: "not-planned",
    });
  });

  it("is none that the newest plan has, though its run is under way: then what fails there is no drift", async () => {
    organization.accounts = [ACCOUNT];
    await runBefore(world, organization);
    organization.accounts = [ACCOUNT, MEMBER];
    organization.put(MEMBER, "b", "bad");
    await world.invoke({ plan: { instant: world.now.toISOString() } });
    await expect(world.invoke(memberChange("b", MEMBER, world))).resolves.toMatchObject({
      resources: [{ complianceType: "NON_COMPLIANT" }],
    });
    expect(world.drifts()).toEqual([]);
  });
});

describe("where all Regions are scanned", () => {
  beforeEach(() => {
    world.scansAll = true;
  });

  it("a change is evaluated in each that is enabled in the member", async () => {
    organization.put(MEMBER, "b", "good", EUROPE);
    await runBefore(world, organization);
    organization.put(MEMBER, "b", "bad", EUROPE);
    await world.invoke(memberChange("b", MEMBER, world, { region: EUROPE }));
    expect(world.toldNames()).toEqual(["b"]);
  });

  it("a change in one that is not enabled there is refused", async () => {
    await runBefore(world, organization);
    world.enabledIn.set(MEMBER, [REGION]);
    await expect(world.invoke(memberChange("b", MEMBER, world, { region: EUROPE }))).rejects.toThrow(
      `awsRegion must be one of the Regions that are enabled there, ${REGION}, not ${EUROPE}`,
    );
  });
});
