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
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import { RunLeases } from "../../lambdas/common/runs/leases";
import {
  importManagedRules,
  type ManagedRuleDependencies,
} from "../../lambdas/report-generator/managed-rules/import";
import { recordComplianceChange } from "../../lambdas/report-generator/managed-rules/record-change";
import { startDatabase, type TestDatabase } from "../support/dynamodb";

const config = mockClient(ConfigServiceClient);
let database: TestDatabase;
let dependencies: ManagedRuleDependencies;
let published: { Subject?: string; Message?: string }[];

const rule: ReportedRule = {
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
const userArn = (name: string) => `arn:aws:iam::111122223333:user/${name}`;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  config.reset();
  published = [];
  const table = await database.newTable();
  const clock = { now: () => new Date("2026-11-24T06:31:00.000Z"), sleep: async () => {} };
  const sns = { send: async ({ input }: { input: object }) => published.push(input) } as unknown as SNSClient;
  dependencies = {
    history: new History(database.client, table),
    claims: new Claims(database.client, table, clock),
    leases: new RunLeases(database.client, table, clock),
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
  config.on(BatchGetResourceConfigCommand).callsFake(({ resourceKeys }: { resourceKeys: ResourceKey[] }) => {
    atMost(100, resourceKeys.length);
    return { baseConfigurationItems: resourceKeys.map(configured) };
  });
});

/** Both GetComplianceDetailsByConfigRule's Limit and BatchGetResourceConfig's keys are 100 at most. */
function atMost(most: number, asked: number): void {
  if (asked > most) throw Object.assign(new Error(`${asked} is too many`), { name: "ValidationException" });
}

/** What AWS Config has recorded of a user. */
function configured({ resourceId = "" }: ResourceKey) {
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
function recorded(...types: ResourceType[]): void {
  config.on(DescribeConfigurationRecordersCommand).resolves({
    ConfigurationRecorders: [
      { name: "a-service's", servicePrincipal: "example.amazonaws.com", recordingScope: "INTERNAL" },
      { name: "default", recordingGroup: { resourceTypes: types } },
    ],
  });
}

/** AWS Config has discovered these users. */
function discoveredUsers(...ids: string[]): void {
  config.on(ListDiscoveredResourcesCommand).callsFake(({ resourceType, resourceIds }) => ({
    resourceIdentifiers: ids
      .filter((id) => resourceIds.includes(id))
      .map((resourceId) => ({ resourceType, resourceId })),
  }));
}

function recorderIs(recording: boolean, lastStartTime = new Date("2026-11-01T00:00:00Z")): void {
  config.on(DescribeConfigurationRecorderStatusCommand).resolves({
    ConfigurationRecordersStatus: [
      { name: "a-service's", servicePrincipal: "example.amazonaws.com", recording: true },
      { name: "default", recording, lastStartTime },
    ],
  });
}

function evaluatedAt(LastSuccessfulEvaluationTime: Date): void {
  config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({
    ConfigRulesEvaluationStatus: [{ LastSuccessfulEvaluationTime }],
  });
}

function result(
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

/** Of the user AIDA1 under another rule. */
function ofRule(ConfigRuleName: string): EvaluationResult["EvaluationResultIdentifier"] {
  return {
    EvaluationResultQualifier: { ConfigRuleName, ResourceType: "AWS::IAM::User", ResourceId: "AIDA1" },
  };
}

/** AWS Config answers with these pages of results, and with those of one resource when it is asked for them. */
function configSays(...pages: EvaluationResult[][]): void {
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
function complianceChange(complianceType: string, time: string) {
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

async function rowsAt(instant: string): Promise<EvaluationRow[]> {
  const rows: EvaluationRow[] = [];
  for await (const row of dependencies.history.evaluations(rule.name, instant, instant)) rows.push(row);
  return rows.sort((a, b) => (a.resource_id < b.resource_id ? -1 : 1));
}

const MORNING = "2026-11-24T06:30:00.000Z";
const NOON = "2026-11-24T12:30:00.000Z";

describe("an import", () => {
  it("brings every page of results into the history under names people know, as a run", async () => {
    configSays(
      [result("AIDA1", "COMPLIANT")],
      [result("AIDA2", "NON_COMPLIANT"), result("AIDA3", "INSUFFICIENT_DATA")],
    );
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toMatchObject([
      {
        resource_id: userArn("user-1"),
        resource_name: "user-1",
        compliance_type: "COMPLIANT",
        region: "global",
      },
      {
        resource_id: userArn("user-2"),
        compliance_type: "NON_COMPLIANT",
        observed_at: "2026-11-24T05:59:00.000Z",
        open_since: "2026-11-24T05:59:00.000Z",
      },
      { resource_id: userArn("user-3"), compliance_type: "ERROR", error_code: "INSUFFICIENT_DATA" },
    ]);
    expect(await dependencies.history.run(rule.name, MORNING)).toMatchObject({
      trigger: "sweep",
      rule_version: "aws-managed",
    });
  });

  it("of a result newer than the import's own time has the failure open since that time, and new once", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "NON_COMPLIANT", "2026-11-24T12:30:20.000Z")]);
    const importAt = async (instant: string, now: string) => {
      evaluatedAt(new Date(instant));
      await importManagedRules([rule], instant, "sweep", { ...dependencies, now: () => new Date(now) });
    };
    await importAt(NOON, "2026-11-24T12:31:00.000Z");
    expect(await rowsAt(NOON)).toMatchObject([
      { open_since: NOON, observed_at: "2026-11-24T12:30:20.000Z", transition: "opened" },
    ]);
    await importAt("2026-11-24T18:30:00.000Z", "2026-11-24T18:31:00.000Z");
    expect(published.at(-1)?.Subject).toContain("1 failing (0 new)");
  });

  it("at the same instant again changes nothing and sends nothing", async () => {
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toMatchObject([{ compliance_type: "NON_COMPLIANT" }]);
    expect(published).toHaveLength(1);
  });

  it("that broke off leaves what it told when AWS Config says otherwise by the retry", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    const { history } = dependencies;
    const broken = Object.assign(Object.create(history), {
      commit: async () => {
        throw new Error("the function is gone");
      },
    });
    await expect(
      importManagedRules([rule], NOON, "sweep", { ...dependencies, history: broken }),
    ).rejects.toThrow("the function is gone");
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], NOON, "sweep", dependencies);
    expect(await rowsAt(NOON)).toMatchObject([{ compliance_type: "NON_COMPLIANT", transition: "opened" }]);
    expect(await history.latest(userArn("user-1"), rule.name)).toMatchObject({
      compliance_type: "COMPLIANT",
      transition: "resolved",
    });
  });

  it("alerts of nothing that a newer event has called mended", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    const before = published.length;
    configSays([result("AIDA1", "COMPLIANT", "2026-11-24T12:30:20.000Z")]);
    await recordComplianceChange(
      complianceChange("COMPLIANT", "2026-11-24T12:30:20.000Z"),
      [rule],
      dependencies,
    );
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], NOON, "on-demand", {
      ...dependencies,
      now: () => new Date("2026-11-24T12:31:00.000Z"),
    });
    expect(published.slice(before)).toEqual([]);
  });

  describe("of a rule that AWS Config evaluates at changes, and has not evaluated", () => {
    const atChanges: ReportedRule = {
      ...rule,
      maximumExecutionFrequency: undefined,
      resourceTypes: ["AWS::IAM::Policy", "AWS::IAM::Role"],
    };
    const discovered = (...types: string[]) =>
      config.on(ListDiscoveredResourcesCommand).callsFake(({ resourceType }) => ({
        resourceIdentifiers: types.includes(resourceType) ? [{ resourceType, resourceId: "id" }] : [],
      }));
    const runAfterImport = async () => {
      await importManagedRules([atChanges], MORNING, "sweep", dependencies);
      return dependencies.history.lastRun(rule.name, MORNING);
    };
    beforeEach(() => {
      configSays([]);
      config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({ ConfigRulesEvaluationStatus: [{}] });
      recorded("AWS::IAM::Policy", "AWS::IAM::Role");
      discovered();
    });

    it.each([
      ["never", {}],
      ["before", { LastSuccessfulEvaluationTime: new Date("2026-11-24T06:00:00Z") }],
    ])("is not imported where a type that it is about is not recorded, evaluated %s", async (_, status) => {
      config
        .on(DescribeConfigRuleEvaluationStatusCommand)
        .resolves({ ConfigRulesEvaluationStatus: [status] });
      recorded("AWS::IAM::Policy");
      await expect(runAfterImport()).rejects.toThrow(
        "iam-user-mfa: AWS Config does not record AWS::IAM::Role",
      );
    });

    it("is a run that lists nothing where there is nothing to evaluate", async () => {
      expect(await runAfterImport()).toMatchObject({ ledger: [{ listed: 0, evaluated: 0 }] });
    });

    it("is no run when an empty page of what AWS Config has discovered is not the last", async () => {
      config.on(ListDiscoveredResourcesCommand).callsFake(({ nextToken }) => ({
        resourceIdentifiers: nextToken ? [{ resourceType: "AWS::IAM::Policy", resourceId: "id" }] : [],
        ...(!nextToken && { nextToken: "2" }),
      }));
      expect(await runAfterImport()).toBeUndefined();
    });

    it("is no run when there is something that it will evaluate", async () => {
      discovered("AWS::IAM::Role");
      expect(await runAfterImport()).toBeUndefined();
    });

    it("is no run while the recorder has recorded for less than six hours and may not know yet", async () => {
      recorderIs(true, new Date("2026-11-24T00:31:00.001Z"));
      expect(await runAfterImport()).toBeUndefined();
      recorderIs(true, new Date("2026-11-24T00:31:00.000Z"));
      expect(await runAfterImport()).toBeDefined();
    });

    it("is no run while nothing is recorded", async () => {
      recorderIs(false);
      expect(await runAfterImport()).toBeUndefined();
    });
  });

  it("commits no run for a rule that AWS Config has not evaluated yet", async () => {
    config.on(DescribeConfigRuleEvaluationStatusCommand).resolves({ ConfigRulesEvaluationStatus: [{}] });
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await dependencies.history.run(rule.name, MORNING)).toBeUndefined();
  });

  it("asks AWS Config again, later and later, for resources that it left unprocessed, until none is left", async () => {
    configSays([
      result("AIDA1", "COMPLIANT"),
      result("AIDA2", "NON_COMPLIANT"),
      result("AIDA3", "COMPLIANT"),
    ]);
    const waits: number[] = [];
    const asked: string[][] = [];
    config
      .on(BatchGetResourceConfigCommand)
      .callsFake(({ resourceKeys }: { resourceKeys: ResourceKey[] }) => {
        asked.push(resourceKeys.map(({ resourceId }) => String(resourceId)));
        const processed = asked.length === 2 ? 0 : 1;
        return {
          baseConfigurationItems: resourceKeys.slice(0, processed).map(configured),
          unprocessedResourceKeys: resourceKeys.slice(processed),
        };
      });
    const sleep = async (milliseconds: number) => waits.push(milliseconds);
    await importManagedRules([rule], MORNING, "sweep", { ...dependencies, sleep });
    expect(asked).toEqual([["AIDA1", "AIDA2", "AIDA3"], ["AIDA2", "AIDA3"], ["AIDA2", "AIDA3"], ["AIDA3"]]);
    expect(waits).toEqual([200, 400, 200]);
    expect((await rowsAt(MORNING)).map(({ resource_id }) => resource_id)).toEqual([
      userArn("user-1"),
      userArn("user-2"),
      userArn("user-3"),
    ]);
  });

  it("fails, naming the resources, when AWS Config leaves some out each time: other ids, another history", async () => {
    configSays([result("AIDA1", "COMPLIANT"), result("AIDA2", "COMPLIANT")]);
    config
      .on(BatchGetResourceConfigCommand)
      .callsFake(({ resourceKeys }: { resourceKeys: ResourceKey[] }) => ({
        baseConfigurationItems: resourceKeys
          .filter(({ resourceId }) => resourceId === "AIDA1")
          .map(configured),
        unprocessedResourceKeys: resourceKeys.filter(({ resourceId }) => resourceId === "AIDA2"),
      }));
    await expect(importManagedRules([rule], MORNING, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: Error: AWS Config left 1 resource (AWS::IAM::User/AIDA2) of 2 asked for unprocessed",
    );
    expect(await dependencies.history.run(rule.name, MORNING)).toBeUndefined();
  });

  describe("of a resource of which AWS Config has no configuration", () => {
    beforeEach(async () => {
      configSays([result("AIDA1", "NON_COMPLIANT"), result("AIDA2", "COMPLIANT")]);
      await importManagedRules([rule], MORNING, "sweep", dependencies);
      published.length = 0;
      config
        .on(BatchGetResourceConfigCommand)
        .callsFake(({ resourceKeys }: { resourceKeys: ResourceKey[] }) => ({
          baseConfigurationItems: resourceKeys
            .filter(({ resourceId }) => resourceId !== "AIDA1")
            .map(configured),
        }));
      configSays([result("AIDA1", "NON_COMPLIANT"), result("AIDA2", "NON_COMPLIANT")]);
      discoveredUsers();
    });

    it("leaves it out when it does not exist either, so that its own history ends and no other begins", async () => {
      await importManagedRules([rule], NOON, "sweep", dependencies);
      expect(await rowsAt(NOON)).toMatchObject([
        { resource_id: userArn("user-1"), gone: true },
        { resource_id: userArn("user-2"), transition: "opened" },
      ]);
      expect(published.map(({ Subject }) => Subject).filter((subject) => subject?.includes("Drift"))).toEqual(
        ['[CRITICAL] Drift: "user-2" fails iam-user-mfa'],
      );
    });

    it("fails when it exists: then it is not gone", async () => {
      discoveredUsers("AIDA1");
      await expect(importManagedRules([rule], NOON, "sweep", dependencies)).rejects.toThrow(
        "AWS Config has discovered 1 resource (AWS::IAM::User/AIDA1), but gives no configuration yet",
      );
      expect(await dependencies.history.run(rule.name, NOON)).toBeUndefined();
      expect(await dependencies.history.latest(userArn("user-1"), rule.name)).toMatchObject({
        compliance_type: "NON_COMPLIANT",
      });
    });

    it("fails when nothing is recorded: then AWS Config cannot know it", async () => {
      recorderIs(false);
      await expect(importManagedRules([rule], NOON, "sweep", dependencies)).rejects.toThrow(
        "AWS Config's recorder is not recording, and has no name for 1 resource (AWS::IAM::User/AIDA1)",
      );
    });

    it("calls it by its id, with account and Region, each time, where its type is not recorded at all", async () => {
      recorded("AWS::IAM::Role");
      await importManagedRules([rule], NOON, "sweep", dependencies);
      expect(await rowsAt(NOON)).toContainEqual(
        expect.objectContaining({
          resource_id: "AWS::IAM::User/111122223333/us-east-1/AIDA1",
          resource_name: "AIDA1",
          compliance_type: "NON_COMPLIANT",
        }),
      );
    });
  });

  it("calls the account by its root ARN, without asking AWS Config for its name", async () => {
    const account = { ResourceType: "AWS::::Account", ResourceId: "111122223333" };
    configSays([
      { EvaluationResultIdentifier: { EvaluationResultQualifier: account }, ComplianceType: "COMPLIANT" },
    ]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toMatchObject([
      { resource_id: "arn:aws:iam::111122223333:root", resource_name: "account 111122223333" },
    ]);
    expect(config.commandCalls(BatchGetResourceConfigCommand)).toHaveLength(0);
  });

  it.each([
    ["AWS::EC2::SecurityGroup", "sg-1", "arn:aws:ec2:us-east-1:111122223333:security-group/sg-1", "sg-1"],
    ["AWS::S3::Bucket", "alpha", "arn:aws:s3:::alpha", "alpha"],
    ["AWS::RDS::DBSnapshot", "nightly", "arn:aws:rds:us-east-1:111122223333:snapshot:nightly", "nightly"],
    ["AWS::RDS::DBInstance", "db-ABC", "AWS::RDS::DBInstance/111122223333/us-east-1/db-ABC", "db-ABC"],
    ["AWS::RDS::DBProxy", "prx-1", "AWS::RDS::DBProxy/111122223333/us-east-1/prx-1", "prx-1"],
    [
      "AWS::S3::AccessPoint",
      "arn:aws:s3:us-east-1:1:accesspoint/a",
      "arn:aws:s3:us-east-1:1:accesspoint/a",
      "a",
    ],
  ])(
    "calls a %s that is not recorded by the ARN that its id %s tells, else by the id",
    async (type, id, arn, name) => {
      const ofResource = { ResourceType: type, ResourceId: id };
      configSays([
        {
          EvaluationResultIdentifier: { EvaluationResultQualifier: ofResource },
          ComplianceType: "NON_COMPLIANT",
        },
      ]);
      config.on(BatchGetResourceConfigCommand).resolves({ baseConfigurationItems: [] });
      await importManagedRules([rule], MORNING, "sweep", dependencies);
      expect(await rowsAt(MORNING)).toMatchObject([
        { resource_id: arn, resource_type: type, resource_name: name, account_id: "111122223333" },
      ]);
    },
  );

  it("calls a database by what AWS Config has recorded, and one without an ARN there by its id", async () => {
    const databases = ["db-ABC", "db-DEF"].map((ResourceId) => ({
      ResourceType: "AWS::RDS::DBInstance",
      ResourceId,
    }));
    configSays(
      databases.map((one) => ({
        EvaluationResultIdentifier: { EvaluationResultQualifier: one },
        ComplianceType: "NON_COMPLIANT",
      })),
    );
    const item = { resourceType: "AWS::RDS::DBInstance" as const, awsRegion: "us-east-1" };
    config.on(BatchGetResourceConfigCommand).resolves({
      baseConfigurationItems: [
        {
          ...item,
          resourceId: "db-ABC",
          resourceName: "orders",
          arn: "arn:aws:rds:us-east-1:111122223333:db:orders",
        },
        { ...item, resourceId: "db-DEF" },
      ],
    });
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toMatchObject([
      { resource_id: "AWS::RDS::DBInstance/111122223333/us-east-1/db-DEF", resource_name: "db-DEF" },
      { resource_id: "arn:aws:rds:us-east-1:111122223333:db:orders", resource_name: "orders" },
    ]);
  });

  it("takes no results for present ones that AWS Config has not renewed for more than two periods", async () => {
    evaluatedAt(new Date("2026-11-23T17:00:00Z"));
    configSays([result("AIDA1", "COMPLIANT")]);
    await expect(importManagedRules([rule], MORNING, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: AWS Config evaluated it last at 2026-11-23T17:00:00.000Z",
    );
    expect(await dependencies.history.run(rule.name, MORNING)).toBeUndefined();
  });

  it("takes no result of a rule that waits for changes while the recorder is stopped, but the others'", async () => {
    recorderIs(false);
    configSays([result("AIDA1", "COMPLIANT")]);
    const waiting = { ...rule, name: "iam-no-admin-policies", maximumExecutionFrequency: undefined };
    await expect(importManagedRules([waiting, rule], MORNING, "sweep", dependencies)).rejects.toThrow(
      "iam-no-admin-policies: AWS Config's recorder is not recording",
    );
    expect(await dependencies.history.run("iam-no-admin-policies", MORNING)).toBeUndefined();
    expect(await dependencies.history.run(rule.name, MORNING)).toBeDefined();
  });

  it("holds a rule that is evaluated at changes and daily to both", async () => {
    const both: ReportedRule = {
      ...rule,
      resourceTypes: ["AWS::IAM::User"],
      maximumExecutionFrequency: "TwentyFour_Hours",
    };
    configSays([result("AIDA1", "COMPLIANT")]);
    evaluatedAt(new Date("2026-11-22T05:31:00Z"));
    await importManagedRules([both], MORNING, "sweep", dependencies);
    expect(await rowsAt(MORNING)).toHaveLength(1);
    evaluatedAt(new Date("2026-11-22T05:30:59Z"));
    await expect(importManagedRules([both], NOON, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: AWS Config evaluated it last at 2026-11-22T05:30:59.000Z",
    );
    evaluatedAt(new Date("2026-11-24T06:00:00Z"));
    recorderIs(false);
    await expect(importManagedRules([both], NOON, "sweep", dependencies)).rejects.toThrow(
      "iam-user-mfa: AWS Config's recorder is not recording",
    );
  });

  it("on demand sends no digest: whoever asks for a report has not asked for mails", async () => {
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], MORNING, "on-demand", dependencies);
    expect(await rowsAt(MORNING)).toHaveLength(1);
    expect(published).toEqual([]);
  });

  it("leaves the custom rules alone", async () => {
    await importManagedRules([{ ...rule, kind: "custom" }], MORNING, "sweep", dependencies);
    expect(config.calls()).toHaveLength(0);
  });
});

describe("a compliance change that EventBridge tells of", () => {
  const SEVEN = "2026-11-24T07:00:00.000Z";

  it("is recorded and alerted of by name, in words", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "NON_COMPLIANT", SEVEN)]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies);
    expect(published.map(({ Subject }) => Subject)).toEqual([
      '[CRITICAL] Drift: "user-1" fails iam-user-mfa',
    ]);
    expect(JSON.parse(published[0]?.Message ?? "").email).toContain(
      '"user-1" began to fail the rule "IAM users have MFA".',
    );

    await importManagedRules([rule], NOON, "sweep", dependencies);
    expect(published.filter(({ Subject }) => Subject?.includes("Drift"))).toHaveLength(1);
    expect(await rowsAt(NOON)).toMatchObject([{ transition: "ongoing", open_since: SEVEN }]);
  });

  it("makes no alert before the rule's first import", async () => {
    configSays([result("AIDA1", "NON_COMPLIANT", MORNING)]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", MORNING), [rule], dependencies);
    expect(published).toEqual([]);
    expect(await rowsAt(MORNING)).toHaveLength(1);
  });

  it("is believed in nothing but where to look: the verdict is AWS Config's, with its time if newer", async () => {
    const later = "2026-11-24T07:04:00.000Z";
    configSays([
      { ...result("AIDA1", "NON_COMPLIANT", later), EvaluationResultIdentifier: ofRule("somebody-elses") },
      { ...result("AIDA1", "COMPLIANT", later), Annotation: "It has MFA." },
    ]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies);
    expect(await rowsAt(SEVEN)).toEqual([]);
    expect(await rowsAt(later)).toMatchObject([{ compliance_type: "COMPLIANT", annotation: "It has MFA." }]);
  });

  it("waits until AWS Config tells of it, too", async () => {
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => {
      waits.push(milliseconds);
      if (waits.length === 1) configSays([result("AIDA1", "COMPLIANT", "2026-11-24T05:00:00.000Z")]);
      if (waits.length === 2) configSays([result("AIDA1", "NON_COMPLIANT", SEVEN)]);
    };
    configSays([]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], {
      ...dependencies,
      sleep,
    });
    expect(waits).toEqual([500, 1000]);
    expect(await rowsAt(SEVEN)).toMatchObject([{ compliance_type: "NON_COMPLIANT" }]);
  });

  it("fails, so that it is tried again, when AWS Config goes on telling what was before", async () => {
    configSays([result("AIDA1", "COMPLIANT", "2026-11-24T05:00:00.000Z")]);
    await expect(
      recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies),
    ).rejects.toThrow("still tells the verdict on AWS::IAM::User/AIDA1 from before 2026-11-24T07:00:00.000Z");
    expect(await rowsAt(SEVEN)).toEqual([]);
  });

  it("that comes after a newer one is no news: it tells what was, not what is", async () => {
    configSays([result("AIDA1", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([result("AIDA1", "COMPLIANT", "2026-11-24T07:05:00.000Z")]);
    await recordComplianceChange(
      complianceChange("COMPLIANT", "2026-11-24T07:05:00.000Z"),
      [rule],
      dependencies,
    );
    // One of AWS Config's servers may not know of the newer one yet.
    configSays([result("AIDA1", "NON_COMPLIANT", SEVEN)]);
    await recordComplianceChange(complianceChange("NON_COMPLIANT", SEVEN), [rule], dependencies);
    expect(await rowsAt(SEVEN)).toEqual([]);
    expect(published).toEqual([]);
  });

  it("of before a complete import, about what it did not list, is recorded with its own time: so it was", async () => {
    configSays([result("AIDA2", "COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    const before = "2026-11-24T06:29:00.000Z";
    configSays([result("AIDA1", "COMPLIANT", before)]);
    await recordComplianceChange(complianceChange("COMPLIANT", before), [rule], dependencies);
    expect(await rowsAt(before)).toMatchObject([{ resource_name: "user-1", compliance_type: "COMPLIANT" }]);
  });

  it("of a resource that AWS Config cannot name is left to the next import", async () => {
    config.on(BatchGetResourceConfigCommand).resolves({ baseConfigurationItems: [] });
    discoveredUsers();
    expect(
      await recordComplianceChange(complianceChange("NON_COMPLIANT", MORNING), [rule], dependencies),
    ).toBeUndefined();
    expect(await rowsAt(MORNING)).toEqual([]);
  });

  it.each(["absent", null])("without a new result (%s) closes the resource's history", async (newResult) => {
    configSays([result("AIDA1", "NON_COMPLIANT")]);
    await importManagedRules([rule], MORNING, "sweep", dependencies);
    configSays([]);
    const gone = complianceChange("COMPLIANT", SEVEN);
    const { newEvaluationResult, ...detail } = gone.detail;
    const told = newResult === null ? { ...detail, newEvaluationResult: null } : detail;
    await recordComplianceChange({ ...gone, detail: told }, [rule], dependencies);
    expect(await rowsAt(SEVEN)).toMatchObject([{ compliance_type: "NOT_APPLICABLE", gone: true }]);
  });

  it("of a rule that is not ours, or with an unknown compliance type, is refused by name", async () => {
    const foreign = complianceChange("COMPLIANT", MORNING);
    foreign.detail.configRuleName = "somebody-elses";
    await expect(recordComplianceChange(foreign, [rule], dependencies)).rejects.toThrow(
      'detail.configRuleName must be one of iam-user-mfa-test, not "somebody-elses"',
    );
    await expect(
      recordComplianceChange(complianceChange("FINE", MORNING), [rule], dependencies),
    ).rejects.toThrow(/detail\.newEvaluationResult\.complianceType must be one of COMPLIANT, NON_COMPLIANT/);
  });

  const event = complianceChange("NON_COMPLIANT", MORNING);
  it.each([
    ["account", { ...event, account: "444455556666" }],
    ["region", { ...event, region: "eu-west-1" }],
    ["detail.awsAccountId", { ...event, detail: { ...event.detail, awsAccountId: "444455556666" } }],
    ["detail.awsRegion", { ...event, detail: { ...event.detail, awsRegion: "eu-west-1" } }],
  ])("of another %s is refused by the field's name, and nothing is recorded", async (field, elsewhere) => {
    await expect(recordComplianceChange(elsewhere, [rule], dependencies)).rejects.toThrow(
      new RegExp(`^${field} must be one of (111122223333|us-east-1), not `),
    );
    expect(config.calls()).toHaveLength(0);
    expect(await rowsAt(MORNING)).toEqual([]);
  });
});
