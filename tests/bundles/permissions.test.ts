import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { recordedBucket, recordedInstance } from "../../emulator/account/estate";
import { complianceChangeEvent, configChangeEvent, scheduledEvent } from "../../emulator/account/events";
import { emulatorClient } from "../../emulator/account/moto";
import type { FunctionKey } from "../../emulator/stack/deployment";
import { History } from "../../lambdas/common/history/history";
import { evaluationTimestamp } from "../../lambdas/common/history/keys";
import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import { complaints, type Grant, WHY_EVERYTHING } from "../support/authorization";
import { deployed } from "./deployed";
import { covers, grantsOf, type NeededPermission, neededPermissions } from "./permissions";

const SLOT = "2026-11-23T06:00:00.000Z";
const REPORT_SLOT = "2026-11-23T06:30:00.000Z";
const CHANGED = "2026-11-23T08:17:30.000Z";
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
// One that AWS Config evaluates at intervals, and one at changes.
const environment = deployed({
  managedRules: ["iam-user-mfa", "iam-no-admin-policies"],
  securityHub: true,
});

/** Grants that Lambda uses in the function's name: its logs, and the destination of events that failed. */
const USED_BY_LAMBDA = ["logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"];
/** Used when a report of more than 8 MiB, which goes up in parts, cannot be finished. */
const USED_BY_LARGE_REPORTS = ["s3:AbortMultipartUpload"];

/** What every path of the function needed: a sweep, a change with drift, a person's request; reports of each kind. */
const JOURNEYS: Readonly<Record<FunctionKey, () => Promise<void>>> = {
  "ec2-tag-evaluator": async () => {
    const { estate, functions, configRuleName } = forTest();
    const [instance = ""] = await estate.launch(TAGS);
    await functions["ec2-tag-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.untag(instance, "Compliance");
    const resource = recordedInstance(instance);
    const event = configChangeEvent({
      configRuleName: configRuleName("ec2-required-tags"),
      resource,
      time: CHANGED,
    });
    await functions["ec2-tag-evaluator"].invoke(event, { now: CHANGED });
    await functions["ec2-tag-evaluator"].invoke({ resourceIds: [instance] });
  },
  "s3-encryption-evaluator": async () => {
    const { estate, functions, configRuleName } = forTest();
    await estate.createBucket("journey", "AES256");
    await functions["s3-encryption-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    const resource = recordedBucket("journey");
    const event = configChangeEvent({
      configRuleName: configRuleName("s3-bucket-encryption"),
      resource,
      time: CHANGED,
    });
    await functions["s3-encryption-evaluator"].invoke(event, { now: CHANGED });
    await estate.createBucket("journey-unencrypted");
    await functions["s3-encryption-evaluator"].invoke({});
  },
  "rds-backup-evaluator": async () => {
    const { estate, functions, configRuleName } = forTest();
    await estate.createDatabase("journey", { engine: "postgres", backupRetention: 7 });
    await functions["rds-backup-evaluator"].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
    await estate.setRetention("journey", 0);
    const resource = await estate.recordedDatabase("journey");
    const event = configChangeEvent({
      configRuleName: configRuleName("rds-automated-backups"),
      resource,
      time: CHANGED,
    });
    await functions["rds-backup-evaluator"].invoke(event, { now: CHANGED });
    await functions["rds-backup-evaluator"].invoke({});
  },
  "report-generator": async () => {
    const { functions, managedRules, configRuleName } = forTest();
    const user = { resourceType: "AWS::IAM::User", resourceId: "AIDAEXAMPLE", resourceName: "alice" };
    const report = functions["report-generator"];
    await report.invoke({}, { now: "2026-11-23T05:50:00.000Z" });
    managedRules.judge("iam-user-mfa", user, "COMPLIANT", SLOT);
    const failing = { ...user, resourceId: "AIDAFAILING", resourceName: "bob" };
    managedRules.judge("iam-user-mfa", failing, "NON_COMPLIANT", SLOT);
    managedRules.evaluated(SLOT);
    await environment.stack.deliver("report-generator", scheduledEvent(REPORT_SLOT, "report"), {
      now: REPORT_SLOT,
    });
    await environment.stack.deliver("report-generator", scheduledEvent(REPORT_SLOT, "report"), {
      now: REPORT_SLOT,
    });
    managedRules.judge("iam-user-mfa", user, "NON_COMPLIANT", CHANGED);
    const change = complianceChangeEvent({
      ...user,
      configRuleName: configRuleName("iam-user-mfa"),
      time: CHANGED,
      from: "COMPLIANT",
      to: "NON_COMPLIANT",
    });
    await environment.stack.deliver("report-generator", change, { now: CHANGED });
    managedRules.delete(user);
    await runOverMoreThanFew("iam-user-mfa");
    await report.invoke({ from: SLOT }, { now: "2026-11-23T09:00:00.000Z" });
    await report.invoke({}, { now: "2026-11-23T09:10:00.000Z" });
  },
};

/** Commits a run that counts as many resources as make a report ask for its rule's changes apart. */
async function runOverMoreThanFew(rule: string): Promise<void> {
  const { stack } = environment;
  const run = (await stack.runs()).find((row) => row.rule === rule);
  if (run === undefined) throw new Error(`${rule} has not been evaluated yet`);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(emulatorClient(stack.moto.url)));
  await new History(client, stack.tableName).commit({
    ...run,
    evaluation_timestamp: evaluationTimestamp(CHANGED, rule),
    ledger: run.ledger.map((entry) => ({ ...entry, listed: FEW_EVALUATIONS + 1 })),
  });
}

function forTest() {
  const { stack } = environment;
  return {
    estate: stack.estate,
    functions: stack.functions,
    managedRules: stack.managedRules,
    configRuleName: (rule: string) => stack.configRuleName(rule),
  };
}

describe.each(Object.keys(JOURNEYS) as FunctionKey[])("the role of %s", (key) => {
  let needed: NeededPermission[];
  let granted: Grant[];

  beforeEach(async () => {
    await JOURNEYS[key]();
    needed = environment.stack.proxy.exchanges.flatMap(({ request }) => neededPermissions(request));
    granted = grantsOf(environment.stack.graph, key);
  });

  test("allows everything the function does, on the very resource, and nothing that it does not do", () => {
    const refused = needed.filter((permission) => !granted.some((grant) => covers(grant, permission)));
    expect(refused).toEqual([]);

    const unused = granted.filter((grant) => !needed.some((permission) => covers(grant, permission)));
    const elsewhere =
      key === "report-generator" ? [...USED_BY_LAMBDA, ...USED_BY_LARGE_REPORTS] : USED_BY_LAMBDA;
    expect([...new Set(unused.map(({ action }) => action))].sort()).toEqual([...elsewhere].sort());
    expect(complaints(granted)).toEqual([]);
  });
});

test("a reason for granting everything is there for what is granted so, and for nothing else", () => {
  const granted = Object.keys(JOURNEYS).flatMap((key) => grantsOf(environment.stack.graph, key));
  const actions = granted.filter(({ resource }) => resource === "*").map(({ action }) => action);
  expect(Object.keys(WHY_EVERYTHING).filter((action) => !actions.includes(action))).toEqual([]);
});
