import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { cut, oneLine } from "../values/text";
import type { AlertMessage, AlertSection } from "./alert-message";
import { SUBJECT_LENGTH } from "./messages";

/**
 * SNS's limit is 262,144 bytes for body and attributes together
 * (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
 */
const MESSAGE_BYTES = 250_000;
/** Accounts that a body lists, each in some 19 bytes; the attribute has all of them, to filter by. */
const ACCOUNTS_LISTED = 1_000;
/** A few SMS parts; SNS takes 1,600 characters. */
const SMS_LENGTH = 400;
/** Entries a section lists at first; fewer when the message gets too long. */
const ENTRIES_PER_SECTION = 200;

/** Sends alerts to the topic. */
export class Alerts {
  constructor(
    private readonly client: SNSClient,
    private readonly topicArn: string,
  ) {}

  /** @throws what SNS answers; nothing was sent then. */
  async publish(message: AlertMessage): Promise<void> {
    const { kind, context } = message;
    const account = JSON.stringify(context.accounts);
    const region = JSON.stringify(context.regions);
    await this.client.send(
      new PublishCommand({
        TopicArn: this.topicArn,
        Subject: asciiLine(message.subject, SUBJECT_LENGTH),
        MessageStructure: "json",
        Message: fittingBody(message, MESSAGE_BYTES - account.length - region.length),
        MessageAttributes: {
          kind: { DataType: "String", StringValue: kind },
          rule: { DataType: "String", StringValue: context.rule },
          severity: { DataType: "String", StringValue: context.severity },
          account: { DataType: "String.Array", StringValue: account },
          region: { DataType: "String.Array", StringValue: region },
        },
      }),
    );
  }
}

/**
 * The bodies for all protocols, cut at whole entries until SNS takes them. `default` is what SQS, Lambda and
 * HTTPS subscribers get: JSON.
 */
export function fittingBody(message: AlertMessage, limit = MESSAGE_BYTES): string {
  for (let most = ENTRIES_PER_SECTION; ; most = Math.floor(most / 2)) {
    const body = JSON.stringify({
      default: JSON.stringify(machineForm(message, most)),
      email: textForm(message, most),
      sms: cut(oneLine(message.sms), SMS_LENGTH),
    });
    if (most === 0 || Buffer.byteLength(body) <= limit) return body;
  }
}

/** What a person reads in an e-mail. */
export function textForm(message: AlertMessage, entriesPerSection = ENTRIES_PER_SECTION): string {
  const sections = message.sections.filter(({ count }) => count > 0);
  const lines = [
    ...message.lines,
    "",
    ...sections.flatMap((section) => [...sectionLines(section, entriesPerSection), ""]),
    ...message.closing,
    ...(message.closing.length > 0 ? [""] : []),
    `Environment: ${message.context.environmentSuffix}`,
    `Newest report: ${message.context.reportLink}`,
  ];
  return `${lines.join("\n")}\n`;
}

function machineForm(message: AlertMessage, entriesPerSection: number): Record<string, unknown> {
  const { kind, context, sections, data } = message;
  const accountsLeftOut = context.accounts.length - ACCOUNTS_LISTED;
  return {
    kind,
    rule: context.rule,
    severity: context.severity,
    environment: context.environmentSuffix,
    accounts: context.accounts.slice(0, ACCOUNTS_LISTED),
    ...(accountsLeftOut > 0 && { accountsLeftOut }),
    regions: context.regions,
    report: context.reportUri,
    reportLink: context.reportLink,
    ...data,
    ...Object.fromEntries(
      sections.map(({ key, count, entries }) => {
        const listed = entries.slice(0, entriesPerSection).map((entry) => entry.data);
        return [key, { count, leftOut: count - listed.length, entries: listed }];
      }),
    ),
  };
}

function sectionLines({ heading, entries, count }: AlertSection, most: number): string[] {
  const shown = entries.slice(0, most);
  const leftOut = count - shown.length;
  return [
    `${heading} (${count})`,
    ...shown.map(({ line }) => `  - ${line}`),
    ...(leftOut > 0 ? [`  ... and ${leftOut} more, which the report lists.`] : []),
  ];
}

/** SNS refuses line breaks and control characters in a subject, and older text of its API anything but ASCII. */
function asciiLine(text: string, length: number): string {
  return cut(text.replace(/[^\x20-\x7e]+/g, "?").trim(), length);
}
