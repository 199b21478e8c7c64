import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { instances } from "../../lambdas/ec2-tags/instances";
import { databases } from "../../lambdas/rds-backups/databases";
import { buckets } from "../../lambdas/s3-encryption/buckets";
import { TARGET } from "./sources";

const ec2 = mockClient(EC2Client);

beforeEach(() => ec2.reset());

describe.each([
  ["instances", instances],
  ["databases", databases],
])("the Regions in which there may be %s", (_, source) => {
  it("are those that are enabled in the account, which EC2 names unless asked for all", async () => {
    ec2
      .on(DescribeRegionsCommand, { AllRegions: false })
      .resolves({ Regions: [{ RegionName: "us-east-1" }, { RegionName: "eu-west-1" }] });
    expect(await source.enabledRegions?.(TARGET)).toEqual(["eu-west-1", "us-east-1"]);
  });

  it("are not known when EC2 names none", async () => {
    ec2.on(DescribeRegionsCommand).resolves({});
    await expect(source.enabledRegions?.(TARGET)).rejects.toThrow("named no Region");
  });
});

it("buckets are listed once, wherever they lie", () => {
  expect(buckets.enabledRegions).toBeUndefined();
});
