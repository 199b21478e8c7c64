/** The setting ownerTag: from a resource's tag to its row and the alert. */

import {
  GetBucketEncryptionCommand,
  GetBucketTaggingCommand,
  ListBucketsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { textForm } from "../../lambdas/common/alerts/alerts";
import { driftMessage, entryLine, entryOf } from "../../lambdas/common/alerts/messages";
import { withOwners } from "../../lambdas/common/evaluator/owners";
import { evaluationRow } from "../../lambdas/common/history/row";
import { buckets } from "../../lambdas/s3-encryption/buckets";
import { CUSTOM_RULES } from "../../program/rules";
import { alertContext, failing, INSTANT, row, rowContext } from "../support/factories";
import { collect, serviceError, TARGET } from "./sources";

const s3 = mockClient(S3Client);
const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } }];

beforeEach(() => {
  s3.reset();
  s3.on(ListBucketsCommand).resolves({ Buckets: [{ Name: "ledger", BucketRegion: "us-east-1" }] });
  s3.on(GetBucketEncryptionCommand).resolves({ ServerSideEncryptionConfiguration: { Rules } });
  s3.on(GetBucketTaggingCommand).resolves({ TagSet: [{ Key: "team", Value: " payments " }] });
});

async function listed(ownerTag: string | undefined, tags = false) {
  const [first] = await collect(withOwners(buckets, ownerTag).list(TARGET, { tags }));
  if (first === undefined) throw new Error("no bucket is listed");
  return first;
}

describe("a resource's owner", () => {
  it("is the value of the tag, in a listing and when the resource is looked for", async () => {
    expect((await listed("team")).resource.owner).toBe("payments");
    const found = await collect(withOwners(buckets, "team").find(TARGET, ["ledger"], { tags: false }));
    expect(found.map(({ resource }) => resource.owner)).toEqual(["payments"]);
  });

  it.each(["Team", "constructor"])("is unknown where no tag is called %s", async (key) => {
    expect((await listed(key)).resource).not.toHaveProperty("owner");
  });

  it("takes no call without the setting", async () => {
    expect((await listed(undefined)).resource).not.toHaveProperty("owner");
    expect(s3.commandCalls(GetBucketTaggingCommand)).toEqual([]);
  });

  it("that cannot be read leaves the verdict alone, unless the scope rests on the tags", async () => {
    s3.on(GetBucketTaggingCommand).rejects(serviceError("AccessDenied", 403));
    expect(await listed("team")).toMatchObject({ facts: { algorithm: "AES256" } });
    expect(await listed("team", true)).toHaveProperty("error");
  });

  it("is in the row, and in what alerts say", async () => {
    const { resource } = await listed("team");
    const evaluation = evaluationRow(rowContext(), resource, failing(), undefined, INSTANT);
    expect(evaluation.owner).toBe("payments");
    expect(entryOf(evaluation).owner).toBe("payments");
    expect(entryLine(entryOf(evaluation))).toContain('Owner: "payments".');
    expect(textForm(driftMessage(alertContext(), evaluation, INSTANT))).toContain('Owner:    "payments"\n');
    expect(textForm(driftMessage(alertContext(), row(), INSTANT))).not.toContain("Owner");
  });

  it.each([
    ["team", ["s3:GetEncryptionConfiguration", "s3:GetBucketTagging"]],
    [undefined, "s3:GetEncryptionConfiguration"],
  ])("by the tag %s takes the permission to read tags, and none without", (ownerTag, Action) => {
    const rule = CUSTOM_RULES.find((one) => one.rule.name === "s3-bucket-encryption");
    const { accountId, region } = TARGET;
    const where = { accountId, region, regions: [region], discoveryScope: "account" } as const;
    expect(rule?.reads({ ...where, ownerTag })).toContainEqual(expect.objectContaining({ Action }));
  });
});
