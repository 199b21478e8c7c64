import { MEMBER, Organization, OTHER_MEMBER } from "../support/organization";
import { EUROPE, newestOf, refusing } from "../support/regions";
import { ACCOUNT, REGION, thingArn } from "../support/things";
import { eachWorld, type World } from "../support/world";

let world: World;
let organization: Organization;
eachWorld((one) => {
  world = one;
  world.regions = [REGION, EUROPE];
  organization = new Organization(world);
});

const everythingOf = (account: string, region = REGION) => `arn:aws:test:${region}:${account}:*`;

describe("a run over an organization", () => {
  it("judges every account in each of its Regions, as one run with one digest", async () => {
    organization.put(ACCOUNT, "a", "good");
    organization.put(MEMBER, "b", "bad");
    organization.put(OTHER_MEMBER, "c", "good", EUROPE);
    await expect(organization.run()).resolves.toMatchObject({
      status: "complete",
      listed: 3,
      nonCompliant: 1,
    });
    expect(await world.runs()).toHaveLength(1);
    expect(world.digests()).toHaveLength(1);
    expect(Object.keys(await organization.ledger())).toHaveLength(6);
    expect((await organization.ledger())[`${OTHER_MEMBER} ${EUROPE}`]).toMatchObject({ listed: 1 });
  });

  it("takes on the role of members, and in its own account none", async () => {
    await organization.run();
    expect(organization.taken).toEqual([MEMBER, OTHER_MEMBER]);
  });

  it("says of each row when the resource was read, and not when the run was closed", async () => {
    organization.put(MEMBER, "b", "bad");
    const before = world.now.toISOString();
    await organization.run();
    expect((await world.rowsOf("b"))[0]).toMatchObject({ observed_at: before, open_since: before });
    expect((await world.runs())[0]).toMatchObject({ started_at: before, duration_ms: 120_000 });
  });

  it("alerts once of what began to fail between two runs", async () => {
    organization.put(MEMBER, "b", "good");
    await organization.run();
    world.pass(60);
    organization.put(MEMBER, "b", "bad");
    await organization.run();
    expect(world.toldNames()).toEqual(["b"]);
  });
});

describe("an account that refuses the role", () => {
  beforeEach(async () => {
    organization.put(MEMBER, "b", "bad");
    organization.put(OTHER_MEMBER, "c", "good", EUROPE);
    await organization.run();
    world.pass(60);
    organization.refusing.set(MEMBER, refusing("AccessDenied"));
  });

  it("is an error of that account and stops no other", async () => {
    await expect(organization.run()).resolves.toMatchObject({ status: "complete", listed: 4, error: 3 });
    const ledger = await organization.ledger();
    expect(ledger[`${MEMBER} ${REGION}`]).toMatchObject({ error: 2, error_codes: { AccessDenied: 2 } });
    expect(ledger[`${OTHER_MEMBER} ${EUROPE}`]).toMatchObject({ compliant: 1 });
  });

  it("keeps what is known of it from being taken for gone or passing", async () => {
    await organization.run();
    const row = await newestOf(world, thingArn("b", MEMBER));
    expect(row).toMatchObject({ compliance_type: "ERROR", settled_type: "NON_COMPLIANT" });
    expect(row?.gone).toBeUndefined();
  });

  it("keeps what is known of Regions that are not scanned any more from being taken for gone", async () => {
    organization.refusing.clear();
    organization.put(MEMBER, "d", "bad", EUROPE);
    await organization.run();
    world.pass(60);
    organization.refusing.set(MEMBER, refusing("AccessDenied"));
    world.regions = [REGION];
    await organization.run();
    expect((await newestOf(world, thingArn("d", MEMBER, EUROPE)))?.compliance_type).toBe("ERROR");
  });

  it("is an error in the Regions that were known, where nobody can look up which are enabled", async () => {
    world.scansAll = true;
    await organization.run();
    expect(await newestOf(world, everythingOf(MEMBER, EUROPE))).toMatchObject({ compliance_type: "ERROR" });
  });

  it("has what stood for it closed when it can be read again", async () => {
    await organization.run();
    world.pass(60);
    organization.refusing.clear();
    await organization.run();
    expect(await newestOf(world, everythingOf(MEMBER))).toMatchObject({
      gone: true,
      annotation: "It can be read again.",
    });
    expect((await newestOf(world, thingArn("b", MEMBER)))?.transition).toBe("recovered");
  });
});

it("fails a run that could read no account", async () => {
  for (const account of organization.accounts) {
    world.unreadableRegions.set(REGION, refusing("Busy")).set(EUROPE, refusing("Busy"));
    organization.refusing.set(account, refusing("AccessDenied"));
  }
  await expect(organization.run()).rejects.toThrow();
  expect(await world.runs()).toHaveLength(0);
});

it("takes a scan that left nothing for an error of its account", async () => {
  organization.put(MEMBER, "b", "good");
  await organization.run();
  world.pass(60);
  const instant = world.now.toISOString();
  await world.invoke({ plan: { instant } });
  await world.invoke({ scan: { instant, account: ACCOUNT } });
  await expect(organization.close(instant)).resolves.toMatchObject({ status: "complete", compliant: 0 });
  expect(await newestOf(world, thingArn("b", MEMBER))).toMatchObject({ error_code: "ScanFailed" });
});

it("knows a Region that is not enabled in an account from one that cannot be read", async () => {
  organization.put(MEMBER, "b", "bad", EUROPE);
  await organization.run();
  world.pass(60);
  world.enabledIn.set(MEMBER, [REGION]);
  await expect(organization.run()).resolves.toMatchObject({ error: 0 });
  expect(await newestOf(world, thingArn("b", MEMBER, EUROPE))).toMatchObject({
    gone: true,
    annotation: `No longer evaluated: the Region ${EUROPE} is not enabled in the account.`,
  });
  expect((await organization.ledger())[`${MEMBER} ${EUROPE}`]).toMatchObject({ listed: 0 });
});

describe("an account that is scanned no more", () => {
  beforeEach(async () => {
    organization.put(MEMBER, "b", "bad");
    await organization.run();
    world.pass(60);
    organization.accounts = [ACCOUNT, OTHER_MEMBER];
  });

  it.each([
    [undefined, "left the organization"],
    ["SUSPENDED", "is SUSPENDED"],
    ["excludeAccounts", "is among organization.excludeAccounts"],
    ["units", "is in none of organization.units"],
  ])("has its resources closed with the reason: %s", async (reason, told) => {
    organization.skipped = reason ? [{ id: MEMBER, reason }] : [];
    await organization.run();
    expect(await newestOf(world, thingArn("b", MEMBER))).toMatchObject({
      gone: true,
      transition: "resolved",
      annotation: `No longer evaluated: the account ${MEMBER} ${told}.`,
    });
    expect(Object.keys(await organization.ledger()).some((place) => place.startsWith(MEMBER))).toBe(false);
  });
});

it("tells of an account that joins, whose failures did not begin now", async () => {
  organization.accounts = [ACCOUNT];
  await organization.run();
  world.pass(60);
  organization.accounts = [ACCOUNT, MEMBER];
  organization.put(MEMBER, "b", "bad");
  await organization.run();
  expect(world.drifts()).toEqual([]);
  expect(world.digests()[0]?.email).toContain(`Scanned for the first time: ${REGION} in ${MEMBER}`);
});

describe("what is done twice", () => {
  it("changes nothing that was recorded: a plan, a scan and a close", async () => {
    organization.put(MEMBER, "b", "good");
    const instant = world.now.toISOString();
    await organization.run();
    const items = await world.items();
    organization.put(MEMBER, "b", "bad");
    organization.accounts = [ACCOUNT];
    const planned = await world.invoke({ plan: { instant } });
    expect(planned).toEqual({ instant, accounts: [ACCOUNT, MEMBER, OTHER_MEMBER] });
    await expect(world.invoke({ scan: { instant, account: MEMBER } })).resolves.toEqual({
      account: MEMBER,
      resources: 1,
      failedRegions: [],
    });
    await expect(organization.close(instant)).resolves.toMatchObject({ status: "already-complete" });
    expect(await world.items()).toEqual(items);
  });

  it("is a scan of two at once, of which one counts", async () => {
    organization.put(MEMBER, "b", "good");
    const instant = world.now.toISOString();
    await world.invoke({ plan: { instant } });
    const scans = [1, 2].map(() => world.invoke({ scan: { instant, account: MEMBER } }));
    expect(await Promise.all(scans)).toEqual([1, 2].map(() => expect.objectContaining({ resources: 1 })));
  });

  it("is a close days later, which records what was seen then", async () => {
    organization.put(MEMBER, "b", "bad");
    const instant = world.now.toISOString();
    await world.invoke({ plan: { instant } });
    for (const account of organization.accounts) await world.invoke({ scan: { instant, account } });
    world.pass(3 * 24 * 60);
    await expect(organization.close(instant)).resolves.toMatchObject({ status: "complete", instant });
    expect((await world.rowsOf("b"))[0]?.observed_at).toBe(instant);
  });
});

describe("events", () => {
  it("of a scan are refused of an account that was not planned, and hours later", async () => {
    const instant = world.now.toISOString();
    await expect(world.invoke({ scan: { instant, account: MEMBER } })).rejects.toThrow("that was planned");
    await world.invoke({ plan: { instant } });
    await expect(world.invoke({ scan: { instant, account: "999999999999" } })).rejects.toThrow("planned 3");
    world.pass(3 * 60);
    await expect(world.invoke({ scan: { instant, account: MEMBER } })).rejects.toThrow("two hours");
    await expect(world.invoke({ plan: { instant } })).rejects.toThrow("two hours");
  });

  it.each([
    [{ plan: {} }, "plan.instant must be"],
    [{ plan: { instant: "2026-11-24", account: "1" } }, "plan has unknown account"],
    [{ scan: { instant: "2026-11-24", account: "12" } }, "scan.account must be an account id of 12 digits"],
    [{ close: { instant: "yesterday" } }, "close.instant must be"],
    [{ close: { instant: "2026-11-24" }, plan: {} }, "unknown"],
  ])("are strictly validated: %j", (event, reason) => {
    expect(() => world.invoke(event)).toThrow(reason);
  });

  it("that would evaluate the own account alone are refused", async () => {
    await expect(world.sweep()).rejects.toThrow("state machine");
    await expect(world.invoke({})).rejects.toThrow("state machine");
  });

  it("of an organization are refused where none is scanned", async () => {
    world.organization = undefined;
    await expect(world.invoke({ plan: { instant: world.now.toISOString() } })).rejects.toThrow(
      "organization",
    );
  });
});
