import { shardOf } from "../../lambdas/common/history/keys";
import { closingRow, evaluationRow, resourceOf, whyClosed } from "../../lambdas/common/history/row";
import { type Judgement, unreadable } from "../../lambdas/common/rule/judgement";
import {
  ACCOUNT,
  bucket,
  bucketArn,
  exception,
  failing,
  INSTANT,
  REGION,
  RULE,
  rowContext,
} from "../support/factories";

const OBSERVED_AT = "2026-11-24T06:01:02.345Z";
const passing: Judgement = {
  complianceType: "COMPLIANT",
  annotation: "Default encryption is aws:kms.",
  observed: {},
};
const failedBefore = {
  compliance_type: "NON_COMPLIANT",
  settled_type: "NON_COMPLIANT",
  open_since: "2026-11-20T06:00:00.000Z",
  instant: "2026-11-24T00:00:00.000Z",
} as const;

describe("the row of an evaluation", () => {
  it("says who judged what, when, by which parameters, and what came of it", () => {
    const written = evaluationRow(rowContext(), bucket(), failing(), undefined, OBSERVED_AT);
    const shard = shardOf(RULE, bucketArn("ledger"));
    expect(written).toEqual({
      resource_id: "arn:aws:s3:::ledger",
      evaluation_timestamp: "2026-11-24T06:00:00.000Z#s3-bucket-encryption",
      rule: RULE,
      rule_version: "1",
      parameters_hash: "0".repeat(64),
      rule_shard: shard,
      transition_shard: shard,
      resource_type: "AWS::S3::Bucket",
      resource_name: "ledger",
      account_id: ACCOUNT,
      region: REGION,
      compliance_type: "NON_COMPLIANT",
      annotation: "Default encryption is AES256, at least aws:kms is required.",
      observed: { algorithm: "AES256" },
      trigger: "sweep",
      observed_at: OBSERVED_AT,
      transition: "first-seen",
      settled_type: "NON_COMPLIANT",
      open_since: INSTANT,
      exception_id: undefined,
    });
  });

  it("names the resource's owner where one is known, and has no such key where none is", () => {
    const owned = { ...bucket(), owner: "payments" };
    expect(evaluationRow(rowContext(), owned, passing, undefined, OBSERVED_AT).owner).toBe("payments");
    expect(evaluationRow(rowContext(), bucket(), passing, undefined, OBSERVED_AT)).not.toHaveProperty(
      "owner",
    );
  });

  it.each([
    ["with its owner", { ...bucket(), owner: "payments" }],
    ["without one", bucket()],
  ])("gives back the resource that it is about, %s", (_which, resource) => {
    const { tags: _, ...known } = resource;
    const row = evaluationRow(rowContext(), resource, passing, undefined, OBSERVED_AT);
    expect(resourceOf(row)).toStrictEqual(known);
  });

  it("does not carry the resource's tags", () => {
    const tagged = { ...bucket(), tags: { Owner: "a person's name" } };
    const written = evaluationRow(rowContext(), tagged, passing, undefined, OBSERVED_AT);
    expect(JSON.stringify(written)).not.toContain("a person's name");
  });

  it("is in the index of transitions only when something changed", () => {
    const ongoing = evaluationRow(rowContext(), bucket(), failing(), failedBefore, OBSERVED_AT);
    const resolved = evaluationRow(rowContext(), bucket(), passing, failedBefore, OBSERVED_AT);
    expect(ongoing.transition).toBe("ongoing");
    expect(ongoing).not.toHaveProperty("transition_shard");
    expect(resolved.transition).toBe("resolved");
    expect(resolved.transition_shard).toBe(resolved.rule_shard);
  });

  it("has the same keys when it is written again", () => {
    const again = evaluationRow(rowContext(), bucket(), passing, failedBefore, "2026-11-24T09:00:00.000Z");
    const first = evaluationRow(rowContext(), bucket(), passing, undefined, OBSERVED_AT);
    expect([again.resource_id, again.evaluation_timestamp]).toEqual([
      first.resource_id,
      first.evaluation_timestamp,
    ]);
  });

  it.each([
    [255, 255],
    [256, 256],
    [257, 256],
    [10_000, 256],
  ])("keeps of an annotation of %d characters %d, which is what AWS Config takes", (given, kept) => {
    const judgement = failing({ annotation: "x".repeat(given) });
    const { annotation } = evaluationRow(rowContext(), bucket(), judgement, undefined, OBSERVED_AT);
    expect(annotation).toHaveLength(kept);
    expect(annotation.endsWith("...")).toBe(given > kept);
  });

  it("cuts no character of an annotation in two", () => {
    for (const before of [252, 253]) {
      const judgement = failing({ annotation: `${"x".repeat(before)}\u{1f600}${"x".repeat(10)}` });
      const { annotation } = evaluationRow(rowContext(), bucket(), judgement, undefined, OBSERVED_AT);
      expect(Buffer.from(annotation).toString()).toBe(annotation);
    }
  });

  it("names the exception that covers a failure at the event's instant, and the verdict stays", () => {
    const context = rowContext({ exceptionList: [exception()] });
    const { exception_id, compliance_type } = evaluationRow(
      context,
      bucket(),
      failing(),
      undefined,
      OBSERVED_AT,
    );
    expect(exception_id).toMatch(/^SEC-1#/);
    expect(compliance_type).toBe("NON_COMPLIANT");
  });

  it.each<[string, Judgement, object]>([
    ["a passing resource", passing, {}],
    ["another resource", failing(), { resource: bucketArn("other") }],
    ["a resource whose exception ended at the event's instant", failing(), { expires: INSTANT }],
  ])("names no exception for %s", (_scenario, judgement, change) => {
    const context = rowContext({ exceptionList: [exception(change)] });
    expect(evaluationRow(context, bucket(), judgement, undefined, OBSERVED_AT).exception_id).toBeUndefined();
  });

  it("of a failure observed before the event is open since then, and no exception covers it that has ended", () => {
    const since = "2026-11-24T05:00:00.000Z";
    const ended = exception({ expires: "2026-11-24T05:30:00.000Z" });
    const context = rowContext({ exceptionList: [ended] });
    const written = evaluationRow(context, bucket(), failing(), undefined, OBSERVED_AT, since);
    expect(written.open_since).toBe(since);
    expect(written.exception_id).toBeUndefined();
  });
});

describe("the row of what is gone", () => {
  it.each([
    [
      true,
      "It exists, outside the discovery scope: neither its name nor a tag's value carries the environment.",
    ],
    [false, "No longer found: deleted."],
    [undefined, "No longer found: deleted, or outside the scope of the rule."],
  ])("says why, as far as anybody knows: left the scope %s", (leftTheScope, annotation) => {
    expect(whyClosed(leftTheScope)).toBe(annotation);
  });

  it("is not applicable, gone, and resolves what was failing", () => {
    expect(closingRow(rowContext(), bucket(), failedBefore, OBSERVED_AT, "No longer listed.")).toMatchObject({
      compliance_type: "NOT_APPLICABLE",
      annotation: "No longer listed.",
      observed: {},
      transition: "resolved",
      transition_shard: shardOf(RULE, bucketArn("ledger")),
      gone: true,
    });
  });

  it("of a resource that passed changes nothing but that it is gone", () => {
    const passedBefore = {
      compliance_type: "COMPLIANT",
      settled_type: "COMPLIANT",
      instant: INSTANT,
    } as const;
    const written = closingRow(rowContext(), bucket(), passedBefore, OBSERVED_AT, "No longer listed.");
    expect(written).toMatchObject({ transition: "ongoing", gone: true });
    expect(written).not.toHaveProperty("transition_shard");
  });

  it("told again is nothing new, and no resource that is seen for the first time", () => {
    const goneBefore = {
      compliance_type: "NOT_APPLICABLE",
      settled_type: "NOT_APPLICABLE",
      gone: true,
      instant: "2026-11-24T00:00:00.000Z",
    } as const;
    const written = closingRow(rowContext(), bucket(), goneBefore, OBSERVED_AT, "No longer listed.");
    expect(written).toMatchObject({ transition: "ongoing", gone: true });
    expect(written).not.toHaveProperty("transition_shard");
  });
});

describe("a resource that could not be read", () => {
  const denied = Object.assign(new Error("Access Denied"), {
    name: "AccessDenied",
    $metadata: { httpStatusCode: 403 },
  });

  it("is an ERROR with the error's name", () => {
    expect(unreadable(denied)).toEqual({
      complianceType: "ERROR",
      errorCode: "AccessDenied",
      annotation: "Could not be evaluated: AccessDenied: Access Denied",
      observed: {},
    });
    const written = evaluationRow(rowContext(), bucket(), unreadable(denied), undefined, OBSERVED_AT);
    expect(written).toMatchObject({ compliance_type: "ERROR", error_code: "AccessDenied" });
  });

  it("is an ERROR without a message too", () => {
    const silent = Object.assign(new Error(""), { name: "TimeoutError" });
    expect(unreadable(silent).annotation).toBe("Could not be evaluated: TimeoutError");
  });

  it("leaves no error code on a row that has a verdict", () => {
    const written = evaluationRow(rowContext(), bucket(), passing, undefined, OBSERVED_AT);
    expect(written).not.toHaveProperty("error_code");
  });
});
