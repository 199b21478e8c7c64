/** An account with a managed rule of AWS Config's: what AWS Config says of its users, and where results go. */

import {
  BatchGetResourceConfigCommand,
  ConfigServiceClient,
  DescribeConfigRuleEvaluationStatusCommand,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  type EvaluationResult,
  GetComplianceDetailsByConfigRuleCommand,
  GetComplianceDetailsByResourceCommand,
  ListDiscoveredResourcesCommand,
  type ResourceKey,
  type ResourceType,
} from "@aws-sdk/client-config-service";
import type { SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { Alerts } from "../../lambdas/common/alerts/alerts";
import { Claims } from "../../lambdas/common/alerts/claims";
import { Windows } from "../../lambdas/common/alerts/windows";
import type { ReportedRule } from "../../lambdas/common/deployment/settings";
import { History } from "../../lambdas/common/history/history";
import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import { RunLeases } from "../../lambdas/common/runs/leases";
import type { ManagedRuleDependencies } from "../../lambdas/report-generator/managed-rules/import";
import { startDatabase, type TestDatabase } from "./dynamodb";

/** AWS Config, of every test anew. */
export const config = mockClient(ConfigServiceClient);
/** Of every test anew, with a table of its own. */
export let dependencies: ManagedRuleDependencies;
/** What was given to SNS in the test. */
export let published: { Subject?: string; Message?: string }[];

/** The rule, of which the account has no results yet. */
export const rule: ReportedRule = {
  name: "iam-user-mfa",
  kind: "managed",
  identifier: "IAM_USER_MFA_ENABLED",
  parameters: {},
  maximumExecutionFrequency: "Six_Hours",
  configRuleName: "iam-user-mfa-test",
  severity: "critical",
  title: "IAM users have MFA",
  remediation: "Give the user an MFA device.",
  controls: { "soc-2": ["CC6.1"], "pci-dss-4.0": ["8.4.2"], "cis-aws-3.0": ["1.10"] },
};

export const userArn = (name: string) => `arn:aws:iam::111122223333:user/${name}`;

/** Has every test of the suite begin with a table of its own, and with an AWS Config that works. */
export function useManagedAccount(): void {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    config.reset();
    published = [];
    const table = await database.newTable();
    const clock = { now: () => new Date("2026-11-24T06:31:00.000Z"), sleep: async () => {} };
    const sns = {
      send: async ({ input }: { input: object }) => published.push(input),
    } as unknown as SNSClient;
    dependencies = {
      history: new History(database.client, table),
      claims: new Claims(database.client, table, clock),
      leases: new RunLeases(database.client, table, clock),
      fewEvaluations: FEW_EVALUATIONS,
      windows: new Windows(database.client, table),
      alerts: new Alerts(sns, "arn:aws:sns:us-east-1:111122223333:alerts"),
      log: jsonLog("test", undefined, () => {}),
      ...clock,
      config: new ConfigServiceClient({ region: "us-east-1" }),
      place: { partition: "aws", accountId: "111122223333", region: "us-east-1", environmentSuffix: "test" },
      exceptions: [],
      reportSchedule: "cron(30 0/6 * * ? *)",
    };
    evaluatedAt(new Date("2026-11-24T06:00:00Z"));
    recorderIs(true);
    recorded("AWS::IAM::User");
    config
      .on(BatchGetResourceConfigCommand)
      .callsFake(({ resourceKeys }: { resourceKeys: ResourceKey[] }) => {
        atMost(100, resourceKeys.length);
        return { baseConfigurationItems: resourceKeys.map(configured) };
      });
  });
}

/** Both GetComplianceDetailsByConfigRule's Limit and BatchGetResourceConfig's keys are 100 at most. */
function atMost(most: number, asked: number): void {
  if (asked > most) throw Object.assign(new Error(`${asked} is too many`), { name: "ValidationException" });
}

/** What AWS Config has recorded of a user. */
export function configured({ resourceId = "" }: ResourceKey) {
  return {
    resourceType: "AWS::IAM::User",
    resourceId,
    resourceName: resourceId.replace("AIDA", "user-"),
    arn: userArn(resourceId.replace("AIDA", "user-")),
    accountId: "111122223333",
    awsRegion: "global",
  };
}

/** The account's recorder records these types; an AWS service has one of its own besides. */
export function recorded(...types: ResourceType[]): void {
  config.on(DescribeConfigurationRecordersCommand).resolves({
    ConfigurationRecorders: [
      { name: "a-service's", servicePrincipal: "example.amazonaws.com", recordingScope: "INTERNAL" },
      { name: "default", recordingGroup: { resourceTypes: types } },
    ],
  });
}

/** AWS Config has discovered these users. */
export function discoveredUsers(...ids: string[]): void {
  config.on(ListDiscoveredResourcesCommand).callsFake(({ resourceType, resourceIds }) => ({
    resourceIdentifiers: ids
      .filter((id) => resourceIds.includes(id))
      .map((resourceId) => ({ resourceType, resourceId })),
  }));
}

/** Whether the recorder records, and since when. */
export function recorderIs(recording: boolean, lastStartTime = new Date("2026-11-01T00:00:00Z")): void {
  config.on(DescribeConfigurationRecorderStatusCommand).resolves({
    ConfigurationRecordersStatus: [
      { name: "a-service's", servicePrincipal: "example.amazonaws.com", recording: true },
      { name: "default", recording, lastStartTime },
    ],
  });
}

/** When AWS Config evaluated every rule. */
export function evaluatedAt(LastSuccessfulEvaluationTime: Date): void {
  config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({
    ConfigRulesEvaluationStatus: [{ LastSuccessfulEvaluationTime }],
  });
}

/** A result as AWS Config gives it, of a user. */
export function result(
  resourceId: string,
  ComplianceType: EvaluationResult["ComplianceType"],
  recordedAt = "2026-11-24T05:59:00Z",
): EvaluationResult {
  return {
    EvaluationResultIdentifier: {
      EvaluationResultQualifier: {
        ConfigRuleName: rule.configRuleName,
        ResourceType: "AWS::IAM::User",
        ResourceId: resourceId,
      },
    },
    ComplianceType,
    ResultRecordedTime: new Date(recordedAt),
  };
}

/** AWS Config answers with these pages of results, and with those of one resource when it is asked for them. */
export function configSays(...pages: EvaluationResult[][]): void {
  config.on(GetComplianceDetailsByConfigRuleCommand).callsFake(({ NextToken, Limit }) => {
    atMost(100, Limit);
    const page = Number(NextToken ?? 0);
    return {
      EvaluationResults: pages[page],
      NextToken: page + 1 < pages.length ? String(page + 1) : undefined,
    };
  });
  config.on(GetComplianceDetailsByResourceCommand).callsFake(({ ResourceId }) => ({
    EvaluationResults: pages
      .flat()
      .filter(
        ({ EvaluationResultIdentifier }) =>
          EvaluationResultIdentifier?.EvaluationResultQualifier?.ResourceId === ResourceId,
      ),
  }));
}

/** EventBridge's event for a changed verdict on the user AIDA1. */
export function complianceChange(complianceType: string, time: string) {
  return {
    source: "aws.config",
    "detail-type": "Config Rules Compliance Change",
    account: "111122223333",
    region: "us-east-1",
    time,
    detail: {
      configRuleName: rule.configRuleName,
      resourceType: "AWS::IAM::User",
      resourceId: "AIDA1",
      awsAccountId: "111122223333",
      awsRegion: "us-east-1",
      messageType: "ComplianceChangeNotification",
      notificationCreationTime: time,
      newEvaluationResult: { complianceType, resultRecordedTime: time },
    },
  };
}

/** The evaluations of an instant, in the order of ARNs. */
export async function rowsAt(instant: string): Promise<EvaluationRow[]> {
  const rows: EvaluationRow[] = [];
  for await (const row of dependencies.history.evaluations(rule.name, instant, instant)) rows.push(row);
  return rows.sort((a, b) => (a.resource_id < b.resource_id ? -1 : 1));
}

/** Two imports. */
export const MORNING = "2026-11-24T06:30:00.000Z";
export const NOON = "2026-11-24T12:30:00.000Z";
