import type { LedgerEntry } from "../../lambdas/common/history/rows";
import { Chain } from "../../lambdas/report-generator/bucket/chain";
import type { MemoryStore } from "../report/support";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { ManagedOrganization, RULE, userArn } from "../support/managed-organization";
import { MEMBER, OTHER, OWN, reportKeys } from "./managed-support";

let database: TestDatabase;
let organization: ManagedOrganization;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  organization = new ManagedOrganization([OWN, MEMBER, OTHER], database, await database.newTable());
});

const refusing = (name: string) => Object.assign(new Error("refused"), { name });

/** AWS Config evaluates everywhere again, and six hours pass. */
function toNextSlot(): void {
  organization.pass(358);
  for (const account of organization.accounts.values()) {
    account.evaluatedAt &&= new Date(organization.now.getTime() - 60_000).toISOString();
  }
}

async function lastLedger(): Promise<Record<string, LedgerEntry>> {
  const ledger = (await organization.runs()).at(-1)?.ledger ?? [];
  return Object.fromEntries(ledger.map((entry) => [`${entry.account_id} ${entry.region}`, entry]));
}

describe("a run over the managed rules of an organization", () => {
  beforeEach(() => {
    organization.of(OWN).verdicts.set("ann", "COMPLIANT");
    organization.of(MEMBER).verdicts.set("ben", "NON_COMPLIANT").set("eve", "COMPLIANT");
  });

  it("makes one run, one digest and one report of all accounts", async () => {
    await expect(organization.run({ eventId: "an-event" })).resolves.toMatchObject({
      status: "made",
      kind: "scheduled",
      period: { to: "2026-11-24T06:30:00.000Z" },
      summary: { compliant: 2, nonCompliant: 1, coverage: 100 },
    });
    expect(await organization.runs()).toHaveLength(1);
    expect(await lastLedger()).toMatchObject({
      [`${OWN} us-east-1`]: { listed: 0 },
      [`${MEMBER} global`]: { compliant: 1, non_compliant: 1 },
      [`${OTHER} us-east-1`]: { listed: 0 },
    });
    expect(organization.published).toHaveLength(1);
    const [run] = await organization.runs();
    expect(run).toMatchObject({
      trigger: "sweep",
      schedule: "cron(30 0/6 * * ? *)",
      started_at: "2026-11-24T06:30:00.000Z",
    });
  });

  it("names what AWS Config calls by ids as the account itself knows it, and when it was observed", async () => {
    await organization.run();
    expect(await organization.newest(MEMBER, "ben")).toMatchObject({
      resource_id: userArn(MEMBER, "ben"),
      account_id: MEMBER,
      region: "global",
      compliance_type: "NON_COMPLIANT",
      observed_at: "2026-11-24T05:59:00.000Z",
    });
  });

  it("tells the event that began it in the report's manifest", async () => {
    await organization.run({ eventId: "an-event" });
    const store = organization.generator.report.store as MemoryStore;
    const head = await new Chain(store).head();
    expect(head?.manifest.event).toEqual({
      id: "an-event",
      time: "2026-11-24T06:30:00.000Z",
    });
  });

  it("has a report on demand for its end when a person began it, and sends no digest", async () => {
    await expect(organization.run({ trigger: "on-demand" })).resolves.toMatchObject({
      kind: "on-demand",
      summary: { compliant: 2, nonCompliant: 1 },
    });
    expect((await organization.runs())[0]).toMatchObject({ trigger: "on-demand" });
    expect(organization.published).toEqual([]);
  });

  it("alerts of what began to fail, and not of the failures of an account that joins", async () => {
    organization.planned = [OWN, MEMBER];
    organization.of(OTHER).verdicts.set("old", "NON_COMPLIANT");
    await organization.run();
    organization.planned = [OWN, MEMBER, OTHER];
    organization.of(MEMBER).verdicts.set("eve", "NON_COMPLIANT");
    toNextSlot();
    organization.published.length = 0;
    await organization.run();
    const subjects = organization.published.map(({ Subject = "" }) => Subject);
    expect(subjects.filter((subject) => subject.includes("Drift"))).toHaveLength(1);
    expect(await organization.newest(OTHER, "old")).toMatchObject({ transition: "first-seen" });
  });
});

describe("an account", () => {
  beforeEach(async () => {
    organization.of(OWN).verdicts.set("ann", "COMPLIANT");
    organization.of(MEMBER).verdicts.set("ben", "COMPLIANT").set("eve", "NON_COMPLIANT");
    await organization.run();
    toNextSlot();
  });

  it.each([
    ["refuses the role", "AccessDenied", () => (organization.of(MEMBER).refusing = refusing("AccessDenied"))],
    ["lacks the rule", "NoSuchConfigRuleException", () => (organization.of(MEMBER).hasRule = false)],
    ["has not evaluated it yet", "NeverEvaluated", () => (organization.of(MEMBER).evaluatedAt = undefined)],
    [
      "evaluated it long ago",
      "OutdatedResults",
      () => (organization.of(MEMBER).evaluatedAt = "2026-11-23T06:00:00.000Z"),
    ],
  ])("that %s is an error of that account and stops no other", async (_, code, happens) => {
    happens();
    await expect(organization.run()).resolves.toMatchObject({
      status: "made",
      summary: { compliant: 1, nonCompliant: 0, error: 3, coverage: 25 },
    });
    const ledger = await lastLedger();
    expect(ledger[`${MEMBER} us-east-1`]).toMatchObject({ error: 1, error_codes: { [code]: 1 } });
    expect(ledger[`${MEMBER} global`]).toMatchObject({ error: 2, compliant: 0 });
    for (const user of ["ben", "eve"]) {
      const row = await organization.newest(MEMBER, user);
      expect(row).toMatchObject({ compliance_type: "ERROR", error_code: code });
      expect(row?.gone).toBeUndefined();
    }
    expect(await organization.newest(OWN, "ann")).toMatchObject({ compliance_type: "COMPLIANT" });
  });

  it("whose recorder is off is an error under rules that wait for changes", async () => {
    const atChanges = { ...RULE, maximumExecutionFrequency: undefined, resourceTypes: ["AWS::IAM::User"] };
    organization.rules.splice(0, 1, atChanges);
    organization.of(MEMBER).recording = false;
    await organization.run();
    expect(await organization.newest(MEMBER, "ben")).toMatchObject({
      compliance_type: "ERROR",
      error_code: "NoRunningConfigurationRecorderException",
    });
    expect(await organization.newest(OWN, "ann")).toMatchObject({ compliance_type: "COMPLIANT" });
  });

  it("whose recorder leaves out what the rule is about is an error, though nothing is there for the rule", async () => {
    const atChanges = { ...RULE, maximumExecutionFrequency: undefined, resourceTypes: ["AWS::IAM::User"] };
    organization.rules.splice(0, 1, atChanges);
    const member = organization.of(MEMBER);
    member.recordedTypes = ["AWS::EC2::Instance"];
    member.evaluatedAt = undefined;
    member.verdicts.clear();
    await organization.run();
    expect(await organization.newest(MEMBER, "eve")).toMatchObject({
      compliance_type: "ERROR",
      error_code: "ResourceTypeNotRecorded",
    });
    expect(await organization.newest(OWN, "ann")).toMatchObject({ compliance_type: "COMPLIANT" });
  });

  it("that nothing was read of is an error of it", async () => {
    const instant = organization.now.toISOString();
    await organization.invoke({ plan: { instant } });
    for (const account of [OWN, OTHER]) await organization.invoke({ scan: { instant, account } });
    await organization.invoke({ close: { instant } });
    expect(await organization.newest(MEMBER, "ben")).toMatchObject({ error_code: "ScanFailed" });
  });

  it.each([
    [undefined, "left the organization"],
    ["SUSPENDED", "is SUSPENDED"],
    ["excludeAccounts", "is among organization.excludeAccounts"],
  ])("that is scanned no more has its resources closed with the reason: %s", async (reason, told) => {
    organization.planned = [OWN, OTHER];
    organization.skipped = reason ? [{ id: MEMBER, reason }] : [];
    await organization.run();
    expect(await organization.newest(MEMBER, "eve")).toMatchObject({
      gone: true,
      transition: "resolved",
      annotation: `No longer evaluated: the account ${MEMBER} ${told}.`,
    });
    expect(Object.keys(await lastLedger()).some((place) => place.startsWith(MEMBER))).toBe(false);
  });

  it("whose user is deleted has that one gone, and no other account's", async () => {
    organization.of(MEMBER).verdicts.delete("ben");
    await organization.run();
    expect(await organization.newest(MEMBER, "ben")).toMatchObject({ gone: true });
    expect((await organization.newest(OWN, "ann"))?.gone).toBeUndefined();
  });
});

describe("when no account can be read", () => {
  it("there is no run, an alert, and a report that says so", async () => {
    for (const account of organization.accounts.values()) account.refusing = refusing("AccessDenied");
    organization.of(OWN).hasRule = false;
    await expect(organization.run()).resolves.toMatchObject({ status: "made" });
    expect(await organization.runs()).toEqual([]);
    expect(organization.published).toHaveLength(1);
    const store = organization.generator.report.store as MemoryStore;
    expect(
      reportKeys(organization).some((key) => store.text(key).includes("could not all be imported")),
    ).toBe(true);
  });

  it("there is an alert, though one of them has not evaluated the rule yet", async () => {
    for (const account of organization.accounts.values()) account.refusing = refusing("AccessDenied");
    organization.of(OWN).refusing = undefined;
    organization.of(OWN).evaluatedAt = undefined;
    organization.of(OWN).verdicts.set("ann", "COMPLIANT");
    await organization.run();
    expect(await organization.runs()).toEqual([]);
    expect(organization.published).toHaveLength(1);
  });

  it("since the rule is new and evaluated nowhere, there is no run and no alert", async () => {
    organization.of(OWN).evaluatedAt = undefined;
    organization.of(OWN).verdicts.set("ann", "COMPLIANT");
    organization.of(MEMBER).hasRule = false;
    organization.of(OTHER).hasRule = false;
    await organization.run();
    expect(await organization.runs()).toEqual([]);
    expect(organization.published).toEqual([]);
  });
});
