import { PublishCommand, type PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import fc from "fast-check";
import type { AlertMessage } from "../../lambdas/common/alerts/alert-message";
import { Alerts, fittingBody, textForm } from "../../lambdas/common/alerts/alerts";
import { driftMessage, foldedDriftMessage } from "../../lambdas/common/alerts/messages";
import { alertContext, entries, entry, INSTANT, REPORT_LINK, row } from "../support/factories";
import { bodiesOf, longEntries, sns } from "./published";

const TOPIC = "arn:aws:sns:us-east-1:111122223333:compliance-alerts-prod";
beforeEach(() => sns.reset());

async function published(message: AlertMessage): Promise<PublishCommandInput> {
  await new Alerts(new SNSClient({ region: "us-east-1" }), TOPIC).publish(message);
  const [call, ...others] = sns.commandCalls(PublishCommand);
  if (call === undefined || others.length > 0) throw new Error("not published once");
  return call.args[0].input;
}

describe("publishing", () => {
  const drift = driftMessage(
    alertContext({ accounts: ["111", "222"], regions: ["us-east-1"] }),
    row({ region: "eu-west-1" }),
    INSTANT,
  );

  it("sends to the topic once, with a body for each protocol", async () => {
    const input = await published(drift);
    expect(input).toMatchObject({ TopicArn: TOPIC, Subject: drift.subject, MessageStructure: "json" });
    expect(input.Message).toBe(fittingBody(drift));
  });

  it("carries attributes for filter policies, the account and Region of the resource as lists", async () => {
    const { MessageAttributes } = await published(drift);
    expect(MessageAttributes).toEqual({
      kind: { DataType: "String", StringValue: "drift" },
      rule: { DataType: "String", StringValue: "s3-bucket-encryption" },
      severity: { DataType: "String", StringValue: "high" },
      account: { DataType: "String.Array", StringValue: '["111122223333"]' },
      region: { DataType: "String.Array", StringValue: '["eu-west-1"]' },
    });
  });

  it("throws what SNS answers", async () => {
    sns.on(PublishCommand).rejects(Object.assign(new Error("no"), { name: "AuthorizationError" }));
    await expect(published(drift)).rejects.toMatchObject({ name: "AuthorizationError" });
  });
});

describe("a subject", () => {
  const subjectOf = async (name: string) =>
    (await published(driftMessage(alertContext(), row({ resource_name: name }), INSTANT))).Subject;

  it.each([
    [
      "line breaks",
      "web\r\nBcc: everybody@example.com",
      '[HIGH] Drift: "web Bcc: everybody@example.com" fails s3-bucket-encryption',
    ],
    ["a tabulator and a zero byte", "web\t1\u0000", '[HIGH] Drift: "web 1 " fails s3-bucket-encryption'],
    ["letters beyond ASCII", "Zürich", '[HIGH] Drift: "Z?rich" fails s3-bucket-encryption'],
    ["a picture", "web \u{1f600}", '[HIGH] Drift: "web ?" fails s3-bucket-encryption'],
    ["line breaks of Unicode", "web\u2028\u2029Bcc", '[HIGH] Drift: "web Bcc" fails s3-bucket-encryption'],
    ["a turned direction", "\u202egpj.web\u2066", '[HIGH] Drift: "gpj.web" fails s3-bucket-encryption'],
    [
      "quotes that end the name early",
      'web" is fine. "ledger',
      "[HIGH] Drift: \"web' is fine. 'ledger\" fails s3-bucket-encryption",
    ],
  ])("is free of %s in a resource's name", async (_what, name, subject) => {
    expect(await subjectOf(name)).toBe(subject);
  });

  it("is cut below 100 characters in the name, so that the rule is still told", async () => {
    const subject = await subjectOf("x".repeat(256));
    expect(subject).toBe(`[HIGH] Drift: "${"x".repeat(53)}..." fails s3-bucket-encryption`);
    expect(subject).toHaveLength(99);
  });

  it("is printable ASCII of 1 to 99 characters whatever the name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (name) => {
        sns.reset();
        expect(await subjectOf(name)).toMatch(/^[\x21-\x7e]([\x20-\x7e]{0,97}[\x21-\x7e])?$/);
      }),
    );
  });
});

describe("the bodies", () => {
  it("are JSON with a text for e-mail, SMS and everybody else", () => {
    const message = driftMessage(alertContext(), row(), INSTANT);
    const body = JSON.parse(fittingBody(message));
    expect(Object.keys(body).sort()).toEqual(["default", "email", "sms"]);
    for (const text of Object.values(body)) expect(typeof text).toBe("string");
    expect(body.email).toBe(textForm(message));
    expect(body.sms).toBe(message.sms);
  });

  it("give machines what filters, tickets and dashboards need", () => {
    const { machine } = bodiesOf(fittingBody(foldedDriftMessage(alertContext(), entries(entry()))));
    expect(machine).toEqual({
      kind: "drift",
      rule: "s3-bucket-encryption",
      severity: "high",
      environment: "prod",
      accounts: ["111122223333"],
      regions: ["us-east-1"],
      report: "s3://compliance-reports-111122223333-prod/reports/latest.html",
      reportLink: REPORT_LINK,
      drifts: { count: 1, leftOut: 0, entries: [entry()] },
    });
  });

  it("keep an SMS to a few parts", () => {
    const { sms } = bodiesOf(
      fittingBody({ ...driftMessage(alertContext(), row(), INSTANT), sms: "x".repeat(2_000) }),
    );
    expect(sms).toBe(`${"x".repeat(397)}...`);
  });

  it("cut no character of an SMS in two", () => {
    const sms = `${"x".repeat(396)}\u{1f600} and more`;
    const body = bodiesOf(fittingBody({ ...driftMessage(alertContext(), row(), INSTANT), sms }));
    expect(Buffer.from(body.sms).toString()).toBe(body.sms);
  });

  it("list up to 200 entries when they are short, and say how many they left out", () => {
    const list = Array.from({ length: 201 }, (_, index) => entry({ name: `bucket-${index}` }));
    const { email, machine } = bodiesOf(fittingBody(foldedDriftMessage(alertContext(), entries(...list))));
    expect(machine.drifts.entries).toHaveLength(200);
    expect(machine.drifts).toMatchObject({ count: 201, leftOut: 1 });
    expect(email).toContain("Began to fail (201)");
    expect(email).toContain("  ... and 1 more, which the report lists.");
  });

  it("say what was left out of 5,000 although only 500 were kept", () => {
    const kept = longEntries(500);
    const { machine } = bodiesOf(
      fittingBody(foldedDriftMessage(alertContext(), { entries: kept, count: 5_000 })),
    );
    expect(machine.drifts.count).toBe(5_000);
    expect(machine.drifts.leftOut + machine.drifts.entries.length).toBe(5_000);
  });
});
