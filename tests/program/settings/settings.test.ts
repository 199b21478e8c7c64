import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { ACCOUNT, exception, messageOf, read, tags } from "./support";

describe("Pulumi.yaml", () => {
  const { config, runtime } = load(readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8")) as {
    runtime: { options: { nodeargs: string } };
    config: Record<string, { type?: string; description?: string; default?: unknown; value?: unknown }>;
  };
  const declared = Object.entries(config).filter(([key]) => !key.includes(":"));

  test("describes every setting, and declares no other", () => {
    const [, allowed = ""] = /allowed: (.*)$/m.exec(messageOf({ typo: "x" })) ?? [];
    expect(declared.map(([key]) => key).sort()).toEqual(allowed.split(", "));
    for (const [, { description }] of declared) expect(description?.length).toBeGreaterThan(20);
  });

  test("declares the defaults that the program has, so that only the suffix must be set", () => {
    const defaults = declared
      .filter(([, one]) => one.default !== undefined)
      .map(([key, one]) => [key, one.default]);
    expect(defaults).toHaveLength(declared.length - 1);
    expect(read(Object.fromEntries(defaults))).toEqual(read({}));
  });

  test("forbids resources that forget the provider with the tags", () => {
    expect(config["pulumi:disable-default-providers"]?.value).toEqual(["aws"]);
  });

  test("lets Node say nothing of the AWS SDK's plans, and everything of what is deprecated", () => {
    const program = `
      const { ConfigServiceClient } = require("@aws-sdk/client-config-service");
      new ConfigServiceClient({ region: "us-east-1" });
      process.emitWarning("that the SDK is heard", "DeprecationWarning");`;
    const { stderr } = spawnSync(process.execPath, [...runtime.options.nodeargs.split(" "), "-e", program], {
      cwd: join(__dirname, "../../.."),
      env: {},
      encoding: "utf8",
    });
    expect(stderr).toMatch(/DeprecationWarning: that the SDK is heard/);
    expect(stderr).not.toMatch(/NodeVersionSupportWarning|bad option/);
  });
});

describe("settings that are fine", () => {
  test.each([
    [["us-east-1"]],
    [["us-east-1", "eu-west-1", "ap-southeast-2", "il-central-1", "mx-central-1"]],
    ["all"],
  ])("regions %j", (regions) => {
    expect(read({ regions }).regions).toEqual(regions);
  });

  test("the deployment's own Region alone, unless regions says otherwise", () => {
    expect(read({}).regions).toEqual(["us-east-1"]);
  });

  test.each(["a", "dev", "team-7-prod", "0", "a".repeat(31)])("environmentSuffix %s", (environmentSuffix) => {
    expect(read({ environmentSuffix }).environmentSuffix).toBe(environmentSuffix);
  });

  test.each([
    ["email", "security+alerts@example.com"],
    ["email-json", "robot@example.com"],
    ["sms", "+4915112345678"],
    ["sms", "+123456789012345"],
    ["sqs", `arn:aws:sqs:eu-west-1:${ACCOUNT}:tickets`],
    ["lambda", `arn:aws:lambda:us-east-1:${ACCOUNT}:function:forwarder:live`],
    ["https", "https://example.com"],
  ])("a subscription by %s", (protocol, endpoint) => {
    expect(read({ alertSubscriptions: [{ protocol, endpoint }] }).subscriptions).toEqual([
      { protocol, endpoint },
    ]);
  });

  test.each([`arn:aws:kms:us-east-1:${ACCOUNT}:key/mrk-${"0a".repeat(16)}`])("kmsKeyArn %s", (kmsKeyArn) => {
    expect(read({ kmsKeyArn }).kmsKeyArn).toBe(kmsKeyArn);
  });

  test("an exception for just under a year, with a ticket that Pulumi took for a number", () => {
    const { exceptions, warnings } = read({
      alertEmail: "compliance@bank.example",
      exceptions: [{ ...exception, ticket: 4711, expires: "2027-11-25" }],
    });
    expect(exceptions).toEqual([{ ...exception, ticket: "4711", expires: "2027-11-25" }]);
    expect(warnings).toEqual([]);
  });

  test("an exception for all of a kind, or approved by its owner alone, is allowed and warned of", () => {
    const { warnings } = read({
      alertEmail: "compliance@bank.example",
      exceptions: [{ ...exception, resource: "arn:aws:s3:::*", approver: exception.owner }],
    });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^exceptions: RISK-7 \(s3-bucket-encryption, arn:aws:s3:::\*\) covers everything of its/,
      ),
      expect.stringMatching(/^exceptions: RISK-7 .* is approved by nobody but its owner$/),
    ]);
  });

  test("an exception that ends now covers nothing, and is warned of", () => {
    const { exceptions, warnings } = read({
      alertEmail: "compliance@bank.example",
      exceptions: [{ ...exception, expires: "2026-11-24T12:00:00Z" }],
    });
    expect(exceptions).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining("RISK-7")]);
  });

  test("an exception that ends 366 days from now, to the second", () => {
    const expires = "2027-11-25T12:00:00Z";
    expect(read({ exceptions: [{ ...exception, expires }] }).exceptions).toMatchObject([{ expires }]);
  });

  test("as many tags as a resource takes, ours included", () => {
    expect(Object.keys(read({ extraTags: tags(47) }).tags)).toHaveLength(50);
  });

  test("a schedule with as long between two runs as an alarm can watch", () => {
    const evaluationSchedule = "cron(0 0,1 ? * MON *)";
    expect(read({ evaluationSchedule }).evaluationSchedule).toBe(evaluationSchedule);
  });

  test("settings of other namespaces are left alone", () => {
    expect(() => read({ "aws:profile": "bank", "other:thing": "x" })).not.toThrow();
  });

  test("a role of the provider's, when no recorder is looked for", () => {
    expect(() => read({ "aws:assumeRoles": [{ roleArn: "x" }], configRecorder: "create" })).not.toThrow();
  });
});

describe("the encryption of the stack's own buckets", () => {
  const kmsKeyArn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/mrk-${"0a".repeat(16)}`;
  const warningsOf = (settings: Record<string, unknown>) =>
    read({ alertEmail: "compliance@bank.example", ...settings }).warnings;

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "aws:kms without a key",
      { minimumBucketEncryption: "aws:kms" },
      /own buckets have AES256: .* set kmsKeyArn/,
    ],
    ["aws:kms:dsse without a key", { minimumBucketEncryption: "aws:kms:dsse" }, /own buckets have AES256/],
    [
      "aws:kms:dsse with a key, by which they get aws:kms",
      { minimumBucketEncryption: "aws:kms:dsse", kmsKeyArn },
      /own buckets have aws:kms: they will fail s3-bucket-encryption; accept it by an exception/,
    ],
  ])("is warned of where the minimum is %s", (_what, settings, warning) => {
    expect(warningsOf(settings)).toEqual([expect.stringMatching(warning)]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["AES256", {}],
    ["aws:kms with a key", { minimumBucketEncryption: "aws:kms", kmsKeyArn }],
  ])("is enough where the minimum is %s", (_what, settings) => {
    expect(warningsOf(settings)).toEqual([]);
  });
});
