import { parseEvent } from "../../lambdas/report-generator/request/event";
import type { MemoryStore } from "../report/support";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { ManagedOrganization, RULE } from "../support/managed-organization";
import { MEMBER, OTHER, OWN, reportKeys } from "./managed-support";

const SCANS = "report-generator/iam-user-mfa/2026-11-24T06:30:00.000Z";

let database: TestDatabase;
let organization: ManagedOrganization;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  organization = new ManagedOrganization([OWN, MEMBER, OTHER], database, await database.newTable());
});

describe("what is done twice", () => {
  const slot = "2026-11-24T06:30:00.000Z";

  it("changes nothing: a plan, a scan and a close", async () => {
    organization.of(MEMBER).verdicts.set("ben", "COMPLIANT");
    await organization.run();
    const rows = await organization.newest(MEMBER, "ben");
    const reports = reportKeys(organization);
    organization.of(MEMBER).verdicts.set("ben", "NON_COMPLIANT");
    organization.planned = [OWN];
    await expect(organization.invoke({ plan: { instant: slot } })).resolves.toEqual({
      instant: slot,
      accounts: [OWN, MEMBER, OTHER],
    });
    await expect(organization.invoke({ scan: { instant: slot, account: MEMBER } })).resolves.toEqual({
      account: MEMBER,
      rules: 1,
    });
    await expect(organization.invoke({ close: { instant: slot } })).resolves.toMatchObject({
      status: "already-made",
    });
    expect(await organization.runs()).toHaveLength(1);
    expect(await organization.newest(MEMBER, "ben")).toEqual(rows);
    expect(reportKeys(organization)).toEqual(reports);
  });

  it("is a scan that ended halfway, of which the second try reads only what is missing", async () => {
    const second = { ...RULE, name: "iam-console-mfa", configRuleName: "iam-console-mfa-test" };
    organization.rules.push(second);
    organization.of(MEMBER).verdicts.set("ben", "COMPLIANT");
    await organization.invoke({ plan: { instant: slot } });
    await organization.invoke({ scan: { instant: slot, account: MEMBER } });
    const kept = organization.objects.objects.get(`${SCANS}/${MEMBER}.ndjson.gz`);
    organization.objects.objects.delete(`report-generator/iam-console-mfa/${slot}/${MEMBER}.ndjson.gz`);
    organization.of(MEMBER).verdicts.set("ben", "NON_COMPLIANT");
    await organization.invoke({ scan: { instant: slot, account: MEMBER } });
    expect(organization.objects.objects.get(`${SCANS}/${MEMBER}.ndjson.gz`)).toBe(kept);
    expect(organization.objects.objects.size).toBe(3);
  });

  it("is a close after a newer run, whose report says that its results are not in it", async () => {
    organization.of(OWN).verdicts.set("ann", "COMPLIANT");
    await organization.invoke({ plan: { instant: slot } });
    for (const account of [OWN, MEMBER, OTHER])
      await organization.invoke({ scan: { instant: slot, account } });
    organization.pass(60);
    await organization.run({ trigger: "on-demand" });
    await organization.invoke({ close: { instant: slot } });
    const store = organization.generator.report.store as MemoryStore;
    const told = reportKeys(organization).filter((key) =>
      store.text(key).includes("a newer run was recorded before this one"),
    );
    expect(told).not.toEqual([]);
  });

  it("is a close hours later, which records what was seen at the time", async () => {
    organization.of(MEMBER).verdicts.set("ben", "COMPLIANT");
    await organization.invoke({ plan: { instant: slot } });
    for (const account of organization.planned)
      await organization.invoke({ scan: { instant: slot, account } });
    organization.of(MEMBER).verdicts.set("ben", "NON_COMPLIANT");
    organization.pass(4 * 60);
    await expect(organization.invoke({ close: { instant: slot } })).resolves.toMatchObject({
      kind: "scheduled",
      period: { to: slot },
    });
    expect(await organization.newest(MEMBER, "ben")).toMatchObject({ compliance_type: "COMPLIANT" });
  });
});

describe("events", () => {
  it("on demand make a report of what the history has, and import nothing", async () => {
    organization.of(OWN).verdicts.set("ann", "COMPLIANT");
    organization.of(MEMBER).verdicts.set("ben", "NON_COMPLIANT");
    await organization.run();
    organization.pass(60);
    await expect(organization.invoke({})).resolves.toMatchObject({
      kind: "on-demand",
      summary: { compliant: 1, nonCompliant: 1 },
    });
    expect(await organization.runs()).toHaveLength(1);
    expect((await organization.newest(MEMBER, "ben"))?.gone).toBeUndefined();
  });

  it("of the schedule that come to the function itself are refused", async () => {
    const event = { "detail-type": "Scheduled Event", time: "2026-11-24T06:30:00Z" };
    await expect(organization.invoke(event)).rejects.toThrow("state machine");
  });

  it("of a scan are refused of an account that was not planned, and hours later", async () => {
    const instant = organization.now.toISOString();
    await expect(organization.invoke({ scan: { instant, account: MEMBER } })).rejects.toThrow(
      "that was planned",
    );
    await expect(organization.invoke({ close: { instant } })).rejects.toThrow("that was planned");
    await organization.invoke({ plan: { instant } });
    await expect(organization.invoke({ scan: { instant, account: "999999999999" } })).rejects.toThrow(
      "planned 3",
    );
    organization.pass(3 * 60);
    await expect(organization.invoke({ scan: { instant, account: MEMBER } })).rejects.toThrow("two hours");
  });

  it("of a step are nobody's who does not come by the alias", () => {
    const instant = "2026-11-24T06:30:00.000Z";
    for (const event of [
      { plan: { instant } },
      { scan: { instant, account: OWN } },
      { close: { instant } },
    ]) {
      expect(() => parseEvent(event)).toThrow("unknown");
      expect(parseEvent(event, true).kind).toBe(Object.keys(event)[0]);
    }
  });
});
