import { BatchGetResourceConfigCommand, type ResourceKey } from "@aws-sdk/client-config-service";
import { importManagedRules } from "../../lambdas/report-generator/managed-rules/import";
import {
  config,
  configSays,
  configured,
  dependencies,
  discoveredUsers,
  MORNING,
  NOON,
  published,
  recorded,
  recorderIs,
  result,
  rowsAt,
  rule,
  useManagedAccount,
  userArn,
} from "../support/managed-account";

useManagedAccount();

describe("an import", () => {
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
});
