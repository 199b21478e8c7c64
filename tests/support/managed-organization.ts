/**
 * An organization whose accounts have a managed rule of AWS Config's: what each says, and the steps of a run over all.
 */

import {
  BatchGetResourceConfigCommand,
  ConfigServiceClient,
  DescribeConfigRuleEvaluationStatusCommand,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  GetComplianceDetailsByConfigRuleCommand,
  ListDiscoveredResourcesCommand,
  type ResourceKey,
  type ResourceType,
} from "@aws-sdk/client-config-service";
import type { SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { Alerts } from "../../lambdas/common/alerts/alerts";
import { Claims } from "../../lambdas/common/alerts/claims";
import { Windows } from "../../lambdas/common/alerts/windows";
import type { Target } from "../../lambdas/common/aws/target";
import type { ReportedRule } from "../../lambdas/common/deployment/settings";
import { History } from "../../lambdas/common/history/history";
import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import type { SkippedAccount } from "../../lambdas/common/organization/accounts";
import { RunLeases } from "../../lambdas/common/runs/leases";
import { answer, type ReportGenerator } from "../../lambdas/report-generator/answer";
import { parseEvent } from "../../lambdas/report-generator/request/event";
import { dependencies as reportDependencies, settings as reportSettings } from "../report/support";
import { Company } from "../report/swept-company";
import type { TestDatabase } from "./dynamodb";
import { MemorySweepObjects } from "./sweep-objects";

/** AWS Config of one account: its recorder, and of the rule when it was evaluated and what it says of users. */
export class ConfigOfAccount {
  recording = true;
  /** What the recorder records. */
  recordedTypes: ResourceType[] = ["AWS::IAM::User"];
  /** Whether there is the rule at all. */
  hasRule = true;
  evaluatedAt: string | undefined = "2026-11-24T06:00:00.000Z";
  /** By the users' names. */
  readonly verdicts = new Map<string, "COMPLIANT" | "NON_COMPLIANT">();
  /** What the role is refused by. */
  refusing: Error | undefined;
  readonly client = new ConfigServiceClient({ region: "us-east-1" });

  constructor(private readonly id: string) {
    const mock = mockClient(this.client);
    mock.on(DescribeConfigRuleEvaluationStatusCommand).callsFake(() => {
      if (!this.hasRule)
        throw Object.assign(new Error("no such rule"), { name: "NoSuchConfigRuleException" });
      const at = this.evaluatedAt;
      return { ConfigRulesEvaluationStatus: [at ? { LastSuccessfulEvaluationTime: new Date(at) } : {}] };
    });
    const lastStartTime = new Date("2026-11-01T00:00:00Z");
    mock.on(DescribeConfigurationRecorderStatusCommand).callsFake(() => ({
      ConfigurationRecordersStatus: [{ name: "default", recording: this.recording, lastStartTime }],
    }));
    mock.on(DescribeConfigurationRecordersCommand).callsFake(() => ({
      ConfigurationRecorders: [{ name: "default", recordingGroup: { resourceTypes: this.recordedTypes } }],
    }));
    mock.on(GetComplianceDetailsByConfigRuleCommand).callsFake(({ ConfigRuleName }) => ({
      EvaluationResults: [...this.verdicts].map(([name, ComplianceType]) => ({
        EvaluationResultIdentifier: {
          EvaluationResultQualifier: {
            ConfigRuleName,
            ResourceType: "AWS::IAM::User",
            ResourceId: `AIDA${name}`,
          },
        },
        ComplianceType,
        ResultRecordedTime: new Date("2026-11-24T05:59:00Z"),
      })),
    }));
    mock.on(BatchGetResourceConfigCommand).callsFake(({ resourceKeys }: { resourceKeys: ResourceKey[] }) => ({
      baseConfigurationItems: resourceKeys.map(({ resourceId = "" }) => ({
        resourceType: "AWS::IAM::User",
        resourceId,
        resourceName: resourceId.slice("AIDA".length),
        arn: userArn(this.id, resourceId.slice("AIDA".length)),
        accountId: this.id,
        awsRegion: "global",
      })),
    }));
    const discovered = () => [...this.verdicts.keys()].map((name) => ({ resourceId: `AIDA${name}` }));
    mock.on(ListDiscoveredResourcesCommand).callsFake(() => ({ resourceIdentifiers: discovered() }));
  }
}

export const userArn = (account: string, name: string) => `arn:aws:iam::${account}:user/${name}`;

/** A rule that AWS Config evaluates at intervals. */
export const RULE: ReportedRule = {
  name: "iam-user-mfa",
  kind: "managed",
  identifier: "IAM_USER_MFA_ENABLED",
  parameters: {},
  maximumExecutionFrequency: "Six_Hours",
  configRuleName: "iam-user-mfa-test",
  severity: "high",
  title: "IAM users have MFA",
  remediation: "Register an MFA device.",
  controls: {},
};

const SCHEDULE = "cron(30 0/6 * * ? *)";

/** The report generator of an organization, and what a test changes of its accounts. */
export class ManagedOrganization {
  now = new Date("2026-11-24T06:30:00.000Z");
  planned: string[];
  skipped: SkippedAccount[] = [];
  rules: ReportedRule[] = [RULE];
  readonly objects = new MemorySweepObjects();
  readonly accounts: ReadonlyMap<string, ConfigOfAccount>;
  readonly published: { Subject?: string }[] = [];
  readonly generator: ReportGenerator;
  readonly history: History;

  /** @param ids the deployment's own account first. */
  constructor(ids: readonly [string, ...string[]], database: TestDatabase, table: string) {
    this.planned = [...ids];
    this.accounts = new Map(ids.map((id) => [id, new ConfigOfAccount(id)]));
    const clock = { now: () => this.now, sleep: async () => {} };
    this.history = new History(database.client, table);
    const sns = { send: async ({ input }: { input: object }) => this.published.push(input) };
    const managed = {
      history: this.history,
      claims: new Claims(database.client, table, clock),
      leases: new RunLeases(database.client, table, clock),
      fewEvaluations: FEW_EVALUATIONS,
      windows: new Windows(database.client, table),
      alerts: new Alerts(sns as unknown as SNSClient, "arn:aws:sns:us-east-1:111111111111:alerts"),
      log: jsonLog("test", undefined, () => {}),
      ...clock,
      config: this.of(ids[0]).client,
      configOf: ({ accountId }: Target) => this.of(accountId).client,
      place: { partition: "aws", accountId: ids[0], region: "us-east-1", environmentSuffix: "test" },
      exceptions: [],
      reportSchedule: SCHEDULE,
      organization: {
        directory: { accounts: async () => ({ accounts: this.planned, skipped: this.skipped }) },
        members: {
          of: (account: string) => async () => {
            const { refusing } = this.of(account);
            if (refusing) throw refusing;
            return { accessKeyId: account, secretAccessKey: "secret" };
          },
        },
        objects: this.objects,
      },
    };
    const report = reportDependencies(new Company(), reportSettings(this.rules), {
      history: this.history,
      now: clock.now,
      importManagedRules: async () => {
        throw new Error("the own account alone is not imported");
      },
    });
    this.generator = { managed, report };
  }

  of(account: string): ConfigOfAccount {
    const found = this.accounts.get(account);
    if (!found) throw new Error(`there is no account ${account}`);
    return found;
  }

  pass(minutes: number): void {
    this.now = new Date(this.now.getTime() + minutes * 60_000);
  }

  /** An event as EventBridge and the state machine bring it, by the alias. */
  invoke(event: object): Promise<unknown> {
    return answer(this.generator, parseEvent(event, true));
  }

  /** A whole run as the state machine carries it out, begun by the schedule or by a person. */
  async run(plan: { readonly trigger?: "on-demand"; readonly eventId?: string } = {}): Promise<unknown> {
    const instant = this.now.toISOString();
    const { accounts } = (await this.invoke({ plan: { instant, ...plan } })) as { accounts: string[] };
    for (const account of accounts) await this.invoke({ scan: { instant, account } });
    this.pass(2);
    return this.invoke({ close: { instant } });
  }

  /** A rule's runs, oldest first. */
  async runs(rule = RULE.name): Promise<RunRow[]> {
    const runs: RunRow[] = [];
    for await (const run of this.history.runs(rule, "2026-01-01", "2027-01-01")) runs.push(run);
    return runs;
  }

  /** The newest evaluation of a user. */
  newest(account: string, name: string): Promise<EvaluationRow | undefined> {
    return this.history.latest(userArn(account, name), RULE.name);
  }
}
