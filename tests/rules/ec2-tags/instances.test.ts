import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { instances } from "../../../lambdas/ec2-tags/instances";
import { collect, errorOf, factsOf, serviceError, TARGET } from "../sources";

const ec2 = mockClient(EC2Client);
const NO_TAGS = { tags: false };

beforeEach(() => ec2.reset());

function onePage(...list: { InstanceId: string; Tags?: { Key?: string; Value?: string }[] }[]) {
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [
      {
        OwnerId: TARGET.accountId,
        Instances: list.map((instance) => ({ State: { Name: "running" as const }, ...instance })),
      },
    ],
  });
}

describe("the listing of instances", () => {
  it("goes through every page, every reservation and every instance", async () => {
    const page = (...reservations: string[][]) =>
      reservations.map((ids) => ({
        OwnerId: TARGET.accountId,
        Instances: ids.map((InstanceId) => ({ InstanceId })),
      }));
    ec2
      .on(DescribeInstancesCommand, { NextToken: undefined })
      .resolves({ Reservations: page(["i-1", "i-2"], ["i-3"]), NextToken: "two" })
      .on(DescribeInstancesCommand, { NextToken: "two" })
      .resolves({ Reservations: [], NextToken: "three" })
      .on(DescribeInstancesCommand, { NextToken: "three" })
      .resolves({ Reservations: page(["i-4"]) });
    const listed = await collect(instances.list(TARGET, NO_TAGS));
    expect(listed.map(({ resource }) => resource.name)).toEqual(["i-1", "i-2", "i-3", "i-4"]);
  });

  it("asks for the account's own instances unfiltered, in pages of 1,000", async () => {
    onePage({ InstanceId: "i-1" });
    await collect(instances.list(TARGET, NO_TAGS));
    const [call] = ec2.commandCalls(DescribeInstancesCommand);
    expect(call?.args[0].input).toEqual({ MaxResults: 500, NextToken: undefined, Filters: undefined });
  });

  it("cannot evaluate an instance without an id, and evaluates the others", async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ OwnerId: TARGET.accountId, Instances: [{}, { InstanceId: "i-1" }] }],
    });
    const listed = await collect(instances.list(TARGET, NO_TAGS));
    expect(listed.map((one) => [one.resource.arn, errorOf(one)])).toEqual([
      ["arn:aws:ec2:us-east-1:111122223333:instance/(unidentified)", "UnidentifiedResource"],
      ["arn:aws:ec2:us-east-1:111122223333:instance/i-1", undefined],
    ]);
  });

  it("gives each instance its ARN, type, account, Region, tags and state", async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {
          OwnerId: "444455556666",
          Instances: [
            {
              InstanceId: "i-1",
              State: { Name: "stopped" },
              Tags: [{ Key: "Name", Value: "web" }, { Key: "Owner" }],
            },
          ],
        },
      ],
    });
    const [listed] = await collect(instances.list(TARGET, NO_TAGS));
    expect(listed).toEqual({
      resource: {
        arn: "arn:aws:ec2:us-east-1:444455556666:instance/i-1",
        type: "AWS::EC2::Instance",
        name: "web",
        accountId: "444455556666",
        region: "us-east-1",
        tags: { Name: "web", Owner: "" },
      },
      facts: { state: "stopped", tags: { Name: "web", Owner: "" } },
    });
  });

  it.each([
    ["has no Name tag", []],
    ["has an empty Name tag", [{ Key: "Name", Value: "" }]],
  ])("calls an instance that %s by its id", async (_scenario, Tags) => {
    onePage({ InstanceId: "i-1", Tags });
    const [listed] = await collect(instances.list(TARGET, NO_TAGS));
    expect(listed?.resource.name).toBe("i-1");
  });

  it("yields terminated instances too, for the rule to call not applicable", async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Name: "terminated" } }] }],
    });
    const [listed] = await collect(instances.list(TARGET, NO_TAGS));
    expect(factsOf(listed)).toEqual({ state: "terminated", tags: {} });
  });

  it("throws what the second page throws, after the first page was yielded", async () => {
    ec2
      .on(DescribeInstancesCommand, { NextToken: undefined })
      .resolves({ Reservations: [{ Instances: [{ InstanceId: "i-1" }] }], NextToken: "two" })
      .on(DescribeInstancesCommand, { NextToken: "two" })
      .rejects(serviceError("UnauthorizedOperation", 403));
    const seen: string[] = [];
    const listing = (async () => {
      for await (const { resource } of instances.list(TARGET, NO_TAGS)) seen.push(resource.name);
    })();
    await expect(listing).rejects.toThrow("UnauthorizedOperation");
    expect(seen).toEqual(["i-1"]);
  });

  it("asks each Region through a client of its own", async () => {
    onePage({ InstanceId: "i-1" });
    await collect(instances.list(TARGET, NO_TAGS));
    await collect(instances.list({ ...TARGET, region: "eu-west-1" }, NO_TAGS));
    const regions = ec2
      .commandCalls(DescribeInstancesCommand)
      .map(({ thisValue }) => (thisValue as EC2Client).config.region());
    expect(await Promise.all(regions)).toEqual(["us-east-1", "eu-west-1"]);
  });
});

describe("finding instances", () => {
  it("filters by the ids, of ARNs the part after the slash, so that an unknown id refuses no other", async () => {
    onePage({ InstanceId: "i-1" });
    const found = await collect(
      instances.find(TARGET, ["i-1", "arn:aws:ec2:us-east-1:111122223333:instance/i-2"], NO_TAGS),
    );
    const [call] = ec2.commandCalls(DescribeInstancesCommand);
    expect(call?.args[0].input.Filters).toEqual([{ Name: "instance-id", Values: ["i-1", "i-2"] }]);
    expect(call?.args[0].input.InstanceIds).toBeUndefined();
    expect(found).toHaveLength(1);
  });

  it("finds nothing, and throws nothing, for an id that does not exist", async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    expect(await collect(instances.find(TARGET, ["i-gone"], NO_TAGS))).toEqual([]);
  });
});

describe("the ARN of an instance that is no more", () => {
  it("is the one it had while it was listed", async () => {
    const target = { ...TARGET, partition: "aws-us-gov", region: "us-gov-west-1" };
    onePage({ InstanceId: "i-1" });
    const [listed] = await collect(instances.list(target, NO_TAGS));
    expect(instances.arnOf(target, { resourceType: "AWS::EC2::Instance", resourceId: "i-1" })).toBe(
      listed?.resource.arn,
    );
    expect(listed?.resource.arn).toBe("arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1");
  });
});
