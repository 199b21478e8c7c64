import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { scheduledEvent } from "../../emulator/account/events";
import { fault, s3Error } from "../../emulator/account/faults";
import { emulatorClient } from "../../emulator/account/moto";
import { deployed } from "./deployed";
import { covers, grantsOf, neededPermissions } from "./permissions";

const SLOT = "2026-11-23T06:00:00.000Z";
const environment = deployed({ discoveryScope: "environment", environmentSuffix: "blue" });

async function sweptNames(key: "ec2-tag-evaluator" | "s3-encryption-evaluator"): Promise<string[]> {
  await environment.stack.functions[key].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });
  return (await environment.stack.evaluations()).map(({ resource_name }) => resource_name).sort();
}

async function tagBucket(bucket: string, key: string, value: string): Promise<void> {
  const s3 = new S3Client(emulatorClient(environment.stack.moto.url));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(
    new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: [{ Key: key, Value: value }] } }),
  );
}

describe("with discoveryScope environment, a sweep", () => {
  test("evaluates instances whose name or tags hold the suffix, and no others", async () => {
    const { estate } = environment.stack;
    await estate.launch({ Name: "api-blue" });
    await estate.launch({ Name: "api-by-tag", Stack: "blue" });
    await estate.launch({ Name: "api-green", Stack: "green" });

    expect(await sweptNames("ec2-tag-evaluator")).toEqual(["api-blue", "api-by-tag"]);
  });

  test("reads the buckets' tags, as its role allows, and evaluates those of the environment", async () => {
    await tagBucket("by-tag", "Stack", "blue");
    await tagBucket("of-another", "Stack", "green");

    const names = await sweptNames("s3-encryption-evaluator");

    expect(names).toContain("by-tag");
    expect(names).toContain("compliance-reports-123456789012-blue");
    expect(names).not.toContain("of-another");
    const granted = grantsOf(environment.stack.graph, "s3-encryption-evaluator");
    const needed = environment.stack.proxy.exchanges.flatMap(({ request }) => neededPermissions(request));
    expect(needed.map(({ action }) => action)).toContain("s3:GetBucketTagging");
    expect(needed.filter((permission) => !granted.some((grant) => covers(grant, permission)))).toEqual([]);
  });

  test("does not leave out a bucket whose tags it may not read", async () => {
    await tagBucket("locked", "Stack", "blue");
    const where = ({ path }: { path: string }) => path.includes("locked");
    const denied = s3Error("AccessDenied", "Access Denied", 403);
    environment.stack.inject(fault({ service: "s3", operation: "GetBucketTagging", where }, denied));

    await sweptNames("s3-encryption-evaluator");

    const row = (await environment.stack.evaluations()).find(
      ({ resource_name }) => resource_name === "locked",
    );
    expect(row).toMatchObject({ compliance_type: "ERROR", error_code: "AccessDenied" });
  });
});
