import { recordedInstance } from "../../../emulator/account/estate";
import { scheduledEvent } from "../../../emulator/account/events";
import { deployed, operations, requestsOf } from "../deployed";

const SLOT = "2026-11-23T06:00:00.000Z";
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const environment = deployed();

/** Verdict by resource name, of everything the history holds. */
async function verdicts(): Promise<Record<string, string>> {
  const rows = await environment.stack.evaluations();
  return Object.fromEntries(rows.map((row) => [row.resource_name, row.compliance_type]));
}

describe("a scheduled sweep", () => {
  test("of EC2 judges every instance by its tags and leaves out none", async () => {
    const { estate, functions } = environment.stack;
    await estate.launch({ Name: "tagged", ...TAGS });
    await estate.launch({ Name: "empty-value", ...TAGS, ManagedBy: "" });
    await estate.launch({ Name: "no-owner", Environment: "Production", Compliance: "Required" });
    await estate.launch({
      Name: "wrong-case",
      environment: "Production",
      Compliance: "Required",
      ManagedBy: "x",
    });
    const [untagged = ""] = await estate.launch();
    const [ended = ""] = await estate.launch();
    await estate.terminate(ended);

    const { payload } = await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), {
      now: SLOT,
    });

    expect(payload).toMatchObject({
      status: "complete",
      listed: 6,
      compliant: 2,
      nonCompliant: 3,
      notApplicable: 1,
    });
    expect(await verdicts()).toEqual({
      tagged: "COMPLIANT",
      "empty-value": "COMPLIANT",
      "no-owner": "NON_COMPLIANT",
      "wrong-case": "NON_COMPLIANT",
      [untagged]: "NON_COMPLIANT",
      [ended]: "NOT_APPLICABLE",
    });
  });

  test("of S3 judges the buckets of every Region, each under its own", async () => {
    const { estate, functions } = environment.stack;
    await estate.createBucket("plain-bucket");
    await estate.createBucket("kms-bucket", "aws:kms", "eu-west-1");

    await functions["s3-encryption-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });

    const rows = await environment.stack.evaluations();
    const seen = rows.map((row) => [row.resource_name, row.region, row.compliance_type]);
    expect(seen).toContainEqual(["plain-bucket", "us-east-1", "NON_COMPLIANT"]);
    expect(seen).toContainEqual(["kms-bucket", "eu-west-1", "COMPLIANT"]);
    const reads = requestsOf(environment.stack, "s3", "GetBucketEncryption");
    expect(reads.find(({ path }) => path.includes("kms-bucket"))?.region).toBe("eu-west-1");
  });

  test("of S3 finds the stack's own buckets in order", async () => {
    await environment.stack.functions["s3-encryption-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), {
      now: SLOT,
    });

    expect(Object.values(await verdicts())).toEqual(["COMPLIANT", "COMPLIANT"]);
  });

  test("of RDS judges instances and clusters, and cluster members and replicas not twice", async () => {
    const { estate, functions } = environment.stack;
    await estate.createDatabase("week", { engine: "postgres", backupRetention: 7 });
    await estate.createDatabase("none", { engine: "mysql", backupRetention: 0 });
    await estate.createReplica("week-replica", "week");
    await estate.createCluster("aurora", "aurora-postgresql", 1);
    await estate.createDatabase("aurora-member", { engine: "aurora-postgresql", cluster: "aurora" });
    await estate.createDatabase("graph", { engine: "neptune" });

    await functions["rds-backup-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });

    expect(await verdicts()).toEqual({
      week: "COMPLIANT",
      none: "NON_COMPLIANT",
      "week-replica": "NOT_APPLICABLE",
      aurora: "COMPLIANT",
      "aurora-member": "NOT_APPLICABLE",
      graph: "NOT_APPLICABLE",
    });
  });

  test("keys its rows by the slot, whenever it really runs", async () => {
    const { estate, functions } = environment.stack;
    await estate.launch(TAGS);

    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), {
      now: "2026-11-23T06:02:11.000Z",
    });

    const [row] = await environment.stack.evaluations();
    const [run] = await environment.stack.runs();
    expect(row).toMatchObject({
      evaluation_timestamp: `${SLOT}#ec2-required-tags`,
      trigger: "sweep",
      transition: "first-seen",
      account_id: "123456789012",
    });
    expect(row?.observed_at.slice(0, 16)).toBe("2026-11-23T06:02");
    expect(run).toMatchObject({
      resource_id: "run#ec2-required-tags",
      evaluation_timestamp: `${SLOT}#ec2-required-tags`,
    });
    expect(run?.ledger).toMatchObject([
      { account_id: "123456789012", region: "us-east-1", listed: 1, evaluated: 1 },
    ]);
  });

  test("sends one digest however many resources fail, after their rows are stored", async () => {
    const { estate, functions, proxy } = environment.stack;
    await estate.launch({ Name: "first" });
    await estate.launch({ Name: "second" });

    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });

    const mails = environment.stack.mails();
    expect(mails.map(({ attributes }) => attributes.kind)).toEqual(["digest"]);
    expect(mails[0]?.to).toBe("alerts@example.com");
    expect(mails[0]?.body).toMatch(/first[\s\S]*second|second[\s\S]*first/);
    const order = proxy.exchanges.map(({ request }) => request.operation);
    expect(order.indexOf("Publish")).toBeGreaterThan(order.lastIndexOf("BatchWriteItem"));
    expect(order.lastIndexOf("PutItem")).toBeGreaterThan(order.indexOf("Publish"));
  });

  test("sends nothing when nothing fails and nothing changed", async () => {
    const { estate, functions } = environment.stack;
    await estate.launch(TAGS);

    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });

    expect(environment.stack.mails()).toEqual([]);
  });

  test("delivered a second time reads and writes no evaluation and sends no second digest", async () => {
    const { estate, functions, proxy } = environment.stack;
    await estate.launch();
    const event = scheduledEvent(SLOT, "sweep");
    await functions["ec2-tag-evaluator"].invoke(event, { now: SLOT });
    const before = await environment.stack.items();
    proxy.forget();

    const { payload } = await functions["ec2-tag-evaluator"].invoke(event, {
      now: "2026-11-23T06:01:00.000Z",
    });

    expect(payload).toMatchObject({ status: "already-complete", listed: 1, nonCompliant: 1 });
    expect(operations(environment.stack)).toEqual(["dynamodb:GetItem"]);
    expect(await environment.stack.items()).toEqual(before);
  });

  test("closes what the previous one saw and is gone now", async () => {
    const { estate, functions } = environment.stack;
    await estate.createDatabase("short-lived", { engine: "mysql", backupRetention: 0 });
    await functions["rds-backup-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.deleteDatabase("short-lived");

    const next = "2026-11-23T12:00:00.000Z";
    await functions["rds-backup-evaluator"].invoke(scheduledEvent(next, "sweep"), { now: next });

    const last = (await environment.stack.evaluations()).at(-1);
    expect(last).toMatchObject({
      resource_name: "short-lived",
      compliance_type: "NOT_APPLICABLE",
      transition: "resolved",
      gone: true,
    });
    expect((await environment.stack.runs()).at(-1)).toMatchObject({ gone: 1, resolved: 1 });
  });

  test("leaves its metrics where CloudWatch finds them: in log lines of their own, not inside another", async () => {
    const { estate, functions } = environment.stack;
    await estate.launch(TAGS);

    const { logs } = await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), {
      now: SLOT,
    });

    const metrics = logs.filter((line) => typeof line === "object" && line !== null && "_aws" in line);
    expect(metrics).toMatchObject([
      { Rule: "ec2-required-tags", CompletedRuns: 1, Listed: 1, Score: 100, Coverage: 100 },
    ]);
  });
});

describe("on demand", () => {
  test("the empty event sweeps, as a run of its own", async () => {
    const { estate, functions } = environment.stack;
    await estate.launch(TAGS);

    const { payload } = await functions["ec2-tag-evaluator"].invoke({}, { now: SLOT });

    expect(payload).toMatchObject({ status: "complete", listed: 1 });
    expect(await environment.stack.runs()).toMatchObject([{ trigger: "on-demand" }]);
  });

  test("named resources are evaluated, and those that do not exist are named back", async () => {
    const { estate, functions } = environment.stack;
    const [asked = ""] = await estate.launch(TAGS);
    await estate.launch();

    const { payload } = await functions["ec2-tag-evaluator"].invoke({
      resourceIds: [asked, "i-0123456789abcdef0"],
    });

    expect(payload).toMatchObject({
      status: "evaluated",
      resources: [{ resource: recordedInstance(asked).arn, complianceType: "COMPLIANT" }],
      notFound: ["i-0123456789abcdef0"],
    });
    expect(await environment.stack.evaluations()).toHaveLength(1);
    expect(await environment.stack.runs()).toEqual([]);
  });

  test("a what-if says what would change, and writes and sends nothing", async () => {
    const { estate, functions } = environment.stack;
    await estate.launch({ Name: "tagged", ...TAGS });

    const whatIf = { requiredTags: [{ key: "CostCenter" }] };
    const { payload } = await functions["ec2-tag-evaluator"].invoke({ whatIf });

    expect(payload).toMatchObject({ status: "what-if", evaluated: 1, wouldFail: 1, wouldPass: 0 });
    expect(operations(environment.stack)).toEqual(["ec2:DescribeInstances"]);
  });

  test.each([
    ["a misspelt field", { resourceID: ["i-1"] }],
    ["an event of another service", { source: "aws.s3", "detail-type": "Object Created", detail: {} }],
    ["no object", "sweep"],
  ])("%s is refused, and nothing is read or written", async (_, event) => {
    const invocation = environment.stack.functions["ec2-tag-evaluator"].invoke(event);

    await expect(invocation).rejects.toMatchObject({ errorType: "InvalidInputError" });
    expect(operations(environment.stack)).toEqual([]);
  });
});
