import { complianceChangeEvent, scheduledEvent } from "../../../emulator/account/events";
import type { Report } from "../../../lambdas/report-generator/content/report";

import { deployed, SLOT } from "../deployed";
import { ALICE, NEXT_SLOT, REPORT_SLOT, Reporting, validity } from "./reporting";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const environment = deployed();
const reporting = new Reporting(environment);

beforeEach(() => reporting.seed());

describe("a report on demand", () => {
  test("as of an instant shows the state of then, not of now", async () => {
    const { estate } = environment.stack;
    const [drifting = ""] = await estate.launch({ Name: "drifting", ...TAGS });
    await reporting.sweep(SLOT);
    await estate.untag(drifting, "Compliance");
    await reporting.sweep(NEXT_SLOT);

    const then = await reporting.readReport(
      await reporting.report({ asOf: "2026-11-23T11:59:59Z" }, "2026-11-23T13:00:00.000Z"),
    );
    const now = await reporting.readReport(
      await reporting.report({ asOf: "2026-11-23T12:05:00Z" }, "2026-11-23T13:01:00.000Z"),
    );

    const verdict = ({ resources }: Report) =>
      resources.find(({ resourceName }) => resourceName === "drifting")?.complianceType;
    expect([verdict(then), verdict(now)]).toEqual(["COMPLIANT", "NON_COMPLIANT"]);
  });

  test("draws the sample that the seed stands for", async () => {
    await reporting.sweep(SLOT);
    const period = { from: "2026-11-23T00:00:00Z", to: "2026-11-23T06:45:00Z" };
    const request = { ...period, sample: { size: 2, seed: "audit" } };

    const first = await reporting.readReport(await reporting.report(request, "2026-11-23T07:00:00.000Z"));
    const again = await reporting.readReport(await reporting.report(request, "2026-11-23T07:05:00.000Z"));

    const drawn = ({ sample }: Report) =>
      sample?.evaluations.map(({ resourceId, rule }) => [resourceId, rule]);
    expect(drawn(first)).toHaveLength(2);
    expect(drawn(again)).toEqual(drawn(first));
    expect(validity(first)).toEqual({ valid: true, errors: null });
  });

  test("refuses a period that is not understood, and writes nothing", async () => {
    await expect(reporting.report({ since: "yesterday" }, REPORT_SLOT)).rejects.toMatchObject({
      errorType: "InvalidInputError",
    });

    expect(await reporting.verify()).toMatchObject({ links: 0 });
    expect(await environment.stack.items()).toEqual([]);
  });
});

describe("a managed rule's change of compliance", () => {
  test("becomes a row and a mail that a person can read, once", async () => {
    const { managedRules } = environment.stack;
    managedRules.judge("iam-user-mfa", ALICE, "COMPLIANT", SLOT);
    await reporting.scheduledReport(REPORT_SLOT);
    managedRules.judge("iam-user-mfa", ALICE, "NON_COMPLIANT", "2026-11-23T08:00:00.000Z");
    const change = complianceChangeEvent({
      ...ALICE,
      configRuleName: environment.stack.configRuleName("iam-user-mfa"),
      time: "2026-11-23T08:00:00.000Z",
      from: "COMPLIANT",
      to: "NON_COMPLIANT",
    });

    await reporting.delivered(change, "2026-11-23T08:01:00.000Z");
    await reporting.delivered(change, "2026-11-23T08:02:00.000Z");

    const [mail, ...others] = environment.stack.mails();
    expect(others).toEqual([]);
    expect(mail?.subject).toContain("alice");
    expect(mail?.body).toContain("IAM users have MFA");
    expect(mail?.body).not.toContain("AIDAALICEEXAMPLE");
    expect((await environment.stack.evaluations()).at(-1)).toMatchObject({
      transition: "opened",
      trigger: "change",
    });
  });

  test("is nothing that a person can tell, or a report of the schedule's that a person can make", async () => {
    const { managedRules, functions } = environment.stack;
    const configRuleName = environment.stack.configRuleName("iam-user-mfa");
    managedRules.judge("iam-user-mfa", ALICE, "COMPLIANT", SLOT);
    const change = complianceChangeEvent({ ...ALICE, configRuleName, time: SLOT, to: "NON_COMPLIANT" });
    for (const event of [change, scheduledEvent(REPORT_SLOT, "report")]) {
      await expect(functions["report-generator"].invoke(event, { now: REPORT_SLOT })).rejects.toThrow(
        /InvalidInputError: detail-type must not be .* EventBridge's/,
      );
    }
    expect(await environment.stack.items()).toEqual([]);
    // Not even by EventBridge: it only says where AWS Config has a verdict.
    await reporting.delivered(change, REPORT_SLOT);
    expect(await environment.stack.evaluations()).toMatchObject([{ compliance_type: "COMPLIANT" }]);
  });
});
