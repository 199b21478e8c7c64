import { recordedBucket, recordedInstance } from "../../../emulator/account/estate";
import { configChangeEvent, scheduledEvent } from "../../../emulator/account/events";
import { deployed, requestsOf } from "../deployed";

const SLOT = "2026-11-23T06:00:00.000Z";
const CHANGED = "2026-11-23T08:17:30.125Z";
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const environment = deployed();

/** What was submitted to AWS Config. */
function submitted(): Record<string, unknown>[] {
  return requestsOf(environment.stack, "config", "PutEvaluations").map(({ input }) => input);
}

describe("AWS Config's change event", () => {
  test("evaluates that one resource from the live API, writes one row and answers Config with its token", async () => {
    const { estate, functions } = environment.stack;
    const [changed = ""] = await estate.launch({ Name: "changed" });
    await estate.launch({ Name: "other" });

    const event = configChangeEvent({
      configRuleName: "ec2-required-tags-dev",
      resource: recordedInstance(changed),
      time: CHANGED,
    });
    await functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });

    expect(await environment.stack.evaluations()).toMatchObject([
      {
        resource_id: recordedInstance(changed).arn,
        evaluation_timestamp: `${CHANGED}#ec2-required-tags`,
        compliance_type: "NON_COMPLIANT",
        trigger: "change",
      },
    ]);
    expect(submitted()).toEqual([
      {
        ResultToken: "TESTMODE",
        TestMode: true,
        Evaluations: [
          {
            ComplianceResourceType: "AWS::EC2::Instance",
            ComplianceResourceId: changed,
            ComplianceType: "NON_COMPLIANT",
            Annotation: expect.stringContaining("Missing tags"),
            OrderingTimestamp: Date.parse(CHANGED) / 1000,
          },
        ],
      },
    ]);
  });

  test("about a database answers Config by its DbiResourceId and keeps the history of its ARN", async () => {
    const { estate, functions } = environment.stack;
    await estate.createDatabase("ledger", { engine: "postgres", backupRetention: 7 });
    const resource = await estate.recordedDatabase("ledger");
    await functions["rds-backup-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.setRetention("ledger", 0);

    const event = configChangeEvent({ configRuleName: "rds-automated-backups-dev", resource, time: CHANGED });
    await functions["rds-backup-evaluator"].invoke(event, { now: CHANGED });

    const rows = await environment.stack.evaluations();
    expect(rows.map((row) => [row.resource_id, row.transition])).toEqual([
      [resource.arn, "first-seen"],
      [resource.arn, "opened"],
    ]);
    expect(submitted()).toMatchObject([{ Evaluations: [{ ComplianceResourceId: resource.resourceId }] }]);
  });

  test("that carries no more than a summary is answered like any other", async () => {
    const { estate, functions } = environment.stack;
    await estate.createBucket("large-policy", "AES256");

    const event = configChangeEvent({
      configRuleName: "s3-bucket-encryption-dev",
      resource: recordedBucket("large-policy"),
      time: CHANGED,
      oversized: true,
    });
    await functions["s3-encryption-evaluator"].invoke(event, { now: CHANGED });

    expect(submitted()).toMatchObject([
      { Evaluations: [{ ComplianceResourceId: "large-policy", ComplianceType: "COMPLIANT" }] },
    ]);
  });

  test.each([
    ["of a deleted resource", { status: "ResourceDeleted" }],
    ["of a resource that left the scope", { eventLeftScope: true }],
  ])("%s closes its history with NOT_APPLICABLE", async (_, change) => {
    const { estate, functions } = environment.stack;
    await estate.createBucket("weak-bucket");
    await functions["s3-encryption-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.deleteBucket("weak-bucket");

    const event = configChangeEvent({
      configRuleName: "s3-bucket-encryption-dev",
      resource: recordedBucket("weak-bucket"),
      time: CHANGED,
      ...change,
    });
    await functions["s3-encryption-evaluator"].invoke(event, { now: CHANGED });

    const last = (await environment.stack.evaluations()).at(-1);
    expect(last).toMatchObject({ compliance_type: "NOT_APPLICABLE", transition: "resolved", gone: true });
    expect(submitted()).toMatchObject([{ Evaluations: [{ ComplianceType: "NOT_APPLICABLE" }] }]);
  });

  test("whose verdict AWS Config does not take fails, so that Lambda tries again", async () => {
    const { estate, functions } = environment.stack;
    const [changed = ""] = await estate.launch(TAGS);
    environment.stack.inject(({ operation, input }) =>
      operation === "PutEvaluations"
        ? { status: 200, body: JSON.stringify({ FailedEvaluations: input.Evaluations }) }
        : undefined,
    );

    const event = configChangeEvent({
      configRuleName: "ec2-required-tags-dev",
      resource: recordedInstance(changed),
      time: CHANGED,
    });
    const invocation = functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });

    await expect(invocation).rejects.toThrow(/AWS Config did not take the evaluation/);
  });
});

describe("drift", () => {
  test("is alerted of once: by the change event, not by its second delivery nor by the next sweep", async () => {
    const { estate, functions, proxy } = environment.stack;
    const [drifting = ""] = await estate.launch({ Name: "payments", ...TAGS });
    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.untag(drifting, "Compliance");
    const resource = recordedInstance(drifting);
    const event = configChangeEvent({ configRuleName: "ec2-required-tags-dev", resource, time: CHANGED });
    proxy.forget();

    await functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });
    await functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });
    const next = "2026-11-23T12:00:00.000Z";
    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(next, "sweep"), { now: next });

    expect(environment.stack.mails().map(({ attributes, subject }) => [attributes.kind, subject])).toEqual([
      ["drift", expect.stringContaining("payments")],
      ["digest", expect.stringContaining("1 failing (1 new)")],
    ]);
  });

  test("that no event told of is alerted of by the sweep", async () => {
    const { estate, functions, proxy } = environment.stack;
    const [drifting = ""] = await estate.launch({ Name: "payments", ...TAGS });
    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.untag(drifting, "Compliance");
    proxy.forget();

    const next = "2026-11-23T12:00:00.000Z";
    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(next, "sweep"), { now: next });

    expect(environment.stack.mails().map(({ attributes }) => attributes.kind)).toEqual(["drift", "digest"]);
  });

  test("before the first complete run is none: a new rule makes AWS Config report everything there is", async () => {
    const { estate, functions } = environment.stack;
    const [failing = ""] = await estate.launch();
    const resource = recordedInstance(failing);

    const event = configChangeEvent({ configRuleName: "ec2-required-tags-dev", resource, time: CHANGED });
    await functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });

    expect(environment.stack.mails()).toEqual([]);
  });
});
