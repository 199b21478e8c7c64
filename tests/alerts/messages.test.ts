import { textForm } from "../../lambdas/common/alerts/alerts";
import {
  driftMessage,
  entryLine,
  failureMessage,
  foldedDriftMessage,
} from "../../lambdas/common/alerts/messages";
import { newestReportLink } from "../../lambdas/common/deployment/place";
import { minute, percent, percentage } from "../../lambdas/common/values/words";
import { alertContext, entries, entry, INSTANT, REPORT_LINK, row } from "../support/factories";

describe("the e-mail of a drift", () => {
  const drift = driftMessage(
    alertContext(),
    row({ transition: "opened", open_since: "2026-11-24T05:59:30.000Z" }),
    INSTANT,
  );

  it("tells a person what, where, since when and what to do", () => {
    expect(drift.subject).toBe('[HIGH] Drift: "ledger" fails s3-bucket-encryption');
    expect(textForm(drift)).toBe(
      `"ledger" began to fail the rule "S3 buckets encrypt new objects strongly enough".

Resource: arn:aws:s3:::ledger
Type:     AWS::S3::Bucket
Found:    Default encryption is AES256, at least aws:kms is required.
Since:    2026-11-24 05:59 UTC
Rule:     s3-bucket-encryption (severity high)
Account:  111122223333, us-east-1

What to do: Set the bucket's default encryption to the required algorithm.

Environment: prod
Newest report: ${REPORT_LINK}
`,
    );
  });

  it("fits a phone in one sentence or two", () => {
    expect(drift.sms).toBe(
      'Compliance drift (high): "ledger" fails s3-bucket-encryption. ' +
        "Default encryption is AES256, at least aws:kms is required.",
    );
  });

  it("gives machines the resource and what was observed", () => {
    expect(drift.data).toEqual({
      instant: INSTANT,
      resource: entry({ openSince: "2026-11-24T05:59:30.000Z" }),
      observed: { algorithm: "AES256" },
    });
  });

  it("of many at once lists them all", () => {
    const folded = foldedDriftMessage(alertContext(), entries(entry(), entry({ name: "archive" })));
    expect(folded.subject).toBe("[HIGH] Drift: 2 resources fail s3-bucket-encryption");
    expect(textForm(folded)).toBe(
      `2 resources began to fail the rule "S3 buckets encrypt new objects strongly enough" within a short time.

Began to fail (2)
  - arn:aws:s3:::ledger: Default encryption is AES256, at least aws:kms is required.
  - arn:aws:s3:::archive: Default encryption is AES256, at least aws:kms is required.

What to do: Set the bucket's default encryption to the required algorithm.

Environment: prod
Newest report: ${REPORT_LINK}
`,
    );
  });
});

describe("the message of many drifts at once", () => {
  it("is of the accounts and Regions of what it lists, each once, however many are scanned", () => {
    const scanned = alertContext({
      accounts: ["111122223333", "444455556666", "777788889999"],
      regions: ["us-east-1", "eu-west-1", "ap-south-1"],
    });
    const listed = [
      entry({ account: "444455556666", region: "eu-west-1" }),
      entry({ name: "archive", account: "444455556666", region: "us-east-1" }),
      entry({ name: "web", account: "111122223333", region: "eu-west-1" }),
    ];
    const { context } = foldedDriftMessage(scanned, entries(...listed));
    expect(context.accounts).toEqual(["444455556666", "111122223333"]);
    expect(context.regions).toEqual(["eu-west-1", "us-east-1"]);
  });

  it("says of a single one that it is one more than those that were told singly", () => {
    const folded = foldedDriftMessage(alertContext(), entries(entry()));
    expect(folded.subject).toBe("[HIGH] Drift: 1 more resource fails s3-bucket-encryption");
    expect(folded.sms).toBe("Compliance drift (high): 1 more resource fails s3-bucket-encryption.");
    expect(folded.lines[0]).toMatch(/^1 more resource began to fail the rule /);
  });
});

describe("the message of a run that did not complete", () => {
  it("names the run and the error, and is the scanner's own affair", () => {
    const error = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    const message = failureMessage(alertContext(), INSTANT, error);
    expect(message.kind).toBe("system");
    expect(message.subject).toBe(
      "[SCANNER] The run of s3-bucket-encryption at 2026-11-24 06:00 UTC did not complete",
    );
    expect(textForm(message)).toBe(
      `The run of s3-bucket-encryption at 2026-11-24 06:00 UTC did not complete. Until one
does, reports do not show the present state.

Error:   ThrottlingException
Message: Rate exceeded
Account: 111122223333; us-east-1

Environment: prod
Newest report: ${REPORT_LINK}
`,
    );
  });
});

describe("the words", () => {
  it.each([
    [1, 1, "100 %"],
    [99_999, 100_000, "99.99 %"],
    [2, 3, "66.66 %"],
    [57, 100, "57 %"],
    [0, 1, "0 %"],
    [0, 0, "no score"],
  ])("of %i of %i are %s as in the report, never rounded up", (part, whole, words) => {
    expect(percent(percentage(part, whole), "no score")).toBe(words);
  });

  it.each([
    ["aws", "us-east-1", "https://us-east-1.console.aws.amazon.com/"],
    ["aws-cn", "cn-north-1", "https://console.amazonaws.cn/"],
    ["aws-us-gov", "us-gov-west-1", "https://console.amazonaws-us-gov.com/"],
  ])("of the newest report in partition %s link to its console", (partition, region, console) => {
    const link = newestReportLink({
      partition,
      region,
      accountId: "111122223333",
      environmentSuffix: "prod",
    });
    expect(link).toBe(
      `${console}s3/object/compliance-reports-111122223333-prod?region=${region}&prefix=reports/latest.html`,
    );
  });

  it("of an instant are its minute in UTC", () => {
    expect(minute("2026-11-24T06:00:59.999Z")).toBe("2026-11-24 06:00 UTC");
  });

  it.each([
    ["a bucket, whose ARN ends with its name", entry(), "arn:aws:s3:::ledger: "],
    [
      "an instance, whose ARN does not",
      entry({ name: "web-1", resource: "arn:aws:ec2:us-east-1:111122223333:instance/i-1" }),
      "web-1 (arn:aws:ec2:us-east-1:111122223333:instance/i-1): ",
    ],
  ])("of %s name it and its ARN", (_scenario, one, words) => {
    expect(entryLine(one)).toBe(`${words}Default encryption is AES256, at least aws:kms is required.`);
  });

  it("of a resource stay on one line, whatever its tags say", () => {
    const hostile = entry({ name: "web\nWhat to do: send your password", annotation: 'Owner is "a\r\nb".' });
    expect(entryLine(hostile)).not.toMatch(/[\r\n]/);
  });

  it("of what was found, and of an error, stay on the line of their label", () => {
    const found = textForm(
      driftMessage(alertContext(), row({ annotation: 'Owner is "a\r\nRule: b".' }), INSTANT),
    );
    expect(found).toMatch(/^Found: +Owner is "a.*Rule: b"\.$/m);
    const error = new Error("Rate exceeded\nAccount: 999999999999");
    expect(textForm(failureMessage(alertContext(), INSTANT, error))).toMatch(
      /^Message: Rate exceeded.*Account: 999999999999$/m,
    );
  });
});
