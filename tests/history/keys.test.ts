import fc from "fast-check";
import { INDEX_SHARDS, shardOf } from "../../lambdas/common/history/keys";
import { bucketArn, RULE } from "../support/factories";

describe("the index partition of a resource", () => {
  it("is one of the rule's, which is where reports look", () => {
    const all = Array.from({ length: INDEX_SHARDS }, (_, shard) => `${RULE}#${shard}`);
    fc.assert(
      fc.property(fc.string(), (arn) => {
        expect(all).toContain(shardOf(RULE, arn));
      }),
    );
  });

  it("never changes: rows already written would be lost to the reports", () => {
    // First byte of the ARN's SHA-256, modulo 8.
    expect(shardOf(RULE, "arn:aws:s3:::ledger")).toBe(`${RULE}#1`);
    expect(shardOf("ec2-required-tags", "arn:aws:s3:::ledger")).toBe("ec2-required-tags#1");
  });

  it("spreads names that differ in nothing but a number evenly", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 8_000; index++) {
      const shard = shardOf(RULE, bucketArn(`bucket-${index}`));
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(INDEX_SHARDS);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
