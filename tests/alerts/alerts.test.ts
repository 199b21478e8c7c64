import { PublishCommand, type PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import type { AlertEntry, AlertMessage } from "../../lambdas/common/alerts/alert-message";
import { Alerts, fittingBody, textForm } from "../../lambdas/common/alerts/alerts";
import { digestMessage, driftMessage, foldedDriftMessage } from "../../lambdas/common/alerts/messages";
import { exceptionId } from "../../lambdas/common/rule/exceptions";
import { alertContext, entries, entry, exception, INSTANT, REPORT_LINK, row } from "../support/factories";

const TOPIC = "arn:aws:sns:us-east-1:111122223333:compliance-alerts-prod";
/** What SNS takes, body and attributes together. */
const SNS_BYTES = 262_144;

const sns = mockClient(SNSClient);
beforeEach(() => sns.reset());

async function published(message: AlertMessage): Promise<PublishCommandInput> {
  await new Alerts(new SNSClient({ region: "us-east-1" }), TOPIC).publish(message);
  const [call, ...others] = sns.commandCalls(PublishCommand);
  if (call === undefined || others.length > 0) throw new Error("not published once");
  return call.args[0].input;
}

interface Bodies {
  readonly default: string;
  readonly email: string;
  readonly sms: string;
}

interface Machine {
  readonly drifts: {
    readonly count: number;
    readonly leftOut: number;
    readonly entries: readonly AlertEntry[];
  };
}

function bodiesOf(body: string): Bodies & { readonly machine: Machine & Record<string, unknown> } {
  const bodies = JSON.parse(body) as Bodies;
  return { ...bodies, machine: JSON.parse(bodies.default) };
}

/** Entries as long as rows and ARNs allow. */
function longEntries(count: number, filler = "x"): AlertEntry[] {
  return Array.from({ length: count }, (_, index) =>
    entry({ name: `${index}-${filler.repeat(240)}`, annotation: filler.repeat(256), openSince: INSTANT }),
  );
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

describe("a message that is too long", () => {
  it.each([
    ["letters of one byte", "x"],
    ["letters of three bytes", "字"],
    ["quotation marks, which JSON doubles twice", '"'],
  ])("of 5,000 long entries in %s stays below SNS's limit, cut at whole entries", (_what, filler) => {
    const all = longEntries(5_000, filler);
    const body = fittingBody(foldedDriftMessage(alertContext(), entries(...all)));
    expect(Buffer.byteLength(body)).toBeLessThan(SNS_BYTES - 10_000);

    const { email, machine } = bodiesOf(body);
    const { entries: shown, leftOut, count } = machine.drifts;
    expect(shown.length).toBeGreaterThan(10);
    expect(shown).toEqual(all.slice(0, shown.length));
    expect([count, leftOut]).toEqual([5_000, 5_000 - shown.length]);

    const lines = email.split("\n").filter((line) => line.startsWith("  "));
    expect(lines).toHaveLength(shown.length + 1);
    expect(lines.at(-1)).toBe(`  ... and ${leftOut} more, which the report lists.`);
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^ {2}- arn:.* Since 2026-11-24 06:00 UTC\.$/);
  });

  it("shares the room among all sections of a digest", () => {
    const section = entries(...longEntries(500));
    const message = digestMessage(alertContext(), {
      instant: INSTANT,
      standardChanged: false,
      firstSights: [],
      totals: {
        listed: 2_000,
        evaluated: 1_500,
        compliant: 500,
        nonCompliant: 1_000,
        notApplicable: 0,
        error: 500,
        excepted: 0,
        score: 1 / 3,
        coverage: 0.75,
      },
      newlyFailing: section,
      stillFailing: section,
      resolved: section,
      errors: section,
      exceptions: [],
    });
    if (message === undefined) throw new Error("no digest is sent");
    const body = fittingBody(message);
    expect(Buffer.byteLength(body)).toBeLessThan(SNS_BYTES - 10_000);
    const { machine } = bodiesOf(body);
    for (const key of ["newlyFailing", "stillFailing", "resolved", "errors"]) {
      expect((machine[key] as Machine["drifts"]).entries.length).toBeGreaterThan(10);
    }
  });

  it("is cut to the limit it is given, to no entries at all if need be", () => {
    const message = foldedDriftMessage(alertContext(), entries(...longEntries(100)));
    const { email, machine } = bodiesOf(fittingBody(message, 2_000));
    expect(machine.drifts).toEqual({ count: 100, leftOut: 100, entries: [] });
    expect(email).toContain("Began to fail (100)\n  ... and 100 more, which the report lists.\n");
  });

  it("because of a thousand exceptions in use stays below the limit: one that SNS refuses fails its run", () => {
    const exceptions = Array.from({ length: 1_000 }, (_, index) => {
      const one = exception({
        ticket: `SEC-${index}`,
        resource: `arn:aws:s3:::legacy-bucket-number-${index}`,
      });
      return { exception: { ...one, id: exceptionId(one) }, covers: 1, endsSoon: false, expired: false };
    });
    const message = digestMessage(alertContext(), {
      instant: INSTANT,
      standardChanged: false,
      firstSights: [],
      totals: {
        listed: 1_001,
        evaluated: 1_001,
        compliant: 0,
        nonCompliant: 1_001,
        notApplicable: 0,
        error: 0,
        excepted: 1_000,
        score: 0,
        coverage: 1,
      },
      newlyFailing: entries(entry()),
      stillFailing: entries(),
      resolved: entries(),
      errors: entries(),
      exceptions,
    });
    if (message === undefined) throw new Error("no digest is sent");
    expect(Buffer.byteLength(fittingBody(message))).toBeLessThan(SNS_BYTES);
  });
});
