import {
  ConfigServiceClient,
  DescribeConfigRuleEvaluationStatusCommand,
  DescribeConfigurationRecorderStatusCommand,
  GetComplianceDetailsByConfigRuleCommand,
} from "@aws-sdk/client-config-service";
import type { SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { Alerts } from "../../lambdas/common/alerts/alerts";
import { Claims } from "../../lambdas/common/alerts/claims";
import { Windows } from "../../lambdas/common/alerts/windows";
import { History } from "../../lambdas/common/history/history";
import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import { RunLeases } from "../../lambdas/common/runs/leases";
import { importManagedRules } from "../../lambdas/report-generator/managed-rules/import";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { rule } from "./support";
import { ACCOUNT, REGION } from "./swept-company";

const NOW = new Date("2026-11-24T06:31:00.000Z");
const config = mockClient(ConfigServiceClient);
let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

/** Imports two periodic rules without results, which AWS Config evaluated that long before now. */
async function importedAfter(milliseconds: number): Promise<void> {
  config.reset();
  config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({
    ConfigRulesEvaluationStatus: [{ LastSuccessfulEvaluationTime: new Date(NOW.getTime() - milliseconds) }],
  });
  config.on(DescribeConfigurationRecorderStatusCommand).resolves({ ConfigurationRecordersStatus: [] });
  config.on(GetComplianceDetailsByConfigRuleCommand).resolves({ EvaluationResults: [] });
  const table = await database.newTable();
  const clock = { now: () => NOW, sleep: async () => {} };
  const periodic = { kind: "managed", maximumExecutionFrequency: "Six_Hours" } as const;
  await importManagedRules([rule("first", periodic), rule("second", periodic)], NOW.toISOString(), "sweep", {
    history: new History(database.client, table),
    claims: new Claims(database.client, table, clock),
    leases: new RunLeases(database.client, table, clock),
    fewEvaluations: FEW_EVALUATIONS,
    windows: new Windows(database.client, table),
    alerts: new Alerts({ send: async () => ({}) } as unknown as SNSClient, "arn:aws:sns:us-east-1:1:alerts"),
    log: jsonLog("test", undefined, () => {}),
    ...clock,
    config: new ConfigServiceClient({ region: REGION }),
    place: { partition: "aws", accountId: ACCOUNT, region: REGION, environmentSuffix: "test" },
    exceptions: [],
    reportSchedule: "cron(30 0/6 * * ? *)",
  });
}

describe("the import of managed rules", () => {
  const THIRTEEN_HOURS = 13 * 60 * 60_000;

  it("takes results of thirteen hours ago, as one of the six-hourly evaluations may be missed", async () => {
    await expect(importedAfter(THIRTEEN_HOURS)).resolves.toBeUndefined();
  });

  it("names every rule that AWS Config has not evaluated for longer", async () => {
    await expect(importedAfter(THIRTEEN_HOURS + 1)).rejects.toThrow(
      /^first: AWS Config evaluated it last at 2026-11-23T17:30:59.999Z; second: AWS Config evaluated it last/,
    );
  });
});
